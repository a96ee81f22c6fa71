"""Where a ticket stands for its requester: five steps, and the promise in one line of plain words."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.sla.norms import StartKind
from helpdesk.sla.rules import Basis
from helpdesk.store.models import Hold, Ticket
from helpdesk.tickets.words import CancelReason, HoldReason, Status
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.clocks import Standing, new_promise
from helpdesk.usecases.standards import begins_with, provisional_for
from helpdesk.web.portal.standard import Present
from helpdesk.web.portal.times import when, working_amount
from helpdesk.web.portal.words import _

PAST, NOW, AHEAD, STOPPED = "past", "now", "", "end"


@dataclass(frozen=True, slots=True)
class Step:
    """One of the five steps; `state` is its CSS class."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Promise:
    """The line that matters most. `tone`: late, hold, ok or empty; `missing`: documents that the ticket waits for.

    `provisional`: why the time may still become a later one.
    """

    before: str
    main: str
    after: str = ""
    tone: str = ""
    missing: tuple[str, ...] = ()
    provisional: str = ""


def _stage(ticket: Ticket) -> int:
    """The step that a ticket is at, counted from 0."""
    match Status(ticket.status):
        case Status.NEW:
            return 0
        case Status.FULFILLED | Status.RESOLVED:
            return 3
        case Status.CLOSED:
            return 5
        case _:
            return 1 if ticket.group == LAYER_1 and ticket.item is None else 2


def steps(ticket: Ticket) -> tuple[Step, ...]:
    """Received, analysed, worked on, fulfilled, done: what is past, what is now."""
    names = (_("Received"), _("Analysed"), _("Worked on"), _("Fulfilled"), _("Done"))
    if ticket.status == Status.CANCELLED:
        return (Step(names[0], PAST), *(Step(n, AHEAD) for n in names[1:4]), Step(_("Cancelled"), STOPPED))
    at = _stage(ticket)
    return tuple(Step(n, PAST if i < at else NOW if i == at else AHEAD) for i, n in enumerate(names))


def status_in_words(ticket: Ticket) -> tuple[str, str]:
    """The state of a ticket in a list, and the class of its colour."""
    match Status(ticket.status):
        case Status.NEW:
            return _("Received, waiting to be read"), ""
        case Status.ON_HOLD if ticket.hold_reason in (HoldReason.DOCUMENTS, HoldReason.REQUESTER):
            return _("Waiting for you"), "hold"
        case Status.IN_PROGRESS | Status.ON_HOLD:
            return _("Being worked on"), ""
        case Status.FULFILLED:
            return _("Fulfilled, being checked"), ""
        case Status.RESOLVED:
            return _("Resolved: please confirm"), "ok"
        case Status.CLOSED:
            return _("Done"), "done"
        case _:
            return _("Cancelled"), "done"


def _beginning(standing: Standing, at: Present) -> str:
    """When the time begins that does not count yet; empty while it counts."""
    if standing.timeline.awaiting is None:
        return ""
    if standing.timeline.awaiting is StartKind.DOCUMENTS:
        return _("The time does not count yet; it begins when all documents are complete.")
    event = begins_with(standing.item, at.language)
    return _("The time does not count yet; it begins with: %(event)s.", event=event)


def _waiting(hold: Hold | None, standing: Standing, missing: tuple[str, ...], at: Present) -> Promise:
    line, reason = standing.timeline, hold.reason if hold else ""
    still = line.resolution.due_at
    on = _("The time stands still until then.") if line.resolution.on_hold else ""
    on = _beginning(standing, at) or on
    if not on and still:
        on = _("Our promise stays: by %(when)s.", when=at.when(still))
    if reason == HoldReason.DOCUMENTS and hold is not None:
        if line.lapse_at is not None:
            lapses = _("By the service standard the request lapses after %(when)s.", when=at.when(line.lapse_at))
            on = " ".join(part for part in (on, lapses) if part)
        return Promise(_("We are waiting for you"), _("Please send what is missing"), on, "hold", missing)
    if reason == HoldReason.REQUESTER:
        return Promise(_("We are waiting for you"), _("Please answer our question below"), on, "hold", missing)
    if reason == HoldReason.VENDOR:
        return Promise(_("On hold"), _("We are waiting for a third party"), on, "hold", missing)
    return Promise(_("On hold"), _("We are waiting for another unit"), on, "hold", missing)


