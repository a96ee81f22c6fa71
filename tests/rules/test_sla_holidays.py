"""Indonesian holidays: a hand-typed list of 2026, and the kept table against the library."""

from datetime import date
from importlib.metadata import version

import pytest

from helpdesk.sla import holiday_source, holiday_table, holidays_id

# The joint decree (SKB) for 2026, typed from its published list: 17 national holidays and 8 days of joint leave.
NATIONAL_2026 = [
    "01-01", "01-16", "02-17", "03-19", "03-21", "03-22", "04-03", "04-05", "05-01", "05-14", "05-27", "05-31", "06-01",
    "06-16", "08-17", "08-25", "12-25",
]  # fmt: skip
JOINT_LEAVE_2026 = ["02-16", "03-18", "03-20", "03-23", "03-24", "05-15", "05-28", "12-24"]


def test_the_holidays_of_2026_are_those_of_the_decree():
    year = holidays_id.of_year(2026)
    assert [f"{d:%m-%d}" for d, h in year.items() if not h.joint_leave] == NATIONAL_2026
    assert [f"{d:%m-%d}" for d, h in year.items() if h.joint_leave] == JOINT_LEAVE_2026


def test_a_holiday_is_named_in_indonesian_and_english():
    holiday = holidays_id.of_year(2026)[date(2026, 3, 19)]
    assert (holiday.id, holiday.en) == ("Hari Suci Nyepi", "Day of Silence")


def test_the_kept_table_is_what_the_installed_library_gives():
    assert version("holidays") == holiday_table.LIBRARY
    for year in holiday_table.YEARS:
        assert holidays_id.from_table(year) == holiday_source.from_library(year)


def test_a_year_outside_the_table_is_asked_of_the_library():
    assert date(2035, 8, 17) in holidays_id.of_year(2035)


def test_another_release_of_the_library_is_asked_itself():
    assert holidays_id.of_year(2026, as_kept=False) == holidays_id.of_year(2026)


@pytest.mark.parametrize(("year", "known"), [(2026, True), (2027, True), (2028, False), (2035, False)])
def test_a_year_is_known_once_its_joint_leave_is_decreed(year, known):
    assert holidays_id.is_known(year) is known
