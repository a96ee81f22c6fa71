"""The deadline as a story in both languages: what counted, what did not and why, what is missing or awaited."""

import re
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from helpdesk.sla.clock import Facts, HoldPeriod, timeline
from helpdesk.sla.explain import explain, provisional
from helpdesk.sla.norms import (
    Anchor,
    AsAgreed,
    ByQuantity,
    DayCount,
    EventRelative,
    Fixed,
    Span,
    Start,
    StartKind,
    Step,
    Target,
    Unit,
)
from helpdesk.sla.phrases import PHRASES, Teller
from tests.rules.sla_samples import BERLIN, JAKARTA, MAKASSAR, at, day, office, plain

FRIDAY, MONDAY = "2026-11-20", "2026-11-23"
FOUR_HOURS = Target(Fixed(Span(Decimal(4), Unit.HOUR)))


def told(target, known, language="id", now="2026-11-20 11:00", calendar=None, **others):
    calendar = calendar or office()
    line = timeline(known, 30, target, calendar, at(now))
    return explain(line, known, target, calendar, language=language, **others)


def test_four_hours_over_a_weekend_in_indonesian():
    assert told(FOUR_HOURS, Facts(at(f"{FRIDAY} 15:30"), "email"), wording="4 (empat) jam kerja.") == (
        "Diterima Jumat, 20 November 2026 pukul 15.30 WIB.",
        "Mulai ditangani paling lambat Jumat, 20 November 2026 pukul 16.00 WIB.",
        "Bunyi standar: “4 (empat) jam kerja”.",
        "Batas waktu: 4 jam kerja.",
        "Dihitung: Jumat, 20 November 2026 15.30–17.00 (1 jam 30 menit); "
        "Senin, 23 November 2026 08.00–10.30 (2 jam 30 menit).",
        "Tidak dihitung: malam hari, Sabtu dan Minggu.",
        "Jatuh tempo Senin, 23 November 2026 pukul 10.30 WIB.",
    )


def test_four_hours_over_a_holiday_in_english():
    story = told(FOUR_HOURS, Facts(at("2026-12-23 15:30"), "portal"), "en")
    assert story[1] == "First answer: the ticket number, at once on receipt."
    assert "Not counted: the nights, Saturday, Sunday, Christmas Joint Holiday (24 December 2026) and " in story[-2]
    assert "Christmas Day (25 December 2026)" in story[-2]
    assert story[-1] == "Due on Monday, 28 December 2026 at 10:30 WIB."


def test_a_receipt_in_lunch_says_when_counting_begins():
    story = told(FOUR_HOURS, Facts(at(f"{FRIDAY} 12:20"), "walk-in"))
    assert story[1] == "Itu di luar jam kerja, jadi waktu mulai dihitung Jumat, 20 November 2026 pukul 13.00 WIB."


def test_a_hold_and_its_reason_are_told_and_not_counted():
    known = Facts(at(f"{FRIDAY} 08:00"), "email", holds=(
        HoldPeriod("documents", at(f"{FRIDAY} 09:00"), at(f"{FRIDAY} 10:00")),
        HoldPeriod("internal", at(f"{FRIDAY} 10:30"), at(f"{FRIDAY} 10:40")),
    ))  # fmt: skip
    story = " ".join(told(FOUR_HOURS, known))
    assert "08.00–09.00 (1 jam); Jumat, 20 November 2026 10.00–12.00 (2 jam)" in story
    assert "karena menunggu dokumen dari pemohon: 1 jam tidak dihitung." in story
    assert "(menunggu pihak dalam) tidak menghentikan waktu." in story


def test_what_the_standard_leaves_open_is_said_about_a_time_and_about_its_start():
    target = replace(
        FOUR_HOURS, norm=replace(FOUR_HOURS.norm, approximate=True), start=replace(FOUR_HOURS.start, assumed=True)
    )
    known = Facts(at(f"{FRIDAY} 08:00"), "email")
    story = " ".join(told(target, known))
    assert "Standar tidak menyebut sejak kapan waktu dihitung; di sini sejak diterima." in story
    assert (
        "Batas waktu: 4 jam kerja. Standar menyebut “kurang lebih”; sebagai batas berlaku tepat 4 jam kerja." in story
    )
    plain = " ".join(told(FOUR_HOURS, known))
    assert "kurang lebih" not in plain
    assert "tidak menyebut sejak" not in plain


