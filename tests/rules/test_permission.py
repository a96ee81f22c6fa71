"""Who may do what: status x action x role x own or other desk x own or other group, by a second hand-made reading."""

from itertools import product

import pytest

from helpdesk.tickets.errors import Forbidden, NotFound
from helpdesk.tickets.lifecycle import is_possible
from helpdesk.tickets.permission import (
    EVERY_DESK,
    Machine,
    Requester,
    Staff,
    TicketFacts,
    allowed_actions,
    may_now,
    refusal,
    sees,
)
from helpdesk.tickets.words import Action, Role, Status

MEDAN, DENPASAR = "kptik-medan", "kptik-denpasar"


def staff(*roles: tuple[Role, str], groups: tuple[tuple[str, str], ...] = ()) -> Staff:
    return Staff(1, "orang", frozenset(roles), frozenset(groups))


AGENT = staff((Role.AGENT, MEDAN))
TECHNICIAN = staff((Role.TECHNICIAN, MEDAN), groups=(("rft-tik", MEDAN),))
PUSINTEK = staff((Role.TECHNICIAN, EVERY_DESK), groups=(("pusintek", EVERY_DESK),))
SUPERVISOR = staff((Role.SUPERVISOR, MEDAN))
ADMINISTRATOR = staff((Role.ADMINISTRATOR, EVERY_DESK))
OWN, STRANGER, WORKER = Requester(7, "sari@kantor.example"), Requester(8, "eva@lain.example"), Machine()

# action: who may, by the column "who" of the table. a: agent, t: technician in the ticket's group, T: any technician
# of the desk, s: supervisor, r: the requester, w: the worker. A supervisor may what an agent may.
WHO = {
    "take": "a t",
    "classify": "a",
    "assign": "a",
    "set": "a t r",
    "escalate": "a t",
    "hand-back": "a t",
    "reply": "a T",
    "note": "a T",
    "hold": "a T",
    "resume": "a T w",
    "extend": "s",
    "fulfil": "a t",
    "confirm-fulfilment": "a",
    "send-back": "a",
    "confirm": "a r",
    "close": "w",
    "reopen": "a r",
    "cancel": "a T r w",
    "merge": "a T",
    "split": "a T",
    "link": "a T",
}
ACTIONS = [Action(a) for a in WHO]


def ticket(status: Status = Status.NEW, desk: str = MEDAN, group: str = "rft-tik") -> TicketFacts:
    return TicketFacts(desk, status, group, 7)


def expected(letters: str, action: Action) -> bool:
    return bool(set(letters.split()) & set(WHO[action].split()))


def test_every_action_but_opening_has_a_row_here() -> None:
    assert set(WHO) == {a.value for a in Action} - {"open"}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("actor", "own_group", "letters"),
    [
        (AGENT, True, "a"),
        (AGENT, False, "a"),
        (TECHNICIAN, True, "t T"),
        (TECHNICIAN, False, "T"),
        (PUSINTEK, True, "t T"),
        (PUSINTEK, False, "T"),
        (SUPERVISOR, True, "a s"),
        (SUPERVISOR, False, "a s"),
        (ADMINISTRATOR, True, "a s"),
        (ADMINISTRATOR, False, "a s"),
        (OWN, True, "r"),
        (WORKER, True, "w"),
    ],
)
def test_a_role_may_do_at_its_own_desk_what_the_table_says(actor, own_group, letters, action) -> None:
    group = "rft-bmn"
    if own_group:
        group = "pusintek" if actor is PUSINTEK else "rft-tik"
    refused = refusal(actor, action, ticket(group=group))
    assert (refused is None) is expected(letters, action)
    assert refused is None or type(refused) is Forbidden
    for status in Status:
        possible = is_possible(status, action) and expected(letters, action)
        if actor is OWN and action is Action.CANCEL and status is Status.FULFILLED:
            possible = False  # a requester withdraws only before fulfilment
        assert may_now(actor, action, ticket(status, group=group)) is possible, status


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        (("attributes",), True),
        (("attributes", "reason"), False),
        (("event_at",), False),
        (("documents",), False),
        (("attributes", "starts_at"), False),
    ],
)
def test_a_requester_sets_attributes_and_nothing_else(given, allowed) -> None:
    assert (refusal(OWN, Action.SET, ticket(), given) is None) is allowed
    assert refusal(AGENT, Action.SET, ticket(), given) is None


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("actor", [AGENT, TECHNICIAN, SUPERVISOR, STRANGER])
def test_a_ticket_of_another_desk_or_person_does_not_exist(actor, action) -> None:
    other = ticket(desk=DENPASAR)
    assert not sees(actor, other)
    for status in Status:
        assert type(refusal(actor, action, ticket(status, DENPASAR))) is NotFound
        assert not may_now(actor, action, ticket(status, DENPASAR))
    assert allowed_actions(actor, other) == ()


@pytest.mark.parametrize("actor", [PUSINTEK, ADMINISTRATOR])
def test_shared_groups_and_administrators_work_at_every_desk(actor) -> None:
    for desk in (MEDAN, DENPASAR):
        assert refusal(actor, Action.TAKE, ticket(desk=desk, group="pusintek")) is None


def test_a_group_of_the_same_name_at_another_desk_is_another_group() -> None:
    both = staff((Role.TECHNICIAN, MEDAN), (Role.AGENT, DENPASAR), groups=(("rft-tik", MEDAN),))
    assert refusal(both, Action.FULFIL, ticket(group="rft-tik")) is None
    elsewhere = staff((Role.TECHNICIAN, MEDAN), (Role.TECHNICIAN, DENPASAR), groups=(("rft-tik", DENPASAR),))
    assert type(refusal(elsewhere, Action.FULFIL, ticket(group="rft-tik"))) is Forbidden


def test_a_role_at_one_desk_gives_nothing_at_another() -> None:
    mixed = staff((Role.AGENT, MEDAN), (Role.TECHNICIAN, DENPASAR), groups=(("rft-tik", DENPASAR),))
    assert refusal(mixed, Action.CLASSIFY, ticket()) is None
    assert type(refusal(mixed, Action.CLASSIFY, ticket(desk=DENPASAR))) is Forbidden


def test_a_person_without_any_role_sees_nothing() -> None:
    nobody = Staff(9, "tanpa-peran")
    assert all(type(refusal(nobody, a, ticket(s))) is NotFound for a, s in product(ACTIONS, Status))


def test_the_buttons_of_a_new_ticket_at_layer_1() -> None:
    new = ticket(Status.NEW, group="layer-1")
    shown = {a.value for a in allowed_actions(AGENT, new)}
    assert shown == {
        "take", "classify", "assign", "set", "escalate", "hand-back", "reply", "note", "cancel", "merge", "split",
        "link",
    }  # fmt: skip
    assert {a.value for a in allowed_actions(TECHNICIAN, new)} == {"reply", "note", "cancel", "merge", "split", "link"}
    assert {a.value for a in allowed_actions(OWN, new)} == {"cancel", "set"}
    assert {a.value for a in allowed_actions(OWN, ticket(Status.RESOLVED))} == {"confirm", "reopen"}
    assert {a.value for a in allowed_actions(WORKER, ticket(Status.RESOLVED))} == {"close"}
