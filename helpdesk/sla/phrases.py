"""The sentences of an explanation in Indonesian and English, and how times and amounts are said in them."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from helpdesk.sla.norms import Span, Unit

LANGUAGES = ("id", "en")

_DAYS = (
    ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
_MONTHS = (
    ("Januari", "Februari", "Maret", "April", "Mei", "Juni",
     "Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ("January", "February", "March", "April", "May", "June",
     "July", "August", "September", "October", "November", "December"),
)  # fmt: skip
_UNITS = {
    Unit.MINUTE: ("menit kerja", "working minute"),
    Unit.HOUR: ("jam kerja", "working hour"),
    Unit.WORKING_DAY: ("hari kerja", "working day"),
    Unit.DAY: ("hari kalender", "calendar day"),
    Unit.WEEK: ("minggu", "week"),
    Unit.MONTH: ("bulan", "month"),
}

PHRASES: dict[str, tuple[str, str]] = {
    "moved to a day": (
        "Itu di luar jam kerja, jadi {day} menjadi hari mulainya.",
        "That is outside working hours, so {day} is the day on which it starts.",
    ),
    "received": ("Diterima {when}.", "Received on {when}."),
    "reopened": ("Dibuka kembali {when}; waktunya dihitung dari situ.", "Reopened on {when}; time counts from there."),
    "started": ("Waktu dihitung sejak {event}, {when}.", "Time counts from {event}, {when}."),
    "moved": (
        "Itu di luar jam kerja, jadi waktu mulai dihitung {when}.",
        "That is outside working hours, so time counts from {when}.",
    ),
    "awaiting": ("Waktu belum berjalan: menunggu {event}.", "Time does not run yet: it waits for {event}."),
    "start documents": ("dokumen dinyatakan lengkap", "the documents being declared complete"),
    "start disposition": ("disposisi diterima", "the disposition being received"),
    "start event": ("{name}", "{name}"),
    "named event": ("peristiwa yang disebut standar", "the event that the standard names"),
    "start received": ("diterima", "receipt"),
    "start assumed": (
        "Standar tidak menyebut sejak kapan waktu dihitung; di sini sejak {event}.",
        "The standard does not say from when time counts; here it is from {event}.",
    ),
    "about": (
        "Standar menyebut “kurang lebih”; sebagai batas berlaku tepat {amount}.",
        "The standard says “about”; as a limit exactly {amount} count.",
    ),
    "rule": ("Batas waktu: {amount}.", "Time limit: {amount}."),
    "wording": ("Bunyi standar: “{wording}”.", "The standard says: “{wording}”."),
    "missing": (
        "Belum diisi: {names}; sampai diisi berlaku batas waktu yang paling awal.",
        "Not given yet: {names}; until it is, the earliest deadline counts.",
    ),
    "earliest": (
        "Ini batas waktu yang paling awal. Belum diketahui: {names}. Setelah diketahui, batas waktunya dapat menjadi "
        "lebih lama.",
        "This is the earliest deadline. Not known yet: {names}. Once it is, the deadline may become later.",
    ),
    "earliest inspected": (
        "Ini batas waktu yang paling awal. Batas waktunya bergantung pada pemeriksaan oleh meja layanan dan dapat "
        "menjadi lebih lama.",
        "This is the earliest deadline. It depends on the inspection by the service desk and may become later.",
    ),
    "inspected": (
        "Batas waktunya juga bergantung pada pemeriksaan oleh meja layanan.",
        "It also depends on the inspection by the service desk.",
    ),
    "agreed": ("Batas waktu adalah tanggal yang disepakati.", "The deadline is the date that was agreed."),
    "not agreed": (
        "Batas waktu menurut kesepakatan; tanggalnya belum dicatat.",
        "The deadline is as agreed; the date is not entered yet.",
    ),
    "no event": (
        "Batas waktu bergantung pada tanggal kegiatan, yang belum diisi.",
        "The deadline depends on the date of the event, which is not given yet.",
    ),
    "event": ("Dihitung dari tanggal kegiatan, {day}.", "Counted from the date of the event, {day}."),
    "date": ("Batas waktu adalah tanggal tetap dalam kalender.", "The deadline is a fixed date of the calendar."),
    "moved back": (
        "Bila tanggal itu bukan hari kerja, batasnya akhir jam kerja terakhir sebelumnya.",
        "Where that is not a working day, the end of the last working hours before it counts.",
    ),
    "after event": (
        "Jatuh tempo setelah kegiatan, saat jam kerja hari itu selesai.",
        "It is due after the event, when the working hours of that day end.",
    ),
    "no rule": (
        "Standar tidak menyebut batas waktu untuk keadaan ini.",
        "The standard states no time for this case.",
    ),
    "no norm": ("Standar tidak menyebut batas waktu jawaban.", "The standard states no time for the answer."),
    "stages": (
        "Dikerjakan bertahap; inilah rencananya bila setiap tahap tepat waktu:",
        "Done in stages; this is the plan if each stage is on time:",
    ),
    "stage": ("{name}: sampai {when}.", "{name}: until {when}."),
    "stage done": ("{name}: selesai {when}.", "{name}: done {when}."),
    "stage range": (
        "{name}: sampai {when}, diharapkan selesai mulai {first}.",
        "{name}: until {when}, expected from {first} on.",
    ),
    "stage without norm": (
        "{name}: standar tidak menyebut waktu, jadi tidak memakan waktu dalam rencana.",
        "{name}: the standard states no time, so it takes none in the plan.",
    ),
    "stage open": ("{name}: waktunya belum diketahui.", "{name}: its time is not known yet."),
    "counted": ("Dihitung: {pieces}.", "Counted: {pieces}."),
    "counted days": (
        "Dihitung: jam kerja dari {first} sampai {last}, seluruhnya {amount}.",
        "Counted: the working hours from {first} to {last}, {amount} in all.",
    ),
    "end of day": (
        "Hari mulainya, {day}, tidak dihitung; jatuh tempo saat jam kerja hari terakhir selesai.",
        "The day on which it starts, {day}, does not count; it is due when the last day closes.",
    ),
    "counted dates": ("Hari kerja yang dihitung: {days}.", "Working days counted: {days}."),
    "counted whole days": (
        "Hari kerja yang dihitung: dari {first} sampai {last}, seluruhnya {amount}.",
        "Working days counted: from {first} to {last}, {amount} in all.",
    ),
    "counted whole days with pauses": (
        "Hari kerja yang dihitung: dari {first} sampai {last}, tanpa waktu yang berhenti, seluruhnya {amount}.",
        "Working days counted: from {first} to {last}, without the time that stood still, {amount} in all.",
    ),
    "calendar days": (
        "Yang dihitung hari kalender, jadi hari libur ikut dihitung; hasil yang jatuh di luar jam kerja maju ke jam "
        "kerja berikutnya.",
        "Calendar days count, so days off count too; a result outside working hours moves on to the next working "
        "hours.",
    ),
    "stages end of day": (
        "Tahap dengan hari kerja: hari mulainya, atau hari berakhirnya tahap sebelumnya, tidak dihitung; tahap "
        "berakhir saat jam kerja hari terakhir selesai.",
        "Stages in working days: the day of the start, or that on which the stage before ended, does not count; a "
        "stage ends when the last day closes.",
    ),
    "stages calendar days": (
        "Tahap dengan hari, minggu atau bulan: hari libur ikut dihitung; hasil yang jatuh di luar jam kerja maju ke "
        "jam kerja berikutnya.",
        "Stages in days, weeks or months: days off count too; a result outside working hours moves on to the next "
        "working hours.",
    ),
    "moved on": (
        "Hari terakhirnya jatuh pada {when}, saat tidak ada jam kerja: libur {what}.",
        "The last day ends on {when}, when nobody works: off are {what}.",
    ),
    "off between": ("Hari libur di antaranya: {what}.", "Days off in between: {what}."),
    "skipped": ("Tidak dihitung: {what}.", "Not counted: {what}."),
    "night": ("malam hari", "the nights"),
    "break": ("istirahat {times}", "the break {times}"),
    "hold": (
        "Waktu berhenti dari {start} sampai {end} karena {reason}: {amount} tidak dihitung.",
        "Time stopped from {start} to {end}, {reason}: {amount} not counted.",
    ),
    "on hold": (
        "Waktu berhenti sejak {start} karena {reason}; sisa waktu {amount}.",
        "Time has stood still since {start}, {reason}; {amount} remain.",
    ),
    "hold on": (
        "Penundaan sejak {start} ({reason}) tidak menghentikan waktu.",
        "The hold since {start} ({reason}) does not stop the time.",
    ),
    "reason documents": ("menunggu dokumen dari pemohon", "waiting for documents of the requester"),
    "reason requester": ("menunggu jawaban pemohon", "waiting for the requester's answer"),
    "reason vendor": ("menunggu pihak ketiga", "waiting for a third party"),
    "reason internal": ("menunggu pihak dalam", "waiting for somebody inside"),
    "extended": ("Batas waktu diperpanjang satu kali.", "The deadline was extended once."),
    "expected": ("Diharapkan selesai mulai {when}.", "Expected from {when} on."),
    "due": ("Jatuh tempo {when}.", "Due on {when}."),
    "no due": ("Belum ada jatuh tempo.", "There is no due time yet."),
    "response now": (
        "Jawaban pertama: nomor tiket, langsung saat diterima.",
        "First answer: the ticket number, at once on receipt.",
    ),
    "response": ("Mulai ditangani paling lambat {when}.", "Handling begins by {when}."),
    "first handling": ("Penanganan awal paling lambat {when}.", "First handling by {when}."),
    "late request": (
        "Permintaan ini datang kurang dari {amount} sebelum kegiatan.",
        "This request came less than {amount} before the event.",
    ),
    "day closed": ("{day} libur", "{day} is closed"),
    "day worked": ("{day} menjadi hari kerja", "{day} is a working day"),
    "day other hours": ("jam kerja {day} berubah", "{day} has other hours"),
    "further days": ("{count} hari lain", "{count} more days"),
    "unknown year": (
        "Hari libur {year} belum ditetapkan lengkap; jatuh tempo dapat bergeser.",
        "The holidays of {year} are not decreed in full; the due time may move.",
    ),
}


class Teller:
    """Says times, amounts and sentences in one language and zone. Any language but English reads as Indonesian."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language
        self.place = 1 if language == "en" else 0
        self.zone = zone

    def say(self, phrase: str, **words: object) -> str:
        """The phrase of that name with its words filled in."""
        return PHRASES[phrase][self.place].format(**words)

    def name(self, named: object) -> str:
        """The name in the teller's language of anything that has one in both."""
        return str(getattr(named, "en" if self.place else "id"))

    def rendered(self, words: str, english: str) -> str:
        """Words of a standard, in English where that is asked for and somebody has rendered them."""
        return english if self.place and english else words

    def day(self, day: date) -> str:
        """`Jumat, 20 November 2026`."""
        return f"{self.weekday(day.weekday())}, {self.date(day)}"

    def date(self, day: date) -> str:
        """`20 November 2026`."""
        return f"{day.day} {self.month(day.month)} {day.year}"

    def month(self, number: int) -> str:
        """The name of a month, 1 = January."""
        return _MONTHS[self.place][number - 1]

    def weekday(self, number: int) -> str:
        """The name of a weekday, 0 = Monday."""
        return _DAYS[self.place][number]

    def clock(self, moment: datetime) -> str:
        """`16.30` or `16:30`, with seconds where there are some."""
        local = moment.astimezone(self.zone)
        parts = [local.hour, local.minute, *([local.second] if local.second else [])]
        return (":" if self.place else ".").join(f"{part:02}" for part in parts)

    def zone_name(self, moment: datetime) -> str:
        """`WIB`, `WITA`, `WIT` or the zone's own abbreviation."""
        return moment.astimezone(self.zone).tzname() or ""

    def when(self, moment: datetime) -> str:
        """`Jumat, 20 November 2026 pukul 16.30 WIB`."""
        at = ("pukul", "at")[self.place]
        return f"{self.day(moment.astimezone(self.zone).date())} {at} {self.clock(moment)} {self.zone_name(moment)}"

    def span(self, span: Span) -> str:
        """`4 jam kerja`, `2.5 working hours`."""
        amount = f"{span.amount.normalize():f}"
        unit = _UNITS[span.unit][self.place]
        if self.place == 0:
            return f"{amount.replace('.', ',')} {unit}"
        return f"{amount} {unit}" if amount == "1" else f"{amount} {unit}s"

    def duration(self, seconds: int) -> str:
        """`1 jam 30 menit` of working time."""
        parts = (
            (seconds // 3600, "jam", "hour"),
            (seconds // 60 % 60, "menit", "minute"),
            (seconds % 60, "detik", "second"),
        )
        words = [self._counted(count, (indonesian, english)) for count, indonesian, english in parts if count]
        return " ".join(words) or self._counted(0, ("menit", "minute"))

    def _counted(self, count: int, unit: tuple[str, str]) -> str:
        return f"{count} {unit[self.place]}{'s' if self.place and count != 1 else ''}"

    def listed(self, words: Sequence[str]) -> str:
        """`a, b dan c`."""
        return _joined(words, ("dan", "and")[self.place])

    def either(self, words: Sequence[str]) -> str:
        """`a, b atau c`."""
        return _joined(words, ("atau", "or")[self.place])


def _joined(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)
