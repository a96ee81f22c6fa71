"""What may stand where in a catalogue (docs/catalogue.md), as marshmallow schemas."""

from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError

from helpdesk.catalog.calendar_fields import CalendarSchema
from helpdesk.catalog.fields import (
    Day,
    ListOf,
    Matching,
    Number,
    OfSchema,
    OneOf,
    Part,
    Percent,
    Rendered,
    Said,
    SpanField,
    TableOf,
    Word,
    Wording,
    YesNo,
    once,
)
from helpdesk.catalog.keys import AN_ATTRIBUTE_ID, AN_ID, AN_ITEM_ID, Members
from helpdesk.catalog.norm_fields import NormField, condition_field
from helpdesk.sla.norms import DayCount, StartKind
from helpdesk.tickets.words import Channel, HoldReason, TicketType

ALL = "all"
_UNKNOWN = "has no description, and no shared part has this id"
_CONDITION = r"(?:>=|<=|>|<|=)\s*\d{1,6}|[a-z0-9][a-z0-9_.-]*"


class Tier(StrEnum):
    """The levels of support."""

    LAYER_1 = "layer-1"
    LAYER_2 = "layer-2"
    LAYER_3 = "layer-3"


class AttributeKind(StrEnum):
    """The kinds of questions."""

    INTEGER = "integer"
    CHOICE = "choice"
    TEXT = "text"


class EventDate(StrEnum):
    """Whether the form asks for the date of an event."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class ZoneField(Said):
    """An IANA time zone."""

    def read(self, value: Any) -> ZoneInfo:
        try:
            return ZoneInfo(value if isinstance(value, str) else "")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValidationError(f'"{str(value)[:60]}" is not an IANA time zone such as Asia/Jakarta') from None


class GroupSchema(Part):
    tier = OneOf(Tier, required=True)
    name = Wording(required=True)
    shared = YesNo(load_default=False)
    ola = SpanField(load_default=None)
    calendar = Word(load_default="")


class AttributeSchema(Part):
    name = Wording(required=True)
    kind = OneOf(AttributeKind, required=True)
    choices = TableOf(Wording(), AN_ID, load_default=dict)
    minimum = Number(0, load_default=None)
    required = YesNo(load_default=False)
    by_staff = YesNo(load_default=False)
    help = Wording()


class DocumentSchema(Part):
    name = Wording(required=True)
    after_fulfilment = YesNo(load_default=False)
    when = TableOf(Matching(_CONDITION, 'a condition such as ">4" or a value'), AN_ATTRIBUTE_ID, load_default=dict)


class StartSchema(Part):
    at = OneOf(StartKind, required=True)
    event = Rendered()
    assumed = YesNo(load_default=False)


class StartField(OfSchema):
    """`documents`, or `{at: event, event: …}`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(once(StartSchema), **kwargs)

    def read(self, value: Any) -> Any:
        start = super().read({"at": value} if isinstance(value, str) else value)
        if (start["at"] is StartKind.EVENT) != bool(start["event"][0]):
            raise ValidationError("an event is named where the clock starts `at: event`, and only there")
        return start


class StopField(Said):
    """`always`, or the values of attributes under which a reason for waiting stops the clock."""

    def read(self, value: Any) -> Any:
        return {} if value == "always" else condition_field().deserialize(value)


class LeadTimeSchema(Part):
    span = SpanField()
    by = Word()
    spans = TableOf(SpanField(), AN_ID)
    otherwise = SpanField()
    outside_hours = YesNo(load_default=False)


