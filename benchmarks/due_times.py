"""Due times a second in one process, over a compiled calendar: 4 working hours, 20 working days, and whole timelines.

Run: python benchmarks/due_times.py
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from zoneinfo import ZoneInfo

from helpdesk.sla.clock import timeline
from helpdesk.sla.facts import Facts
from helpdesk.sla.holidays_id import is_known, of_year
from helpdesk.sla.hours import WorkingCalendar, compile_calendar
from helpdesk.sla.norms import Fixed, Span, Target, Unit

COUNT = 200_000
OFFICE = ((clock_time(8), clock_time(12)), (clock_time(13), clock_time(17)))


def office_calendar() -> WorkingCalendar:
    """Monday to Friday, 08:00-12:00 and 13:00-17:00 in Jakarta, not on Indonesian holidays or joint leave."""
    return compile_calendar(
        zone=ZoneInfo("Asia/Jakarta"), week=dict.fromkeys(range(5), OFFICE), holidays=of_year, holidays_known=is_known
    )


def a_second(work: Callable[[datetime], object], starts: list[datetime]) -> float:
    """Calls of `work` a second, the best of three runs."""
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        for start in starts:
            work(start)
        best = min(best, time.perf_counter() - begin)
    return len(starts) / best


def main() -> None:
    """Print the figures."""
    begin = time.perf_counter()
    calendar = office_calendar()
    base = datetime(2026, 1, 1, tzinfo=UTC)
    calendar.next_working(base)
    print(f"compiling three years: {(time.perf_counter() - begin) * 1000:.1f} ms")
    draw = random.Random(7)  # the same receipts in every run
    starts = [base + timedelta(seconds=draw.randrange(300 * 86_400)) for _ in range(COUNT)]
    print(f"4 working hours:  {a_second(lambda t: calendar.add(t, 14_400), starts):>10,.0f} due times a second")
    print(
        f"20 working days:  {a_second(lambda t: calendar.add_working_days(t, 20), starts):>10,.0f} due times a second"
    )
    pairs = a_second(lambda t: calendar.between(base, t), starts)
    print(f"time in between:  {pairs:>10,.0f} a second")
    target, now = Target(Fixed(Span(Decimal(4), Unit.HOUR))), datetime(2027, 1, 1, tzinfo=UTC)
    whole = a_second(lambda t: timeline(Facts(t, "email"), 30, target, calendar, now), starts[: COUNT // 10])
    print(f"whole timelines:  {whole:>10,.0f} a second")


if __name__ == "__main__":
    main()
