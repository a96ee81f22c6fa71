"""How a catalogue's values are said to a person, in Indonesian and English: amounts, days, weeks, conditions."""

from collections.abc import Callable, Iterable, Mapping
from datetime import time
from itertools import groupby
from zoneinfo import ZoneInfo

from helpdesk.catalog.model import Attribute, Text
from helpdesk.sla.phrases import Teller
from helpdesk.tickets.words import Channel, TicketType

Week = Mapping[int, tuple[tuple[time, time], ...]]

CHANNELS: dict[str, tuple[str, str]] = {
    Channel.EMAIL: ("surel", "e-mail"),
    Channel.WHATSAPP: ("WhatsApp", "WhatsApp"),
    Channel.TELEGRAM: ("Telegram", "Telegram"),
    Channel.WEB_CHAT: ("obrolan web", "web chat"),
    Channel.PORTAL: ("portal", "portal"),
    Channel.PHONE: ("telepon", "telephone"),
    Channel.WALK_IN: ("loket", "counter"),
    Channel.NOTA_DINAS: ("nota dinas", "nota dinas"),
    Channel.API: ("API", "API"),
}
TYPES: dict[str, tuple[str, str]] = {
    TicketType.SERVICE_REQUEST: ("permintaan layanan", "service request"),
    TicketType.INCIDENT: ("insiden", "incident"),
    TicketType.CHANGE: ("perubahan", "change"),
    TicketType.COMPLAINT: ("pengaduan", "complaint"),
}
PHRASES: dict[str, tuple[str, str]] = {
    "about": ("kurang lebih {span}", "about {span}"),
    "range": ("{lower} sampai {upper}", "{lower} to {upper}"),
    "as agreed": ("menurut kesepakatan", "as agreed"),
    "by quantity": ("menurut {attribute}: {steps}; {beyond}", "by {attribute}: {steps}; {beyond}"),
    "step": ("sampai {upto}: {span}", "up to {upto}: {span}"),
    "beyond agreed": ("lebih dari {last}: menurut kesepakatan", "more than {last}: as agreed"),
    "beyond formula": ("setiap {each} berikutnya: tambah {span}", "each further {each}: {span} more"),
    "by channel": ("lewat {channel}: {norm}", "by {channel}: {norm}"),
    "otherwise": ("selain itu: {norm}", "otherwise: {norm}"),
    "if": ("bila {condition}: {norm}", "if {condition}: {norm}"),
    "is": ("{attribute} = {values}", "{attribute} = {values}"),
    "always": ("selalu", "always"),
    "hold always": ("{reason}, selalu", "{reason}, always"),
    "hold if": ("{reason}, bila {condition}", "{reason}, if {condition}"),
    "quantity": ("{attribute} sampai {upto}", "{attribute} up to {upto}"),
    "under": ("bila {condition}", "if {condition}"),
    "through": ("lewat {channel}", "by {channel}"),
    "else": ("selain itu", "otherwise"),
    "rule": ("{name}: {norm}", "{name}: {norm}"),
    "on event": ("pada tanggal kegiatan", "on the date of the event"),
    "before event": ("{span} sebelum kegiatan", "{span} before the event"),
    "after event": ("{span} setelah kegiatan", "{span} after the event"),
    "event stage": ("{norm}, dengan kegiatan sebagai tahap tersendiri", "{norm}, with the event as a stage of its own"),
    "by day": ("setiap bulan paling lambat tanggal {day}", "at the latest on day {day} of each month"),
    "by date": ("paling lambat {day} {month}", "at the latest on {day} {month}"),
    "stages": ("bertahap, {count} tahap", "in stages, {count} of them"),
    "no span": ("tanpa jangka waktu", "without a time"),
    "repeated": ("{norm}, {count} kali", "{norm}, {count} times"),
    "repeated by": ("{norm}, {count} kali untuk setiap {attribute}", "{norm}, {count} times for each {attribute}"),
    "from the start": ("sejak awal", "from the start"),
    "after stages": ("setelah {stages}", "after {stages}"),
    "after the one before": ("setelah tahap sebelumnya", "after the stage before it"),
    "received": ("saat diterima", "on receipt"),
    "documents": ("saat dokumen dinyatakan lengkap", "when the documents are declared complete"),
    "disposition": ("saat disposisi diterima", "when the disposition is received"),
    "event": ("sejak {event}", "from this event: {event}"),
    "assumed": ("{start} (dianggap; standar tidak menyebutnya)", "{start} (assumed; the standard does not say)"),
    "elapsed": (
        "satu hari kerja penuh sejak jam penerimaan (Jumat 16.30 + 1 = Senin 16.30)",
        "whole working days from the hour of receipt (Friday 16:30 + 1 = Monday 16:30)",
    ),
    "end_of_day": (
        "sampai akhir hari kerja, hari penerimaan tidak dihitung",
        "to the close of a working day, without the day of receipt",
    ),
    "once": ("paling lama {span}, satu kali", "at most {span}, once"),
    "lapse and remind": ("{span}, diingatkan {remind} sebelumnya", "{span}, with a reminder {remind} before"),
    "lead time by": ("menurut {attribute}: {spans}; selain itu {other}", "by {attribute}: {spans}; otherwise {other}"),
    "value span": ("{value} {span}", "{value} {span}"),
    "outside hours": (
        "{lead}, hanya bila kegiatan di luar jam kerja",
        "{lead}, only if the event lies outside working hours",
    ),
    "days": ("{count} hari", "{count} days"),
    "yes": ("ya", "yes"),
    "no": ("tidak", "no"),
    "required": ("wajib", "required"),
    "optional": ("boleh dikosongkan", "optional"),
    "judged": ("dinilai petugas", "judged by the desk"),
    "closed week": ("tidak ada jam kerja", "no working hours"),
    "quoted": ("“{words}”", "“{words}”"),
    "named": ("{name} ({more})", "{name} ({more})"),
    "due within": ("{name}, tenggat {norm}, di {desks}", "{name}, deadline {norm}, at {desks}"),
    "offered nowhere": ("{name}, tenggat {norm}", "{name}, deadline {norm}"),
    "between": ("{name}, {first} sampai {last}: {week}", "{name}, {first} to {last}: {week}"),
    "integer": ("bilangan bulat", "whole number"),
    "choice": ("pilihan", "choice"),
    "text": ("teks", "text"),
    "layer-1": ("Layer 1 (meja layanan)", "Layer 1 (service desk)"),
    "layer-2": ("Layer 2 (RFT)", "Layer 2"),
    "layer-3": ("Layer 3", "Layer 3"),
}