def _late(due: datetime, standing: Standing, at: Present) -> Promise:
    """The standards' compensation: an apology and a new time, the same norm counted from the breach."""
    over = working_amount(standing.calendar.between(due, at.now) // 60)
    renewed = new_promise(standing, at.now)
    after = _("Over by %(amount)s.", amount=over)
    if renewed is not None:
        after = _("New time: %(when)s.", when=at.when(renewed))
    return Promise(
        _("We promised it by %(when)s", when=at.when(due)), _("We are late, and we apologise"), after, "late"
    )


def _not_begun(standing: Standing, missing: tuple[str, ...], at: Present) -> Promise:
    before = _("The time does not count yet")
    if standing.timeline.awaiting is StartKind.DOCUMENTS:
        return Promise(before, _("It begins when your documents are complete"), missing=missing)
    return Promise(before, _("It begins with: %(event)s", event=begins_with(standing.item, at.language)))


def _working(ticket: Ticket, standing: Standing, at: Present, missing: tuple[str, ...]) -> Promise:
    line = standing.timeline
    due = line.resolution.due_at
    if standing.item is None:
        answered_by = line.response.due_at if line.response.done_at is None else None
        after = _("We begin to handle it by %(when)s.", when=at.when(answered_by)) if answered_by else ""
        begun = standing.facts.first_action_at
        if begun is not None:
            after = _("Being handled since %(when)s.", when=at.when(begun))
        return Promise(_("We have your request"), _("The service desk is finding the right service"), after)
    if line.awaiting is not None:
        return _not_begun(standing, missing, at)
    if due is None and line.basis is Basis.EVENT and standing.facts.event_at is None:
        wanted = _("Please tell us that date.")
        return Promise(_("Our promise"), _("The time depends on the date of the activity"), wanted)
    if due is None:
        return Promise(_("Our promise"), _("The time is agreed with you"))
    if due < at.now:
        return _late(due, standing, at)
    left = working_amount((line.resolution.remaining_seconds or 0) // 60)
    before = _("All stages done at the latest") if line.basis is Basis.STAGES else _("Done at the latest")
    if ticket.agreed_due_at:
        before = _("By the date that we agreed, at the latest")
    provisional = provisional_for(standing.item, line, at.language)
    return Promise(before, at.when(due), _("Time left: %(amount)s.", amount=left), provisional=provisional)


def _fulfilled(ticket: Ticket, at: Present) -> Promise:
    done, due = ticket.fulfilled_at, ticket.resolution_due_at
    before = _("Fulfilled %(when)s", when=at.when(done)) if done else _("Fulfilled")
    checking = _("The service desk checks the result, then tells you.") if ticket.status == Status.FULFILLED else ""
    if done is None or due is None:
        return Promise(before, _("Your request has been fulfilled"), checking, "ok")
    if done <= due:
        return Promise(before, _("In time: our promise was %(when)s", when=at.when(due)), checking, "ok")
    return Promise(before, _("Later than our promise, %(when)s: we apologise", when=at.when(due)), checking, "late")


def _cancelled(reason: str) -> Promise:
    words = {
        CancelReason.WITHDRAWN: _("You withdrew this request"),
        CancelReason.LAPSED: _("The request lapsed because documents did not come"),
        CancelReason.DUPLICATE: _("The same request is handled under another number"),
        CancelReason.MERGED: _("The request goes on under another number"),
        CancelReason.NOT_OURS: _("This is not a service of this service desk"),
    }
    return Promise(
        _("Cancelled"), next((told for why, told in words.items() if why == reason), _("The request has ended"))
    )


def promise(
    ticket: Ticket, standing: Standing, hold: Hold | None, at: Present, missing: tuple[str, ...] = ()
) -> Promise:
    """The promise of a ticket as it stands now; `missing`: the documents that it still waits for."""
    match Status(ticket.status):
        case Status.CANCELLED:
            return _cancelled(standing.history.cancel_reason)
        case Status.FULFILLED | Status.RESOLVED | Status.CLOSED:
            return _fulfilled(ticket, at)
        case Status.ON_HOLD:
            return _waiting(hold, standing, missing, at)
        case _:
            return _working(ticket, standing, at, missing)


def until(moment: datetime, at: Present) -> str:
    """A limit with its whole date: `Senin, 30 November 2026 pukul 24.00 WIB`."""
    return when(moment, at.desk.zone, at.now, at.language, near=False)
