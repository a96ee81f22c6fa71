"""Numbers, thanks, urgency, and the history that events add up to."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.tickets.conversation import is_thanks_alone
from helpdesk.tickets.events import MACHINE, REQUESTER, STAFF, EventFact, fold
from helpdesk.tickets.priority import is_urgent
from helpdesk.tickets.reference import format_number, number_year, numbers_in
from helpdesk.tickets.words import Action

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_number_names_desk_year_and_sequence() -> None:
    assert format_number("MDN", 2026, 1) == "MDN-2026-000001"
    assert format_number("MDN", 2026, 999_999) == "MDN-2026-999999"
    assert format_number("MDN", 2026, 1_000_000) == "MDN-2026-1000000", "the millionth has one digit more"


def test_the_year_of_a_number_is_the_year_at_the_desk() -> None:
    new_year_in_denpasar = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert number_year(new_year_in_denpasar, ZoneInfo("Asia/Makassar")) == 2027
    assert number_year(new_year_in_denpasar, ZoneInfo("Asia/Jakarta")) == 2026


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("Re: [MDN-2026-000123] Lupa password", ["MDN-2026-000123"]),
        ("MDN-2026-000123", ["MDN-2026-000123"]),
        ("bls: mdn-2026-000123 lagi", ["MDN-2026-000123"]),
        ("(MDN-2026-000123)", ["MDN-2026-000123"]),
        ("#MDN-2026-000123:", ["MDN-2026-000123"]),
        ("DPS-2026-000009 dan MDN-2026-000123 dan DPS-2026-000009", ["DPS-2026-000009", "MDN-2026-000123"]),
        ("MDN-2026-1000000", ["MDN-2026-1000000"]),
        ("XMDN-2026-000123", ["XMDN-2026-000123"]),
        ("KODE-MDN-2026-000123", []),
        ("MDN-2026-000123-A", []),
        ("MDN-2026-000123X", []),
        ("MDN-2026-00123", []),
        ("MDN-26-000123", []),
        ("MDN–2026–000123", []),
        ("ＭＤＮ-2026-000123", []),
        ("", []),
    ],
)
def test_a_number_counts_only_as_a_whole_word(subject: str, found: list[str]) -> None:
    assert list(numbers_in(subject)) == found


@given(st.sampled_from(["MDN", "SMG", "SBY", "DPS", "MKS"]), st.integers(2020, 2099), st.integers(1, 10**8))
def test_every_number_is_found_again_in_a_subject(prefix: str, year: int, sequence: int) -> None:
    number = format_number(prefix, year, sequence)
    assert numbers_in(f"Re: [{number}] Permintaan") == (number,)


@given(st.text(max_size=400))
def test_whatever_a_subject_says_looking_for_numbers_ends(text: str) -> None:
    assert all(n == n.upper() for n in numbers_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih",
        "terimakasih pak",
        "Terima kasih banyak atas bantuannya.",
        "Makasih ya mas 🙏",
        "Ok, thanks!",
        "Thank you very much for your quick help",
        "Siap, terima kasih. Salam hormat",
        "Matur nuwun, Bu",
        "Hatur nuhun",
    ],
)
def test_thanks_alone(text: str) -> None:
    assert is_thanks_alone(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ok",
        "Sudah",
        "Terima kasih, tapi masih belum bisa masuk",
        "Terima kasih. Kapan selesai?",
        "Terima kasih, mohon dibuka lagi",
        "Thanks but it still fails",
        "Thanks, not working",
        "Terima kasih " * 40,
    ],
)
def test_anything_more_than_thanks_is_read_by_a_person(text: str) -> None:
    assert not is_thanks_alone(text)


@pytest.mark.parametrize(("priority", "urgent"), [(1, True), (2, True), (3, False), (4, False)])
def test_the_two_highest_priorities_are_urgent(priority: int, urgent: bool) -> None:
    assert is_urgent(priority, {}, {}) is urgent


def test_security_electricity_and_water_are_urgent_whatever_the_priority() -> None:
    rule = {"kind": frozenset({"security", "electricity", "water"})}
    assert is_urgent(4, {"kind": "water"}, rule)
    assert not is_urgent(3, {"kind": "cleaning"}, rule)
    assert not is_urgent(3, {"other": "water"}, rule)


def fact(action: str, minutes: int = 0, actor: str = STAFF, **data: object) -> EventFact:
    return EventFact(Action(action), actor, AT + timedelta(minutes=minutes), data)


OPENED = fact("open", actor=REQUESTER, received_at="2026-11-23T07:55:00+07:00", channel="email")


def test_a_history_begins_with_the_opening() -> None:
    with pytest.raises(ValueError, match="begins"):
        fold([fact("take")])
    with pytest.raises(ValueError, match="without events"):
        fold([])
    history = fold([OPENED])
    assert history.received_at == datetime(2026, 11, 23, 0, 55, tzinfo=UTC)
    assert (history.channel, history.item, history.priority, history.cycle) == ("email", None, 3, 1)


def test_an_opening_without_a_time_of_receipt_was_received_when_it_was_recorded() -> None:
    assert fold([fact("open", channel="phone")]).received_at == AT


def test_later_words_replace_earlier_ones_and_attributes_add_up() -> None:
    history = fold(
        [
            OPENED,
            fact("classify", 1, item="itsm.8/reset-password", type="service request"),
            fact("set", 2, attributes={"devices": 2}, event_at="2026-12-01T02:00:00+00:00"),
            fact("set", 3, attributes={"place": "near"}),
            fact("classify", 4, priority=1),
            fact("set", 5, attributes={"devices": 5}),
        ]
    )
    assert (history.item, history.type, history.priority) == ("itsm.8/reset-password", "service request", 1)
    assert history.attributes == {"devices": 5, "place": "near"}
    assert history.event_at == datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("first", ["take", "classify", "assign", "reply", "escalate", "hold"])
def test_the_first_action_is_the_first_one_of_a_person(first: str) -> None:
    history = fold([OPENED, fact("note", 1), fact(first, 2), fact("take", 3)])
    assert history.first_action_at == AT + timedelta(minutes=2)


@pytest.mark.parametrize("actor", [REQUESTER, MACHINE])
def test_nobody_else_answers_in_place_of_a_person(actor: str) -> None:
    assert fold([OPENED, fact("reply", 1, actor=actor), fact("resume", 2, actor=actor)]).first_action_at is None


def test_a_send_back_voids_the_fulfilment_and_a_reopening_begins_a_new_cycle() -> None:
    work = [OPENED, fact("take", 1), fact("fulfil", 10)]
    assert fold(work).fulfilled_at == AT + timedelta(minutes=10)
    assert fold([*work, fact("send-back", 11)]).fulfilled_at is None
    done = [
        *work,
        fact("extend", 5, due_at="2026-11-30T09:00:00+07:00"),
        fact("confirm-fulfilment", 12, ended={"a": 1}),
    ]
    ended = fold(done)
    assert (ended.resolved_at, ended.ended) == (AT + timedelta(minutes=12), {"a": 1})
    again = fold([*done, fact("confirm", 13, REQUESTER), fact("reopen", 20, REQUESTER)])
    assert (again.cycle, again.cycle_started_at) == (2, AT + timedelta(minutes=20))
    empty = (again.fulfilled_at, again.resolved_at, again.closed_at, again.extended_due_at, again.extended_at)
    assert empty == (None,) * 5
    assert again.ended == {}
    assert again.first_action_at == AT + timedelta(minutes=1), "the response clock runs once per ticket"


def test_a_cancelled_or_merged_ticket_keeps_why() -> None:
    history = fold([OPENED, fact("cancel", 4, reason="spam", ended={"resolution_verdict": "excluded"})])
    assert (history.cancel_reason, history.cancelled_at) == ("spam", AT + timedelta(minutes=4))
    assert history.ended == {"resolution_verdict": "excluded"}
    assert fold([OPENED, fact("merge", 5, reason="merged")]).cancel_reason == "merged"