class Sayer(Teller):
    """Says a catalogue's values in one language; phrases that it does not have are those of the explanations."""

    def __init__(self, language: str) -> None:
        super().__init__(language, ZoneInfo("UTC"))

    def say(self, phrase: str, **words: object) -> str:
        """The phrase of that name with its words filled in."""
        return PHRASES[phrase][self.place].format(**words) if phrase in PHRASES else super().say(phrase, **words)

    def yes_no(self, *, answer: bool) -> str:
        """`ya` or `no`."""
        return self.say("yes" if answer else "no")

    def week(self, week: Week) -> str:
        """`Senin–Kamis 08.00–12.00 dan 13.00–17.00; Jumat 08.00–11.30`: days of the same hours are said together."""
        days = [(day, week[day]) for day in sorted(week) if week[day]]
        runs = [list(run) for _, run in groupby(enumerate(days), key=lambda d: (d[1][0] - d[0], d[1][1]))]
        said = [f"{self._days(run[0][1][0], run[-1][1][0])} {self._hours(run[0][1][1])}" for run in runs]
        return "; ".join(said) or self.say("closed week")

    def _days(self, first: int, last: int) -> str:
        return self.weekday(first) if first == last else f"{self.weekday(first)}–{self.weekday(last)}"

    def _hours(self, hours: Iterable[tuple[time, time]]) -> str:
        return self.listed([f"{self._time(start)}–{self._time(end, end=True)}" for start, end in hours])

    def _time(self, moment: time, *, end: bool = False) -> str:
        hour = 24 if end and moment == time() else moment.hour
        return f"{hour:02}{(':' if self.place else '.')}{moment.minute:02}"

    def condition(self, when: Mapping[str, Iterable[str]], attributes: Mapping[str, Attribute]) -> str:
        """`Dikerjakan oleh = Swakelola atau Pihak ketiga`, all of them joined; `selalu` for no condition."""
        said = [
            self.say(
                "is", attribute=self.attribute(name, attributes), values=self.either(self._values(name, v, attributes))
            )
            for name, v in sorted(when.items())
        ]
        return self.listed(said) or self.say("always")

    def attribute(self, name: str, attributes: Mapping[str, Attribute]) -> str:
        """The name of an attribute; its id where the item does not ask it."""
        return self.name(attributes[name].name) if name in attributes else name

    def value(self, attribute: str, value: str, attributes: Mapping[str, Attribute]) -> str:
        """The name of one of the values of an attribute; the value itself where it has no name."""
        choices = attributes[attribute].choices if attribute in attributes else {}
        return self.name(choices[value]) if value in choices else value

    def _values(self, name: str, values: Iterable[str], attributes: Mapping[str, Attribute]) -> list[str]:
        return [self.value(name, value, attributes) for value in sorted(values)]


INDONESIAN, ENGLISH = Sayer("id"), Sayer("en")


def in_both(say: Callable[[Sayer], str]) -> Text:
    """What `say` says in Indonesian and in English."""
    return Text(say(INDONESIAN), say(ENGLISH))


def alike(words: object) -> Text:
    """What is the same in both languages: an id, a number, a name."""
    return Text(str(words), str(words))


def phrase(which: str, /, **words: object) -> Text:
    """A phrase in both languages; words that are in both languages themselves are said in each."""
    return in_both(lambda tell: tell.say(which, **{key: _of(word, tell) for key, word in words.items()}))


def _of(word: object, tell: Sayer) -> object:
    return tell.name(word) if isinstance(word, Text) else word


def listed(texts: Iterable[Text]) -> Text:
    """`a, b dan c` / `a, b and c`."""
    known = tuple(texts)
    return in_both(lambda tell: tell.listed([tell.name(text) for text in known]))
