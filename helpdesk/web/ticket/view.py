"""The ticket page as values: everything that the templates show, as ready strings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.web.board.clocks import Pill
from helpdesk.web.board.view import Choice
from helpdesk.web.ticket.chatting import Chat


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a message."""

    name: str
    size: str
    href: str


@dataclass(frozen=True, slots=True)
class Message:
    """One item of the conversation. `look` is a CSS class: in, out, auto, note, step (a line of the history).

    `sent` says how far a public reply has come; `sent_state` is the state of its pill. `html_href` shows the mail as
    it was designed, sanitised, in a frame without rights. `sign`: what the person put on it in a chat. `coming`: what
    is told of files that are not there. `earlier`: what stood there before its author changed it.
    """

    id: str
    look: str
    author: str
    label: str
    at: str
    at_full: str
    text: str
    icon: str = ""
    quoted: str = ""
    quoted_lines: int = 0
    files: tuple[Attached, ...] = ()
    html_href: str = ""
    mark: str = ""
    sent: str = ""
    sent_problem: bool = False
    sign: str = ""
    coming: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnTime:
    """The operational clock of a stay at a group; `late`: over its own target."""

    name: str
    says: str
    late: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the time bar: `x` and `width` in percent, `look` a CSS class."""

    name: str
    time: str
    x: str
    width: str
    look: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that the requester must supply, or a stage of a procedure. `state` is a CSS class: wanted, done or
    empty.

    `tick`, `untick`: this person may say now that it is there, or that it is not after all.
    """

    name: str
    state: str
    says: str = ""
    key: str = ""
    tick: bool = False
    untick: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the history."""

    by: str
    did: str
    at: str
    at_full: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message that does not reach somebody; `href` leads those to it who may do something about it."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """When the visit is (empty: none is booked) and of which kind; `closed`: the desk does not work then any more.

    `days`: the free times, by day; nothing where the person may not book. `kinds`: those to choose from.
    """

    says: str = ""
    kind: str = ""
    closed: bool = False
    at_desk: bool = False
    days: tuple["Options", ...] = ()
    kinds: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """Another ticket that belongs to this one; without number and link where its desk is not the viewer's."""

    number: str
    href: str
    says: str


@dataclass(frozen=True, slots=True)
class Person:
    """The requester as the staff see them."""

    name: str
    address: str
    phone: str = ""
    others: str = ""
    others_href: str = ""
    copies: str = ""
    undeliverable: bool = False


@dataclass(frozen=True, slots=True)
class ClockSide:
    """A clock in the right column: its pill, when it is due, and why then."""

    name: str
    pill: Pill
    due: str
    why_title: str = ""
    why: tuple[str, ...] = ()


NO_PILL = Pill("none", "", "")
NO_CLOCK = ClockSide("", NO_PILL, "")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the item: a term and what the catalogue says."""

    term: str
    says: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A refused form: what was typed, and why it was refused. `errors` maps a field to its message.

    `conflict`: the state of the ticket is the reason.
    """

    action: str
    message: str
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """A group of choices: the items of one service."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class AttributeField:
    """An attribute of the item as a form field."""

    id: str
    name: str
    kind: str
    value: str = ""
    help: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What the forms of the actions offer."""

    items: tuple[Options, ...] = ()
    types: tuple[Choice, ...] = ()
    priorities: tuple[Choice, ...] = ()
    staff: tuple[Choice, ...] = ()
    groups: tuple[Choice, ...] = ()
    back_groups: tuple[Choice, ...] = ()
    holds: tuple[Choice, ...] = ()
    documents: tuple[Choice, ...] = ()
    labels: tuple[str, ...] = ()
    cancels: tuple[Choice, ...] = ()
    ratings: tuple[Choice, ...] = ()
    messages: tuple[Choice, ...] = ()
    attributes: tuple[AttributeField, ...] = ()


@dataclass(frozen=True, slots=True)
class Buttons:
    """The allowed actions: the one that is next, those beside it, and the rest behind "More"."""

    primary: str = ""
    beside: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    reply: bool = False
    note: bool = False

    @property
    def every(self) -> tuple[str, ...]:
        """All actions that have a button."""
        return tuple(a for a in (self.primary, *self.beside, *self.more) if a)


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket as staff see it; `ticket/page.py` fills it part by part."""

    number: str
    href: str
    version: int = 0
    subject: str = ""
    status: str = ""
    status_look: str = ""
    type: str = ""
    item: str = ""
    service: str = ""
    priority: str = ""
    urgent: bool = False
    desk: str = ""
    channel: str = ""
    received: str = ""
    group: str = ""
    assignee: str = ""
    requester: Person = Person("", "")
    reached: tuple[Rule, ...] = ()
    slip: tuple[Choice, ...] = ()
    visit: Visit | None = None
    response: ClockSide = NO_CLOCK
    resolution: ClockSide = NO_CLOCK
    milestones: tuple[ClockSide, ...] = ()
    stages: tuple[Paper, ...] = ()
    leading: Pill = NO_PILL
    buttons: Buttons = Buttons()
    choices: Choices = Choices()
    messages: tuple[Message, ...] = ()
    shares: tuple[Share, ...] = ()
    own_times: tuple[OwnTime, ...] = ()
    papers: tuple[Paper, ...] = ()
    lapses: str = ""
    unknown: str = ""
    unknown_field: str = ""
    short_notice: str = ""
    asks_acceptance: bool = False
    perhaps_came: str = ""
    undelivered: tuple[Undelivered, ...] = ()
    rules: tuple[Rule, ...] = ()
    wording: str = ""
    label: str = ""
    rating: str = ""
    rating_comment: str = ""
    history: tuple[Deed, ...] = ()
    linked: tuple[Linked, ...] = ()
    task: tuple[Rule, ...] = ()
    held: str = ""
    reply_way: str = ""
    chat: Chat | None = None
    reply_hint: str = ""
    group_reason: str = ""
    reopen_until: str = ""
    extension_help: str = ""
    needs_event: bool = False
    event_input: str = ""
    starts_label: str = ""
    starts_input: str = ""
    agreed_input: str = ""
