"""What may stand where in a catalogue (docs/catalogue.md), as marshmallow schemas."""

import re
from datetime import time
from enum import StrEnum
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError

from helpdesk.catalog.fields import (
    AN_ATTRIBUTE_ID,
    AN_ID,
    AN_ITEM_ID,
    Day,
    ListOf,
    Matching,
    Number,
    OfSchema,
    OneOf,
    Part,
    Percent,
    Said,
    SpanField,
    TableOf,
    Word,
    Wording,
    YesNo,
    once,
    one_of,
    read_day,
)
from helpdesk.catalog.norm_fields import NormField, condition_field
from helpdesk.sla.norms import DayCount, StartKind
from helpdesk.tickets.words import Channel, HoldReason, TicketType

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALL = "all"
_HOURS = re.compile(r"([01]\d|2[0-3])[.:]([0-5]\d)-([01]\d|2[0-4])[.:]([0-5]\d)", re.ASCII)
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


def _weekdays(name: str) -> tuple[int, ...]:
    first, _, last = name.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise ValidationError(f'"{name[:60]}" is not a day or range of days such as mon or mon-fri')
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < start:
        raise ValidationError(f'"{name}" ends before it begins')
    return tuple(range(start, end + 1))


class HoursField(Said):
    """An interval such as 08.00-12.00; an end of 24.00 is kept as 00:00."""

    def read(self, value: Any) -> Any:
        found = _HOURS.fullmatch(value) if isinstance(value, str) else None
        if not found or (found[3] == "24" and found[4] != "00"):
            raise ValidationError(f'"{str(value)[:60]}" is not a pair of times such as 08.00-12.00')
        start, end = time(int(found[1]), int(found[2])), time(int(found[3]) % 24, int(found[4]))
        if end <= start and end != time():
            raise ValidationError(f'"{value}" ends before it begins')
        if end == time() and found[3] != "24":
            raise ValidationError(f'"{value}" ends before it begins; write 24.00 for midnight')
        return start, end


class WeekField(TableOf):
    """Days or ranges of days with their intervals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ListOf(HoursField(), least=0), _weekdays, **kwargs)

    def read(self, value: Any) -> Any:
        try:
            given: dict[tuple[int, ...], Any] = super().read(value)
        except ValidationError as error:
            raise ValidationError(error.messages) from error  # half a week is none
        names = {days: name for name in value for days in [_weekdays(name)]}
        week: dict[int, tuple[tuple[time, time], ...]] = {}
        for days, hours in given.items():
            _refuse_overlap(names[days], hours)
            twice = next((day for day in days if day in week), None)
            if twice is not None:
                raise ValidationError({names[days]: [f"{WEEKDAYS[twice]} stands in two lines"]})
            week.update(dict.fromkeys(days, hours))
        return dict(sorted(week.items()))


def _refuse_overlap(name: str, hours: tuple[tuple[time, time], ...]) -> None:
    for index, ((_, end), (start, _)) in enumerate(pairwise(hours)):
        if start < end or end == time():
            raise ValidationError({name: {index + 1: ["overlaps the interval before it, or comes before it"]}})


class ZoneField(Said):
    """An IANA time zone."""

    def read(self, value: Any) -> ZoneInfo:
        try:
            return ZoneInfo(value if isinstance(value, str) else "")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValidationError(f'"{str(value)[:60]}" is not an IANA time zone such as Asia/Jakarta') from None


class DatedSchema(Part):
    first = Day(required=True)
    last = Day(required=True)
    name = Wording(required=True)
    week = WeekField(required=True)


class CalendarSchema(Part):
    week = WeekField(required=True)
    dated = ListOf(OfSchema(once(DatedSchema)), load_default=())
    closed = TableOf(Wording(), read_day, load_default=dict)
    opened = ListOf(Day(), load_default=())
    public_holidays = YesNo(load_default=True)
    joint_leave = YesNo(load_default=True)


class GroupSchema(Part):
    tier = OneOf(Tier, required=True)
    name = Wording(required=True)
    shared = YesNo(load_default=False)


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
    event = Word(load_default="")
    assumed = YesNo(load_default=False)


class StartField(OfSchema):
    """`documents`, or `{at: event, event: …}`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(once(StartSchema), **kwargs)

    def read(self, value: Any) -> Any:
        start = super().read({"at": value} if isinstance(value, str) else value)
        if (start["at"] is StartKind.EVENT) != bool(start["event"]):
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
    holds_stop = TableOf(StopField(), lambda name: one_of(name, HoldReason), load_default=None)
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
    complaints = Wording()


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
