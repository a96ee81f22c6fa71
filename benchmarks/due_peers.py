"""Due times side by side with businesstimedelta and pandas' CustomBusinessHour: how many a second, and how many right.

The truth is a walk over every minute of the clock on the wall, which shares nothing with any of them. The peers are no
part of the product: install the extra `bench` beside it (requirements-bench.lock); one that is missing is left out.

Run: python benchmarks/due_peers.py
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

from due_times import OFFICE, office_calendar

from helpdesk.sla.holidays_id import of_year

ZONE = ZoneInfo("Asia/Jakarta")
FIRST, DAYS, CASES = datetime(2026, 1, 1, tzinfo=ZONE), 700, 400
HOURS = {"4 working hours": 4, "20 working days (160 hours)": 160}
Ask = Callable[[datetime], datetime]


def closed_days() -> set[date]:
    """The holidays and joint leave of the years that the cases reach."""
    return {day for year in (2026, 2027) for day in of_year(year)}


def worked_minutes(closed: set[date]) -> list[bool]:
    """Whether each minute from FIRST on is worked, looked up one after another."""
    worked = []
    for number in range(DAYS * 1440):
        wall = FIRST + timedelta(minutes=number)
        open_day = wall.weekday() < 5 and wall.date() not in closed
        worked.append(open_day and any(start <= wall.time() < end for start, end in OFFICE))
    return worked


def due(worked: list[bool], start: int, minutes: int) -> int:
    """The minute at whose beginning so many worked minutes since `start` are used up."""
    while minutes:
        minutes -= worked[start]
        start += 1
    return start


def engine(_closed: set[date], hours: int) -> Ask:
    """Ours."""
    calendar = office_calendar()
    return lambda start: calendar.add(start, hours * 3600)


def businesstimedelta(closed: set[date], hours: int) -> Ask:
    """The package of that name."""
    import businesstimedelta as peer  # noqa: PLC0415 - not everybody has it
    import pytz  # noqa: PLC0415 - it knows no other zones

    zone = pytz.timezone(ZONE.key)
    week = list(range(5))
    rules = peer.Rules(
        [
            peer.WorkDayRule(clock_time(8), clock_time(17), week, tz=zone),
            peer.LunchTimeRule(clock_time(12), clock_time(13), week, tz=zone),
            peer.HolidayRule(sorted(closed), tz=zone),
        ]
    )
    span = peer.BusinessTimeDelta(rules, hours=hours)
    return lambda start: zone.localize(start.replace(tzinfo=None)) + span


def custom_business_hour(closed: set[date], hours: int) -> Ask:
    """CustomBusinessHour of pandas; it knows no zone here, so it gets and gives the clock on the wall."""
    import pandas  # noqa: PLC0415 - not everybody has it

    opens, closes = zip(*((f"{a:%H:%M}", f"{b:%H:%M}") for a, b in OFFICE), strict=True)
    span = pandas.offsets.CustomBusinessHour(n=hours, start=list(opens), end=list(closes), holidays=sorted(closed))
    return lambda start: (pandas.Timestamp(start.replace(tzinfo=None)) + span).to_pydatetime().replace(tzinfo=ZONE)


PEERS = {"this engine": engine, "businesstimedelta": businesstimedelta, "pandas": custom_business_hour}


def judged(ask: Ask, starts: list[int], truth: list[int], worked: list[bool]) -> Counter[str]:
    """exact; equal: another instant with no working minute between; wrong; error."""
    verdicts: Counter[str] = Counter()
    for start, wanted in zip(starts, truth, strict=True):
        try:
            got = round((ask(FIRST + timedelta(minutes=start)) - FIRST).total_seconds() / 60)
        except Exception:  # noqa: BLE001 - that a library fails is a result too
            verdicts["error"] += 1
            continue
        low, high = sorted((got, wanted))
        equal = low >= 0 and high < len(worked) and not any(worked[low:high])
        verdicts["exact" if got == wanted else "equal" if equal else "wrong"] += 1
    return verdicts


def a_second(ask: Ask, starts: list[int], seconds: float = 1.5) -> float:
    """Answers a second of processor time, since others use the machine too; making the times is not counted."""
    times = [FIRST.astimezone(ZONE) + timedelta(minutes=start) for start in starts]
    times = [moment.astimezone(UTC).astimezone(ZONE) for moment in times]
    count, begin = 0, time.process_time()
    while (spent := time.process_time() - begin) < seconds:
        for moment in times[count % len(times) :][:50]:
            ask(moment)
            count += 1
    return count / spent


def lines(closed: set[date], worked: list[bool], starts: list[int]) -> Iterator[str]:
    """One line for each peer and question."""
    for question, hours in HOURS.items():
        truth = [due(worked, start, hours * 60) for start in starts]
        ours = 0.0
        for name, make in PEERS.items():
            try:
                ask = make(closed, hours)
            except ImportError:
                yield f"{question:30} {name:20} not installed"
                continue
            verdicts = judged(ask, starts, truth, worked)
            right = 100 * (verdicts["exact"] + verdicts["equal"]) / len(starts)
            rate = a_second(ask, starts)
            ours = ours or rate
            speed = f"{rate:>10,.0f} a second, 1/{ours / rate:.0f} of ours"
            yield f"{question:30} {name:20} {speed:38} {right:5.1f}% right {dict(verdicts)}"


def main() -> None:
    """Print the table."""
    closed = closed_days()
    worked = worked_minutes(closed)
    draw = random.Random(7)  # the same receipts in every run
    starts = [draw.randrange(300 * 1440) for _ in range(CASES)]
    for line in lines(closed, worked, starts):
        print(line)


if __name__ == "__main__":
    main()
