"""What every channel speaks: an inbound message, an outbound message, and one error."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Address:
    """A bare address (lower-case addr-spec, or a platform's account id) and the name shown with it."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it arrived. `content_id` without `<>`; `inline` where the body refers to it."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


class Machine(StrEnum):
    """Whether a machine wrote the message, and which kind."""

    NO = "no"
    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message from outside, read but not yet decided about. All strings can be stored in any UTF-8 database.

    `received_at` is an aware UTC time. Message ids are without `<>`. `answerable` is False where no automatic
    answer may ever go out (RFC 3834, lists, bounces, own mail), `tellable` where no automatic message at all may go to
    the sender, now or later: it is no person, or not proved to be the one it names. `dmarc` is the result that the
    configured authserv-id states, else "". `delivered_to` are all addresses this copy was sent to, for finding the
    desk. `delayed`: a mail system tells that one of our messages (`original_message_id`) is still on its way.
    `return_mark` is what a returned message of ours carried in its own header.
    `date` is the Date field as it stands, on one line.
    `other_ids` are those that the mail had before a relay gave it another.
    `content_hash` is equal for two copies of the same mail that differ only in headers added in transport.
    """

    sender: Address
    received_at: datetime
    subject: str = ""
    text: str = ""
    reply_text: str = ""
    html: str = ""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    message_id: str = ""
    other_ids: tuple[str, ...] = ()
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    reply_tokens: tuple[str, ...] = ()
    machine: Machine = Machine.NO
    answerable: bool = True
    tellable: bool = True
    authenticated_sender: bool = True
    dmarc: str = ""
    bounce_recipients: tuple[str, ...] = ()
    return_mark: str = ""
    original_message_id: str = ""
    delayed: bool = False
    content_hash: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message to one recipient, ready to send.

    `automatic` messages leave with an empty envelope sender and the markers of RFC 3834; `envelope_from` is used
    for the others so that bounces come back tied to the outbox row. Ids are without `<>`. `thread_index` is what
    Outlook groups conversations by, base64.
    """

    sender: Address
    recipient: str
    subject: str
    text: str
    html: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread_index: str = ""
    reply_to: str = ""
    envelope_from: str = ""
    return_mark: str = ""
    automatic: bool = False
    attachments: tuple[Attachment, ...] = ()


class ChannelError(Exception):
    """Sending or fetching failed. `permanent`: trying again is useless. `doubt`: it may have gone out.

    `destination`: the server listens; what failed is this recipient or this message. `retry_after`: seconds for which
    the other side wants to be left alone, None where it does not say. `code`: its own code for the fault.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        doubt: bool = False,
        destination: bool = False,
        retry_after: float | None = None,
        code: str = "",
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.doubt = doubt
        self.destination = destination
        self.retry_after = retry_after
        self.code = code


class Unreadable(Exception):
    """The raw message cannot be read; it belongs into quarantine with this reason."""
