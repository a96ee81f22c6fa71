"""S04: staff work by mail only with the token of a notice, their own address, DMARC, and access that still holds."""

from typing import Any

import pytest

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import MessageKey, OutboxMessage
from helpdesk.store.models import Entry, Event
from helpdesk.store.people_models import Membership, StaffUser
from helpdesk.usecases import enclosing, staff_mail
from helpdesk.usecases.departing import deactivate
from helpdesk.usecases.informing import CUT
from tests.security.conftest import Yard
from tests.usecases.post import letter

RINA, MX = "rina@kemenkeu.go.id", "mx.kemenkeu.go.id"
PASS = f"{MX}; dmarc=pass header.from=kemenkeu.go.id"


class Desk:
    """A ticket that Rina works on, and the notice that she got about its requester's answer."""

    def __init__(self, yard: Yard) -> None:
        self.yard = yard
        yard.post.trusts(MX)
        for name in ("rina", "tono"):
            self.changes(name, email=f"{name}@kemenkeu.go.id")
        self.number = yard.arrives(letter("Lupa sandi", Cc="bos@kantor.example"))
        yard.office.does("rina", "take", self.number)
        yard.arrives(letter("Masih lupa. Rahasia saya 4711", Message_ID="<m2@k>", In_Reply_To="<m1@kantor.example>"))
        self.notice = self.sent("answered")[-1]
        self.before = len(yard.post.rows(OutboxMessage))

    def changes(self, name: str, **values: Any) -> None:
        with unit_of_work() as session:
            user = session.query(StaffUser).filter_by(name=name).one()
            for key, value in values.items():
                setattr(user, key, value)

    def sent(self, kind: str) -> list[OutboxMessage]:
        return self.yard.post.rows(OutboxMessage, OutboxMessage.kind == kind)

    def answers(self, text: str, **fields: Any) -> Any:
        given = {"From": RINA, "In_Reply_To": f"<{self.notice.message_id}>", "Message_ID": f"<{id(text)}@r>"}
        given |= {"Subject": "Re: tiket", "Authentication_Results": PASS, **fields}
        return self.yard.post.arrives(letter(text, **given))

    def said(self) -> list[tuple[str, str]]:
        return [(e.kind, e.text) for e in self.yard.post.on(self.number, Entry)][3:]

    def went_out(self) -> list[tuple[str, str]]:
        return [(m.kind, m.recipient) for m in self.yard.post.rows(OutboxMessage)[self.before :]]


@pytest.fixture
def desk(yard: Yard) -> Desk:
    return Desk(yard)


QUOTE = f"\n\nPada Sen, 23 Nov 2026 Helpdesk menulis:\n> {CUT}\n> Rahasia\n"


def test_an_answer_to_the_notice_answers_the_requester_and_those_in_copy(desk: Desk) -> None:
    assert "Rahasia saya 4711" in desk.yard.told(RINA)
    outcome = desk.answers("#close\nSilakan coba lagi.\n--action take\n@fwd" + QUOTE)
    assert (outcome.outcome, outcome.ticket) == ("continued", desk.number)
    assert desk.said() == [("public-reply", "#close\nSilakan coba lagi.\n--action take\n@fwd")]
    assert desk.went_out() == [("reply", "sari@kantor.example"), ("reply", "bos@kantor.example")]
    assert desk.yard.post.actions(desk.number) == ["open", "take", "reply"]
    assert desk.yard.post.on(desk.number, Event)[-1].by == "rina"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("#catatan\nPemohon ini sering lupa." + QUOTE, {}),
        ("\n  #Note: Pemohon ini sering lupa." + QUOTE, {}),
        ("\u200b\ufeff#catatan\nPemohon ini sering lupa." + QUOTE, {}),
        ("**#note:** Pemohon ini sering lupa." + QUOTE, {}),
        ("- \uff03 Catatan\nPemohon ini sering lupa." + QUOTE, {}),
        ("*#catatan*\n\nPemohon ini sering lupa." + QUOTE, {}),
        ("Pemohon ini sering lupa.\n_#note_" + QUOTE, {}),
        ("Pemohon ini sering lupa." + QUOTE, {"To": "helpdeskmedan+catatan@kemenkeu.go.id"}),
    ],
)
def test_a_marked_answer_is_a_note_that_goes_to_nobody(desk: Desk, text: str, fields: dict[str, str]) -> None:
    assert desk.answers(text, **fields).outcome == "continued"
    assert desk.said() == [("work-note", "Pemohon ini sering lupa.")]
    assert desk.went_out() == []
    assert "sering lupa" not in desk.yard.portal(desk.number)


