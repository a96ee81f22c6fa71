"""A catalogue of several authorities: what each has in common, and which desk offers whose items."""

import pytest

from helpdesk.catalog.errors import CatalogErrors
from helpdesk.catalog.load import load_file, load_text
from helpdesk.resources import catalog_path
from helpdesk.sla.explain import start_in_words
from helpdesk.sla.norms import Stages
from tests.rules.catalog_samples import GOOD

SECOND = """\
  bu.1:
    code: "1"
    name: {id: Ruang rapat, en: Meeting rooms}
    authority: bureau
    items:
      bu.1/room: &plain
        name: {id: Ruang, en: Room}
        group: rft
        norm: 1 working day
        wording: {id: 1 hari, en: 1 day}
  bu.2:
    code: "2"
    name: {id: Kendaraan, en: Vehicles}
    authority: bureau
    defaults: {response_minutes: 45, fee: {id: Berbayar, en: Charged}}
    items:
      bu.2/car: *plain
      bu.2/driver:
        name: {id: Pengemudi, en: Driver}
        group: rft
        response_minutes: 20
        norm: 1 working day
        wording: {id: 1 hari, en: 1 day}
"""
AUTHORITIES = """\
authorities:
  office:
    name: {id: Kantor, en: Office}
    standard: Standar Kantor
    valid_from: 2026-02-03
    defaults: {response_minutes: 30, products: [{id: Hasil, en: Result}]}
  bureau:
    name: {id: Biro, en: Bureau}
    standard: Standar Biro
    defaults: {fee: {id: Gratis, en: Free}}
"""
TEXT = GOOD.replace("desks:\n", SECOND + "desks:\n").replace("services:\n", AUTHORITIES + "services:\n", 1)
TEXT = TEXT.replace("    code: ITSM.9\n", "    code: ITSM.9\n    authority: office\n")
OFFERED = {
    "all": ("itsm.9/install", "bu.1/room", "bu.2/car", "bu.2/driver"),
    "[office]": ("itsm.9/install",),
    "[bureau]": ("bu.1/room", "bu.2/car", "bu.2/driver"),
    "[bu.2/driver, bu.1, office]": ("itsm.9/install", "bu.1/room", "bu.2/driver"),
    "[bureau, bu.2, bu.2/car]": ("bu.1/room", "bu.2/car", "bu.2/driver"),
}


@pytest.mark.parametrize("written", OFFERED)
def test_a_desk_offers_each_item_once_in_the_order_of_the_file(written):
    catalog = load_text(TEXT.replace("items: all", f"items: {written}"))
    assert catalog.desks["medan"].items == OFFERED[written]


def test_an_item_takes_a_key_from_itself_then_from_its_service_then_from_its_authority():
    items = load_text(TEXT).items
    assert [item.response_minutes for item in items.values()] == [30, None, 45, 20]
    assert [item.fee.en for item in items.values()] == ["", "Free", "Charged", "Charged"]
    assert [len(item.products) for item in items.values()] == [1, 0, 0, 0]


def test_the_standard_of_an_item_is_the_one_that_its_authority_published():
    catalog = load_text(TEXT)
    assert catalog.standard_of(catalog.items["itsm.9/install"]) == "Standar Kantor"
    assert catalog.standard_of(catalog.items["bu.2/car"]) == "Standar Biro"
    assert str(catalog.authorities["office"].valid_from) == "2026-02-03"
    assert catalog.authorities["bureau"].valid_from is None
    alone = load_text(GOOD)
    assert alone.standard_of(alone.items["itsm.9/install"]) == alone.legal_basis == "Standar"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("authority: office", "authority: offices", 'unknown authority "offices"; did you mean office?'),
        ("items: all", "items: [bureu]", 'unknown authority, service or item "bureu"; did you mean bureau?'),
        ("    standard: Standar Biro\n", "", "authorities.bureau.standard: is missing"),
        ("{fee: {id: Gratis, en: Free}}", "{fee: {id: Gratis}}", "authorities.bureau.defaults.fee.en: is missing"),
        ("  bureau:\n", "  bu.1:\n", "services.bu.1: an authority has the same id"),
    ],
)
def test_a_fault_of_an_authority_is_told(old, new, message):
    assert TEXT.count(old) == 1
    with pytest.raises(CatalogErrors) as caught:
        load_text(TEXT.replace(old, new))
    assert any(message in error.message for error in caught.value.errors), str(caught.value)


def test_every_stage_its_note_and_every_named_event_stand_in_both_languages():
    for item in load_file(catalog_path()).items.values():
        start, norm = item.target.start, item.target.norm
        assert bool(start.event) == bool(start.event_english), item.id
        for stage in norm.stages if isinstance(norm, Stages) else ():
            assert stage.english, (item.id, stage.name)
            assert bool(stage.note) == bool(stage.note_english), (item.id, stage.name)


def test_an_event_is_named_in_the_language_of_the_reader_and_may_be_written_in_one():
    both = GOOD.replace("norm: 4", "start: {at: event, event: {id: Renstra ditetapkan, en: the plan}}\n        norm: 4")
    for text, english in ((both, "the plan"), (both.replace("{id: Renstra ditetapkan, en: the plan}", "A"), "A")):
        start = load_text(text).items["itsm.9/install"].target.start
        assert start_in_words(start, "en") == english
    assert start_in_words(load_text(both).items["itsm.9/install"].target.start, "id") == "Renstra ditetapkan"
