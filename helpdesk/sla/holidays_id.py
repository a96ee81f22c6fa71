"""Indonesian national holidays and joint leave (cuti bersama) of a year, quickly.

The `holidays` library is the source (its categories "public" and "government"). Importing it costs a third of a second,
so the years that one release of it knows are kept in `holiday_table.py`, which a test compares with the library.
"""

from datetime import date
from functools import cache

from helpdesk.sla.holiday_source import Holiday, Year, from_library
from helpdesk.sla.holiday_table import LIBRARY, NAMES, YEARS


@cache
def from_table(year: int) -> Year | None:
    """The holidays of `year` from the kept table; None for a year that it does not hold."""
    if year not in YEARS:
        return None
    days = ((word[:4], NAMES[word[4:]]) for word in YEARS[year].split())
    return {date(year, int(day[:2]), int(day[2:])): Holiday(*name) for day, name in days}


def of_year(year: int, *, as_kept: bool = True) -> Year:
    """The holidays of `year`; `as_kept` False (another release of the library is installed) asks the library."""
    kept = from_table(year) if as_kept else None
    return from_library(year) if kept is None else kept


def is_known(year: int, *, as_kept: bool = True) -> bool:
    """True when the year's joint leave is decreed; before that the library only estimates the year."""
    return any(holiday.joint_leave for holiday in of_year(year, as_kept=as_kept).values())


__all__ = ["LIBRARY", "Holiday", "Year", "from_table", "is_known", "of_year"]