class LeadTimeField(OfSchema):
    """`5 working days`, `{span: …, outside_hours: true}`, or `{by: attribute, spans: {…}, otherwise: …}`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(once(LeadTimeSchema), **kwargs)

    def read(self, value: Any) -> Any:
        lead = super().read({"span": value} if isinstance(value, str) else value)
        given = lead.keys() - {"outside_hours"}
        if given not in ({"span"}, {"by", "spans", "otherwise"}):
            raise ValidationError("must have either `span`, or `by`, `spans` and `otherwise`")
        return lead


class RequesterDeadlineSchema(Part):
    lapse_after = SpanField(required=True)
    remind_before = SpanField(load_default=None)


class ItemSchema(Part):
    name = Wording(required=True)
    summary = Wording()
    keywords = ListOf(Word(), load_default=())
    types = ListOf(OneOf(TicketType), required=True)
    group = Word(required=True)
    calendar = Word(required=True)
    response_minutes = Number(load_default=None)
    attributes = TableOf(OfSchema(once(AttributeSchema)), AN_ATTRIBUTE_ID, absent=_UNKNOWN, load_default=dict)
    documents = TableOf(OfSchema(once(DocumentSchema)), AN_ID, absent=_UNKNOWN, load_default=dict)
    requirements = ListOf(Wording(), load_default=())
    products = ListOf(Wording(), load_default=())
    fee = Wording()
    complaints = Wording()
    superior_cc = YesNo(load_default=False)
    event_date = OneOf(EventDate, load_default=None)
    start = StartField(load_default=None)
    day_count = OneOf(DayCount, load_default=DayCount.ELAPSED)
    holds_stop = TableOf(StopField(), Members(HoldReason), load_default=None)
    norm = NormField(required=True)
    wording = Wording(required=True)
    lead_time = LeadTimeField(load_default=None)
    extension = SpanField(load_default=None)
    requester_deadline = OfSchema(once(RequesterDeadlineSchema), load_default=None)
    first_handling = SpanField(load_default=None)
    urgent_when = TableOf(ListOf(Word(), single=True), AN_ATTRIBUTE_ID, load_default=dict)
    channels_named = ListOf(OneOf(Channel), load_default=())
    reopen_days = Number(0, 365, load_default=7)
    warn_at = Percent(load_default=0.75)


class AuthoritySchema(Part):
    name = Wording(required=True)
    standard = Word(required=True)
    valid_from = Day(load_default=None)
    defaults = OfSchema(lambda: ItemSchema(partial=True))


class ServiceSchema(Part):
    code = Word(required=True)
    name = Wording(required=True)
    authority = Word(load_default="")
    legal_basis = ListOf(Word(), load_default=())
    defaults = OfSchema(lambda: ItemSchema(partial=True))
    items = TableOf(OfSchema(once(ItemSchema)), AN_ITEM_ID, required=True)


class DeskItemsField(ListOf):
    """`all`, or ids of authorities, services and items."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Word(), **kwargs)

    def read(self, value: Any) -> Any:
        return (ALL,) if value == ALL else super().read(value)


class DeskSchema(Part):
    prefix = Matching(r"[A-Z][A-Z0-9]{1,7}", "a prefix of 2 to 8 capital letters and digits", required=True)
    name = Word(required=True)
    zone = ZoneField(required=True)
    calendar = Word(required=True)
    groups = ListOf(Word(), required=True)
    items = DeskItemsField(required=True)
    email = Matching(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", "a mail address", load_default="")
    whatsapp = Word(load_default="")
    phone = Word(load_default="")
    address = Word(load_default="")
    complaints = Wording()
    visit_minutes = Number(15, 480, load_default=60)
    visits_at_once = Number(0, 100, load_default=1)


class DefaultsSchema(Part):
    item = OfSchema(lambda: ItemSchema(partial=True))
    desk = OfSchema(lambda: DeskSchema(partial=True))


class CatalogSchema(Part):
    version = Matching(r"\S.{0,39}", "a version of 1 to 40 characters", required=True)
    legal_basis = Word(required=True)
    valid_from = Day(required=True)
    calendars = TableOf(OfSchema(once(CalendarSchema)), AN_ID, required=True)
    groups = TableOf(OfSchema(once(GroupSchema)), AN_ID, required=True)
    attributes = TableOf(OfSchema(once(AttributeSchema)), AN_ATTRIBUTE_ID, load_default=dict)
    documents = TableOf(OfSchema(once(DocumentSchema)), AN_ID, load_default=dict)
    defaults = OfSchema(once(DefaultsSchema))
    authorities = TableOf(OfSchema(once(AuthoritySchema)), AN_ID, load_default=dict)
    services = TableOf(OfSchema(once(ServiceSchema)), AN_ID, required=True)
    desks = TableOf(OfSchema(once(DeskSchema)), AN_ID, required=True)
