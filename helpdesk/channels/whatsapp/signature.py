"""Whether a request to the webhook comes from Meta: HMAC-SHA256 of its bytes as they came, by the app secret."""

import hashlib
import hmac
from collections.abc import Iterable

HEADER = "X-Hub-Signature-256"


def is_genuine(body: bytes, signature: str | None, secrets: Iterable[str]) -> bool:
    """True when one of the app secrets made `signature` (the header) over exactly these bytes.

    To be asked before anything is parsed. Every secret is tried, so that the time tells nothing; an empty one makes
    no signature.
    """
    given = (signature or "").encode("utf-8", "replace")
    found = False
    for secret in secrets:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        same = hmac.compare_digest(given, f"sha256={digest}".encode())
        found |= same and bool(secret)
    return found


def signed(body: bytes, secret: str) -> str:
    """The header that Meta would send with this body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
