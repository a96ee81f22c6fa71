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
