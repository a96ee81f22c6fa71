"""`helpdesk mail parse`: one message as a plain dictionary, without database or web application."""

from datetime import UTC, datetime
from typing import Any

from helpdesk.channels.base import Machine
from helpdesk.channels.email.reading import read_leniently
from helpdesk.channels.email.wire import parse as parse_wire

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # the row has no time in it


def parse(raw: bytes) -> dict[str, Any]:
    """The row of `helpdesk mail parse` for one message, without `file`. Any bytes, even none, give a full row.

    Strings are empty when absent; to, cc, reply_to, bounce_recipients and references are lists of bare addresses or
    ids; `is_auto_reply`: a machine wrote it; `no_auto_response`: it may never be answered automatically.
    """
    mail = read_leniently(parse_wire(raw), received_at=EPOCH)
    return {
        "subject": mail.subject,
        "from_email": mail.sender.email,
        "from_name": mail.sender.name,
        "to": [address.email for address in mail.to],
        "cc": [address.email for address in mail.cc],
        "reply_to": [address.email for address in mail.reply_to],
        "text": mail.text,
        "reply_text": mail.reply_text,
        "html": mail.html,
        "attachments": [attachment.name for attachment in mail.attachments],
        "is_bounce": mail.machine is Machine.BOUNCE,
        "is_auto_reply": mail.machine is not Machine.NO,
        "no_auto_response": not mail.answerable,
        "bounce_recipients": list(mail.bounce_recipients),
        "original_message_id": mail.original_message_id if mail.machine is Machine.BOUNCE else "",
        "message_id": mail.message_id,
        "in_reply_to": next(iter(mail.in_reply_to), ""),
        "references": list(mail.references),
    }