def test_a_running_hold_tells_what_remains():
    known = Facts(at(f"{FRIDAY} 08:00"), "email", holds=(HoldPeriod("requester", at(f"{FRIDAY} 09:30")),))
    assert "menunggu jawaban pemohon; sisa waktu 2 jam 30 menit." in " ".join(told(FOUR_HOURS, known))


def test_what_is_missing_is_named_with_its_id():
    target = Target(ByQuantity("devices", (Step(4, Span(Decimal(1), Unit.WORKING_DAY)),)))
    names = {"devices": SimpleNamespace(id="Jumlah perangkat", en="Number of devices")}
    assert "Belum diisi: Jumlah perangkat (devices);" in " ".join(
        told(target, Facts(at(f"{FRIDAY} 08:00"), "api"), names=names)
    )


def test_a_deadline_that_may_still_move_says_so_to_the_public_without_ids():
    target = Target(ByQuantity("devices", (Step(4, Span(Decimal(1), Unit.WORKING_DAY)),)))
    names = {"devices": SimpleNamespace(id="Jumlah perangkat", en="Number of devices")}
    choices = {"devices": (SimpleNamespace(id="Satu", en="One"), SimpleNamespace(id="Dua", en="Two"))}
    known = Facts(at(f"{FRIDAY} 08:00"), "api")
    line = timeline(known, 30, target, office(), at(f"{FRIDAY} 11:00"))
    assert provisional(line, language="en", names=names, choices={}).startswith(
        "This is the earliest deadline. Not known yet: Number of devices."
    )
    assert "Belum diketahui: Jumlah perangkat (Satu atau Dua)." in provisional(
        line, language="id", names=names, choices=choices
    )
    assert "devices" not in " ".join(told(target, known, names=names, ids=False))
    two = replace(line, missing=("devices", "place"))
    assert "Jumlah perangkat dan place." in provisional(two, language="id", names=names, choices=choices)
    final = timeline(replace(known, attributes={"devices": "2"}), 30, target, office(), at(f"{FRIDAY} 11:00"))
    assert provisional(final, language="id", names=names, choices=choices) == ""


def test_what_is_awaited_is_said():
    documents = replace(FOUR_HOURS, start=Start(StartKind.DOCUMENTS))
    assert told(documents, Facts(at(f"{FRIDAY} 08:00"), "api"))[1] == (
        "Waktu belum berjalan: menunggu dokumen dinyatakan lengkap."
    )
    named = replace(FOUR_HOURS, start=Start(StartKind.EVENT, "Renstra disahkan"))
    assert "menunggu Renstra disahkan" in told(named, Facts(at(f"{FRIDAY} 08:00"), "api"))[1]
    assert "tanggalnya belum dicatat" in " ".join(told(Target(AsAgreed()), Facts(at(f"{FRIDAY} 08:00"), "api")))


def test_whole_days_are_told_by_their_dates_and_the_day_of_the_start_is_none_of_them():
    target = Target(Fixed(Span(Decimal(2), Unit.WORKING_DAY, DayCount.END_OF_DAY)))
    story = told(target, Facts(at(f"{FRIDAY} 16:59"), "api"))
    assert "Hari mulainya, Jumat, 20 November 2026, tidak dihitung; " in " ".join(story)
    assert "Hari kerja yang dihitung: Senin, 23 November 2026 dan Selasa, 24 November 2026." in story
    assert "Tidak dihitung: Sabtu dan Minggu." in story
    assert "16.59–" not in " ".join(story)


def test_what_the_desk_finds_out_by_inspection_is_not_named_to_the_public():
    target = Target(ByQuantity("devices", (Step(4, Span(Decimal(1), Unit.WORKING_DAY)),)))
    line = timeline(Facts(at(f"{FRIDAY} 08:00"), "api"), 30, target, office(), at(f"{FRIDAY} 11:00"))
    names = {"devices": SimpleNamespace(id="Jumlah perangkat", en="Number of devices")}
    said = provisional(line, language="id", names=names, choices={}, internal={"devices"})
    assert "pemeriksaan oleh meja layanan" in said
    assert "Jumlah perangkat" not in said


