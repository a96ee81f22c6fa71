"""Every example of docs/catalogue.md is a catalogue, exactly as it stands there."""

import re
from functools import cache
from pathlib import Path

import pytest

from helpdesk.catalog.item_rules import parts_of
from helpdesk.catalog.load import load_text
from helpdesk.catalog.model import Catalog
from helpdesk.catalog.rendering import as_plain, norm_as_plain
from helpdesk.sla import norms
from helpdesk.sla.norms import DayCount, Span, StartKind, Unit

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def sections(block: str) -> dict[str, str]:
    """The block by its keys at the left margin."""
    parts = re.split(r"^(?=[a-z_]+:)", block, flags=re.MULTILINE)
    return {part.split(":", 1)[0]: part for part in parts if part.strip()}


@cache
def completed(number: int) -> Catalog:
    """A block with the parts of the page's first example that it leaves out."""
    return load_text("".join({**sections(BLOCKS[0]), **sections(BLOCKS[number])}.values()), f"example {number}")


@pytest.fixture(scope="module")
def catalogs() -> list[Catalog]:
    return [completed(number) for number in range(len(BLOCKS))]


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_example_is_loaded_and_can_be_written_out(number):
    catalog = completed(number)
    assert len(as_plain(catalog)["items"]) == len(catalog.items) > 0


def test_the_first_example_is_complete_in_itself():
    assert list(load_text(BLOCKS[0]).items) == ["itsm.8/reset-password"]


def test_the_examples_show_every_kind_of_norm(catalogs):
    shown = {type(norm) for c in catalogs for item in c.items.values() for norm, _ in parts_of(item.target.norm)}
    assert shown == set(norms.Norm.__args__)
    relative = [n for c in catalogs for i in c.items.values() for n, _ in parts_of(i.target.norm)]
    assert {n.anchor for n in relative if isinstance(n, norms.EventRelative)} == set(norms.Anchor)
    assert any(isinstance(n, norms.ByQuantity) and n.each for n in relative)
    assert any(isinstance(n, norms.Fixed) and n.lower for n in relative)
    assert any(isinstance(n, norms.Fixed) and n.approximate for n in relative)


def test_the_examples_show_everything_that_can_surround_a_norm(catalogs):
    targets = [item.target for catalog in catalogs for item in catalog.items.values()]
    assert {target.start.kind for target in targets} == set(StartKind)
    assert any(target.start.assumed for target in targets)
    for name in ("lead_time", "extension", "requester_deadline", "first_handling", "stops_when"):
        assert any(getattr(target, name) for target in targets), name
    assert any(t.lead_time and t.lead_time.outside_hours for t in targets)
    counts = {t.norm.span.day_count for t in targets if isinstance(t.norm, norms.Fixed)}
    assert counts == set(DayCount)


def test_the_examples_show_dated_hours_and_a_calendar_of_one_item(catalogs):
    calendars = [spec for catalog in catalogs for spec in catalog.calendars.values()]
    assert any(spec.dated and spec.closed and spec.opened for spec in calendars)
    own = [i for c in catalogs for i in c.items.values() if i.calendar not in {d.calendar for d in c.desks.values()}]
    assert [item.id for item in own] == ["biro-umum.19/pharmacy"]


SETNEG_8 = (
    ("Arahan dan penugasan berjenjang", "30 working minutes", 1),
    ("Pembentukan Tim", "1 week", 1),
    ("Memorandum pengumpulan data kinerja", "1 day", 1),
    ("Satuan kerja menyampaikan data kinerja", "1 week", 1),
    ("Pengecekan kelengkapan dan keakuratan", "1 week", 1),
    ("Draf awal LKj", "2 weeks", 1),
    ("Persiapan administrasi pembahasan di dalam kota", "1 day to 3 days", 1),
    ("Pembahasan di dalam kantor", "2.5 working hours", 5),
    ("Rapat kerja di luar kantor", "3 days", 3),
    ("Finalisasi", "3 days", 1),
    ("Pengajuan reviu Inspektorat", "2 days", 1),
    ("Reviu oleh Inspektur", None, 1),
    ("Pengajuan kepada Menteri", "2 days", 1),
    ("Penandatanganan oleh Menteri", None, 1),
    ("Penggandaan dan penyampaian", "1 day", 1),
    ("Permohonan pencetakan", "3 working hours", 1),
    ("Permohonan unggah", "3 working hours", 1),
    ("Pencetakan oleh Biro Umum", None, 1),
    ("Distribusi LKj", "1 day", 1),
)


def test_a_whole_procedure_of_the_state_secretariat_can_be_written_down(catalogs):
    (procedure,) = [c.items["setneg.8/performance-report"] for c in catalogs if "setneg.8" in c.services]
    stages = procedure.target.norm.stages
    assert tuple((s.name, s.norm and norm_as_plain(s.norm), s.repeat) for s in stages) == SETNEG_8
    parallel = [s.name for s in stages if s.after == ("Penandatanganan oleh Menteri",)]
    assert parallel == ["Penggandaan dan penyampaian", "Permohonan pencetakan", "Permohonan unggah"]
    assert all(stage.performed_by for stage in stages)


def test_the_counting_of_days_reaches_every_span_of_an_item(catalogs):
    (item,) = [c.items["biro-umum.13/public-information"] for c in catalogs if "biro-umum.13" in c.services]
    spans = [item.target.norm.span, item.target.extension.span, item.target.requester_deadline.remind]
    assert {span.day_count for span in spans} == {DayCount.END_OF_DAY}
    assert isinstance(spans[0], Span)
    assert spans[0].unit is Unit.WORKING_DAY
