"""What a person wrote, apart from what their program quoted: one pass over the lines, in linear time.

For display only; the whole text is stored and one click away, so where it is doubtful nothing is cut. Forwarded
messages are kept: what somebody passes on is what they have to say.
"""

import re
from dataclasses import dataclass, field

from helpdesk.channels.email import quote_words as words

BLANK_LINES = re.compile(r"\n{4,}")
MAX_TEXT = 65_536
MAX_LINE = 500
WINDOW = 4  # an introduction is wrapped over at most so many lines
CLOSINGS = (">:", "> wrote:", "> menulis:")  # an address that was wrapped before its bracket
RULER = 6  # lines between a ruler and the header block that it announces
BLOCK = 14  # and a header block takes at most so many


@dataclass(slots=True)
class _Scan:
    """The lines, and what has been decided about them."""

    lines: list[str]
    ends: list[bool]  # which lines end as the introduction of a quote does
    texts: list[int]  # where from each line on the next text stands
    forwarded: bool = False  # the subject says so
    kept: list[str] = field(default_factory=list)
    written: bool = False  # something is kept that a person may have written


def is_forward(subject: str) -> bool:
    """True when the subject says that the message was passed on."""
    return bool(words.FORWARD_SUBJECT.match(subject[:200]))


def _quoted(line: str) -> bool:
    return line.lstrip(" \t")[:1] in (">", "|", "＞") or line.startswith("&gt;")


def _blank(line: str) -> bool:
    return not line.strip("\u200b\ufeff \t\xa0")


def _rule(line: str) -> bool:
    """True for a line of rule characters only, two at least."""
    bare = line.strip()
    return len(bare) > 1 and not bare.strip("-_=*~#+–—")


def _introduces(text: str) -> bool:
    """True when the joined lines introduce a quote: who wrote, when, and that they did."""
    bare = text.strip(" \t*_>-<")
    if len(bare) > MAX_LINE or len(bare) < 8:
        return False
    address = words.ADDRESS.search(bare)
    if words.WROTE.search(bare):
        ends = text.rstrip(" *_").endswith((":", "：", "----"))
        dated = bool(words.STARTS.match(bare) and words.DATED.search(bare))
        return ends and (dated or bool(address))
    if words.BARE_DATE.fullmatch(bare):
        return bool(address) or "GMT" in bare[:40] or "UTC" in bare[:40]
    return False


def _may_end_introduction(line: str) -> bool:
    line = line.rstrip(" \t*_")
    return line.endswith((":", "：", "----")) or (line[:2].isdigit() and bool(words.BARE_DATE.match(line[:MAX_LINE])))


def _introduction(scan: _Scan, at: int) -> int:
    """How many lines from `at` introduce a quote; 0 for none."""
    lines = scan.lines
    if not any(scan.ends[at : at + WINDOW]):
        return 0
    first = lines[at].strip(" \t*_-<")
    may_start = bool(words.STARTS.match(first)) or "@" in first or bool(words.WROTE.search(first))
    if not may_start or _quoted(lines[at]):
        return 0
    joined = ""
    for count, line in enumerate(lines[at : at + WINDOW], 1):
        if _blank(line) or (_quoted(line) and line.strip() not in CLOSINGS):
            return 0
        joined = f"{joined} {line}" if joined else line
        if len(joined) > MAX_LINE:
            return 0
        if scan.ends[at + count - 1] and _introduces(joined):
            certain = words.STARTS.match(first) and words.DATED.search(first)
            shorter = any(_introduces(" ".join(lines[at + skip : at + count])) for skip in range(1, count))
            return 0 if shorter and not certain else count
    return 0


def _header_block(lines: list[str], at: int) -> int:
    """How many lines from `at` are the header of a quoted message, as Outlook writes it; 0 for none."""
    match = words.HEADER.match(lines[at][:MAX_LINE])
    if match is None or match.lastgroup not in (words.FROM, words.DATE):
        return 0
    kinds: dict[str, None] = {}
    last = at
    address = False
    for number in range(at, min(at + BLOCK, len(lines))):
        line = lines[number][:MAX_LINE]
        if _blank(line):
            if words.SUBJECT in kinds or number - last > 1:
                break
            continue
        match = words.HEADER.match(line)
        if match is None and number - last > 1:
            break
        if match is not None:
            if match.lastgroup in kinds and match.lastgroup != words.OTHER:
                break  # no header says the same twice
            kinds[match.lastgroup or ""] = None
            last = number
            address = address or bool(words.ADDRESS.search(line))
    enough = words.FROM in kinds and (words.SUBJECT in kinds or address) and len(kinds) >= 3
    return last - at + 1 if enough else 0


