"""What may be sent with each action: one schema an action, for the JSON interface and for the forms alike.

Every unknown field, naive time, NUL, lone surrogate and overlong text is refused before a use case sees it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from helpdesk.tickets.errors import Invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.words import Action, CancelReason, Channel, HoldReason, TicketType
from helpdesk.usecases.visits import KINDS as VISITS
from helpdesk.web.fields import (
    LARGEST_NUMBER,
    LONG,
    MEDIUM,
    Attributes,
    Choice,
    DayOrMoment,
    Documents,
    Form,
    Listed,
    Moment,
    Stages,
    Whole,
    Words,
    as_day,
)

PAGE_FIELDS = frozenset({"csrf_token", "next", "version", "missing_other", "stages_at"})


class InvalidFields(Invalid):
    """Several fields are wrong, each with parameters of its own."""

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__(_("Some fields are missing or wrong."), found)
        self.field_params = {name: getattr(text, "params", {}) for name, text in found.items()}


def _optional(field: fields.Field[Any]) -> fields.Field[Any]:
    field.allow_none, field.required = True, False
    return field


def _reason(limit: int = MEDIUM) -> Words:
    return Words(limit, required=True, minimum=1)


DOCUMENTS_SAY = (
    "Documents by their catalogue id, or by the text that a hold named: true ticks one off, false takes that back. "
    "A `documents` hold ends when nothing on its list is missing. After fulfilment only those due then."
)
STAGES_SAY = (
    "When stages of a procedure ended, by their names or numbers in the standard: a time, true for now; false takes "
    "it back. The deadline stays: it is the planned end if every stage ends on its due."
)
SHORT_NOTICE_SAYS = "Why a request that came later than its standard asks is taken on all the same."
VISIT_SAYS = "The beginning of a free slot of the desk; `visit` says who comes to whom, and `none` cancels."
DONE_SAYS = "What was done, told to the requester: part of the message of the resolution and of the conversation."
REPLY_SAYS = "What is said to the requester; needed unless a template is chosen."
TEMPLATE_SAYS = "`name|language` of an approved template of the ticket's channel, with its `values`, one a line."
NOTHING: Mapping[str, fields.Field[Any]] = {}
ACTION_FIELDS: Mapping[Action, Mapping[str, fields.Field[Any]]] = {
    Action.TAKE: NOTHING,
    Action.CLASSIFY: {
        "item": _optional(Words(80)),
        "type": _optional(Choice(tuple(TicketType), _("Unknown ticket type."))),
        "priority": _optional(Whole(1, 4)),
    },
    Action.ASSIGN: {"assignee": Words(60, required=True, minimum=1)},
    Action.SET: {
        "attributes": _optional(Attributes()),
        "documents": _optional(Documents(metadata={"description": DOCUMENTS_SAY})),
        "stages": _optional(Stages(metadata={"description": STAGES_SAY})),
        "event_at": _optional(DayOrMoment()),
        "starts_at": _optional(Moment()),
        "agreed_due_at": _optional(DayOrMoment()),
        "short_notice": _optional(Words(MEDIUM, metadata={"description": SHORT_NOTICE_SAYS})),
        "visit_at": _optional(Moment(metadata={"description": VISIT_SAYS})),
        "visit": _optional(Choice(VISITS, _("Unknown kind of visit."))),
        "reason": _optional(Words(MEDIUM)),
    },
    Action.ESCALATE: {"group": Words(60, required=True, minimum=1), "reason": _optional(Words(MEDIUM))},
    Action.HAND_BACK: {"group": Words(60, required=True, minimum=1), "reason": _reason()},
    Action.REPLY: {
        "text": _optional(Words(LONG, metadata={"description": REPLY_SAYS})),
        "via": _optional(Choice((Channel.EMAIL,), _("Unknown channel."))),
        "template": _optional(Words(540, metadata={"description": TEMPLATE_SAYS})),
        "values": _optional(Words(MEDIUM)),
    },
    Action.NOTE: {"text": Words(LONG, required=True, minimum=1)},
    Action.HOLD: {
        "reason": Choice(tuple(HoldReason), _("Unknown reason for a hold."), required=True),
        "missing": _optional(Listed(Words(200), 50)),
    },
    Action.RESUME: NOTHING,
    Action.EXTEND: {"due_at": _optional(DayOrMoment()), "reason": _reason()},
    Action.FULFIL: {
        "note": Words(LONG, required=True, minimum=1),
        "label": Words(60, line=True, required=True, minimum=1),
    },
    Action.CONFIRM_FULFILMENT: {"text": _optional(Words(LONG, metadata={"description": DONE_SAYS}))},
    Action.SEND_BACK: {"reason": _reason()},
    Action.CONFIRM: {"rating": _optional(Whole(1, 5)), "comment": _optional(Words(MEDIUM))},
    Action.CLOSE: NOTHING,
    # The use cases demand these two reasons of the staff; a requester may do without.
    Action.REOPEN: {"reason": _optional(Words(5_000))},
    Action.CANCEL: {
        "reason": _optional(
            Choice(tuple(r for r in CancelReason if r is not CancelReason.MERGED), _("Unknown reason for cancelling."))
        )
    },
    Action.MERGE: {"number": Words(24, required=True, minimum=1)},
    Action.SPLIT: {"entries": Listed(Whole(1, LARGEST_NUMBER), 500, required=True)},
    Action.LINK: {"number": Words(24, required=True, minimum=1)},
}


def _schema(action: Action) -> Schema:
    name = "".join(part.capitalize() for part in action.value.split("-"))
    kind = Form.from_dict(dict(ACTION_FIELDS[action]), name=name)
    return kind()


ACTION_SCHEMAS: Mapping[Action, Schema] = {action: _schema(action) for action in ACTION_FIELDS}
"""What each action takes; the description of the interface is made from them."""


def _flat(messages: Any, path: str = "") -> dict[str, str]:
    """Marshmallow's nested messages as one message a field; nested fields are named `requester.email`."""
    if isinstance(messages, Mapping):
        found: dict[str, str] = {}
        for key, value in messages.items():
            inner = path if key in ("_schema", "key", "value") else f"{path}.{key}" if path else str(key)
            found |= _flat(value, inner)
        return found
    first = messages[0] if isinstance(messages, list) and messages else messages
    return _flat(first, path) if isinstance(first, Mapping) else {path or "body": first}


