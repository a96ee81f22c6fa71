"""Who a person is on WhatsApp: a telephone number, or since 2026 an id without one (`ID.` and letters or digits)."""

import re
from typing import Any

from helpdesk.channels.whatsapp.fields import key

MAX_ACCOUNT = 128
# Brazil put a 9 before its mobile numbers; WhatsApp knows older ones with and without it, and finds both.
_BRAZIL_OLD = re.compile(r"55(\d\d)([6-9]\d{7})")
_NUMBER = re.compile(r"[0-9]{7,15}")


def account_of(value: Any) -> str:
    """The account of a `wa_id`, one for both spellings of a Brazilian number; of another id that id; else empty."""
    found = key(value, MAX_ACCOUNT).removeprefix("+")
    old = _BRAZIL_OLD.fullmatch(found)
    return f"55{old[1]}9{old[2]}" if old else found


def is_number(account: str) -> bool:
    """True where the account is a telephone number."""
    return _NUMBER.fullmatch(account) is not None


def phone_of(account: str) -> str:
    """The telephone number of an account with a leading +, empty where it has none."""
    return f"+{account}" if is_number(account) else ""