def _texts(lines: list[str]) -> list[int]:
    """For each line the number of the first one from it on that is neither blank nor a ruler."""
    found, following = [0] * len(lines), len(lines)
    for number in range(len(lines) - 1, -1, -1):
        if not (_blank(lines[number]) or _rule(lines[number][:MAX_LINE])):
            following = number
        found[number] = following
    return found


def _device_line(line: str) -> bool:
    if len(line) > 120 or not words.DEVICE.match(line):
        return False
    _, comma, tail = line.partition(",")
    return not comma or bool(words.EXCUSE.search(tail)) or len(tail.split()) < 3


def _after_introduction(scan: _Scan, at: int) -> int:
    """Where to go on behind an introduction: after the quoted lines, or at the end where nothing marks the quote."""
    number = at
    while number < len(scan.lines) and _blank(scan.lines[number]):
        number += 1
    if number < len(scan.lines) and not _quoted(scan.lines[number]) and scan.written:
        return len(scan.lines)
    return at


def _signature_end(scan: _Scan, at: int) -> int:
    """The end of a signature: the next quoted or introducing line, at most 40 lines on, else the end."""
    for number in range(at + 1, min(at + 40, len(scan.lines))):
        if _quoted(scan.lines[number]) or _introduction(scan, number):
            return number
    return len(scan.lines)


def _rest_from(scan: _Scan, at: int) -> int:
    """The number of the line behind everything where from `at` on nothing is a reply; `at` where it may be one.

    A forwarded message is kept to its end, a quoted one is left out to its end.
    """
    lines = scan.lines
    line = lines[at][:MAX_LINE]
    rule = _rule(line)
    if not (rule or "---" in line or ":" in line or "：" in line):
        return at
    if not rule and words.FORWARDED.fullmatch(line):
        scan.kept += lines[at:]
        return len(lines)
    if scan.written and (words.LIST_FOOTER if rule else words.ENDING).match(line):
        return len(lines)
    block_at = scan.texts[at]  # behind a ruler and blank lines, no further than a few lines
    if block_at < min(len(lines), at + RULER) and _header_block(lines, block_at):
        if scan.forwarded or not scan.written:
            scan.kept += lines[at:]
        return len(lines)
    return at


def _step(scan: _Scan, at: int) -> int:
    """Decides about the line at `at` and returns the number of the next line to look at."""
    line = scan.lines[at]
    if _blank(line):
        scan.kept.append("")
        return at + 1
    if (end := _rest_from(scan, at)) > at:
        return end
    if _quoted(line) or _device_line(line):
        return at + 1
    if count := _introduction(scan, at):
        return _after_introduction(scan, at + count)
    if scan.written and words.SIGNATURE.fullmatch(line):
        return _signature_end(scan, at)
    scan.kept.append(line)
    scan.written = True
    return at + 1


def _trimmed(kept: list[str]) -> str:
    while kept and (_blank(kept[-1]) or _rule(kept[-1][:MAX_LINE])):
        kept.pop()
    return BLANK_LINES.sub("\n\n\n", "\n".join(kept)).strip("\n")


def reply_text(text: str, *, forwarded: bool = False) -> str:
    """`text` without quotes, introductions, signatures and phone lines; the whole text where nothing would be left.

    Only the first 65,536 characters are looked at; a longer rest shares the fate of the last line. `forwarded`: the
    subject says so, and header blocks are kept.
    """
    lines = text[:MAX_TEXT].splitlines()
    scan = _Scan(lines, [_may_end_introduction(line) for line in lines], _texts(lines), forwarded)
    at = 0
    while at < len(scan.lines):
        at = _step(scan, at)
    if len(text) > MAX_TEXT and scan.kept and scan.kept[-1] is lines[-1]:
        scan.kept[-1] += text[MAX_TEXT:]
    reply = _trimmed(scan.kept)
    return reply if reply.strip() else text[:MAX_TEXT].strip("\n")
