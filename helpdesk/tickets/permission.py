"""Who may do what on which ticket: the one function behind buttons, pages and the JSON interface."""

from collections.abc import Collection
from dataclasses import dataclass, field

from helpdesk.tickets.errors import DomainError, Forbidden, NotFound
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.lifecycle import is_possible
from helpdesk.tickets.words import Action, Role, Status

EVERY_DESK = "*"


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in staff member. `roles` are (role, desk id) pairs and `groups` (group id, desk id) pairs, for
    EVERY_DESK where it holds at all of them.

    The members of a shared group (pusintek) serve every desk: their desk is EVERY_DESK.
    """

    id: int
    name: str
    roles: frozenset[tuple[Role, str]] = frozenset()
    groups: frozenset[tuple[str, str]] = frozenset()
    display_name: str = ""

    @property
    def is_administrator(self) -> bool:
        """True for an administrator, who may do what a supervisor may, at all desks."""
        return any(role is Role.ADMINISTRATOR for role, _desk in self.roles)

    def has_role(self, role: Role, desk: str) -> bool:
        """True when the person has this very role at the desk."""
        return (role, desk) in self.roles or (role, EVERY_DESK) in self.roles

    def works_at(self, desk: str) -> bool:
        """True when the person has any role at the desk, and so sees all its tickets."""
        return self.is_administrator or any(d in (desk, EVERY_DESK) for _role, d in self.roles)

    def is_agent(self, desk: str) -> bool:
        """True for agents, and for supervisors and administrators who may do what an agent may."""
        return self.has_role(Role.AGENT, desk) or self.is_supervisor(desk)

    def is_supervisor(self, desk: str) -> bool:
        """True for the desk's supervisors and for administrators."""
        return self.is_administrator or self.has_role(Role.SUPERVISOR, desk)

    def in_group(self, group: str, desk: str) -> bool:
        """True for the members of the support group at that desk."""
        return (group, desk) in self.groups or (group, EVERY_DESK) in self.groups


@dataclass(frozen=True, slots=True)
class Requester:
    """The requester of a ticket, proved by a code, a private link, or the address of an authenticated mail."""

    id: int
    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """The worker, which closes, lapses and warns."""

    name: str = field(default="worker")


Actor = Staff | Requester | Machine


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What the rules need to know of a ticket.

    `reopenable`: the window is not over. `extendable`: the item's standard allows an extension that is still free.
    """

    desk: str
    status: Status
    group: str
    requester_id: int
    reopenable: bool = True
    extendable: bool = True


_STAFF = frozenset(
    {
        Action.REPLY,
        Action.NOTE,
        Action.HOLD,
        Action.RESUME,
        Action.CANCEL,
        Action.MERGE,
        Action.SPLIT,
        Action.LINK,
    }
)
_AGENT = frozenset(
    {Action.CLASSIFY, Action.ASSIGN, Action.CONFIRM_FULFILMENT, Action.SEND_BACK, Action.CONFIRM, Action.REOPEN}
)
_AGENT_OR_GROUP = frozenset({Action.TAKE, Action.SET, Action.ESCALATE, Action.HAND_BACK, Action.FULFIL})
_REQUESTER = frozenset({Action.CONFIRM, Action.REOPEN, Action.CANCEL, Action.SET})
REQUESTER_SETS = frozenset({"attributes", "visit", "visit_at"})
"""The fields of `set` that a requester may give (docs/adr/0019)."""


def sees(actor: Actor, ticket: TicketFacts) -> bool:
    """True when the actor may know that the ticket exists."""
    if isinstance(actor, Staff):
        return actor.works_at(ticket.desk)
    return isinstance(actor, Machine) or actor.id == ticket.requester_id


def _staff_may(staff: Staff, action: Action, ticket: TicketFacts) -> bool:
    if action in _STAFF:
        return True
    if action in _AGENT_OR_GROUP:
        return staff.is_agent(ticket.desk) or (
            staff.has_role(Role.TECHNICIAN, ticket.desk) and staff.in_group(ticket.group, ticket.desk)
        )
    if action in _AGENT:
        return staff.is_agent(ticket.desk)
    return action is Action.EXTEND and staff.is_supervisor(ticket.desk)


def refusal(
    actor: Actor, action: Action, ticket: TicketFacts, given: Collection[str] = frozenset()
) -> DomainError | None:
    """Why the actor may not do this, whatever the status: NotFound, Forbidden, or None when they may.

    `given`: the fields of the action; left out where only its button is asked for.
    """
    if not sees(actor, ticket):
        return NotFound(_("There is no such ticket."))
    if isinstance(actor, Staff):
        allowed = _staff_may(actor, action, ticket)
    elif isinstance(actor, Machine):
        allowed = action in (Action.CLOSE, Action.CANCEL, Action.RESUME)
    else:
        allowed = action in _REQUESTER and (action is not Action.SET or REQUESTER_SETS.issuperset(given))
    return None if allowed else Forbidden(_("Your role or group does not allow this: %(action)s."), action=action)


def may_now(actor: Actor, action: Action, ticket: TicketFacts) -> bool:
    """True when both the role and the status allow the action: what a button asks."""
    if isinstance(actor, Requester) and action is Action.CANCEL and ticket.status is Status.FULFILLED:
        return False
    if (action is Action.REOPEN and not ticket.reopenable) or (action is Action.EXTEND and not ticket.extendable):
        return False
    return refusal(actor, action, ticket) is None and is_possible(ticket.status, action)


def allowed_actions(actor: Actor, ticket: TicketFacts) -> tuple[Action, ...]:
    """The actions that the actor may take now, in the order of the lifecycle table."""
    return tuple(a for a in Action if a is not Action.OPEN and may_now(actor, a, ticket))
