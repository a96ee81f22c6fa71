"""S12: machines that answer machines fall silent, whatever they do or do not admit."""

from helpdesk.store.mail_models import OutboxMessage
from tests.security.conftest import Yard
from tests.usecases.post import letter

ROBOT = "robot@sistem-lain.example"


def exchange(yard: Yard, first: bytes, answer, rounds: int = 30) -> int:
    """A robot answers each of our mails; how many we sent when it ended or after so many rounds."""
    yard.arrives(first)
    seen = 0
    for _ in range(rounds):
        mails = [m for m in yard.mails() if m[0] == ROBOT]
        held = [m for m in yard.post.rows(OutboxMessage) if m.recipient == ROBOT and m.state == "held"]
        if len(mails) - len(held) <= seen:
            return seen
        _to, mail, _raw = mails[seen]
        seen += 1
        yard.arrives(answer(seen, mail))
    return seen


def test_a_robot_that_answers_in_the_thread_gets_one_automatic_reply(yard: Yard) -> None:
    def in_thread(n, mail) -> bytes:
        ids = {"Message_ID": f"<r{n}@x>", "In_Reply_To": mail["Message-ID"]}
        return letter("Kami telah menerima surat Anda.", From=ROBOT, Subject=f"Re: {mail['Subject']}", **ids)

    assert exchange(yard, letter(From=ROBOT), in_thread) == 1


def test_a_robot_that_only_repeats_our_subject_gets_one_automatic_reply(yard: Yard) -> None:
    def by_subject(n, mail) -> bytes:
        return letter("Saya sedang cuti.", From=ROBOT, Subject=f"Re: {mail['Subject']}", Message_ID=f"<r{n}@x>")

    assert exchange(yard, letter(From=ROBOT), by_subject) == 1


def test_another_helpdesk_that_opens_a_ticket_for_each_mail_is_cut_off_at_the_cap(yard: Yard) -> None:
    def fresh(n, mail) -> bytes:
        return letter(f"Tiket Anda #{n}", From=ROBOT, Subject=f"Tiket {n} diterima", Message_ID=f"<r{n}@x>")

    assert exchange(yard, letter(From=ROBOT), fresh) == 10


def test_two_of_our_own_kind_answer_each_other_once(yard: Yard) -> None:
    """The other instance sends what we send: our own marks, from its own address."""
    number = yard.arrives(letter(From=ROBOT))
    (_to, ours, raw) = yard.mails()[0]
    assert ours["Auto-Submitted"] == "auto-replied"
    twin = raw.replace(b"helpdeskmedan@kemenkeu.go.id", ROBOT.encode()).replace(f"To: {ROBOT}".encode(), b"To: x@y", 1)
    assert yard.arrives(b"Return-Path: <>\r\n" + twin) == number
    assert len(yard.mails()) == 1


def test_out_of_office_notes_of_all_kinds_are_filed_and_never_answered(yard: Yard) -> None:
    number = yard.arrives(letter())
    known = yard.post.our_id(number)
    kinds = (
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-notified"}, {"Precedence": "junk"},
        {"X_Auto_Response_Suppress": "OOF, AutoReply"}, {"Return_Path": "<>"}, {"X_Loop": "helpdesk"},
        {"Subject": "Out of Office: cuti"}, {"List_Id": "<a.b>"}, {"X_Autoreply": "yes"},
    )  # fmt: skip
    for n, kind in enumerate(kinds):
        assert yard.arrives(letter("cuti", Message_ID=f"<o{n}@k>", In_Reply_To=f"<{known}>", **kind)) == number
    assert len(yard.mails()) == 1
