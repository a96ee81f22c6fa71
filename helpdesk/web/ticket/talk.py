"""The conversation as values: messages of people, automatic replies, and the steps of the history between them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from helpdesk.catalog.model import Catalog
from helpdesk.sla.outline import change_from, told
from helpdesk.store.models import Event
from helpdesk.tickets import events as history
from helpdesk.tickets.events import ALARMED, LATE_REQUEST, MACHINE, REMINDER, REQUESTER, SLIP, STAFF, WARNED, moment
from helpdesk.tickets.words import Action, EntryKind
from helpdesk.usecases.clocks import APOLOGY
from helpdesk.usecases.dispatch import UNDELIVERED, WAITING
from helpdesk.usecases.handling import SPOKEN
from helpdesk.web.admin.reasons import error_shown
from helpdesk.web.board.clocks import Present
from helpdesk.web.ticket import said
from helpdesk.web.ticket.reached import reached
from helpdesk.web.ticket.view import Attached, Deed, Message

LOOKS = {
    EntryKind.REQUESTER_MESSAGE: "in",
    EntryKind.PUBLIC_REPLY: "out",
    EntryKind.WORK_NOTE: "note",
    EntryKind.AUTOMATIC_REPLY: "auto",
}
BETWEEN_LANGUAGES = "\n\n---\n\n"
_SILENT = frozenset({Action.OPEN, Action.REPLY, Action.NOTE, APOLOGY, LATE_REQUEST, REMINDER, WARNED, ALARMED})
"""Their messages stand in the conversation themselves."""


def size_of(count: int, dot: str) -> str:
    """Bytes as people read them: `84 kB`, `1,2 MB`."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB".replace(".", "," if dot == "." else ".")


def _sent(rows: Iterable[Row[Any]]) -> tuple[str, bool]:
    """How far the outgoing messages of one entry have come; True when somebody should look."""
    states = [row.state for row in rows]
    if not states:
        return "", False
    failed = next((row for row in rows if row.state == "failed"), None)
    if failed is not None:
        return _("could not be delivered"), True
    for state, text in (
        ("held", _("held back")),
        ("unsendable", _("not sent: the channel is not configured")),
        ("unknown", _("may have been sent")),
    ):
        if state in states:
            return text, True
    if any(state in ("pending", "claimed") for state in states):
        return _("waits to be sent"), False
    return (_("sent, perhaps twice"), True) if any(row.doubt for row in rows) else (_("sent"), False)


def _marks() -> Mapping[str, str]:
    return {
        "resolution": _("resolution"),
        "auto-reply": _("written by a machine"),
        "bounce": _("came back"),
        "undelivered": _("not delivered"),
        "waiting": _("not delivered yet"),
        "delay": _("is delayed"),
        "thanks": _("thanks only"),
        "copy": _("added to a second copy of the mail on its way"),
        "document": _("awaited document"),
        "same-id": _("same Message-ID as another mail"),
        "unproved": _("sender not proved"),
        SPOKEN: "",
        "edited": _("changed by its author"),
        "taken-back": _("taken back by its author"),
    }


def _not_delivered(mark: str, stored: str) -> str:
    """What the outbox noted on the ticket, `RECIPIENT: ERROR`: the reader's language around the server's own words."""
    recipient, _colon, error = stored.partition(": ")
    why = error_shown(error)
    if mark == WAITING:
        text = _(
            "The message to %(recipient)s has been waiting for an hour and is tried again by itself.",
            recipient=recipient,
        )
        return f"{text} {why}".strip()
    return str(_("The message to %(recipient)s could not be delivered: %(why)s", recipient=recipient, why=why))


def _split(row: Row[Any]) -> tuple[str, str]:
    """What is shown, and what is folded away: the quotation, or the other language of an automatic reply."""
    whole = row.text or ""
    if row.mark in (UNDELIVERED, WAITING):
        return _not_delivered(row.mark, whole), ""
    if row.kind == EntryKind.AUTOMATIC_REPLY:
        first, _rule, rest = whole.partition(BETWEEN_LANGUAGES)
        return first.strip(), rest.strip()
    shown = row.shown_text if row.shown_text is not None else whole
    if shown.strip() == whole.strip():
        return whole.strip(), ""
    rest = whole[len(shown) :] if whole.startswith(shown) else whole
    return shown.strip(), rest.strip()