def test_an_answer_that_cannot_be_proved_is_set_aside_and_nothing_goes_out(desk: Desk) -> None:
    token = desk.notice.message_id
    forged = token.replace("-", "-1", 1)
    cases: dict[str, tuple[dict[str, Any], str]] = {
        "no verdict": ({"Authentication_Results": ""}, staff_mail.NOT_PROVED),
        "dmarc none": ({"Authentication_Results": f"{MX}; dmarc=none"}, staff_mail.NOT_PROVED),
        "dmarc fail": ({"Authentication_Results": f"{MX}; dmarc=fail"}, staff_mail.NOT_PROVED),
        "another host": ({"Authentication_Results": "mx.jahat.example; dmarc=pass"}, staff_mail.NOT_PROVED),
        "two From": ({"From": [RINA, "eva@lain.example"]}, staff_mail.NOT_PROVED),
        "a stranger": ({"From": "eva@lain.example"}, staff_mail.NOT_YOURS),
        "a colleague": ({"From": "tono@kemenkeu.go.id"}, staff_mail.NOT_YOURS),
        "another's token": ({"In_Reply_To": f"<{forged}>"}, staff_mail.NOT_YOURS),
        "a bad token": ({"In_Reply_To": f"<{token.replace('@', '0@').replace('.s', '.s', 1)[:-1]}>"}, ""),
        "an altered token": ({"In_Reply_To": f"<{token[:-30]}{'0' * 5}@kemenkeu.go.id>"}, ""),
        "no words": ({"body": QUOTE}, staff_mail.WORDLESS),
    }
    for count, (name, (fields, reason)) in enumerate(cases.items()):
        given = {"body": f"Sandi Anda: {name}", "Message_ID": f"<f{count}@r>", **fields}
        outcome = desk.answers(given.pop("body"), **given)
        assert outcome.ticket != desk.number, name
        if reason:
            assert (outcome.outcome, outcome.reason) == ("quarantined", reason), name
    assert desk.said() == []
    assert [kind for kind, _to in desk.went_out() if kind != "acknowledgement"] == []
    assert "Sandi Anda" not in desk.yard.told()


def test_who_lost_access_by_leaving_or_by_moving_answers_nobody(desk: Desk) -> None:
    with unit_of_work() as session:
        user = session.query(StaffUser).filter_by(name="rina").one()
        user.memberships = [Membership(role="agent", desk="kptik-semarang", group="")]
    moved = desk.answers("Sandi Anda: pindah")
    with unit_of_work() as session:
        deactivate(session, desk.yard.office.now(), "rina")
    left = desk.answers("Sandi Anda: keluar", Message_ID="<k@r>")
    for outcome in (moved, left):
        assert (outcome.outcome, outcome.reason) == ("quarantined", staff_mail.NO_LONGER)
    assert (desk.said(), desk.went_out()) == ([], [])


def test_without_an_authserv_id_or_switched_off_no_mail_of_staff_acts(desk: Desk) -> None:
    desk.yard.post.trusts("")
    outcome = desk.answers("Sandi Anda: abc")
    assert (outcome.outcome, outcome.reason) == ("quarantined", staff_mail.SWITCHED_OFF)
    desk.yard.arrives(letter("Halo?", Message_ID="<m3@k>", In_Reply_To="<m1@kantor.example>"))
    notice = desk.yard.told(RINA).rpartition("Halo?")[2]
    assert "##-" not in notice
    assert "#catatan" not in notice, "the notice offers nothing that is not taken"
    assert desk.said()[1:] == []


def test_the_token_leaves_only_to_the_person_it_is_for(desk: Desk) -> None:
    desk.answers("Jawaban")
    secret = desk.notice.message_id.partition(".")[2].partition("@")[0]
    for to, _mail, raw in desk.yard.mails():
        assert (secret.encode() in raw) is (to == RINA), to
    assert not [k for k in desk.yard.post.rows(MessageKey) if secret in k.message_id]


def test_the_same_answer_twice_goes_out_once_and_a_robot_answers_nothing(desk: Desk) -> None:
    assert desk.answers("Jawaban", Message_ID="<a@r>").outcome == "continued"
    assert desk.answers("Jawaban", Message_ID="<a@r>").outcome == "duplicate"
    assert desk.answers("Jawaban lain", Message_ID="<a@r>").reason == staff_mail.SENT_TWICE
    away = desk.answers("Saya cuti; setuju, tutup.", Auto_Submitted="auto-replied", Message_ID="<b@r>")
    assert (away.outcome, away.reason) == ("ignored", staff_mail.ROBOT)
    assert len(desk.said()) == 1
    assert len(desk.went_out()) == 2


