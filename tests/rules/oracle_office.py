"""The calendar of the desks in 2026 as the decrees have it, typed in by date, for the independent walk.

Source: Keputusan Bersama Menteri Agama, Menteri Ketenagakerjaan, dan Menteri PANRB on the national holidays and joint
leave (cuti bersama) of 2026. Of other years only what the calendar fixes by itself is held, so nothing that the tables
tell may rest on their moving feasts.
"""

from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from tests.rules.oracle_walk import Walk

NATIONAL_HOLIDAYS = frozenset(
    [
        date(2026, 1, 1),  # Tahun Baru Masehi
        date(2026, 1, 16),  # Isra Mikraj
        date(2026, 2, 17),  # Tahun Baru Imlek
        date(2026, 3, 19),  # Nyepi
        date(2026, 3, 21),  # Idulfitri
        date(2026, 3, 22),  # Idulfitri
        date(2026, 4, 3),  # Wafat Yesus Kristus
        date(2026, 4, 5),  # Kebangkitan Yesus Kristus
        date(2026, 5, 1),  # Hari Buruh
        date(2026, 5, 14),  # Kenaikan Yesus Kristus
        date(2026, 5, 27),  # Iduladha
        date(2026, 5, 31),  # Waisak
        date(2026, 6, 1),  # Hari Lahir Pancasila
        date(2026, 6, 16),  # Tahun Baru Islam
        date(2026, 8, 17),  # Proklamasi Kemerdekaan
        date(2026, 8, 25),  # Maulid Nabi
        date(2026, 12, 25),  # Natal
        date(2025, 12, 25),
        date(2027, 1, 1),
    ]
)
JOINT_LEAVE = frozenset(
    [
        date(2026, 2, 16),  # Imlek
        date(2026, 3, 18),  # Nyepi
        date(2026, 3, 20),  # Idulfitri
        date(2026, 3, 23),  # Idulfitri
        date(2026, 3, 24),  # Idulfitri
        date(2026, 5, 15),  # Kenaikan
        date(2026, 5, 28),  # Iduladha
        date(2026, 12, 24),  # Natal
    ]
)
MORNING, AFTERNOON = (8 * 60, 12 * 60), (13 * 60, 17 * 60)
FIRST = date(2025, 12, 29)
DAYS = 400  # up to the end of January 2027
ZONES = {
    "kptik-medan": "Asia/Jakarta",
    "kptik-semarang": "Asia/Jakarta",
    "kptik-surabaya": "Asia/Jakarta",
    "kptik-denpasar": "Asia/Makassar",
    "kptik-makassar": "Asia/Makassar",
    "biro-umum": "Asia/Jakarta",
    "setneg-ortala": "Asia/Jakarta",
}


def office_hours(day: date) -> tuple[tuple[int, int], ...]:
    """Monday to Friday, 08.00-12.00 and 13.00-17.00, on no holiday and no joint leave."""
    if day.weekday() > 4 or day in NATIONAL_HOLIDAYS or day in JOINT_LEAVE:
        return ()
    return (MORNING, AFTERNOON)


@cache
def office_walk(zone: str) -> Walk:
    """The walk over the desks' calendar in one zone."""
    return Walk(ZoneInfo(zone), office_hours, FIRST, DAYS)
