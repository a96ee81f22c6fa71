"""From the bytes of a message to an `Inbound`: pure, bounded, and storable whatever came in."""

import re
from collections.abc import Collection
from datetime import datetime

from helpdesk.channels.base import Address, Inbound, Machine, Unreadable
from helpdesk.channels.email import machines, quotes, references
from helpdesk.channels.email.addresses import all_mailboxes, mailboxes
from helpdesk.channels.email.authentication import dmarc
from helpdesk.channels.email.bounces import Bounce, bounce_of, delayed_id
from helpdesk.channels.email.charsets import decode
from helpdesk.channels.email.content import content_of
from helpdesk.channels.email.wire import Message, parse
from helpdesk.channels.email.words import decode_words

MAX_SUBJECT = 1_000
MAX_DATE = 100
SHIFTS = re.compile(rb"\x1b(?:\$[()]?|\()[@-Z]")
"""Where text in ISO-2022 changes its alphabet."""
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
FORMER_IDS = ("x-microsoft-original-message-id", "x-google-original-message-id", "x-original-message-id")
COPY_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-forwarded-to", "x-delivered-to", "apparently-to")


def _reads_so_in_bytes(message: Message, email: str) -> bool:
    """True where the bytes of From name this address too, whatever charset they are said to be in.

    In many charsets a byte of ASCII may be half of a letter (a quotation mark, a backslash), and the receiving server
    knows none of them: its verdict is about the address that it saw.
    """
    values = message.raw("from")
    if all(value.isascii() and b"\x1b" not in value for value in values):
        return True
    found = [a.email for value in values for a in mailboxes(SHIFTS.sub(b"", value).decode("latin-1")) if a.email]
    return found == [email]


def _sender(message: Message) -> tuple[Address, bool]:
    """Who wrote, and whether that is certain: one From field with one mailbox (RFC 5322 section 3.6.2)."""
    values = [v for v in message.values("from") if v.strip()]
    found = [address for value in values for address in mailboxes(value)]
    if not values:
        reply_to = all_mailboxes(message.values("reply-to"))
        return (reply_to[0] if reply_to else Address("")), False
    usable = [address for address in found if address.email]
    sender = usable[0] if usable else (found[0] if found else Address("", decode_words(values[0])[:200]))
    certain = len(values) == 1 and len(found) == 1 and bool(usable)
    return sender, certain and _reads_so_in_bytes(message, sender.email)


def _delivered_to(message: Message, to: tuple[Address, ...], cc: tuple[Address, ...]) -> tuple[str, ...]:
    copies = [a for name in COPY_FIELDS for a in all_mailboxes(message.values(name))]
    return tuple(dict.fromkeys(a.email for a in (*copies, *to, *cc)))


def _machine(message: Message, subject: str) -> tuple[Machine, Bounce | None, str | None]:
    """Which kind of machine wrote it, what a bounce says, and the id of what is late (None: it is no such notice)."""
    bounce = bounce_of(message, subject)
    if bounce is not None:
        return Machine.BOUNCE, bounce, None
    late = delayed_id(message, subject)
    by_machine = late is not None or machines.written_by_machine(message, subject)
    return Machine.AUTO_REPLY if by_machine else Machine.NO, None, late


def subject_of(message: Message) -> str:
    """The decoded subject on one line; raw 8-bit text in the charset that the message states."""
    raw = next((v for v in message.raw("subject") if v.strip()), b"")
    return decode_words(decode(raw[:65_536], message.params.get("charset", ""), guess=False))[:MAX_SUBJECT].strip()


def _fingerprint(message: Message) -> str:
    """The content hash; then the bytes are given up that the parts hold too."""
    fingerprint = references.content_hash(message)
    message.body = b"" if message.children else message.body
    return fingerprint


def _date(message: Message) -> str:
    return " ".join(message.value("date")[:MAX_DATE].split())


def date_and_subject_in(head: bytes) -> tuple[str, str]:
    """The Date field and the decoded subject that the head of a raw message states; empty where it states none."""
    fields = parse(END_OF_HEAD.split(head, maxsplit=1)[0])
    return _date(fields), subject_of(fields)


def read_leniently(
    message: Message, *, received_at: datetime, authserv_id: str = "", own_addresses: Collection[str] = frozenset()
) -> Inbound:
    """What can be said of a parsed message, even where it breaks a limit. Arguments as for `read`."""
    subject = subject_of(message)
    sender, certain = _sender(message)
    to, cc, reply_to = (all_mailboxes(message.values(name)) for name in ("to", "cc", "reply-to"))
    machine, bounce, late = _machine(message, subject)
    verdict = dmarc(message, authserv_id)
    fingerprint = _fingerprint(message)
    answered = references.message_ids(message.values("in-reply-to")) or references.receipt_of(message)
    content = content_of(message)  # lets go of what it has read
    from_a_person = machine is Machine.NO and verdict != "fail"
    return Inbound(
        sender=sender,
        received_at=received_at,
        subject=subject,
        text=content.text,
        reply_text=quotes.reply_text(content.text, forwarded=quotes.is_forward(subject)),
        html=content.html,
        to=to,
        cc=cc,
        reply_to=reply_to,
        delivered_to=_delivered_to(message, to, cc),
        attachments=tuple(content.attachments),
        message_id=next(iter(references.message_ids(message.values("message-id"))), ""),
        other_ids=references.message_ids(value for name in FORMER_IDS for value in message.values(name)),
        in_reply_to=answered,
        references=references.message_ids(message.values("references")),
        reply_tokens=references.reply_tokens(message),
        machine=machine,
        answerable=from_a_person and machines.may_be_answered(message, sender, own_addresses),
        tellable=from_a_person and machines.may_be_told(message, sender, own_addresses),
        authenticated_sender=certain,
        dmarc=verdict,
        bounce_recipients=bounce.recipients if bounce else (),
        return_mark=bounce.return_mark if bounce else "",
        original_message_id=bounce.original_message_id if bounce else late or "",
        delayed=late is not None,
        content_hash=fingerprint,
        date=_date(message),
    )


def read(
    raw: bytes, *, received_at: datetime, authserv_id: str = "", own_addresses: Collection[str] = frozenset()
) -> Inbound:
    """The message as one `Inbound`; `own_addresses` (lower case) are those of all our desks.

    `authserv_id` is the only host whose Authentication-Results count; empty: none does. Raises Unreadable where the
    bytes hold no header field at all or nest and multiply beyond every real message; anything else comes out somehow.
    """
    return read_parsed(parse(raw), received_at=received_at, authserv_id=authserv_id, own_addresses=own_addresses)


def read_parsed(
    message: Message, *, received_at: datetime, authserv_id: str = "", own_addresses: Collection[str] = frozenset()
) -> Inbound:
    """Like `read`, for who parsed the bytes himself and need not keep them. The message is used up by it."""
    if not message.fields:
        raise Unreadable("no header field: this is not a mail message")
    if message.excess:
        raise Unreadable(message.excess)
    return read_leniently(message, received_at=received_at, authserv_id=authserv_id, own_addresses=own_addresses)
