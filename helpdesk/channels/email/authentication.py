"""What the own receiving server found out about the sender (RFC 8601)."""

import re

from helpdesk.channels.email.wire import Part

DMARC = re.compile(r"(?:^|[;\s])dmarc\s*=\s*([a-z]+)", re.I)
VERDICTS = {"pass": "pass", "fail": "fail", "reject": "fail", "quarantine": "fail"}


def _without_comments(value: str) -> str:
    out, depth = [], 0
    for char in value[:16_384]:
        depth += char == "("
        if not depth:
            out.append(char)
        depth -= char == ")" and depth > 0
    return "".join(out)


def dmarc(message: Part, authserv_id: str) -> str:
    """`pass`, `fail` or an empty string, as stated by the topmost field of `authserv_id`.

    Fields of any other host, and further ones below, may have been written by the sender and count for nothing.
    Without an `authserv_id` none counts.
    """
    if not authserv_id:
        return ""
    for value in message.values("authentication-results"):
        host, _, results = _without_comments(value).partition(";")
        if host.split()[:1] and host.split()[0].lower() == authserv_id.lower():
            found = DMARC.search(results)
            return VERDICTS.get(found[1].lower(), "") if found else ""
    return ""
