"""What a mail does to a ticket by where the ticket stands, who wrote, and whether a person wrote at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Person
from helpdesk.usecases.dispatch import claim_outbox, note_sent
from tests.usecases.conftest import Office
from tests.usecases.post import ADDRESS, Post, letter, with_file


@pytest.fixture
def database() -> str:
    """The decisions here are the same on every database; test_intake.py runs on both."""
    return "sqlite"


@pytest.fixture
def post(office: Office) -> Post:
    return Post(office)


class Case:
    """A ticket of Sari, opened by mail, and her next mails to it."""

    def __init__(self, post: Post) -> None:
        self.post, self.office = post, post.office
        self.number = str(post.arrives(letter(Cc="bos@kantor.example")).ticket)
        self._answers = 1

    def answer(self, text: str = "Masih belum bisa.", /, *, file: bool = False, **fields: str) -> str | None:
        self._answers += 1
        ids = {"Message_ID": f"<a{self._answers}@kantor.example>", "In_Reply_To": f"<{self.post.our_id(self.number)}>"}
        make = with_file if file else letter
        return self.post.arrives(make(text, **{"Subject": "Re: Lupa password", **ids, **fields})).ticket

    def do(self, who: str, action: str, **fields: object) -> None:
        self.office.does(who, action, self.number, **fields)

    def goes_to(self, status: str, item: str = "itsm.8/reset-password") -> None:
        """Through the whole life up to this status."""
        self.do("agen", "classify", item=item)
        self.do("agen", "escalate", group="rft-tik")
        self.do("teknisi", "fulfil", note="Sudah.", label="reset")
        if status in {"resolved", "closed"}:
            self.do("agen", "confirm-fulfilment")
        if status == "closed":
            self.office.does(self.office.requester(self.number), "confirm", self.number)

    @property
    def status(self) -> str:
        return str(self.office.value(self.number, "status"))

    @property
    def unread(self) -> bool:
        return bool(self.office.value(self.number, "unread"))


@pytest.fixture
def case(post: Post) -> Case:
    return Case(post)


def test_an_answer_to_a_new_ticket_is_shown_and_changes_nothing_else(case: Case) -> None:
    assert case.answer() == case.number
    assert (case.status, case.unread) == ("new", True)
    assert case.post.actions(case.number) == ["open"]


@pytest.mark.parametrize(
    ("reason", "after"),
    [("requester", "in_progress"), ("documents", "on_hold"), ("vendor", "on_hold"), ("internal", "on_hold")],
)
def test_case_31_an_answer_of_the_requester_ends_a_hold_that_waits_for_the_requester(case: Case, reason, after) -> None:
    case.do("agen", "take")
    case.do("agen", "hold", reason=reason, missing=["surat tugas"])
    assert case.answer() == case.number
    assert (case.status, case.unread) == (after, True)


def test_somebody_in_copy_is_heard_but_does_not_resume(case: Case) -> None:
    case.do("agen", "take")
    case.do("agen", "hold", reason="requester")
    assert case.answer(From="bos@kantor.example") == case.number
    assert (case.status, case.unread) == ("on_hold", True)


MACHINES = [
    {"Auto_Submitted": "auto-replied"},
    {"Subject": "Automatic reply: Re: Lupa password"},
    {"X_Autoreply": "yes"},
]


@pytest.mark.parametrize("machine", MACHINES)
def test_case_31_38_an_automatic_answer_never_resumes_reopens_or_gets_one(case: Case, machine: dict[str, str]) -> None:
    case.do("agen", "take")
    case.do("agen", "hold", reason="requester")
    assert case.answer("setuju, tutup saja, approve", **machine) == case.number
    assert (case.status, case.unread) == ("on_hold", False)
    case.do("agen", "resume")
    case.goes_to("resolved")
    assert case.answer("Saya sedang cuti.", **machine) == case.number
    assert case.status == "resolved"
    assert case.post.entries(case.number)[-1] == ("requester-message", "auto-reply")
    kinds = [kind for kind, *_ in case.post.outbox(case.number)]
    assert kinds == ["acknowledgement", "classification", "resolution"]


def test_an_automatic_answer_after_the_window_is_kept_and_opens_nothing(case: Case) -> None:
    case.goes_to("closed")
    case.office.now.move(days=30)
    raw = letter(Auto_Submitted="auto-replied", Message_ID="<z@k>", In_Reply_To=f"<{case.post.our_id(case.number)}>")
    outcome = case.post.arrives(raw)
    assert (outcome.outcome, outcome.ticket) == ("ignored", case.number)
    assert case.post.raws()[-1] == ("suppressed", "automatic answer after the window")


@pytest.mark.parametrize("status", ["fulfilled", "resolved", "closed"])
def test_case_34_38_thanks_alone_is_recorded_and_changes_nothing(case: Case, status: str) -> None:
    case.goes_to(status)
    quoted = "Terima kasih banyak Pak.\n\nPada Sen, 23 Nov 2026 pukul 08.00 Meja Layanan menulis:\n> Sudah selesai.\n"
    assert case.answer(quoted) == case.number
    assert (case.status, case.unread) == (status, False)
    assert case.post.entries(case.number)[-1] == ("requester-message", "thanks")


def test_anything_else_on_a_fulfilled_ticket_is_shown_before_the_confirmation(case: Case) -> None:
    case.goes_to("fulfilled")
    assert case.answer() == case.number
    assert (case.status, case.unread) == ("fulfilled", True)


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_case_38_anything_else_inside_the_window_reopens_at_the_group_that_fulfilled(case: Case, status: str) -> None:
    case.goes_to(status)
    case.office.now.move(days=7)
    assert case.answer() == case.number
    assert (case.status, case.unread) == ("in_progress", True)
    assert case.office.value(case.number, "group") == "rft-tik"
    assert case.office.value(case.number, "cycle") == 2
    assert case.post.actions(case.number)[-1] == "reopen"


def test_somebody_in_copy_does_not_reopen(case: Case) -> None:
    case.goes_to("resolved")
    assert case.answer(From="bos@kantor.example") == case.number
    assert (case.status, case.unread) == ("resolved", True)


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_case_37_after_the_window_a_message_opens_a_new_ticket_linked_as_follow_up(case: Case, status: str) -> None:
    case.goes_to(status)
    case.office.now.at = case.office.value(case.number, "reopen_until") - timedelta(seconds=1)
    assert case.answer() == case.number, "the last second of the window"
    case.do("teknisi", "fulfil", note="Sudah.", label="reset")
    case.do("agen", "confirm-fulfilment")
    case.office.now.at = case.office.value(case.number, "reopen_until")
    follow_up = str(case.answer())
    assert follow_up != case.number
    assert case.post.links(follow_up) == [("follow-up", case.number)]
    assert case.status == "resolved"
    assert [kind for kind, *_ in case.post.outbox(follow_up)] == ["acknowledgement"]


def test_a_document_due_after_fulfilment_is_ticked_off_and_does_not_reopen(case: Case) -> None:
    item = next(i for i in case.office.catalog.items.values() if any(d.after_fulfilment for d in i.documents))
    case.goes_to("resolved", item.id)
    assert case.answer("Terlampir BAST.", file=True) == case.number
    assert (case.status, case.post.entries(case.number)[-1]) == ("resolved", ("requester-message", "document"))
    assert case.answer("Terlampir foto: masih rusak.", file=True) == case.number
    assert case.status == "in_progress", "the second file is not the document"


def test_a_file_reopens_where_no_document_is_due(case: Case) -> None:
    case.goes_to("resolved")
    assert case.answer("Terlampir tangkapan layar.", file=True) == case.number
    assert case.status == "in_progress"


@pytest.mark.parametrize("before", ["new", "fulfilled"])
def test_a_message_to_a_cancelled_ticket_opens_a_new_one(case: Case, before: str) -> None:
    if before == "fulfilled":
        case.goes_to("fulfilled")
    case.do("agen", "cancel", reason="not-ours")
    follow_up = str(case.answer())
    assert follow_up != case.number
    assert case.post.links(follow_up) == [("follow-up", case.number)]
    assert case.status == "cancelled"


def test_case_41_messages_to_a_merged_number_reach_the_end_of_the_chain(case: Case, post: Post) -> None:
    second = str(post.arrives(letter("lagi", Message_ID="<b@k>")).ticket)
    third = str(post.arrives(letter("lagi", Message_ID="<c@k>")).ticket)
    case.do("agen", "merge", number=second)
    post.office.does("agen", "merge", second, number=third)
    assert case.answer() == third
    by_number = letter(Subject=f"[{case.number}]", Message_ID="<d@k>")
    assert post.arrives(by_number).ticket == third
    assert [kind for kind, _ in post.entries(third)].count("requester-message") == 3


def bounce(
    of: str, recipient: str = "sari@kantor.example", action: str = "failed", status: str = "5.1.1", mark: str = ""
) -> bytes:
    """What a mail server sends back (RFC 3464); with the mark of the message, as only who had it can."""
    body = (
        "--x\nContent-Type: text/plain\n\nThe message could not be delivered.\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.kantor.example\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n\n"
        f"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{of}>\nX-Helpdesk-Return: {mark}\n\n--x--\n"
    )
    return letter(
        body, From="Mail Delivery System <mailer-daemon@kantor.example>", Return_Path="<>", Subject="Undelivered mail",
        Message_ID=f"<bounce-{hash((of, action)) & 0xFFFF}@kantor.example>",
        Content_Type='multipart/report; report-type=delivery-status; boundary="x"',
    )  # fmt: skip


def sent_reply(case: Case) -> OutboxMessage:
    case.do("agen", "reply", text="Silakan coba.")
    with unit_of_work() as session:
        for message_id in claim_outbox(session, case.office.context(), ["kptik-medan"], 20):
            note_sent(session, message_id, case.office.now())
    return next(
        m
        for m in case.post.on(case.number, OutboxMessage)
        if m.recipient == "sari@kantor.example" and m.kind == "reply"
    )


def test_case_36_a_bounce_marks_the_message_and_the_person_and_changes_nothing_else(case: Case) -> None:
    message = sent_reply(case)
    case.goes_to("resolved")
    outcome = case.post.arrives(bounce(message.message_id, mark=case.post.mark_of(message.message_id)))
    assert (outcome.outcome, outcome.ticket, outcome.reason) == ("continued", case.number, "bounce")
    after = case.post.rows(OutboxMessage, OutboxMessage.id == message.id)[0]
    assert after.state == "failed"
    assert after.error.startswith("returned")
    assert {p.email: p.undeliverable for p in case.post.rows(Person)}["sari@kantor.example"] is True
    assert (case.status, case.unread) == ("resolved", True)
    assert case.post.entries(case.number)[-1] == ("work-note", "bounce")
    sent = len(case.post.outbox(case.number))
    assert sent == 5, "acknowledgement, two replies, classification, resolution: the bounce gets none"


def test_a_delay_is_no_failure(case: Case) -> None:
    message = sent_reply(case)
    case.post.arrives(bounce(message.message_id, action="delayed", status="4.4.7"))
    assert case.post.rows(OutboxMessage, OutboxMessage.id == message.id)[0].state == "sent"
    assert not any(p.undeliverable for p in case.post.rows(Person))


def test_a_bounce_of_a_stranger_to_the_message_marks_nobody(case: Case) -> None:
    message = sent_reply(case)
    case.post.arrives(bounce(message.message_id, recipient="orang-lain@kantor.example"))
    assert case.post.rows(OutboxMessage, OutboxMessage.id == message.id)[0].state == "sent"
    assert not any(p.undeliverable for p in case.post.rows(Person))


def test_a_bounce_of_an_unknown_message_waits_in_quarantine_and_opens_nothing(case: Case) -> None:
    outcome = case.post.arrives(bounce("tak-dikenal@kemenkeu.go.id"))
    assert (outcome.outcome, outcome.ticket) == ("quarantined", None)


def test_our_own_desks_are_never_requesters(post: Post, case: Case) -> None:
    back = letter(From=f"Meja <{ADDRESS}>", Message_ID=f"<{post.our_id(case.number)}>", Auto_Submitted="auto-replied")
    assert post.arrives(back).outcome == "ignored"
    strange = post.arrives(letter(From=f"Meja <{ADDRESS}>", Message_ID="<aneh@k>"))
    assert (strange.outcome, strange.reason) == ("quarantined", "sent under an address of our own")
    assert [p.email for p in post.rows(Person)] == ["sari@kantor.example"]
    assert len(post.rows(OutboxMessage)) == 1


def test_every_decision_keeps_the_raw_bytes(post: Post, case: Case) -> None:
    raws = (letter(Cc="bos@kantor.example"), b"rusak", letter(To="x@y", Message_ID="<n@k>"))
    for raw in raws[1:]:
        post.arrives(raw, desk=None)
    with unit_of_work() as session:
        kept = list(session.scalars(select(RawMessage.body).order_by(RawMessage.id)))
    assert kept == list(raws)
