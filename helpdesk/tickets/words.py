"""The closed vocabularies of a ticket, spelled as the interface spells them (docs/glossary.md)."""

from enum import StrEnum


class Status(StrEnum):
    """Where a ticket is in its life."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    FULFILLED = "fulfilled"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """True while somebody still has to do something before the requester is told."""
        return self in OPEN_STATUSES


OPEN_STATUSES = frozenset({Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD, Status.FULFILLED})


class Action(StrEnum):
    """What can be done to a ticket; the names are those of the HTTP interface."""

    OPEN = "open"
    TAKE = "take"
    CLASSIFY = "classify"
    ASSIGN = "assign"
    SET = "set"
    ESCALATE = "escalate"
    HAND_BACK = "hand-back"
    REPLY = "reply"
    NOTE = "note"
    HOLD = "hold"
    RESUME = "resume"
    EXTEND = "extend"
    FULFIL = "fulfil"
    CONFIRM_FULFILMENT = "confirm-fulfilment"
    SEND_BACK = "send-back"
    CONFIRM = "confirm"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"
    MERGE = "merge"
    SPLIT = "split"
    LINK = "link"


class Role(StrEnum):
    """What a staff member is at a desk; an administrator is one at every desk."""

    AGENT = "agent"
    TECHNICIAN = "technician"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class TicketType(StrEnum):
    """The four ticket types."""

    SERVICE_REQUEST = "service request"
    INCIDENT = "incident"
    CHANGE = "change"
    COMPLAINT = "complaint"


class Channel(StrEnum):
    """How the requester reached the desk."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    WEB_CHAT = "web-chat"
    PORTAL = "portal"
    PHONE = "phone"
    WALK_IN = "walk-in"
    NOTA_DINAS = "nota-dinas"
    API = "api"


class EntryKind(StrEnum):
    """The kinds of conversation entries; events are rows of their own and are shown between them."""

    REQUESTER_MESSAGE = "requester-message"
    PUBLIC_REPLY = "public-reply"
    WORK_NOTE = "work-note"
    AUTOMATIC_REPLY = "automatic-reply"


class HoldReason(StrEnum):
    """What an on-hold ticket waits for."""

    DOCUMENTS = "documents"
    REQUESTER = "requester"
    VENDOR = "vendor"
    INTERNAL = "internal"


class CancelReason(StrEnum):
    """Why a ticket was cancelled."""

    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    NOT_OURS = "not-ours"
    MERGED = "merged"


class Verdict(StrEnum):
    """How one cycle of a clock ended."""

    MET = "met"
    MET_AFTER_EXTENSION = "met after extension"
    BREACHED = "breached"
    BREACHED_AFTER_EXTENSION = "breached after extension"
    LAPSED = "lapsed"
    EXCLUDED = "excluded"
