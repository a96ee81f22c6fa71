"""Indonesian holidays as the `holidays` library gives them, and the making of the table that is kept of them.

Write the table anew with `python -m helpdesk.sla.holiday_source > new.py` and move it to `holiday_table.py`.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from textwrap import wrap


@dataclass(frozen=True, slots=True)
class Holiday:
    """One closed day by decree, named in both languages; `joint_leave`: cuti bersama, not a national holiday."""

    id: str
    en: str
    joint_leave: bool = False


Year = Mapping[date, Holiday]


@cache
def from_library(year: int) -> Year:
    """The holidays of `year` as the installed `holidays` library gives them; slow at its first call."""
    # Imported by name: the library is untyped at this spot and must not load with the module.
    indonesia = import_module("holidays").Indonesia

    def names(category: str, language: str) -> Mapping[date, str]:
        return dict(indonesia(years=[year], categories=(category,), language=language))

    days: dict[date, Holiday] = {}
    for category, leave in (("government", True), ("public", False)):
        english = names(category, "en_US")
        days |= {day: Holiday(name, english[day], leave) for day, name in names(category, "id").items()}
    return dict(sorted(days.items()))


def table_source(years: Iterable[int], version: str) -> str:
    """The text of `holiday_table.py` for `years`, made from the library."""
    codes: dict[tuple[str, str, bool], str] = {}
    lines = []
    for year in years:
        words = []
        for day, holiday in from_library(year).items():
            name = (holiday.id, holiday.en, holiday.joint_leave)
            words.append(f"{day:%m%d}{codes.setdefault(name, f'n{len(codes)}')}")
        lines += [f"    {year}: (", *(f'        "{line} "' for line in wrap(" ".join(words), 100)), "    ),"]
    names = [f'    "{code}": ("{id_}", "{en}", {leave}),' for (id_, en, leave), code in codes.items()]
    head = '"""Holidays by year as MMDD and a name, made from the `holidays` library by `holiday_source`."""'
    tables = ["NAMES: dict[str, tuple[str, str, bool]] = {", *names, "}", "", "YEARS: dict[int, str] = {", *lines, "}"]
    return "\n".join([head, "", f'LIBRARY = "{version}"', "", *tables, ""])


if __name__ == "__main__":
    from importlib.metadata import version as version_of

    sys.stdout.write(table_source(range(2020, 2033), version_of("holidays")))
