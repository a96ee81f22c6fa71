"""The IMAP mailboxes of the embedded mail server: pymap's in-memory ones, with every change written through."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.flags import FlagOp
from pymap.interfaces.message import CachedMessage
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Flag

from helpdesk.demo.mailfile import KeptMailbox, MailFile

Now = Callable[[], datetime]


def _names(flags: Iterable[Flag]) -> list[str]:
    return [flag.value.decode("ascii") for flag in flags]


class DurableMailbox(MailboxData):
    """A mailbox whose UIDVALIDITY, UIDs, INTERNALDATEs and flags are those of the file.

    The file is written before anything becomes visible, so no client ever saw what a crash could take back.
    """

    def __init__(self, owner: "DurableMailboxes", kept: KeptMailbox) -> None:
        super().__init__(owner._content_cache, owner._thread_cache)
        self._file, self._now, self.file_id = owner.file, owner.now, kept.id
        self._uid_validity, self._max_uid = kept.uid_validity, kept.last_uid
        for message in self._file.messages(kept.id):
            flags = frozenset(Flag(name) for name in message.flags)
            self._show(message.uid, message.received_at, flags, message.content, recent=False)

    def _show(self, uid: int, when: datetime, flags: frozenset[Flag], raw: bytes, *, recent: bool) -> Message:
        content = MessageContent.parse(raw)
        message = Message(
            uid,
            when,
            flags,
            email_id=self._content_cache.add(content),
            thread_id=self._thread_cache.add(content),
            recent=recent,
            content=content,
        )
        self._insert(message)
        return message

    def _insert(self, message: Message) -> None:
        self._max_uid = max(self._max_uid, message.uid)
        self._messages[message.uid] = message
        self._mod_sequences.update([message.uid])
        self._updated.set()

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        """Keep a message, then show it. Its INTERNALDATE is the client's, else now."""
        when = (append_msg.when or self._now()).astimezone(UTC).replace(microsecond=0)
        raw = bytes(append_msg.literal)
        async with self.messages_lock.write_lock():
            uid = self._file.add(self.file_id, when, _names(append_msg.flag_set), raw)
            return self._show(uid, when, append_msg.flag_set, raw, recent=recent)

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Copy a message; None when it is gone."""
        return await self._transfer(uid, destination, recent=recent, move=False)

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Move a message in one step (RFC 6851); None when it is gone."""
        return await self._transfer(uid, destination, recent=recent, move=True)

    async def _transfer(self, uid: int, destination: MailboxData, *, recent: bool, move: bool) -> int | None:
        message = self._messages.get(uid)
        if message is None:
            return None
        assert isinstance(destination, DurableMailbox)
        # No await from here to the end: on one event loop nobody can see the message in neither or in both places.
        new_uid = self._file.copy(self.file_id, uid, destination.file_id, move=move)
        destination._insert(Message.copy(message, uid=new_uid, recent=recent))
        if move:
            self._forget([uid])
        return new_uid

    async def update(self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        """Set, add or remove flags."""
        message = await super().update(uid, cached_msg, flag_set, mode)
        self._file.set_flags(self.file_id, uid, _names(message.permanent_flags))
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        """Expunge messages for good."""
        gone = list(uids)
        self._file.expunge(self.file_id, gone)
        self._forget(gone)

    def _forget(self, uids: list[int]) -> None:
        for uid in uids:
            self._messages.pop(uid, None)
        self._mod_sequences.expunge(uids)
        self._updated.set()


class DurableMailboxes(MailboxSet):
    """All mailboxes of one account, as the file has them; INBOX is made where it is missing."""

    _inbox: MailboxData
    _set: dict[str, MailboxData]

    def __init__(self, owner: str, file: MailFile, now: Now) -> None:
        super().__init__()
        self.owner, self.file, self.now = owner, file, now
        kept = {box.name: box for box in file.mailboxes(owner)}
        inbox = kept.pop("INBOX", None) or file.make_mailbox(owner, "INBOX")
        self._inbox = DurableMailbox(self, inbox)
        self._set = {name: DurableMailbox(self, box) for name, box in kept.items()}

    async def add_mailbox(self, name: str) -> ObjectId:
        """Make a mailbox. Raises ValueError when there is one of that name."""
        if name in self._set:
            raise ValueError(name)
        self._set[name] = made = DurableMailbox(self, self.file.make_mailbox(self.owner, name))
        return made.mailbox_id

    async def delete_mailbox(self, name: str) -> None:
        """Delete a mailbox and its mail. Raises KeyError when there is none of that name."""
        gone = self._set.pop(name)
        assert isinstance(gone, DurableMailbox)
        self.file.drop_mailbox(gone.file_id)

    async def rename_mailbox(self, before: str, after: str) -> None:
        """Rename a mailbox. INBOX keeps its name: KeyError, as for a mailbox that does not exist."""
        if before.upper() == "INBOX":
            raise KeyError(before)
        await super().rename_mailbox(before, after)
        for name, mailbox in self._set.items():
            assert isinstance(mailbox, DurableMailbox)
            self.file.rename_mailbox(mailbox.file_id, name)
