"""How the desk speaks on its WhatsApp numbers: sending, fetching files, asking for templates."""

import hashlib
import re
import ssl
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urljoin

from helpdesk.channels.base import Attachment, ChannelError
from helpdesk.channels.chat.model import ApprovedTemplate, ChatOutbound, Media
from helpdesk.channels.filenames import made_name, safe_name
from helpdesk.channels.whatsapp.bodies import TEXT_LIMIT, bodies
from helpdesk.channels.whatsapp.exchange import Exchange
from helpdesk.channels.whatsapp.fields import key, listing, mapping, text
from helpdesk.channels.whatsapp.messages import MAX_ID, sha256_of
from helpdesk.channels.whatsapp.refusals import refusal
from helpdesk.channels.whatsapp.templates import template_of
from helpdesk.config import WhatsApp

REDIRECTIONS, TEMPLATE_PAGES = 3, 50
_GONE = (404, 410)
_DIGITS = re.compile(r"[0-9]{1,30}")


class CloudLine:
    """The numbers of one account at the Cloud API; a `channels.chat.model.Line` that may be used by several threads.

    `label` opens a list of choices, at most 20 characters; it is read by people of any language. Every error is a
    ChannelError without a secret; `code` is the platform's, or `too-large`, `checksum`, `host`.
    """

    text_limit = TEXT_LIMIT

    def __init__(
        self,
        account: WhatsApp,
        *,
        seconds: float = 20.0,
        label: str = "Pilih / Choose",
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._exchange = Exchange(account, seconds=seconds, context=context)
        self._account_id, self._label = account.account_id, label

    def send(self, message: ChatOutbound) -> tuple[str, ...]:
        """Send one message; the wamid of each part, the text's first.

        Files are uploaded before anything is said. An error after the first part is always in doubt.
        """
        if not _DIGITS.fullmatch(message.bot):
            raise ChannelError("WhatsApp: the line is no number", permanent=True)
        message = replace(message, files=tuple(_named(file, number) for number, file in enumerate(message.files, 1)))
        media_ids = [self._upload(message.bot, file) for file in message.files]
        sent: list[str] = []
        for body in bodies(message, media_ids, self._label):
            try:
                sent.append(_wamid(self._exchange.send(f"{message.bot}/messages", body)))
            except ChannelError as error:
                if sent:
                    error.doubt = True
                raise
        return tuple(sent)

    def _upload(self, bot: str, file: Attachment) -> str:
        fields = {"messaging_product": "whatsapp", "type": file.media_type}
        answer = self._exchange.upload(f"{bot}/media", fields, (file.name, file.content, file.media_type))
        found = key(answer.get("id"), MAX_ID)
        if not found:
            raise ChannelError("WhatsApp: the file got no id")
        return found

    def fetch(self, media: Media, limit: int) -> bytes:
        """The bytes of a file that a person sent, at most `limit`, with the checksum that the platform stated.

        `permanent` where the platform has it no longer (after 7 days) or it is larger.
        """
        for last in (False, True):
            about = self._about(media, limit)
            content = self._content(text(about.get("url")), limit, last=last)
            if content is not None:
                break
        assert content is not None
        stated = {media.sha256, sha256_of(about.get("sha256"))} - {""}
        if stated and hashlib.sha256(content).hexdigest() not in stated:
            raise ChannelError("WhatsApp: the file has another checksum", destination=True, code="checksum")
        return content

    def _about(self, media: Media, limit: int) -> dict[str, Any]:
        try:
            about = self._exchange.get(quote(media.id, safe=""))
        except ChannelError as error:
            if error.code in ("100", "33", *map(str, _GONE)):  # "object does not exist" is no fault of the line here
                raise _gone(error.code) from None
            raise
        size = about.get("file_size")
        if isinstance(size, int) and size > limit:
            raise ChannelError("WhatsApp: the file is too large", permanent=True, destination=True, code="too-large")
        return about

    def _content(self, url: str, limit: int, *, last: bool) -> bytes | None:
        """The bytes at an address that is good for five minutes; None where it is not, and another may be asked for."""
        for _ in range(REDIRECTIONS):
            if not self._exchange.may_see_token(url):
                raise ChannelError("WhatsApp: the file lies on a foreign server", destination=True, code="host")
            status, onwards, body = self._exchange.download(url, limit)
            if status == 200:
                return body
            if status in (301, 302, 303, 307, 308):
                url = urljoin(url, onwards)
                continue
            if status in (401, 403, *_GONE) and not last:
                return None
            raise _gone(str(status)) if status in _GONE else refusal(status, {}, body)
        raise ChannelError("WhatsApp: the file is not where it is said to be", destination=True, code="host")

    def templates(self) -> tuple[ApprovedTemplate, ...]:
        """The approved templates of the account that need values in their body at most; none without an account id."""
        found: list[ApprovedTemplate] = []
        if not self._account_id:
            return ()
        wanted = {"fields": "name,language,status,category,components", "status": "APPROVED", "limit": "100"}
        after = ""
        for _ in range(TEMPLATE_PAGES):
            more = {"after": after} if after else {}
            page = self._exchange.get(f"{quote(self._account_id, safe='')}/message_templates", **wanted, **more)
            found += filter(None, map(template_of, listing(page.get("data"))))
            paging = mapping(page.get("paging"))
            after = text(mapping(paging.get("cursors")).get("after")) if paging.get("next") else ""
            if not after:
                break
        return tuple(sorted(found, key=lambda template: (template.name, template.language)))

    def acknowledge(self, press_id: str) -> None:
        """Nothing: the platform wants no word about a pressed button."""

    def close(self) -> None:
        """Close the connections; never raises."""
        self._exchange.close()


def _named(file: Attachment, number: int) -> Attachment:
    return replace(file, name=safe_name(file.name) or made_name(file.media_type, number))


def _wamid(answer: dict[str, Any]) -> str:
    found = next((key(mapping(one).get("id"), MAX_ID) for one in listing(answer.get("messages"))), "")
    if not found:
        raise ChannelError("WhatsApp: the message got no id", doubt=True)
    return found


def _gone(code: str) -> ChannelError:
    return ChannelError("WhatsApp: the file is no longer there", permanent=True, destination=True, code=code)