def _label(row: Row[Any], at: Present) -> str:
    words = at.words
    if row.kind == EntryKind.REQUESTER_MESSAGE:
        return words.channel.get(row.channel, row.channel)
    if row.mark == SPOKEN:
        return str(_("reply, said in person"))
    return words.kind.get(row.kind, row.kind)


def _author(row: Row[Any]) -> str:
    if row.mark in (UNDELIVERED, WAITING):
        return str(_("the helpdesk"))
    return "" if row.kind == EntryKind.AUTOMATIC_REPLY else row.author_name or row.author_address


def message(
    row: Row[Any], files: Collection[Row[Any]], deliveries: Collection[Row[Any]], at: Present, href: str
) -> Message:
    """One entry as it is shown; `href` is the address of the ticket."""
    text, quoted = _split(row)
    automatic = row.kind == EntryKind.AUTOMATIC_REPLY
    sent, problem = _sent(deliveries) if deliveries or not automatic else (_("not sent: no e-mail address"), True)
    return Message(
        id=f"e{row.id}",
        look=LOOKS.get(row.kind, "in"),
        author=_author(row),
        label=_label(row, at),
        at=at.words.brief(row.created_at, at.now, at.zone),
        at_full=at.words.full(row.created_at, at.zone),
        text=text,
        icon=row.channel,
        quoted=quoted,
        quoted_lines=quoted.count("\n") + 1 if quoted else 0,
        files=tuple(Attached(f.name, size_of(f.size, at.words.time_dot), f"{href}/files/{f.id}") for f in files),
        html_href=f"{href}/entries/{row.id}/html" if row.designed else "",
        mark=_marks().get(row.mark, row.mark),
        sent=sent,
        sent_problem=problem,
        earlier=tuple(str(version.get("text", "")) for version in row.earlier or ()),
    )


def messages(
    rows: Iterable[Row[Any]], files: Iterable[Row[Any]], deliveries: Iterable[Row[Any]], at: Present, href: str
) -> list[tuple[Any, Message]]:
    """The entries with their times, oldest first."""
    files_of, sent_of = defaultdict(list), defaultdict(list)
    for file in files:
        files_of[file.entry_id].append(file)
    for sent in deliveries:
        sent_of[sent.entry_id].append(sent)
    return [(row.created_at, message(row, files_of[row.id], sent_of[row.id], at, href)) for row in rows]


@dataclass(frozen=True, slots=True)
class Names:
    """How the people of a ticket's events are called: staff by user name, its requester by address."""

    staff: Mapping[str, str]
    requester: Mapping[str, str]

    def of(self, event: Event) -> str:
        """Who did it, by the name that people read; the event itself keeps user name or address."""
        if event.actor == MACHINE:
            return str(_("the helpdesk"))
        if event.actor == REQUESTER:
            return self.requester.get(event.by) or event.by
        return self.staff.get(event.by, event.by)


def user_names(events: Iterable[Event]) -> set[str]:
    """The user names that the events mention."""
    events = tuple(events)
    acting = {event.by for event in events if event.actor == STAFF}
    return acting | {str(event.data["assignee"]) for event in events if (event.data or {}).get("assignee")}


def _moved(data: Mapping[str, Any], at: Present) -> str:
    """From when to when the calendar moved the deadline, and which days it was."""
    old, new = moment(data["old_due_at"]), moment(data["due_at"])
    assert old is not None
    assert new is not None
    why = told([change_from(plain) for plain in data["changes"]], at.words.language)
    times = {"old": at.words.dated(old, at.now, at.zone), "new": at.words.dated(new, at.now, at.zone)}
    return str(_("from %(old)s to %(new)s; %(why)s", **times, why=why))