def test_an_undecreed_year_is_said():
    story = told(FOUR_HOURS, Facts(at("2028-11-20 08:00"), "api"), now="2028-11-20 08:00")
    assert "Hari libur 2028 belum ditetapkan lengkap" in story[-1]


@pytest.mark.parametrize("received", [f"{FRIDAY} 08:00", f"{FRIDAY} 11:59:30", f"{FRIDAY} 16:45", "2026-11-21 09:00"])
def test_case_55_the_pieces_that_are_told_add_up_to_the_norm(received):
    story = " ".join(told(FOUR_HOURS, Facts(at(received), "email"), "en"))
    amounts = re.findall(r"\(((?:\d+ (?:hour|minute|second)s? ?)+)\)", story)
    units = {"hour": 3600, "minute": 60, "second": 1}
    seconds = sum(int(n) * units[u] for text in amounts for n, u in re.findall(r"(\d+) (hour|minute|second)", text))
    assert seconds == 4 * 3600


def test_times_are_said_in_the_zone_of_the_desk():
    moment = at(f"{FRIDAY} 11:00")
    assert Teller("id", JAKARTA).when(moment) == "Jumat, 20 November 2026 pukul 11.00 WIB"
    assert Teller("id", MAKASSAR).when(moment) == "Jumat, 20 November 2026 pukul 12.00 WITA"
    assert Teller("en", BERLIN).when(moment) == "Friday, 20 November 2026 at 05:00 CET"


@pytest.mark.parametrize(
    ("amount", "unit", "indonesian", "english"),
    [
        ("1", Unit.HOUR, "1 jam kerja", "1 working hour"),
        ("2.5", Unit.HOUR, "2,5 jam kerja", "2.5 working hours"),
        ("20", Unit.WORKING_DAY, "20 hari kerja", "20 working days"),
        ("2", Unit.MONTH, "2 bulan", "2 months"),
    ],
)
def test_amounts_are_said_in_both_languages(amount, unit, indonesian, english):
    span = Span(Decimal(amount), unit)
    assert (Teller("id", JAKARTA).span(span), Teller("en", JAKARTA).span(span)) == (indonesian, english)


def test_every_phrase_has_the_same_blanks_in_both_languages():
    for indonesian, english in PHRASES.values():
        assert sorted(re.findall(r"{\w+}", indonesian)) == sorted(re.findall(r"{\w+}", english))


def test_an_own_closed_day_is_told_by_its_name():
    name = SimpleNamespace(id="Tutup buku", en="Year-end closing")
    calendar = plain(closed={day(MONDAY): name})
    assert "Tutup buku (23 November 2026)" in " ".join(
        told(FOUR_HOURS, Facts(at(f"{FRIDAY} 15:30"), "api"), calendar=calendar)
    )


CHRISTMAS = "Cuti Bersama Hari Raya Natal (24 Desember 2026) dan Hari Raya Natal (25 Desember 2026)"


def test_days_by_the_calendar_tell_where_they_end_and_which_days_off_move_the_due_on():
    days = Target(Fixed(Span(Decimal(2), Unit.DAY)))
    story = told(days, Facts(at("2026-12-22 10:00"), "api"), now="2026-12-22 10:00")
    assert story[-2].startswith("Hari terakhirnya jatuh pada Kamis, 24 Desember 2026 pukul 10.00 WIB")
    assert story[-2].endswith(f"libur Sabtu, Minggu, {CHRISTMAS}.")
    assert story[-1] == "Jatuh tempo Senin, 28 Desember 2026 pukul 08.00 WIB."
    assert "Hari terakhirnya" not in " ".join(told(days, Facts(at("2026-12-21 10:00"), "api")))


@pytest.mark.parametrize(
    ("anchor", "event", "off"),
    [(Anchor.BEFORE, "2026-12-26", f"Sabtu, {CHRISTMAS}"), (Anchor.AFTER, "2026-12-23", f"Sabtu, Minggu, {CHRISTMAS}")],
)
def test_the_days_off_between_an_event_and_its_due_are_named(anchor, event, off):
    target = Target(EventRelative(anchor, Span(Decimal(1), Unit.WORKING_DAY if anchor is Anchor.AFTER else Unit.DAY)))
    story = told(target, Facts(at("2026-12-01 08:00"), "api", event_at=day(event)))
    assert story[-2] == f"Hari libur di antaranya: {off}."