def load(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the right types; null counts as absent. Raises Invalid with what is wrong by field."""
    try:
        values: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        raise InvalidFields(_flat(error.messages)) from None
    return {name: value for name, value in values.items() if value is not None}


def load_action(action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an action as its use case takes them. Raises Invalid with what is wrong by field."""
    return load(ACTION_SCHEMAS[action], given)


def in_zone(text: str, zone: ZoneInfo) -> str:
    """What a `datetime-local` field sends is a local time: it gets the desk's zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).isoformat()


def _from_form(field: fields.Field[Any], texts: list[str], zone: ZoneInfo) -> Any:
    if isinstance(field, Listed):
        return [_from_form(field.inner, [text], zone) for text in texts]
    text = texts[0]
    if isinstance(field, Whole):
        return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 18 else text
    if isinstance(field, DayOrMoment):
        return text if as_day(text) else in_zone(text, zone)
    return in_zone(text, zone) if isinstance(field, Moment) else text


def form_fields(action: Action, form: MultiDict[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """What an HTML form says, as the same JSON would say it: empty fields left out, lists by their repetition.

    Local times are in `zone`. `attributes.NAME` are attributes, `documents.KEY` and `stages.NAME` are "true" or
    "false"; `stages_at` says when the stages ended; `missing_other` adds missing documents, one a line.
    """
    known, found = ACTION_FIELDS[action], dict[str, Any]()
    for name in form:
        texts = [text for text in form.getlist(name) if text.strip()]
        if name in PAGE_FIELDS or not texts:
            continue
        if name.startswith("attributes.") and "attributes" in known:
            found.setdefault("attributes", {})[name.removeprefix("attributes.")] = texts[0]
        elif name.startswith("documents.") and "documents" in known:
            there = {"true": True, "false": False}.get(texts[0], texts[0])
            found.setdefault("documents", {})[name.removeprefix("documents.")] = there
        elif name.startswith("stages.") and "stages" in known:
            end = in_zone(form.get("stages_at", "").strip(), zone) or True
            said = {"true": end, "false": False}.get(texts[0], texts[0])
            found.setdefault("stages", {})[name.removeprefix("stages.")] = said
        else:
            found[name] = _from_form(known[name], texts, zone) if name in known else texts[0]
    more = [line.strip() for line in form.get("missing_other", "").splitlines() if line.strip()]
    if more and "missing" in known:
        found["missing"] = [*found.get("missing", []), *more]
    return found
