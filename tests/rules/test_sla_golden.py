"""Every KPTIK item at five receipts, the due times worked out by hand on a calendar, and the answers of `sla due`.

The receipts: in hours, in lunch on the last working day before Nyepi and Lebaran 2026 (the next is 25 March), on a
Saturday, at night, and in hours again.
"""

import pytest

from helpdesk.catalog.load import load_file
from helpdesk.resources import catalog_path
from helpdesk.sla.due import Refused
from helpdesk.usecases.standards import answer_due, answer_elapsed, calendar_for

RECEIPTS = ("2026-11-20T16:30", "2026-03-17T12:30", "2026-11-21T09:00", "2026-11-19T21:00", "2026-11-19T10:00")

ONE_HOUR = ("2026-11-23T08:30", "2026-03-17T14:00", "2026-11-23T09:00", "2026-11-20T09:00", "2026-11-19T11:00")
FOUR_HOURS = ("2026-11-23T11:30", "2026-03-17T17:00", "2026-11-23T12:00", "2026-11-20T12:00", "2026-11-19T15:00")
ONE_DAY = ("2026-11-23T16:30", "2026-03-25T12:00", "2026-11-23T17:00", "2026-11-20T17:00", "2026-11-20T10:00")
TWO_DAYS = ("2026-11-24T16:30", "2026-03-26T12:00", "2026-11-24T17:00", "2026-11-23T17:00", "2026-11-23T10:00")
THREE_DAYS = ("2026-11-25T16:30", "2026-03-27T12:00", "2026-11-25T17:00", "2026-11-24T17:00", "2026-11-24T10:00")
FIVE_DAYS = ("2026-11-27T16:30", "2026-03-31T12:00", "2026-11-27T17:00", "2026-11-26T17:00", "2026-11-26T10:00")
# April 2026 has Good Friday on the 3rd
TWENTY_DAYS = ("2026-12-18T16:30", "2026-04-22T12:00", "2026-12-18T17:00", "2026-12-17T17:00", "2026-12-17T10:00")
A_DAY = ("2026-11-23T08:00", "2026-03-25T08:00", "2026-11-24T08:00", "2026-11-23T08:00", "2026-11-20T10:00")
A_WEEK = ("2026-11-27T16:30", "2026-03-25T08:00", "2026-11-30T08:00", "2026-11-27T08:00", "2026-11-26T10:00")
NEVER = (None,) * 5

