"""The answers of `helpdesk sla`: reading what was asked, and the shape of what is said. Source: behaviour section 6."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.sla.facts import Clock, Facts, Timeline
from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import StartKind, Target
from helpdesk.sla.quantities import NotAQuantity, quantity


class Refused(ValueError):
    """A question that names something unknown or makes no sense; the message says what, in both languages."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(f"{indonesian} / {english}")


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 time; without an offset it is one of `zone`. Raises Refused."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Refused(f"bukan waktu ISO 8601: {text[:40]!r}", "not an ISO 8601 time") from error
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    try:
        moment.astimezone(UTC)
    except OverflowError as error:  # an hour of the year 1 or 9999 that no UTC time has
        raise Refused(f"di luar semua kalender: {text[:40]!r}", "no calendar reaches it") from error
    return moment


def read_event(text: str, zone: ZoneInfo) -> date | datetime:
    """The date or the time of an event. Raises Refused."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return read_moment(text, zone)


def read_quantity(name: str, text: str, minimum: int | None) -> str:
    """The whole number given for an attribute, not below its `minimum`. Raises Refused."""
    try:
        count = quantity(text)
    except NotAQuantity as error:
        raise Refused(f"{name}: harus bilangan bulat mulai 1", str(error)) from error
    if minimum is not None and count < minimum:
        raise Refused(f"{name}: paling sedikit {minimum}, bukan {count}", f"at least {minimum}, not {count}")
    return str(count)


def read_choice(name: str, text: str, choices: Sequence[str]) -> str:
    """One of the values that an attribute may have. Raises Refused."""
    if text not in choices:
        raise Refused(f"{name}: {text[:40]!r} bukan salah satu dari {', '.join(choices)}", "not one of them")
    return text


def check_start(target: Target, starts: datetime | None) -> None:
    """Refuse a start for a clock that starts at receipt."""
    if starts is not None and target.start.kind is StartKind.RECEIVED:
        raise Refused(
            "waktu layanan ini dihitung sejak diterima: tidak ada awal lain",
            "the clock of this item starts at receipt: no other start can be given",
        )


def answer(
    line: Timeline, facts: Facts, zone: ZoneInfo, *, item: str, desk: str, explanation: Sequence[str]
) -> dict[str, Any]:
    """The answer of `helpdesk sla due`: times as ISO 8601 with the desk's offset, null where there is none."""
    return {
        "item": item,
        "desk": desk,
        "received": _iso(facts.received_at, zone),
        "response": _clock(line.response, zone),
        "resolution": _clock(line.resolution, zone),
        "stages": [
            {"name": stage.name, "starts": _iso(stage.starts_at, zone), "due": _iso(stage.due_at, zone)}
            for stage in line.stages
        ],
        "explain": list(explanation),
    }


def _clock(clock: Clock, zone: ZoneInfo) -> dict[str, str | None]:
    return {"starts": _iso(clock.starts_at, zone), "due": _iso(clock.due_at, zone)}


def _iso(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")


def elapsed_minutes(calendar: WorkingCalendar, start: datetime, end: datetime) -> Mapping[str, int]:
    """The answer of `helpdesk sla elapsed`: whole working minutes, rounded down. Raises Refused when end precedes."""
    if end < start:
        raise Refused("akhir mendahului awal", "the end lies before the beginning")
    return {"working_minutes": calendar.between(start, end) // 60}
