"""What the own receiving server found out about the sender (RFC 8601)."""

import re

from helpdesk.channels.email.wire import Part

DMARC = re.compile(r"\s*dmarc\s*(?:/\s*[0-9]+\s*)?=\s*(\S*)", re.I)
MAX_VALUE = 16_384
VERDICTS = {"pass": "pass", "fail": "fail", "reject": "fail", "quarantine": "fail"}

ANONYMOUS = "-"
"""The authserv-id of a server that writes none (RFC 8601 wants one, some leave it out)."""


def _statements(value: str) -> tuple[list[str], bool]:
    """The statements of a field, the host's name first, and whether each comment and quoted string was closed.

    A comment is left as a blank and a quoted string as one quotation mark: what stands in them came from the sender
    (a local part, a HELO name) and states nothing. Source: RFC 8601 section 2.2, RFC 5322 section 3.2.
    """
    found: list[list[str]] = [[]]
    depth, quoted, escaped, closed = 0, False, False, len(value) <= MAX_VALUE  # no server writes as much
    for char in value[:MAX_VALUE]:
        if escaped or (char == "\\" and (quoted or depth)):
            escaped = not escaped
        elif quoted:
            quoted = char != '"'
        elif char in "()":
            closed = closed and (char == "(" or depth > 0)
            depth = max(depth + (1 if char == "(" else -1), 0)
            found[-1].append(" ")
        elif depth:
            continue
        elif char == ";":
            found.append([])
        else:
            quoted = char == '"'
            found[-1].append(char)
    return ["".join(statement) for statement in found], closed and not depth and not quoted


def _verdict(results: list[str]) -> str:
    """The verdict that all statements about DMARC agree on; contradicting ones count as a failure."""
    stated = (DMARC.match(result) for result in results)
    verdicts = {VERDICTS.get(match[1].lower(), "") for match in stated if match}
    return "fail" if len(verdicts) > 1 else next(iter(verdicts), "")


def dmarc(message: Part, authserv_id: str) -> str:
    """`pass`, `fail` or an empty string, as stated by the topmost field of `authserv_id`.

    Fields of any other host, and further ones below, may have been written by the sender and count for nothing.
    ANONYMOUS: the server states results without its name, as Microsoft 365 does; then the topmost field alone counts.
    Without an `authserv_id` none counts. A field that can be read in two ways, or whose statements contradict each
    other, was bent by what the sender put into it: `fail`.
    """
    if not authserv_id:
        return ""
    fields = [value.decode("latin-1") for value in message.raw("authentication-results")]  # no charset of the sender's
    if authserv_id == ANONYMOUS:
        results, closed = _statements(fields[0]) if fields else ([""], True)
        return "" if "=" not in results[0] else _verdict(results) if closed else "fail"
    for value in fields:
        (host, *results), closed = _statements(value)
        if host.split()[:1] and host.split()[0].lower() == authserv_id.lower():
            return _verdict(results) if closed else "fail"
    return ""
