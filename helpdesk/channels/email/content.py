"""What a message says: its text, its HTML, its attachments (RFC 2046, RFC 2183, RFC 2392)."""

import re
from dataclasses import dataclass, field, replace

from helpdesk.channels.base import Attachment
from helpdesk.channels.email import embedded
from helpdesk.channels.email.html_text import MAX_RENDERED, html_to_text, stripped
from helpdesk.channels.email.wire import Part, parse
from helpdesk.channels.email.words import decode_words, parameters
from helpdesk.channels.filenames import made_name, safe_name

MAX_SHOWN = 2_000_000
"""Characters of all bodies together."""
MAX_DECODED = 4 * 2**20
"""Bytes; of a longer body the beginning is decoded, unless it is plain ASCII."""
CID = re.compile(r"cid:([^\"'\s<>)]{1,250})", re.I)
TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
FORWARDED_TYPES = ("message/rfc822", "message/global", "message/news")


@dataclass(slots=True)
class _Spent:
    """How many characters all parts of one message together have had laid out as text, and shown as its body."""

    rendered: int = 0
    shown: int = 0


@dataclass(slots=True)
class Content:
    """The bodies in reading order and the attachments of one message.

    A body beyond what anybody reads becomes a file, with its beginning shown.
    """

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    spent: _Spent = field(default_factory=_Spent)

    def part(self) -> "Content":
        """An empty content of a part of the same message."""
        return Content(spent=self.spent)

    def as_text(self) -> str:
        """The HTML bodies as text; laid out as long as the message has not had its share."""
        source, before = self.html, self.spent.rendered
        self.spent.rendered += len(source)
        return html_to_text(source) if before < MAX_RENDERED else stripped(source)

    @property
    def text(self) -> str:
        """The plain text; where only HTML came, its rendering; where only an invitation came, its summary."""
        text = "\n\n".join(t for t in self.texts if t.strip())
        if not text and self.htmls:
            text = self.as_text()
        if not text.strip():
            calendars = [a.content for a in self.attachments if a.media_type == "text/calendar"]
            text = embedded.invitation(calendars[0]) if calendars else text
        return text

    @property
    def html(self) -> str:
        """All HTML bodies, in order."""
        return "\n".join(self.htmls)

    def body(self, media_type: str, text: str, *, kept: bool = False) -> None:
        """Adds a body of the given type, its uuencoded files taken out; `kept`: it is a file already."""
        if media_type == "text/html":
            self.htmls.append(self._shown("html", text, kept=kept))
            return
        text, files = embedded.uuencoded(text)
        self.texts.append(self._shown("plain", text, kept=kept))
        for name, data in files:
            self.attach(Attachment(name, "application/octet-stream", data))

    def _shown(self, subtype: str, text: str, *, kept: bool) -> str:
        """As much of a body as is shown; the whole of a longer one is kept as a file."""
        left = max(MAX_SHOWN - self.spent.shown, 0)
        self.spent.shown += min(len(text), left)
        if kept or len(text) <= left:
            return text[:left]
        name = "message.html" if subtype == "html" else "message.txt"
        self.attach(Attachment(name, f"text/{subtype}", text.encode("utf-8", "replace")))
        return text[:left]

    def attach(self, file: Attachment) -> None:
        """Adds an attachment, its name cleaned; it may have none yet."""
        self.attachments.append(replace(file, name=safe_name(file.name)))


def _disposition(part: Part) -> tuple[str, str]:
    disposition, params = parameters(part.value("content-disposition"))
    return disposition, params.get("filename") or part.params.get("name", "")


def _is_body(part: Part, disposition: str, name: str) -> bool:
    if not part.media_type.startswith("text/") or disposition == "attachment" or name:
        return False
    return part.media_type not in ("text/calendar", "text/rfc822-headers", "text/x-vcard", "text/vcard", "text/rtf")


def _forwarded(part: Part, name: str, content: Content) -> None:
    raw = part.content()
    if not name:
        head = raw[:65_536]
        subject = decode_words(parse(head).value("subject"))
        name = f"{subject}.eml" if subject else ""
    content.attach(Attachment(name, "message/rfc822", raw))


