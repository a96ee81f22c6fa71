"""What may be sent with each action, by JSON and by form."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from helpdesk.tickets.errors import Invalid
from helpdesk.tickets.words import Action
from helpdesk.usecases.handling import ACTIONS
from helpdesk.web.schemas import ACTION_FIELDS, form_fields, load_action

MEDAN_ZONE, MAKASSAR_ZONE = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar")
NEEDED = {
    Action.FULFIL: {"note", "label"},
    Action.ESCALATE: {"group"},
    Action.HAND_BACK: {"group", "reason"},
    Action.SEND_BACK: {"reason"},
    Action.NOTE: {"text"},
    Action.ASSIGN: {"assignee"},
    Action.EXTEND: {"reason"},
    Action.HOLD: {"reason"},
    Action.MERGE: {"number"},
    Action.LINK: {"number"},
    Action.SPLIT: {"entries"},
}


def wrong(action: Action, given: dict) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        load_action(action, given)
    return refused.value.fields


def test_every_action_that_can_be_done_has_its_fields() -> None:
    assert set(ACTION_FIELDS) == set(ACTIONS)


@pytest.mark.parametrize("action", list(ACTIONS))
def test_what_is_needed_is_demanded(action: Action) -> None:
    if action in NEEDED:
        assert set(wrong(action, {})) == NEEDED[action]
    else:
        assert load_action(action, {}) == {}


@pytest.mark.parametrize("action", list(ACTIONS))
def test_an_unknown_field_is_refused(action: Action) -> None:
    assert "status" in wrong(action, {"status": "closed"})


@pytest.mark.parametrize(
    ("action", "given", "field"),
    [
        (Action.CONFIRM, {"rating": 0}, "rating"),
        (Action.CONFIRM, {"rating": 6}, "rating"),
        (Action.CONFIRM, {"rating": "5"}, "rating"),
        (Action.CONFIRM, {"rating": 4.0}, "rating"),
        (Action.CONFIRM, {"rating": True}, "rating"),
        (Action.CLASSIFY, {"priority": 5}, "priority"),
        (Action.CLASSIFY, {"type": "wish"}, "type"),
        (Action.CLASSIFY, {"item": 8}, "item"),
        (Action.FULFIL, {"note": "x", "label": "y" * 61}, "label"),
        (Action.FULFIL, {"note": "   ", "label": "y"}, "note"),
        (Action.NOTE, {"text": "a\x00b"}, "text"),
        (Action.NOTE, {"text": "a\ud800b"}, "text"),
        (Action.NOTE, {"text": "x" * 20_001}, "text"),
        (Action.NOTE, {"text": None}, "text"),
        (Action.HOLD, {"reason": "holiday"}, "reason"),
        (Action.HOLD, {"reason": "documents", "missing": "KTP"}, "missing"),
        (Action.HOLD, {"reason": "documents", "missing": ["x"] * 51}, "missing"),
        (Action.CANCEL, {"reason": "merged"}, "reason"),
        (Action.SPLIT, {"entries": [1, "2"]}, "entries.1"),
        (Action.SPLIT, {"entries": [2**60]}, "entries.0"),
        (Action.SET, {"attributes": {"devices": [1]}}, "attributes.devices"),
        (Action.SET, {"attributes": "devices=1"}, "attributes"),
        (Action.SET, {"event_at": "2026-11-24T08:00:00"}, "event_at"),
        (Action.SET, {"event_at": "tomorrow"}, "event_at"),
        (Action.SET, {"event_at": 1795000000}, "event_at"),
        (Action.SET, {"event_at": "0001-01-01T00:00:00+07:00"}, "event_at"),
        (Action.SET, {"event_at": "9999-12-31T23:59:59-12:00"}, "event_at"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(action: Action, given: dict, field: str) -> None:
    assert set(wrong(action, given)) == {field}


def test_an_aware_time_is_kept_as_utc() -> None:
    assert load_action(Action.EXTEND, {"reason": "x", "due_at": "2026-11-24T08:00:00+07:00"}) == {
        "reason": "x",
        "due_at": datetime(2026, 11, 24, 1, tzinfo=UTC),
    }


def test_null_counts_as_absent_where_a_field_is_optional() -> None:
    assert load_action(Action.CLASSIFY, {"item": None, "type": "incident", "priority": None}) == {"type": "incident"}


def from_form(action: Action, *pairs: tuple[str, str], zone: ZoneInfo = MEDAN_ZONE) -> dict:
    return load_action(action, form_fields(action, MultiDict(list(pairs)), zone))


def test_a_form_says_the_same_as_the_interface() -> None:
    page = ("csrf_token", "x"), ("next", "/board"), ("version", "3")
    assert from_form(Action.CLASSIFY, ("item", "itsm.8/reset-password"), ("type", ""), ("priority", "2"), *page) == {
        "item": "itsm.8/reset-password",
        "priority": 2,
    }


def test_a_list_of_a_form_is_its_repetition() -> None:
    assert from_form(Action.SPLIT, ("entries", "3"), ("entries", "1")) == {"entries": [3, 1]}
    missing = ("missing", "KTP"), ("missing", "Surat"), ("missing_other", "Nota dinas\n\n Foto ")
    assert from_form(Action.HOLD, ("reason", "documents"), *missing) == {
        "reason": "documents",
        "missing": ["KTP", "Surat", "Nota dinas", "Foto"],
    }


@pytest.mark.parametrize(("zone", "hour"), [(MEDAN_ZONE, 1), (MAKASSAR_ZONE, 0)])
def test_a_local_time_of_a_form_is_in_the_zone_of_the_desk(zone: ZoneInfo, hour: int) -> None:
    fields = from_form(Action.SET, ("event_at", "2026-11-24T08:00"), zone=zone)
    assert fields == {"event_at": datetime(2026, 11, 24, hour, tzinfo=UTC)}


def test_attributes_of_a_form_have_their_prefix() -> None:
    fields = from_form(Action.SET, ("attributes.devices", "6"), ("attributes.place", ""), ("reason", "Salah hitung"))
    assert fields == {"attributes": {"devices": "6"}, "reason": "Salah hitung"}


@pytest.mark.parametrize("rating", ["five", "6", "-1", "1e0", "٣", "9" * 40])
def test_a_wrong_number_of_a_form_is_refused(rating: str) -> None:
    with pytest.raises(Invalid):
        from_form(Action.CONFIRM, ("rating", rating))


def test_a_form_with_a_field_that_the_action_does_not_have_is_refused() -> None:
    with pytest.raises(Invalid):
        from_form(Action.TAKE, ("assignee", "joko"))


@pytest.mark.parametrize("number", [10**30, -(10**30)])
def test_a_number_that_is_too_large_is_called_so(number: int) -> None:
    with pytest.raises(Invalid) as refused:
        load_action(Action.SET, {"attributes": {"devices": number}})
    assert refused.value.fields == {"attributes.devices": "This number is too large."}
