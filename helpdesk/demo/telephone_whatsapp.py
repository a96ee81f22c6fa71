"""WhatsApp on the telephones of the demo."""

import time
from typing import Any

import httpx

from helpdesk.channels.chat.model import Choice
from helpdesk.demo.installation import REQUESTERS
from helpdesk.demo.telephones import PICTURES, Bubble, Mark, Paper, Press, Side, Thread
from helpdesk.demo.whatsapp_platform import Platform, Taken
from helpdesk.timepiece import Now


class WhatsAppSide(Side):
    """WhatsApp: webhooks to the desk, marks of what was delivered and read back to it."""

    DELIVERED_AFTER = 0.6
    """Seconds; the desk has noted by then under which id it sent the message."""

    def __init__(self, api: Platform, bot: str, now: Now) -> None:
        super().__init__(now, ("6281200009001", "6281200009002"))
        self._api, self._bot = api, bot

    def pull(self) -> None:
        """What was sent is delivered, and read where somebody has looked at it since."""
        with self.lock:
            new, self._pulled = self._api.taken[self._pulled :], len(self._api.taken)
            for taken in new:
                thread = self._of(taken.account)
                if thread is not None:
                    thread.add(own=False, at=self.now(), mark=Mark.SENT, ref=taken.id, **self._shown(taken))
            waiting = [
                (thread, bubble)
                for thread in self.threads.values()
                for bubble in thread.bubbles[-50:]
                if not bubble.own and bubble.mark != self._due(thread, bubble)
            ]
        for thread, bubble in waiting:
            self._tell(thread, bubble)

    def _due(self, thread: Thread, bubble: Bubble) -> str:
        """The mark that the message should have by now: one step after the other."""
        if bubble.mark == Mark.SENT:
            return Mark.DELIVERED if time.monotonic() - bubble.born >= self.DELIVERED_AFTER else Mark.SENT
        return Mark.READ if not thread.unseen else bubble.mark

    def _tell(self, thread: Thread, bubble: Bubble) -> None:
        word = self._due(thread, bubble)
        try:
            taken = self._api.tells(bubble.ref, word) == httpx.codes.OK
        except httpx.HTTPError:
            taken = False
        if taken:
            with self.lock:
                bubble.mark = word

    def _shown(self, taken: Taken) -> dict[str, Any]:
        kind = str(taken.body["type"])
        part = taken.body[kind]
        if kind == "text":
            return {"text": part["body"]}
        if kind == "interactive":
            return {"text": part["body"]["text"], "choices": tuple(_choices(part["action"]))}
        if kind == "template":
            return {"text": self._template(part)}
        kept = self._api.files[part["id"]]
        paper = Paper(
            part.get("filename") or f"{kind}.{kept.media_type.rpartition('/')[2]}", kept.media_type, kept.content
        )
        return {"text": part.get("caption", ""), "papers": (paper,)}

    def _template(self, part: dict[str, Any]) -> str:
        known = next(row for row in self._api.templates if row["name"] == part["name"])
        text = str(known["components"][0]["text"])
        values = [p["text"] for c in part.get("components", []) for p in c["parameters"]]
        for number, value in enumerate(values, 1):
            text = text.replace(f"{{{{{number}}}}}", str(value))
        return text

    def say(self, person: str, text: str, paper: Paper | None) -> None:
        """By the webhook, which stores it before it answers."""
        if paper is None:
            self._send(person, "text", {"body": text}, text=text)
            return
        media_id = self._api.keep(paper.content, paper.media_type)
        part = {"id": media_id, "mime_type": paper.media_type} | ({"caption": text} if text else {})
        if paper.media_type in PICTURES:
            self._send(person, "image", part, text=text, papers=(paper,))
        else:
            self._send(person, "document", part | {"filename": paper.name}, text=text, papers=(paper,))

    def press(self, person: str, press: Press) -> None:
        """The answer names the message under which the button was."""
        choice, under = press.choice, press.under
        kind = "list_reply" if len(under.choices) > 3 or choice.hint else "button_reply"
        part = {"type": kind, kind: {"id": choice.payload, "title": choice.title}}
        self._send(person, "interactive", part, text=choice.title, context={"from": self._bot, "id": under.ref})

    def _send(
        self,
        person: str,
        kind: str,
        part: dict[str, Any],
        *,
        text: str,
        papers: tuple[Paper, ...] = (),
        context: dict[str, str] | None = None,
    ) -> None:
        self.pull()
        thread = self.threads[person]
        with self.lock:
            bubble = thread.add(own=True, at=self.now(), text=text, papers=papers, mark=Mark.WAITS)
        more = {"context": context} if context else {}
        try:
            status = self._api.says(self._bot, thread.account, kind, part, name=REQUESTERS[person], **more)
        except httpx.HTTPError:
            status = 0
        with self.lock:
            thread.set_mark(bubble, Mark.SENT if status == httpx.codes.OK else Mark.FAILED)


def _choices(action: dict[str, Any]) -> list[Choice]:
    if "buttons" in action:
        return [Choice(b["reply"]["id"], b["reply"]["title"]) for b in action["buttons"]]
    rows = [row for section in action["sections"] for row in section["rows"]]
    return [Choice(row["id"], row["title"], row.get("description", "")) for row in rows]