def _leaf(part: Part, content: Content) -> None:
    disposition, name = _disposition(part)
    if part.media_type in FORWARDED_TYPES:
        _forwarded(part, name, content)
    elif part.media_type in TNEF or name.lower() == "winmail.dat":
        _unpack_tnef(part, name, content)
    elif _is_body(part, disposition, name):
        _body(part, part.media_type, content)
    elif part.media_type.startswith("multipart/"):
        _body(part, "text/plain", content)  # nothing in it could be told apart
    else:
        content_id = decode_words(part.value("content-id")).strip("<> ")[:250]
        content.attach(Attachment(name, part.media_type, part.content(), content_id))
        if not part.media_type.startswith("text/"):
            part.body = b""  # what was decoded is kept, and 25 MB once are enough


def _body(part: Part, media_type: str, content: Content) -> None:
    raw = part.content()
    if len(raw) <= MAX_DECODED or raw.isascii():
        content.body(media_type, part.text())
        return
    content.attach(Attachment("message.html" if media_type == "text/html" else "message.txt", media_type, raw))
    content.body(media_type, replace(part, body=raw[:MAX_DECODED], fields=[]).text(), kept=True)


def _unpack_tnef(part: Part, name: str, content: Content) -> None:
    raw = part.content()
    found = embedded.tnef(raw)
    if found is None:
        content.attach(Attachment(name, "application/ms-tnef", raw))
        return
    text, html, files = found
    if text.strip() and not any(t.strip() for t in content.texts):
        content.texts.append(text)
    if html.strip() and not content.htmls:
        content.htmls.append(html)
    for file_name, data in files:
        content.attach(Attachment(file_name, "application/octet-stream", data))


def _alternatives(part: Part, content: Content) -> None:
    """Of equal bodies the plain and the HTML one are kept, of several of one kind the first that says anything."""
    text, html = "", ""
    for child in part.children:
        inner = content.part()
        _walk(child, inner)
        text = text or "\n\n".join(t for t in inner.texts if t.strip())
        html = html or inner.html
        content.attachments.extend(inner.attachments)
    content.texts += [text] if text else []
    content.htmls += [html] if html else []


def _walk(part: Part, content: Content) -> None:
    # Recursion is bounded: wire.parse opens at most MAX_DEPTH levels.
    if not part.children:
        _leaf(part, content)
    elif part.media_type == "multipart/alternative":
        _alternatives(part, content)
    else:
        for child in part.children:
            inner = content.part()
            _walk(child, inner)
            _append(content, inner)


def _append(content: Content, inner: Content) -> None:
    """Joins a following part; text without HTML beside HTML (and the reverse) must not vanish from either."""
    if inner.htmls and not inner.texts and content.texts:
        inner.texts = [inner.as_text()]
    elif inner.texts and not inner.htmls and content.htmls and not content.texts:
        content.texts = [content.as_text()]
    content.texts += inner.texts
    content.htmls += inner.htmls
    content.attachments += inner.attachments


def _promoted(message: Part, content: Content) -> None:
    """Takes a named text part as the body where there is no other: some programs name every part."""
    if any(t.strip() for t in content.texts) or any(h.strip() for h in content.htmls):
        return
    for part in message.walk():
        disposition, name = _disposition(part)
        if part.media_type in ("text/plain", "text/html") and name and disposition != "attachment":
            content.body(part.media_type, part.text())
            content.attachments = [a for a in content.attachments if a.name != safe_name(name)]
            return


def _finished(content: Content) -> list[Attachment]:
    """The attachments, all with names, those that the HTML shows marked `inline`."""
    used = {found.lower() for html in content.htmls for found in CID.findall(html)}
    return [
        replace(
            file,
            name=file.name or made_name(file.media_type, number),
            inline=bool(file.content_id) and file.content_id.lower() in used,
        )
        for number, file in enumerate(content.attachments, 1)
    ]


def content_of(message: Part) -> Content:
    """The bodies and attachments of `message`; images that the HTML shows are marked `inline`."""
    content = Content()
    _walk(message, content)
    if not message.media_type.startswith("text/") or content.attachments:
        _promoted(message, content)
    content.attachments = _finished(content)
    return content