def _details(event: Event, catalog: Catalog, at: Present, names: Names) -> str:
    """What exactly was done, in a few words after the deed."""
    data, words = event.data or {}, at.words
    match event.action:
        case Action.ESCALATE | Action.HAND_BACK:
            group = catalog.groups.get(str(data.get("group")))
            return str(_("to %(group)s", group=group.name.get(words.language) if group else str(data.get("group", ""))))
        case Action.ASSIGN:
            assignee = str(data.get("assignee", ""))
            return str(_("to %(group)s", group=names.staff.get(assignee, assignee)))
        case Action.CLASSIFY:
            item = catalog.items.get(str(data.get("item")))
            named = [item.name.get(words.language)] if item else []
            named += [words.type.get(str(data["type"]), "")] if data.get("type") else []
            named += [_("priority %(number)s", number=data["priority"])] if data.get("priority") else []
            return ", ".join(part for part in named if part)
        case Action.HOLD:
            waits = words.hold.get(str(data.get("reason")), str(data.get("reason", "")))
            return ": ".join([waits, ", ".join(data["missing"])] if data.get("missing") else [waits])
        case Action.SET | Action.EXTEND:
            parts = (
                said.described(data, at),
                said.documents(data, words.language),
                said.stages(data, at),
                said.visit(data, at),
            )
            return "; ".join(part for part in parts if part)
        case Action.FULFIL:
            return str(data.get("label", ""))
        case history.MOVED:
            return _moved(data, at)
        case Action.CONFIRM:
            return str(_("%(rating)s of 5", rating=data["rating"])) if data.get("rating") else ""
        case Action.CANCEL | Action.MERGE:
            reason = words.cancel.get(str(data.get("reason")), "")
            return " ".join(part for part in (reason, str(data.get("into", ""))) if part)
        case _:
            return ""


_TOLD_BY_DETAILS = frozenset({Action.HOLD, Action.CANCEL, Action.CLOSE})


def _why(event: Event) -> str:
    """The reason as it was given; what the helpdesk itself gives as a reason is translated."""
    return str(_(event.why)) if event.why and event.actor == MACHINE else event.why


def _special_deed(event: Event) -> str:
    """What somebody did with documents: staff tick them off, the requester brings them; or with the stages of a
    procedure; empty for another event.
    """
    data = event.data or {}
    if event.action == Action.SET and data.get("stages"):
        return str(_("records stages"))
    if event.action != Action.SET or not data.get("documents"):
        return ""
    return str(_("sends documents") if event.actor == REQUESTER else _("ticks off"))


def _reached(event: Event, at: Present) -> str:
    """How a ticket that staff opened reached the desk; what a slip of the counter opens."""
    if event.action == SLIP:
        return str(_("with the code of the private link") if event.data.get("link") else _("with the number alone"))
    if event.action != Action.OPEN:
        return ""
    return "; ".join(f"{rule.term}: {rule.says}" for rule in reached(event.data or {}, at))


def deed(event: Event, catalog: Catalog, at: Present, names: Names) -> Deed:
    """One event of the history."""
    words = at.words
    did = _special_deed(event) or words.did.get(event.action, event.action)
    details = _reached(event, at) or _details(event, catalog, at, names)
    return Deed(
        by=names.of(event),
        did=f"{did}: {details}" if details and event.action not in (Action.ESCALATE, Action.HAND_BACK, Action.ASSIGN)
        else f"{did} {details}".rstrip(),
        at=words.brief(event.at, at.now, at.zone),
        at_full=words.full(event.at, at.zone),
        why="" if event.action in _TOLD_BY_DETAILS else _why(event),
    )  # fmt: skip


def steps(events: Iterable[Event], catalog: Catalog, at: Present, names: Names) -> list[tuple[Any, Message]]:
    """The events that are shown between the messages, with their times."""
    found = []
    for event in events:
        if event.action in _SILENT:
            continue
        told = deed(event, catalog, at, names)
        label = f"{told.did} · {told.why}" if told.why and event.action != Action.MERGE else told.did
        found.append((event.at, Message(f"v{event.id}", "step", told.by, label, told.at, told.at_full, "")))
    return found


def conversation(parts: Iterable[tuple[Any, Message]]) -> tuple[Message, ...]:
    """Messages and steps in the order of time; at the same moment a person's message, the step, what the step sent."""
    rank = {"step": 1, "auto": 2}
    return tuple(part for _at, part in sorted(parts, key=lambda pair: (pair[0], rank.get(pair[1].look, 0))))
