"""Telegram on the telephones of the demo."""

from typing import Any

from helpdesk.channels.chat.model import Choice
from helpdesk.demo.installation import REQUESTERS
from helpdesk.demo.telegram_bot import FakeBot, Sent
from helpdesk.demo.telephones import PICTURES, Mark, Paper, Press, Side
from helpdesk.timepiece import Now

_UNIT = 2
"""Bytes of a UTF-16 unit, in which Telegram counts."""


class TelegramSide(Side):
    """Telegram: updates wait until the desk's worker has asked for them."""

    def __init__(self, bot: FakeBot, now: Now) -> None:
        super().__init__(now, ("700100001", "700100002"))
        self._bot = bot
        for thread in self.threads.values():
            bot.meet(int(thread.account), REQUESTERS[thread.person])

    def pull(self) -> None:
        """What the bot has sent, and which of the people's messages the desk has taken."""
        with self.lock:
            new, self._pulled = self._bot.sent[self._pulled :], len(self._bot.sent)
            for sent in new:
                thread = self._of(str(sent.chat_id))
                if thread is not None:
                    thread.add(own=False, at=self.now(), ref=str(sent.message_id), **_of_bot(sent))
            waits = {number for number, _update in self._bot.updates}
            for thread in self.threads.values():
                for bubble in thread.bubbles[-50:]:
                    if bubble.own and bubble.mark == Mark.WAITS and not waits:
                        thread.set_mark(bubble, Mark.SENT)

    def say(self, person: str, text: str, paper: Paper | None) -> None:
        """An update that waits until it is asked for."""
        thread, more = self.threads[person], dict[str, Any]()
        if paper is not None:
            more = {"caption": text} if text else {}
            if paper.media_type in PICTURES:
                more["photo"] = [self._bot.file(paper.content, width=1280, height=960)]
            else:
                more["document"] = self._bot.file(paper.content, file_name=paper.name, mime_type=paper.media_type)
        self.pull()
        with self.lock:
            number = self._bot.say(int(thread.account), "" if paper else text, name=REQUESTERS[person], **more)
            papers = (paper,) if paper else ()
            thread.add(own=True, at=self.now(), text=text, papers=papers, mark=Mark.WAITS, ref=str(number))

    def press(self, person: str, press: Press) -> None:
        """A press is no message there: the button's title is shown here all the same, to be seen again."""
        thread = self.threads[person]
        self.pull()
        with self.lock:
            self._bot.press(int(thread.account), press.choice.payload)
            thread.add(own=True, at=self.now(), text=press.choice.title, mark=Mark.WAITS)

    def edit(self, person: str, number: int, text: str) -> None:
        """The new words take the place of the old ones. LookupError for a message that has none of its own."""
        thread = self.threads[person]
        with self.lock:
            found = (b for b in thread.bubbles if b.number == number and b.own and b.ref and not b.papers)
            if (bubble := next(found, None)) is None:
                raise LookupError
            self._bot.edit(int(thread.account), int(bubble.ref), text)
            bubble.text, bubble.edited = text, True
            thread.set_mark(bubble, Mark.WAITS)
            thread.version += 1


def _of_bot(sent: Sent) -> dict[str, Any]:
    papers = tuple(Paper(name, _type_of(sent.method), content) for name, content in sent.files)
    choices = tuple(Choice(data, title) for row in sent.buttons for title, data in row)
    return {"text": _with_stars(sent), "choices": choices, "papers": papers}


def _type_of(method: str) -> str:
    return "image/png" if method == "sendPhoto" else "application/octet-stream"


def _with_stars(sent: Sent) -> str:
    """What is bold stands between stars, as everywhere else here."""
    whole = sent.text.encode("utf-16-le")
    for offset, length in sorted(sent.bold, reverse=True):
        begin, end = offset * _UNIT, (offset + length) * _UNIT
        star = "*".encode("utf-16-le")
        whole = whole[:begin] + star + whole[begin:end] + star + whole[end:]
    return whole.decode("utf-16-le")
