"""S13: nothing is sent to a sender who was forged: no answer to bounces, to the oversized, to the unreadable."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.store.mail_models import Mailbox, OutboxMessage, RawMessage
from helpdesk.usecases.polling import opened, poll
from tests.security.conftest import MEDAN, Yard
from tests.usecases.post import letter
from tests.usecases.test_intake_states import bounce


@dataclass
class Fetched:
    uid: int
    raw: bytes
    size: int
    complete: bool
    internal_date: datetime
    uidvalidity: int = 7


class Letterbox:
    """A mailbox with what it is given; remembers what was marked as handled."""

    uidvalidity = 7

    def __init__(self, *mails: Fetched) -> None:
        self.mails, self.handled = mails, []

    def fetch_new(self, after_uid: int, since: datetime | None):
        return (mail for mail in self.mails if mail.uid > after_uid)

    def mark_handled(self, uids) -> None:
        self.handled += list(uids)


def test_a_bounce_and_a_bounce_of_a_bounce_are_answered_to_nobody(yard: Yard) -> None:
    yard.arrives(letter(Precedence="bulk"))
    yard.arrives(bounce("unknown@lain.example"))
    yard.arrives(bounce("unknown@lain.example", recipient="mailer-daemon@kantor.example"))
    assert yard.mails() == []


def test_a_mail_above_the_size_limit_waits_for_a_person_and_is_not_answered(yard: Yard) -> None:
    huge = Fetched(3, letter("awal surat" * 100), 90_000_000, complete=False, internal_date=yard.world.now)
    small = Fetched(4, letter(From="b@k.example", Message_ID="<2@k>"), 300, complete=True, internal_date=yard.world.now)
    box = Letterbox(huge, small)
    opened(yard.post.desk, MEDAN, box)
    assert poll(yard.post.desk, MEDAN, box) == 1
    assert [(r.state, r.reason.partition(":")[0]) for r in yard.post.rows(RawMessage)] == [
        ("quarantined", "90000000 bytes"),
        ("ticketed", ""),
    ]
    assert box.handled == [4], "the whole of it is still where it was"
    assert [m.recipient for m in yard.post.rows(OutboxMessage)] == ["b@k.example"]
    assert poll(yard.post.desk, MEDAN, box) == 0
    assert yard.post.mailbox(MEDAN).last_uid == 4
    assert isinstance(yard.post.mailbox(MEDAN), Mailbox)


def test_the_unreadable_is_answered_to_nobody(yard: Yard) -> None:
    for raw in (b"", b"\n\n", b"\x00" * 100, b"bukan surat", b"<html>"):
        yard.arrives(raw)
    assert yard.mails() == []
    assert {r.state for r in yard.post.rows(RawMessage)} <= {"quarantined", "suppressed"}
