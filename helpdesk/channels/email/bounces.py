"""Messages that say that one of ours did not arrive: RFC 3464 reports and the many that are not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.channels.email.addresses import BARE, all_mailboxes, bare_addresses
from helpdesk.channels.email.html_text import html_to_text
from helpdesk.channels.email.machines import report_type
from helpdesk.channels.email.references import message_ids
from helpdesk.channels.email.wire import Message, Part, parse

NOTICE = 16_384  # so many characters of what the mail system wrote are looked at
ORIGINAL = 65_536
MAX_RECIPIENTS = 100
RETURN_FIELD = "X-Helpdesk-Return"
"""The field of our messages that says, only to who returns one whole, which one it is."""
DAEMON = re.compile(
    r"mailer-?daemon|mail-?daemon|mdaemon|post-?master|poostmaster|mail delivery (?:sub)?system"
    r"|delivery (?:agent|service)"
    r"|ndr administrator|mail system|system administrator|mailadmin|bounce[sd]?\b|interscan|delivery subsystem",
    re.I,
)
FAILURE = re.compile(
    r"undeliver|un-?delivered|delivery (?:status notification \(failure|failure|failed|error|problem|has failed|report)"
    r"|(?:could|can) ?not (?:be |)(?:deliver|send|sent|forward)|couldn't be delivered|wasn't delivered|not delivered"
    r"|unable to (?:deliver|send|relay)|failure notice|failure delivery|returned (?:mail|to sender|message)"
    r"|returning message"
    r"|message (?:rejected|blocked|returned)|(?:mail|message) (?:delivery )?fail|permanent (?:fatal )?(?:error|failure)"
    r"|user unknown|unknown user|no such (?:user|recipient|mailbox)|mailbox (?:is full|unavailable|not found|quota)"
    r"|rejected your message|invalid recipient|recipient(?:s)? (?:rejected|unknown|address rejected)|non-?deliver"
    r"|does(?: not|n't) exist|5\d\d[ -]5\.\d+\.\d+|unzustellbar"
    r"|tidak (?:dapat|bisa) (?:di)?(?:kirim|sampaikan|teruskan)|tidak terkirim"
    r"|gagal (?:ter|di)?kirim|pengiriman[^\n]{0,40} gagal|pengiriman gagal|alamat(?:nya)? tidak ditemukan"
    r"|kotak (?:surat|masuk|surel)[^\n]{0,20} penuh|penerima (?:tidak dikenal|ditolak)"
    r"|no valid recipients|address not found|配信でき|送信でき|不達|エラー",
    re.I,
)
DELAY = re.compile(
    r"delivery (?:status notification \()?(?:is |has been )?delay|delayed mail|mail delayed|message delayed"
    r"|warning: message .{0,40}delayed"
    r"|warning: could not send|not yet been delivered|still being retried|delivery attempts will continue"
    r"|do not need to (?:resend|do anything)|no action is required|message is delayed|tertunda|pengiriman belum selesai"
    r"|akan (?:terus )?mencoba (?:lagi|mengirim)",
    re.I,
)
# Where the text of the mail system ends and the returned message begins.
RETURNED = re.compile(
    r"^(?:[ \t>]*[-=*_]{2,}[^\n]{0,10}\b(?:original|unsent|copy of|below this line|returned|message (?:header"
    r"|text)s?|header)\b[^\n]{0,80}"
    r"|[ \t-]*original (?:message|mail)[^\n]{0,20}:?[ \t]*|included is a copy[^\n]{0,40}|-{3,}original mail info"
    r"|(?:received|return-path|message-id|dkim-signature|x-[a-z0-9-]{2,40}):[ \t]?[^\n]{0,200})$",
    re.I | re.M,
)
LEADING = re.compile(
    r"(?:\S{1,30}\s?:|to|recipient\w{0,10}|rcpt to|address\w{0,10}|5\d\d(?: \d\.\d+\.\d+)?|your message to)?", re.I
)
ABOUT_SENDER = re.compile(r"^\s*(?:from|sender|reporter|contact|a message from|message from|mail from|2\d\d)\b", re.I)


@dataclass(frozen=True, slots=True)
class Bounce:
    """The finally failed addresses (lower case), the Message-ID of what did not arrive and its mark, where told."""

    recipients: tuple[str, ...]
    original_message_id: str
    return_mark: str = ""


def _status_blocks(message: Part) -> Iterator[dict[str, str]]:
    """The fields of each recipient in the delivery-status parts; all of them together are looked at up to a length."""
    left = 4 * ORIGINAL
    for part in message.walk():
        if part.media_type not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        text = part.text()[: min(ORIGINAL, left)]
        left -= len(text)
        for block in re.split(r"\n[ \t]*\n", re.sub(r"\n[ \t]+(?=\S)", " ", text)):
            fields: dict[str, str] = {}
            for line in block.splitlines():
                name, colon, value = line.partition(":")
                name = name.strip().lower()
                if name == "final-recipient" and name in fields:  # a block that forgot its empty line
                    yield fields
                    fields = {}
                if colon:
                    fields.setdefault(name, value.strip())
            if fields:
                yield fields


def _recipient(fields: dict[str, str]) -> str:
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        value = fields.get(name, "")
        found = bare_addresses(value.rpartition(";")[2]) or bare_addresses(value)
        if found:
            return found[0]
    return ""


def _failed(fields: dict[str, str]) -> bool:
    action = fields.get("action", "").lower()
    if action:
        return action.startswith("fail")
    return "final-recipient" in fields or "original-recipient" in fields


def _notice(message: Part) -> tuple[str, str]:
    """What the mail system wrote, and the returned message if it stands in the same text."""
    texts: list[str] = []
    for part in message.walk():
        if part.children or not part.media_type.startswith("text/") or part.media_type == "text/rfc822-headers":
            continue
        if part.media_type == "text/html":
            texts += [] if texts else [html_to_text(part.text()[:ORIGINAL])]
        else:
            texts.append(part.text()[:ORIGINAL])
    text = "\n".join(texts)[:ORIGINAL]
    returned = RETURNED.search(text)
    if returned is None:
        return text[:NOTICE], ""
    return text[: returned.start()][:NOTICE], text[returned.start() :]


def _returned(message: Part, inline: str) -> Message | None:
    """The message that came back, out of its own part or out of the text."""
    for part in message.walk():
        if part.media_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            return parse(part.content()[:ORIGINAL].lstrip()) if part.body.strip() else None
    if not inline:
        return None
    first_field = re.search(r"^[A-Za-z][A-Za-z0-9-]{1,40}:[ \t]*\S", inline, re.M)
    return parse(inline[first_field.start() :].encode("utf-8", "replace")) if first_field else None


def _in_notice(message: Part, notice: str) -> list[str]:
    """The addresses that a notice without a report names; those at the start of a line are meant."""
    ours = {a.email for name in ("from", "to", "cc") for a in all_mailboxes(message.values(name))}
    leading: list[str] = []
    anywhere: list[str] = []
    for line in notice.splitlines():
        if "@" not in line or ABOUT_SENDER.match(line):
            continue
        first = BARE.search(line[:1_000])
        if first and LEADING.fullmatch(line[: first.start()].strip(" \t>*-<'\"")):
            leading += bare_addresses(first[0])
        anywhere += bare_addresses(line[:1_000])
    for found in (leading, anywhere):
        kept = [e for e in dict.fromkeys(found) if e not in ours and not DAEMON.match(e.partition("@")[0])]
        if kept:
            return kept
    return []


def _recipients(message: Part, notice: str, returned: Part | None, *, deeper: bool) -> list[str]:
    reported = [e for fields in _status_blocks(message) if _failed(fields) and (e := _recipient(fields))]
    named = [a for value in message.values("x-failed-recipients") for a in bare_addresses(value)]
    found = reported or named or _in_notice(message, notice)
    if not found and returned is not None and deeper:
        inner = bounce_of(returned, returned.value("subject"), deeper=False)
        found = list(inner.recipients) if inner else []
    if not found and returned is not None:
        found = [a.email for a in all_mailboxes(returned.values("to"))]
    return list(dict.fromkeys(found))[:MAX_RECIPIENTS]


def _from_machine(message: Part) -> bool:
    """True when a mail system sent the message: a null return path, no sender, or the name of a daemon."""
    paths = message.values("return-path")
    senders = message.values("from")
    if any(value.replace(" ", "") == "<>" for value in [*paths, *senders]):
        return True
    return bool(DAEMON.search(" ".join([*senders, *message.values("sender"), *paths])[:1_000]))


def _is_bounce(message: Part, subject: str, notice: str) -> bool:
    kind = report_type(message)
    if kind in ("disposition-notification", "feedback-report"):
        return False
    blocks = [fields for fields in _status_blocks(message) if _recipient(fields) or "action" in fields]
    if blocks:
        return any(_failed(fields) for fields in blocks)
    if message.values("x-failed-recipients"):
        return True
    delayed = bool(DELAY.search(subject) or DELAY.search(notice[:2_000])) and not FAILURE.search(subject)
    if kind == "delivery-status":
        return not delayed
    return _from_machine(message) and not delayed and bool(FAILURE.search(subject) or FAILURE.search(notice[:4_000]))


def bounce_of(message: Part, subject: str, *, deeper: bool = True) -> Bounce | None:
    """What a bounce says, or None where the message is none (RFC 3464; a delay notice is no failure).

    `deeper`: also look into a returned message that is a bounce itself; one level only.
    """
    suspicious = (
        message.media_type == "multipart/report"
        or any(child.media_type == "message/delivery-status" for child in message.children)
        or message.raw("x-failed-recipients")
        or _from_machine(message)
    )
    if not suspicious:
        return None
    notice, inline = _notice(message)
    if not _is_bounce(message, subject, notice):
        return None
    returned = _returned(message, inline)
    recipients = _recipients(message, notice, returned, deeper=deeper)
    mark = returned.value(RETURN_FIELD.lower()).strip()[:100] if returned else ""
    return Bounce(tuple(recipients), _original_id(message, returned, inline), mark)


def _original_id(message: Part, returned: Part | None, inline: str) -> str:
    ids = message_ids(returned.values("message-id")) if returned else ()
    if not ids and inline:
        ids = message_ids(re.findall(r"^\s*message-id:\s*(<[^<>\n]{1,400}>)", inline, re.I | re.M)[:1])
    if not ids:
        ids = message_ids([*message.values("in-reply-to"), *reversed(message.values("references"))])
    return ids[0] if ids else ""


def delayed_id(message: Part, subject: str) -> str | None:
    """The Message-ID of what is late, "" where it is not told; None where the message is no notice of a delay.

    For what is no bounce. A mail system wrote it: nothing failed yet (RFC 3464 section 2.3.3, Action: delayed).
    """
    blocks = [fields for fields in _status_blocks(message) if "action" in fields]
    if not blocks and not _from_machine(message):
        return None
    notice, inline = _notice(message)
    delayed = any(fields["action"].lower().startswith("delay") for fields in blocks)
    if not delayed and (blocks or not (DELAY.search(subject) or DELAY.search(notice[:2_000]))):
        return None
    return _original_id(message, _returned(message, inline), inline)
