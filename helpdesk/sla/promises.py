"""What a desk promises beside the deadline: a new time after a breach, and how early a request must come."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from helpdesk.sla.facts import Facts
from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import AsAgreed, LeadTime, Span, Target, Unit
from helpdesk.sla.rules import Situation, day_of, deadline


def renewed_due(facts: Facts, target: Target, calendar: WorkingCalendar, breached_at: datetime) -> datetime | None:
    """The new time after a breach: the same norm counted from the breach, unless a later date was agreed.

    None where the norm cannot be counted anew (as agreed, before an event).
    """
    situation = Situation(
        calendar, facts.channel, facts.attributes, facts.event_at, facts.agreed_due_at, reopened=True, follows=True
    )
    agreed = deadline(AsAgreed(), breached_at, situation).due_at
    if agreed is not None and agreed > breached_at:
        return agreed
    found = deadline(target.norm, breached_at, situation).due_at
    return found if found is not None and found > breached_at else None


def lead_time_kept(
    target: Target,
    attributes: Mapping[str, str],
    received_at: datetime,
    event_date: date | datetime | None,
    calendar: WorkingCalendar,
) -> bool | None:
    """True when the request came early enough before its event; None where none is asked for or it is not known.

    At least N working days (or days) must lie in [receipt date, event date); receipt after closing counts as the next
    day. Raises ValueError for a lead time in another unit.
    """
    lead = target.lead_time
    if lead is None or event_date is None:
        return None
    if lead.outside_hours and not _outside_hours(event_date, calendar):
        return None
    spans = _lead_spans(lead, attributes)
    kept = {_lies_between(span, received_at, day_of(event_date, calendar), calendar) for span in spans}
    return kept.pop() if len(kept) == 1 else None


def _outside_hours(event: date | datetime, calendar: WorkingCalendar) -> bool:
    """A date without a time of day lies outside working hours only when nobody works on it."""
    return not (calendar.is_working(event) if isinstance(event, datetime) else calendar.is_working_day(event))


def _lead_spans(lead: LeadTime, attributes: Mapping[str, str]) -> list[Span]:
    if not lead.attribute:
        return [lead.span]
    value = attributes.get(lead.attribute)
    return [lead.span, *lead.by.values()] if value is None else [lead.by.get(value, lead.span)]


def _lies_between(span: Span, received_at: datetime, event: date, calendar: WorkingCalendar) -> bool:
    day = calendar.day(received_at)
    if calendar.is_working_day(day) and received_at >= calendar.close_of_day(day):
        day += timedelta(days=1)
    if span.unit is Unit.WORKING_DAY:
        return calendar.count_working_days(day, event) >= span.amount
    if span.unit in (Unit.DAY, Unit.WEEK):
        return (event - day).days >= span.amount * (7 if span.unit is Unit.WEEK else 1)
    raise ValueError(f"a lead time in {span.unit} has no meaning")