def test_an_answer_reaches_the_ticket_that_a_merged_one_goes_on_in_and_none_that_is_cancelled(desk: Desk) -> None:
    other = desk.yard.arrives(letter(From="lain@kantor.example", Message_ID="<lain@k>"))
    desk.yard.office.does("rina", "merge", desk.number, number=other)
    assert desk.answers("Ke yang utama").ticket == other
    desk.yard.office.does("rina", "cancel", other, reason="spam")
    late = desk.answers("Terlambat", Message_ID="<t@r>")
    assert (late.outcome, late.reason) == ("quarantined", staff_mail.REFUSED)


def test_a_requester_in_whose_thread_a_token_turns_up_still_joins_as_requester(desk: Desk) -> None:
    raw = letter("Terima kasih banyak, tetapi belum", Message_ID="<m9@k>", In_Reply_To="<r@r>",
                 References=f"<m1@kantor.example> <{desk.notice.message_id}> <r@r>")  # fmt: skip
    assert desk.yard.arrives(raw) == desk.number
    assert desk.said()[-1][0] == "requester-message"


def test_who_is_told_of_an_assignment_an_answer_and_a_substitute_in_their_place(desk: Desk) -> None:
    desk.yard.office.does("rina", "assign", desk.number, assignee="rina")
    assert desk.sent("assigned") == [], "not what they did themselves"
    desk.changes("tono", absent_until=desk.yard.office.now().date(), substitute_id=desk.yard.office.people["rina"].id)
    desk.yard.office.does("sari", "assign", desk.number, assignee="tono")
    assert [m.recipient for m in desk.sent("assigned")] == [RINA]
    desk.changes("tono", absent_until=None)
    desk.yard.arrives(letter("Bagaimana?", Message_ID="<m5@k>", In_Reply_To="<m1@kantor.example>"))
    desk.yard.arrives(letter("cuti", Message_ID="<m6@k>", In_Reply_To="<m1@kantor.example>",
                             Auto_Submitted="auto-replied"))  # fmt: skip
    assert [m.recipient for m in desk.sent("answered")] == [RINA, "tono@kemenkeu.go.id"]


def attached(files: list[tuple[str, str, bytes]], mark: str = "", **fields: str) -> bytes:
    """The mail of an agent with files: (name, media type, bytes)."""
    parts = [b"Content-Type: text/plain\n\n" + f"{mark}Lihat lampiran.".encode()]
    parts += [
        f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n\n'.encode() + content
        for name, kind, content in files
    ]
    body = b"".join(b"--batas\n" + part + b"\n" for part in parts) + b"--batas--\n"
    given = {"From": RINA, "Authentication_Results": PASS, "Content_Type": 'multipart/mixed; boundary="batas"'}
    return letter(body, **given, **fields)


def test_the_files_of_an_answer_go_out_with_it_but_no_copy_of_the_notice(desk: Desk) -> None:
    """A mail program that encloses the mail it answers would hand out the token by which its reader answers."""
    notice = f"Message-ID: <{desk.notice.message_id}>\nSubject: x\n\nhttp://desk/tickets/1\n".encode()
    files = [
        ("../surat\u200b.pdf", "application/pdf", b"%PDF-1.4 isi"),
        ("asli.eml", "message/rfc822", notice),
        ("asli.msg", "application/vnd.ms-outlook", notice.decode().encode("utf-16")),
        ("smime.p7s", "application/pkcs7-signature", b"tanda tangan"),
    ]
    reply = f"<{desk.notice.message_id}>"
    assert desk.yard.arrives(attached(files, In_Reply_To=reply, Message_ID="<f@r>")) == desk.number
    for _to, mail, _raw in desk.yard.mails()[-2:]:
        found = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in mail.iter_attachments()]
        assert found == [("surat.pdf", "application/pdf", b"%PDF-1.4 isi")]
    shown = desk.yard.portal(desk.number)
    assert "surat.pdf" in shown
    assert "asli" not in shown
    assert desk.yard.arrives(attached(files, "#catatan\n", In_Reply_To=reply, Message_ID="<n@r>")) == desk.number
    assert len(desk.went_out()) == 2, "those of a note stay inside"
    assert "asli" not in desk.yard.portal(desk.number)


def test_an_answer_whose_files_cannot_go_out_is_set_aside_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosing, "FILE_BYTES", 1000)
    reply = f"<{desk.notice.message_id}>"
    for number, files in enumerate((
        [("a.bin", "application/octet-stream", b"x" * 1001)],
        [(f"{n}.pdf", "application/pdf", b"%PDF") for n in range(21)],
        [("message.txt", "text/plain", b"the whole body, with what it quotes")],
    )):  # fmt: skip
        outcome = desk.yard.post.arrives(attached(files, In_Reply_To=reply, Message_ID=f"<g{number}@r>"))
        assert (outcome.outcome, outcome.reason) == ("quarantined", staff_mail.TOO_MUCH)
    assert (desk.said(), desk.went_out()) == ([], [])
