"""What an e-mail address says by itself about who is behind it."""

import re

_NOBODY = re.compile(
    r"(?:mailer-?daemon|postmaster|mail-?daemon|mdaemon|no-?_?reply|do-?_?not-?_?reply|bounces?|autoreply|auto-reply)"
    r"(?:[+._=-].*)?@",
    re.IGNORECASE,
)


def is_nobodys(address: str) -> bool:
    """True for addresses that no person reads (noreply@, mailer-daemon@): no automatic mail may go there."""
    return _NOBODY.match(address) is not None


LONGEST_LOCAL_PART = 64  # octets (RFC 5321 section 4.5.3.1.1)
_OWN_ID = re.compile(r"([0-9a-f]{32})@")
_RETURN = re.compile(r"([^@]+)\+b([0-9a-f]{32})@([^@]+)")


def random_part(message_id: str) -> str:
    """The 32 hexadecimal digits of a Message-ID of ours; empty for any other."""
    own = _OWN_ID.match(message_id)
    return own[1] if own else ""


def return_address(address: str, mark: str) -> str:
    """Where a server shall send a message of ours back: `desk+b…@domain`, with 32 hexadecimal digits that say which.

    `address` itself where the result would be too long.
    """
    local, _at, domain = address.rpartition("@")
    tied = f"{local}+b{mark}"
    return f"{tied}@{domain}" if len(tied.encode()) <= LONGEST_LOCAL_PART else address


def return_mark(address: str) -> tuple[str, str]:
    """The digits of a return address and its domain, both lower case; empty for any other address."""
    found = _RETURN.fullmatch(address.lower())
    return (found[2], found[3]) if found else ("", "")


def without_return_mark(address: str) -> str:
    """The desk's address behind a return address; any other address as it is."""
    found = _RETURN.fullmatch(address)
    return f"{found[1]}@{found[3]}" if found else address
