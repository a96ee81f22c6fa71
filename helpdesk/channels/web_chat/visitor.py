"""A visitor's account: known by a random token that only their browser holds."""

import hashlib
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(32)


def account_of(token: str) -> str:
    """The account that a token opens: its SHA-256, from which nobody gets back to it; "" for what is no token."""
    return f"web-{hashlib.sha256(token.encode()).hexdigest()}" if _TOKEN.fullmatch(token) else ""