GOLDEN = [
    ("itsm.5/network-cable", {}, THREE_DAYS),
    ("itsm.5/guest-internet", {}, ONE_DAY),
    ("itsm.8/account-individual", {}, ONE_DAY),
    ("itsm.8/account-collective", {"accounts": "31"}, FIVE_DAYS),
    ("itsm.8/reset-password", {}, FOUR_HOURS),
    ("itsm.9/software-supply", {"devices": "3"}, FOUR_HOURS),
    ("itsm.9/software-install", {"devices": "4"}, ONE_DAY),
    ("itsm.9/software-install", {"devices": "6"}, TWO_DAYS),
    ("itsm.9/software-install", {"devices": "21"}, NEVER),
    ("itsm.9/software-install", {}, ONE_DAY),
    ("itsm.9/software-supply-install", {"devices": "20"}, FIVE_DAYS),
    ("itsm.10/ict-training", {}, THREE_DAYS),
    ("itsm.12/leader-devices", {}, ONE_DAY),
    ("itsm.12/leader-onsite", {}, ONE_DAY),
    ("bmn.1/asset-loan", {}, ONE_DAY),
    ("bmn.3/asset-repair", {"performed_by": "in-house"}, TWO_DAYS),
    ("bmn.3/asset-repair", {"performed_by": "third-party"}, NEVER),
    ("bmn.3/asset-repair", {}, TWO_DAYS),
    ("bmn.4/facilities", {"doable": "yes", "severity": "light", "materials": "yes"}, A_DAY),
    ("bmn.4/facilities", {"doable": "yes", "severity": "medium", "materials": "yes"}, A_WEEK),
    ("bmn.4/facilities", {"doable": "no"}, NEVER),
    ("bmn.4/facilities", {}, A_DAY),
    ("bmn.5/supplies", {}, ONE_DAY),
    ("bmn.5/supplies-install", {}, ONE_DAY),
    ("tu.2/secretariat-admin", {}, ONE_DAY),
    ("tu.2/secretariat-publication", {}, ONE_DAY),
    ("lpse/consultation", {}, ONE_HOUR),
]
FROM_DOCUMENTS = [
    ("bmn.2/asset-rent", TWENTY_DAYS),
    ("lpse/registration-company", ONE_HOUR),
    ("lpse/registration-individual", ONE_HOUR),
]
# The event, then what is due
BY_EVENT = [
    ("itsm.5/lan-assistance", "2026-11-26", "2026-11-27T17:00"),
    ("itsm.5/lan-assistance", "2026-11-27T09:00", "2026-11-30T17:00"),
    ("itsm.11/special-event", "2026-11-28", "2026-11-30T17:00"),
    ("itsm.11/special-event", "2026-03-17", "2026-03-25T17:00"),
    ("tu.1/protocol", "2026-11-26T10:00", "2026-11-26T17:00"),
    ("tu.1/protocol", "2026-11-29", "2026-11-27T17:00"),
    ("tu.2/secretariat-coordination", "2026-11-26", "2026-11-25T17:00"),
    ("tu.2/secretariat-coordination", "2026-11-30", "2026-11-27T17:00"),
    ("tu.2/secretariat-coordination", "2026-12-26", "2026-12-23T17:00"),
]


@pytest.fixture(scope="module")
def catalog():
    return load_file(catalog_path())


def ask(catalog, item, received, desk="kptik-medan", channel="email", **others):
    return answer_due(catalog, item_id=item, desk_id=desk, channel=channel, received=received, **others)


@pytest.mark.parametrize(("item", "attributes", "dues"), GOLDEN)
@pytest.mark.parametrize(("desk", "offset"), [("kptik-medan", "+07:00"), ("kptik-makassar", "+08:00")])
def test_items_that_start_at_receipt(catalog, item, attributes, dues, desk, offset):
    for received, due in zip(RECEIPTS, dues, strict=True):
        answer = ask(catalog, item, received, desk, attributes=attributes)
        assert answer["resolution"]["due"] == (f"{due}:00{offset}" if due else None), received
        assert answer["received"] == f"{received}:00{offset}"


@pytest.mark.parametrize(("item", "dues"), FROM_DOCUMENTS)
def test_items_that_start_with_complete_documents(catalog, item, dues):
    waiting = ask(catalog, item, RECEIPTS[0])
    assert waiting["resolution"] == {"starts": None, "due": None}
    assert "menunggu dokumen dinyatakan lengkap" in " ".join(waiting["explain"])
    for starts, due in zip(RECEIPTS, dues, strict=True):
        assert ask(catalog, item, "2026-03-02T09:00", starts=starts)["resolution"]["due"] == f"{due}:00+07:00"


@pytest.mark.parametrize(("item", "event", "due"), BY_EVENT)
def test_items_relative_to_an_event(catalog, item, event, due):
    assert ask(catalog, item, "2026-03-02T09:00")["resolution"]["due"] is None
    answer = ask(catalog, item, "2026-03-02T09:00", event=event)
    assert answer["resolution"]["due"] == f"{due}:00+07:00"


def test_the_table_names_every_item_of_the_standard(catalog):
    named = {row[0] for row in (*GOLDEN, *FROM_DOCUMENTS, *BY_EVENT)}
    assert named == {item.id for item in catalog.items_of("kptik-medan")}


