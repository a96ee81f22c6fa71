"""The words that always work in a chat, in Indonesian and English, and what is no more than a greeting."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from helpdesk.tickets.reference import numbers_in


class Word(StrEnum):
    """What a person can ask for at any time."""

    START = "start"
    STATUS = "status"
    MINE = "mine"
    NEW = "new"
    HELP = "help"
    CANCEL = "cancel"
    DONE = "done"
    NOT_DONE = "not-done"
    INDONESIAN = "id"
    ENGLISH = "en"
    LINK = "link"
    SKIP = "skip"


_SPELT = {
    Word.START: "start mulai",
    Word.STATUS: "status|cek status|status tiket|check status|ticket status",
    Word.MINE: "tiket saya|tiketku|daftar tiket|tiket|my tickets|my ticket|tickets",
    Word.NEW: "baru|tiket baru|permintaan baru|new|new ticket|new request",
    Word.HELP: "bantuan|tolong bantuan|menu|help|panduan",
    Word.CANCEL: "batal|batalkan|cancel",
    Word.DONE: "selesai|sudah selesai|beres|sudah beres|done|finished|solved",
    Word.NOT_DONE: "belum selesai|belum|belum beres|tidak selesai|not done|not finished|not solved|not yet",
    Word.INDONESIAN: "bahasa indonesia|indonesia|bahasa",
    Word.ENGLISH: "english|bahasa inggris|inggris",
    Word.LINK: "hubungkan email|hubungkan surel|hubungkan|link email|link",
    Word.SKIP: "lewati|skip|nanti|later|tidak|no",
}
_KNOWN = {
    spelling.strip(): word
    for word, spellings in _SPELT.items()
    for spelling in (spellings.split() if word is Word.START else spellings.split("|"))
}
_EDGES = re.compile(r"^[\s/.!?,:;*_~-]+|[\s.!?,:;*_~-]+$")
_GREETINGS = """
    halo hallo hello hai hi hey hei helo p ping tes test permisi assalamualaikum asalamualaikum assalamu alaikum
    assalamualaikumwrwb wr wb wrwb warahmatullahi wabarakatuh salam selamat pagi siang sore malam good morning
    afternoon evening pak bu bapak ibu mas mbak kak min admin helpdesk tim team dan and om shalom syalom
"""
_GREETING = frozenset(_GREETINGS.split())
_WORDS = re.compile(r"[^\W\d_]+")
LONGEST_WORD = 60
"""Characters: what is longer is a message, never one of the words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the words, and the ticket's number that was said with it, "" where none was."""

    word: Word
    number: str = ""


def asked(text: str) -> Asked | None:
    """The word that `text` is, however it is capitalised, with a `/` before it or not; None for any other message."""
    bare = _bare(text) if len(text) <= LONGEST_WORD else ""
    if not bare:
        return None
    found = numbers_in(bare)
    if found:
        bare = _bare(re.sub(re.escape(found[0]), " ", bare, flags=re.IGNORECASE))
        word = Word.STATUS if not bare else _KNOWN.get(bare)
        return Asked(word, found[0]) if word in _WITH_NUMBER else None
    word = _KNOWN.get(bare)
    return Asked(word) if word else None


_WITH_NUMBER = frozenset({Word.STATUS, Word.CANCEL, Word.DONE, Word.NOT_DONE})


def _bare(text: str) -> str:
    return " ".join(_EDGES.sub("", text.casefold()).replace("_", " ").split())


def is_greeting(text: str) -> bool:
    """True for a short message that only greets: nothing has been asked for yet."""
    words = _WORDS.findall(text.casefold())
    return bool(words) and len(text) <= 80 and "?" not in text and all(word in _GREETING for word in words)


_DAY = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2}|[a-z]{3,9})(?:[\s./-]+(\d{4}|\d{2}))?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTHS = ("jan", "feb", "mar", "apr", "mei may", "jun", "jul", "agu aug ags", "sep", "okt oct", "nov nop", "des dec")
_SOON = {"hari ini": 0, "today": 0, "besok": 1, "tomorrow": 1, "lusa": 2, "the day after tomorrow": 2}


def day_in(text: str, today: date) -> date | None:
    """The day that is meant: `3 Desember 2026`, `03-12-2026`, `3/12`, `2026-12-03`, `besok`; None for none.

    Day before month. Without a year the next such day from `today` on.
    """
    said = _bare(text)
    if said in _SOON:
        return today + timedelta(days=_SOON[said])
    if iso := _ISO.search(said):
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    found = _DAY.search(said)
    month = _month(found[2]) if found else 0
    if found is None or not month:
        return None
    if found[3]:
        return _day(int(found[3]) + (2000 if len(found[3]) == 2 else 0), month, int(found[1]))
    this = _day(today.year, month, int(found[1]))
    return this if this is None or this >= today else _day(today.year + 1, month, int(found[1]))


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next((n for n, names in enumerate(_MONTHS, 1) if any(text.startswith(name) for name in names.split())), 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
