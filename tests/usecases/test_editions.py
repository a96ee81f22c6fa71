"""Norms, requirements and wording are those of the catalogue under which a ticket was received; hours are today's."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.catalog.load import load_text
from helpdesk.catalog.model import Catalog, Text
from helpdesk.resources import catalog_path
from helpdesk.store.catalog_models import CatalogEdition
from helpdesk.store.db import unit_of_work
from helpdesk.usecases import editions
from helpdesk.usecases.clocks import refresh, standing
from helpdesk.usecases.editions import in_force_now, note_in_force, recalled
from tests.usecases.conftest import Office

ITEM = "itsm.8/reset-password"
MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 08:00 in Medan
IN_FOUR_HOURS, IN_SIX_HOURS = MONDAY.replace(hour=5), MONDAY.replace(hour=8)  # 12:00 and 15:00, lunch between
PROMISE = "Dijanjikan lain"


def edited(*changes: tuple[str, str]) -> Catalog:
    text = catalog_path().read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return load_text(text)


def six_hours() -> Catalog:
    """The password item with another norm and wording."""
    head, tail = catalog_path().read_text(encoding="utf-8").split(f"      {ITEM}:", 1)
    tail = tail.replace("norm: 4 working hours", "norm: 6 working hours", 1)
    tail = tail.replace("4 (empat) jam kerja", f"{PROMISE}: 6 (enam) jam kerja", 1)
    return load_text(f"{head}      {ITEM}:{tail}")


def without_the_item() -> Catalog:
    head, tail = catalog_path().read_text(encoding="utf-8").split(f"      {ITEM}:", 1)
    return load_text(head.replace(f"{ITEM}, ", "") + tail[tail.index("\n  itsm.9:") :])


@pytest.fixture
def office(office: Office) -> Office:
    office.now.at = MONDAY
    return office


def restarted(office: Office, catalog: Catalog) -> Office:
    """The same office with another catalogue; nothing of the old one is in memory."""
    editions._loaded.cache_clear()
    return replace(office, catalog=catalog)


def due(office: Office, number: str) -> datetime | None:
    """The due time, computed anew from the events."""
    return office.see(number, lambda s, t: refresh(s, office.context(), t).timeline.resolution.due_at)


def test_case_45_a_new_norm_leaves_tickets_received_before_it_alone_and_holds_for_the_next(office: Office) -> None:
    before = office.opened(item=ITEM)
    later = restarted(office, six_hours())
    after = later.opened(item=ITEM, email="lain@kantor.example")

    assert (due(later, before), due(later, after)) == (IN_FOUR_HOURS, IN_SIX_HOURS)
    assert due(restarted(later, office.catalog), after) == IN_SIX_HOURS


def test_the_original_wording_of_a_ticket_stays_too(office: Office) -> None:
    number = office.opened(item=ITEM)
    later = restarted(office, six_hours())

    item = later.see(number, lambda s, t: standing(s, later.context(), t).item)
    assert PROMISE in later.catalog.items[ITEM].wording.id
    assert item is not None
    assert PROMISE not in item.wording.id


def test_a_ticket_classified_after_the_change_is_measured_by_the_catalogue_of_its_receipt(office: Office) -> None:
    number = office.opened()
    later = restarted(office, six_hours())
    later.does("agen", "classify", number, item=ITEM)
    assert later.value(number, "resolution_due_at") == IN_FOUR_HOURS


def test_case_47_an_item_that_the_catalogue_no_longer_has_keeps_its_clocks(office: Office) -> None:
    number = office.opened(item=ITEM)
    later = restarted(office, without_the_item())
    assert ITEM not in later.catalog.items
    assert due(later, number) == IN_FOUR_HOURS
    later.does("agen", "take", number)
    later.does("agen", "fulfil", number, note="Selesai.", label="password")
    later.does("agen", "confirm-fulfilment", number)
    assert later.value(number, "resolution_verdict") == "met"


def test_a_day_closed_since_moves_the_deadline_of_a_ticket_received_before(office: Office) -> None:
    number = office.opened(item=ITEM)
    office_hours = office.catalog.calendars["office"]
    closed = replace(office_hours, closed={date(2026, 11, 2): Text("Tutup", "Closed")})
    calendars = {**office.catalog.calendars, "office": closed}
    later = restarted(office, replace(six_hours(), calendars=calendars))
    assert due(later, number) == IN_FOUR_HOURS.replace(day=3)


def next_year() -> Catalog:
    """The six hours, valid from the first of December."""
    return replace(six_hours(), valid_from=date(2026, 12, 1))


def test_case_45_the_second_of_receipt_decides_by_the_clock_of_the_desk(office: Office) -> None:
    first = datetime(2026, 12, 1, tzinfo=ZoneInfo("Asia/Jakarta"))
    office.opened(item=ITEM)
    office.now.at = (first + timedelta(hours=9)).astimezone(UTC)
    later = restarted(office, next_year())
    late, early = (
        later.opened(item=ITEM, received_at=first + timedelta(seconds=apart), email=f"{apart + 1}@kantor.example")
        for apart in (-1, 0)
    )
    assert [(due(later, n) or first).astimezone(first.tzinfo).hour for n in (late, early)] == [12, 15]
    east = later.opened(
        item=ITEM, desk="kptik-denpasar", received_at=first - timedelta(seconds=1), email="x@kantor.example"
    )
    assert later.value(east, "catalog_version") == next_year().edition, "there it is past midnight already"


def test_the_catalogue_last_in_force_is_known_to_processes_that_start_later(office: Office, app: Flask) -> None:
    newer = six_hours()
    with unit_of_work() as session:
        note_in_force(session, office.catalog, MONDAY)
        note_in_force(session, newer, MONDAY + timedelta(days=1))
    assert recalled(app)() == newer
    with unit_of_work() as session:
        note_in_force(session, office.catalog, MONDAY + timedelta(days=2))
        assert in_force_now(session, next_year(), MONDAY).edition == office.catalog.edition
        assert in_force_now(session, next_year(), MONDAY + timedelta(days=60)) == next_year()


def test_each_text_is_kept_once_with_the_hash_that_the_tickets_name(office: Office) -> None:
    first, second = office.opened(item=ITEM), office.opened(item=ITEM, email="lain@kantor.example")
    later = restarted(office, edited(('version: "2026.1"', 'version: "2026.2"')))
    third = later.opened(item=ITEM, email="ketiga@kantor.example")

    names = [office.value(number, "catalog_version") for number in (first, second, third)]
    columns = select(CatalogEdition.id, CatalogEdition.version, CatalogEdition.text).order_by(CatalogEdition.version)
    kept = office.see(first, lambda s, _t: s.execute(columns).all())
    assert names[0] == names[1] != names[2]
    assert [(row.id, row.version) for row in kept] == [(names[0], "2026.1"), (names[2], "2026.2")]
    assert load_text(kept[1].text) == later.catalog


def test_a_ticket_from_before_editions_were_kept_follows_the_catalogue_in_force(office: Office) -> None:
    number = office.opened(item=ITEM)
    office.see(number, lambda _s, t: setattr(t, "catalog_version", "2026.1"))
    assert due(restarted(office, six_hours()), number) == IN_SIX_HOURS


def test_a_kept_text_that_can_no_longer_be_read_is_told_and_the_catalogue_in_force_holds(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    number = office.opened(item=ITEM)
    office.see(number, lambda s, _t: setattr(s.scalars(select(CatalogEdition)).one(), "text", "nothing: of it"))
    assert due(restarted(office, six_hours()), number) == IN_SIX_HOURS
    assert "can no longer be read" in caplog.text
    editions._loaded.cache_clear()
