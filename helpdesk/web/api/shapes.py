"""What the JSON interface takes and gives, as schemas: they check the requests and make the description."""

from typing import Any

from marshmallow import Schema, fields

from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import ALARMED, LATE_REQUEST, MOVED, RELEASED, REMINDER, SLIP, WARNED
from helpdesk.tickets.words import Action, Channel, EntryKind, Status, TicketType, Verdict
from helpdesk.usecases.clocks import APOLOGY
from helpdesk.web.fields import LONG, MEDIUM, WORDING, Attributes, Choice, DayOrMoment, Form, Moment, Whole, Words

LIMIT, LARGEST_LIMIT = 50, 100
OF_THE_DESK = (ALARMED, APOLOGY, LATE_REQUEST, MOVED, RELEASED, REMINDER, SLIP, WARNED)
"""Events that are no action."""


class RequesterGiven(Form):
    """For whom a ticket is recorded."""

    name = Words(200, line=True, required=True, minimum=1)
    email = Words(320, allow_none=True)
    phone = Words(40, allow_none=True)


class NewTicket(Form):
    """The fields of `POST /tickets`."""

    desk = Words(60, required=True, minimum=1)
    item = Words(80, allow_none=True)
    channel = Choice(tuple(Channel), _("Unknown channel."), required=True)
    subject = Words(500, line=True, required=True, minimum=1)
    text = Words(LONG, required=True, minimum=1)
    requester = fields.Nested(RequesterGiven, required=True, error_messages={**WORDING})
    attributes = Attributes(allow_none=True)
    event_at = DayOrMoment(allow_none=True)
    received_at = Moment(allow_none=True)
    reason = Words(MEDIUM, allow_none=True)


class TicketQuery(Form):
    """The filters of `GET /tickets`."""

    desk = Words(60)
    status = Choice(tuple(Status), _("Unknown status."))
    item = Words(80)
    group = Words(60)
    assignee = Words(60)
    q = Words(200)
    limit = Whole(1, LARGEST_LIMIT, load_default=LIMIT)
    cursor = Words(200)


def _text(**given: Any) -> fields.String:
    return fields.String(required=True, **given)


def _time() -> fields.DateTime:
    return fields.DateTime(required=True, allow_none=True)


def _one_of(words: type[Any]) -> dict[str, Any]:
    return {"enum": [word.value for word in words]}


class Attachment(Schema):
    """A file of an entry."""

    id = fields.Integer(required=True)
    name = _text()
    media_type = _text()
    size = fields.Integer(required=True)


class EntryShown(Schema):
    """One item of the conversation, work notes included: the interface is for staff."""

    id = fields.Integer(required=True)
    kind = _text(metadata=_one_of(EntryKind))
    channel = _text(metadata=_one_of(Channel))
    author = _text()
    at = fields.DateTime(required=True)
    text = _text()
    attachments = fields.List(fields.Nested(Attachment), required=True)


class EventShown(Schema):
    """One line of the history."""

    action = _text(metadata={"enum": [*(action.value for action in Action), *OF_THE_DESK]})
    by = _text()
    at = fields.DateTime(required=True)
    from_status = fields.String(data_key="from", required=True, allow_none=True)
    to = _text(metadata=_one_of(Status))
    why = _text()


class ResponseClock(Schema):
    """The response clock."""

    due_at, done_at = _time(), _time()
    verdict = fields.String(required=True, allow_none=True, metadata={"examples": [v.value for v in Verdict]})


class ResolutionClock(ResponseClock):
    """The resolution clock; its times are null until an item is chosen."""

    on_hold = fields.Boolean(required=True)


class RequesterShown(Schema):
    """Who asked."""

    name = _text()
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class StageShown(Schema):
    """A stage of a procedure: when it is planned, and when it ended. `step`: its number in the standard."""

    name, name_en, step = _text(), _text(), _text()
    starts_at, due_at, ended_at = _time(), _time(), _time()


class StageList(Schema):
    """The stages of a ticket's procedure in the order of the standard; none where its norm is of another kind."""

    stages = fields.List(fields.Nested(StageShown), required=True)


class TicketShown(Schema):
    """A ticket. Times are ISO 8601 with the offset of its desk."""

    number = _text()
    status = _text(metadata=_one_of(Status))
    type = fields.String(required=True, allow_none=True, metadata={"examples": [t.value for t in TicketType]})
    item = fields.String(required=True, allow_none=True)
    desk = _text()
    channel = _text(metadata=_one_of(Channel))
    tier = _text()
    group = _text()
    assignee = fields.String(required=True, allow_none=True)
    requester = fields.Nested(RequesterShown, required=True)
    subject = _text()
    priority = fields.Integer(required=True)
    label = fields.String(required=True, allow_none=True)
    received_at = fields.DateTime(required=True)
    response = fields.Nested(ResponseClock, required=True)
    resolution = fields.Nested(ResolutionClock, required=True)
    fulfilled_at, reopen_until, closed_at = _time(), _time(), _time()
    rating = fields.Integer(required=True, allow_none=True)
    entries = fields.List(fields.Nested(EntryShown), required=True)
    events = fields.List(fields.Nested(EventShown), required=True)


class TicketPage(Schema):
    """A page of the list, in the order of receipt; `next_cursor` is null on the last."""

    tickets = fields.List(fields.Nested(TicketShown), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DeskList(Schema):
    """The desks."""

    desks = fields.List(fields.Dict(), required=True)


class CatalogShown(Schema):
    """The service catalogue in force."""

    version = _text()
    valid_from = fields.Date(required=True)
    legal_basis = _text()
    groups = fields.List(fields.Dict(), required=True)
    authorities = fields.List(fields.Dict(), required=True)
    services = fields.List(fields.Dict(), required=True)
    items = fields.List(fields.Dict(), required=True)


class Problem(Schema):
    """What went wrong (RFC 9457); `errors` lists what is wrong with each field."""

    type = _text()
    title = _text()
    status = fields.Integer(required=True)
    detail = _text()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