@pytest.mark.parametrize(
    ("item", "channel", "due"),
    [
        ("itsm.8/reset-password", "email", "2026-11-20T17:00:00+07:00"),
        ("bmn.1/asset-loan", "email", "2026-11-23T08:30:00+07:00"),
        ("bmn.3/asset-repair", "nota-dinas", "2026-11-23T08:30:00+07:00"),
        ("itsm.8/reset-password", "portal", "2026-11-20T16:30:00+07:00"),
        ("itsm.8/reset-password", "phone", "2026-11-20T16:30:00+07:00"),
        ("bmn.4/facilities", "whatsapp", "2026-11-20T16:30:00+07:00"),
    ],
)
def test_the_response_by_channel(catalog, item, channel, due):
    assert ask(catalog, item, RECEIPTS[0], channel=channel)["response"]["due"] == due


def test_first_handling_and_the_event_are_stages(catalog):
    (handling,) = ask(catalog, "bmn.4/facilities", "2026-11-20T16:55")["stages"]
    assert handling == {
        "name": "first handling", "starts": "2026-11-20T16:55:00+07:00", "due": "2026-11-23T08:05:00+07:00",
    }  # fmt: skip
    (event,) = ask(catalog, "itsm.11/special-event", RECEIPTS[0], event="2026-11-26")["stages"]
    assert (event["name"], event["due"]) == ("event", "2026-11-26T17:00:00+07:00")


def test_a_missing_attribute_is_explained_by_name_and_id_in_both_languages(catalog):
    story = " ".join(ask(catalog, "itsm.9/software-install", RECEIPTS[0])["explain"])
    assert "Jumlah perangkat (devices)" in story
    assert "Number of devices (devices)" in story


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"item_id": "itsm.8/nothing"}, "unknown item"),
        ({"item_id": "biro-umum.99/nothing"}, "item"),
        ({"desk_id": "kptik-bandung"}, "unknown desk"),
        ({"channel": "fax"}, "unknown channel"),
        ({"attributes": {"colour": "red"}}, "no attribute"),
        ({"attributes": {"devices": "0"}}, "devices"),
        ({"attributes": {"devices": "-3"}}, "devices"),
        ({"attributes": {"devices": "2.5"}}, "devices"),
        ({"item_id": "itsm.8/account-collective", "attributes": {"accounts": "30"}}, "at least 31"),
        ({"item_id": "bmn.3/asset-repair", "attributes": {"performed_by": "me"}}, "not one of"),
        ({"starts": "2026-11-23T09:00"}, "starts at receipt"),
        ({"received": "yesterday"}, "ISO 8601"),
        ({"received": "1901-01-01T09:00"}, "outside the calendar"),
        ({"received": "0001-01-01T00:30:00+07:00"}, "no calendar reaches"),
        ({"received": "9999-12-31T23:30:00-07:00"}, "no calendar reaches"),
        ({"event": "soon"}, "ISO 8601"),
    ],
)
def test_what_is_unknown_or_makes_no_sense_is_refused_with_a_message(catalog, wrong, message):
    question = {
        "item_id": "itsm.9/software-install", "desk_id": "kptik-medan", "channel": "email", "received": RECEIPTS[0],
    } | wrong  # fmt: skip
    with pytest.raises(Refused, match=message):
        answer_due(catalog, **question)


def test_elapsed_working_minutes_are_rounded_down(catalog):
    def minutes(start, end, desk="kptik-medan"):
        return answer_elapsed(catalog, desk_id=desk, start=start, end=end)["working_minutes"]

    assert minutes("2026-11-20T16:30", "2026-11-23T08:29:59") == 59
    assert minutes("2026-03-17T16:00", "2026-03-25T09:00") == 120
    assert minutes("2026-11-20T16:30:00+07:00", "2026-11-20T16:45:00+07:00", "kptik-denpasar") == 0  # 17.30 WITA
    with pytest.raises(Refused):
        minutes("2026-11-23T09:00", "2026-11-20T09:00")


def test_a_calendar_is_compiled_once_per_desk_zone(catalog):
    assert calendar_for(catalog, "kptik-medan") is calendar_for(catalog, "kptik-semarang")
    assert calendar_for(catalog, "kptik-medan") is not calendar_for(catalog, "kptik-makassar")
