"""What the words of a requester mean for a ticket that is already fulfilled."""

import re

_THANKS = frozenset(
    {
        "terima", "kasih", "terimakasih", "makasih", "mksh", "trims", "trimakasih", "tks", "thx", "thanks", "thank",
        "you", "many", "very", "much", "nuhun", "nuwun", "hatur", "matur", "suwun", "baik", "ok",
        "oke", "okay", "siap", "sip", "mantap",
        "noted", "sudah", "ya", "pak", "bu", "bapak", "ibu", "mas", "mbak", "kak", "min", "admin", "tim", "team",
        "helpdesk", "atas", "bantuannya", "bantuan", "kerjasamanya", "kerja", "samanya", "banyak", "sekali", "so",
        "for", "your", "the", "help", "quick", "cepat", "cepatnya", "responnya", "respon", "salam", "hormat", "kami",
        "saya", "selamat", "pagi", "siang", "sore", "malam", "and", "dan",
    }
)  # fmt: skip
_GRATITUDE = re.compile(r"terima\s*kasih|makasih|mksh|trims|thank|thx|tks|nuhun|nuwun|suwun", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def is_thanks_alone(text: str) -> bool:
    """True when a short message only says thank you and so asks for nothing.

    Conservative: one word outside the small vocabulary of politeness makes it a message that somebody must read.
    """
    stripped = text.strip()
    if not stripped or len(stripped) > 200 or "?" in stripped or not _GRATITUDE.search(stripped):
        return False
    return all(word.lower() in _THANKS for word in _WORD.findall(stripped))
