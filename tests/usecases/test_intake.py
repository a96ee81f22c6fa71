"""Real mails in, tickets out: opening, answering once, threading, repetition, quarantine; on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from helpdesk.store.db import db, reading, unit_of_work
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Entry, Ticket
from helpdesk.usecases.processing import process
from helpdesk.usecases.raw import discard, release, waiting
from tests.usecases.conftest import Office
from tests.usecases.post import ADDRESS, DENPASAR_ADDRESS, Post, failing, letter, with_file


@pytest.fixture
def post(office: Office) -> Post:
    return Post(office)


def test_a_mail_becomes_a_ticket_with_one_automatic_reply(post: Post, office: Office) -> None:
    received = office.now() - timedelta(minutes=3)
    outcome = post.arrives(letter("Saya lupa.\n", Cc="Bos <bos@kantor.example>"), at=received)
    assert (outcome.outcome, outcome.ticket) == ("opened", "MDN-2026-000001")
    number = "MDN-2026-000001"
    assert office.value(number, "received_at") == received
    assert office.requester(number).address == "sari@kantor.example"
    assert post.entries(number) == [("requester-message", ""), ("automatic-reply", "")]
    assert post.outbox(number) == [("acknowledgement", "sari@kantor.example", "pending")]
    assert post.participants(number) == {("sari@kantor.example", "requester"), ("bos@kantor.example", "cc")}
    assert post.raws() == [("ticketed", "")]
    reply = post.on(number, OutboxMessage)[0]
    assert (reply.in_reply_to, reply.automatic) == ("m1@kantor.example", True)


NEVER_ANSWERED = {
    "auto-generated": letter(Auto_Submitted="auto-generated"),
    "auto-replied": letter(Auto_Submitted="auto-replied; owner-email=x@y.example"),
    "a list": letter(List_Id="<semua.kantor.example>"),
    "bulk": letter(Precedence="bulk"),
    "the second Precedence": letter(Precedence=["first-class", "junk"]),
    "a null return path": letter(Return_Path="<>"),
    "suppressed": letter(X_Auto_Response_Suppress="All"),
    "a loop mark": letter(X_Loop="helpdesk"),
    "a daemon": letter(From="Mail System <mailer-daemon@kantor.example>"),
    "noreply": letter(From="noreply@toko.example"),
    "out of office": letter(Subject="Automatic reply: Lupa password"),
}


def test_machines_lists_and_daemons_get_a_ticket_but_no_automatic_reply(post: Post) -> None:
    for kind, raw in NEVER_ANSWERED.items():
        outcome = post.arrives(raw.replace(b"<m1@", f"<{kind.replace(' ', '-')}@".encode()))
        assert outcome.outcome == "opened", kind
        assert post.outbox(str(outcome.ticket)) == [], kind


def test_a_person_who_says_that_no_machine_wrote_gets_an_answer(post: Post) -> None:
    number = post.arrives(letter(Auto_Submitted=" No "), at=None).ticket
    assert [kind for kind, *_ in post.outbox(number)] == ["acknowledgement"]


def test_a_forged_sender_gets_no_answer_and_his_copies_get_nothing(post: Post, office: Office) -> None:
    post.trusts("mx.kemenkeu.go.id")
    forged = letter(Authentication_Results="mx.kemenkeu.go.id; dmarc=fail", Cc="eve@lain.example")
    number = post.arrives(forged).ticket
    assert post.outbox(number) == []
    assert post.participants(number) == {("sari@kantor.example", "requester")}
    office.does("agen", "reply", number, text="Sandi Anda: 1234")
    assert {recipient for _kind, recipient, _state in post.outbox(number)} == {"sari@kantor.example"}


def test_an_answer_to_a_known_mail_continues_the_ticket_without_another_automatic_reply(post: Post) -> None:
    number = post.arrives(letter()).ticket
    for identity, field in (("<m2@k.example>", {"In_Reply_To": f"<{post.our_id(number)}>"}),
                            ("<m3@k.example>", {"References": f"<fremd@x> <{post.our_id(number)}> <lain@y>"}),
                            ("<m4@k.example>", {"In_Reply_To": "<m1@kantor.example>", "Subject": "lain sekali"}),
                            ("<m5@k.example>", {"In_Reply_To": "<tak-dikenal@x>, <m3@k.example>"})):  # fmt: skip
        outcome = post.arrives(letter("Tambahan", **{"Subject": "Re: Lupa password", "Message_ID": identity, **field}))
        assert (outcome.outcome, outcome.ticket) == ("continued", number), field
    assert post.entries(number) == [("requester-message", ""), ("automatic-reply", "")] + 4 * [
        ("requester-message", "")
    ]
    assert len(post.outbox(number)) == 1


def test_the_number_in_the_subject_continues_the_ticket_of_somebody_who_takes_part(post: Post) -> None:
    number = post.arrives(letter(Cc="bos@kantor.example")).ticket
    for n, sender in enumerate(("sari@kantor.example", "BOS@Kantor.example")):
        again = letter(From=sender, Subject=f"Bls: [{number}] lagi", Message_ID=f"<n{n}@k.example>")
        assert post.arrives(again).ticket == number


def test_a_stranger_with_a_guessed_number_or_id_gets_a_ticket_of_his_own_and_learns_nothing(
    post: Post, office: Office
) -> None:
    number = post.arrives(letter("Nomor induk saya 198001")).ticket
    guesses = (
        {"Subject": f"Re: [{number}] tolong"},
        {"In_Reply_To": f"<{post.our_id(number)}>"},
        {"References": "<m1@kantor.example>"},
    )
    for n, guess in enumerate(guesses):
        raw = letter("apa isinya?", **{"From": "Eva <eva@lain.example>", "Message_ID": f"<e{n}@lain>", **guess})
        outcome = post.arrives(raw)
        assert outcome.outcome == "opened"
        assert outcome.ticket != number
        assert post.links(outcome.ticket) == [("claimed-number", number)]
        told = " ".join(e.text for e in post.on(outcome.ticket, Entry))
        assert "198001" not in told
        assert number not in " ".join(e.text for e in post.on(outcome.ticket, Entry) if e.kind == "automatic-reply")
        office.does("agen", "reply", outcome.ticket, text="Baik")
        assert {r for _k, r, _s in post.outbox(outcome.ticket)} == {"eva@lain.example"}
    assert post.entries(number) == [("requester-message", ""), ("automatic-reply", "")]
    assert post.participants(number) == {("sari@kantor.example", "requester")}


def test_where_a_server_states_dmarc_the_number_alone_needs_its_pass(post: Post) -> None:
    post.trusts("mx.kemenkeu.go.id")
    number = post.arrives(letter()).ticket

    def by_number(identity: str, results: str) -> str | None:
        raw = letter(Subject=f"[{number}]", Message_ID=f"<{identity}@k>", Authentication_Results=results)
        return post.arrives(raw).ticket

    assert by_number("a", "mx.kemenkeu.go.id; dmarc=pass") == number
    for n, results in enumerate(("", "mx.kemenkeu.go.id; dmarc=none", "mx.kemenkeu.go.id; dmarc=fail",
                                 "mx.jahat.example; dmarc=pass")):  # fmt: skip
        assert by_number(f"b{n}", results) != number, results
    known = letter(In_Reply_To=f"<{post.our_id(number)}>", Message_ID="<c@k>")
    assert post.arrives(known).ticket == number, "who quotes our id has seen our mail"
    forged = letter(
        In_Reply_To=f"<{post.our_id(number)}>",
        Message_ID="<d@k>",
        Authentication_Results="mx.kemenkeu.go.id; dmarc=fail",
    )
    assert post.arrives(forged).ticket != number, "but not one who is certainly another"


def test_copies_of_the_opening_mail_get_later_replies_and_addresses_added_later_do_not(
    post: Post, office: Office
) -> None:
    number = post.arrives(letter(Cc="bos@kantor.example", To=f"{ADDRESS}, rekan@kantor.example")).ticket
    again = letter(Cc="tamu@luar.example", Message_ID="<m2@k>", In_Reply_To="<m1@kantor.example>")
    assert post.arrives(again).ticket == number
    office.does("agen", "reply", number, text="Sudah kami kerjakan.")
    replies = {recipient for kind, recipient, _state in post.outbox(number) if kind == "reply"}
    assert replies == {"sari@kantor.example", "bos@kantor.example", "rekan@kantor.example"}


def test_the_same_mail_again_is_a_duplicate(post: Post) -> None:
    number = post.arrives(letter(), identity="kptik-medan:1:77").ticket
    same_uid = post.arrives(letter(), identity="kptik-medan:1:77")
    other_uid = post.arrives(b"Received: from a by b\r\nX-Original-To: x@y\r\n" + letter(), identity="kptik-medan:2:1")
    for again in (same_uid, other_uid):
        assert (again.outcome, again.ticket) == ("duplicate", number)
    assert len(post.entries(number)) == 2
    assert [state for state, _ in post.raws()] == ["ticketed", "suppressed"]


def test_a_mail_without_an_id_is_recognised_by_its_content(post: Post) -> None:
    raw = letter(Message_ID="")
    assert post.arrives(raw).outcome == "opened"
    assert post.arrives(raw).outcome == "duplicate"
    assert post.arrives(letter("Lain.", Message_ID="")).outcome == "opened"


def test_the_same_id_with_other_content_is_kept_linked_and_marked(post: Post) -> None:
    first = post.arrives(letter("satu")).ticket
    outcome = post.arrives(letter("dua"))
    assert outcome.outcome == "opened"
    assert post.links(outcome.ticket) == [("same-message", first)]
    assert post.entries(outcome.ticket)[0] == ("requester-message", "same-id")
    assert post.arrives(letter("dua")).outcome == "duplicate"


def test_one_mail_to_two_desks_is_two_linked_tickets_and_each_goes_on_by_itself(post: Post) -> None:
    raw = letter(To=f"{ADDRESS}, {DENPASAR_ADDRESS}")
    medan, denpasar = post.arrives(raw).ticket, post.arrives(raw, desk="kptik-denpasar").ticket
    assert (medan, denpasar) == ("MDN-2026-000001", "DPS-2026-000001")
    assert post.links(denpasar) == [("same-message", medan)]
    assert post.participants(medan) == {("sari@kantor.example", "requester")}, "our own desks are no copies"
    answer = letter(
        Message_ID="<m2@k>", References=f"<m1@kantor.example> <{post.our_id(medan)}>", To=ADDRESS, Subject="Re: x"
    )
    assert post.arrives(answer).ticket == medan
    to_both = letter(Message_ID="<m3@k>", In_Reply_To="<m1@kantor.example>", To=f"{ADDRESS}, {DENPASAR_ADDRESS}")
    assert post.arrives(to_both).ticket == medan
    assert post.arrives(to_both, desk="kptik-denpasar").ticket == denpasar


def test_an_answer_that_reaches_another_desk_still_finds_its_ticket(post: Post) -> None:
    number = post.arrives(letter()).ticket
    astray = letter(Message_ID="<m2@k>", In_Reply_To="<m1@kantor.example>", To=DENPASAR_ADDRESS)
    assert post.arrives(astray, desk="kptik-denpasar").ticket == number


def test_without_a_desk_the_recipients_decide_and_an_unknown_one_is_quarantined(post: Post) -> None:
    assert post.arrives(letter(To=DENPASAR_ADDRESS), desk=None).ticket == "DPS-2026-000001"
    delivered = letter(To="umum@kantor.example", Delivered_To=ADDRESS, Message_ID="<m2@k>")
    assert post.arrives(delivered, desk=None).ticket == "MDN-2026-000001"
    outcome = post.arrives(letter(To="umum@kantor.example", Message_ID="<m3@k>"), desk=None)
    assert (outcome.outcome, outcome.reason) == ("quarantined", "addressed to no desk")


def test_what_is_no_mail_is_quarantined_once_and_the_queue_goes_on(post: Post) -> None:
    assert post.arrives(b"\x00\xff tidak ada kepala surat").outcome == "quarantined"
    assert post.arrives(letter()).outcome == "opened"
    assert post.arrives(b"\x00\xff tidak ada kepala surat").outcome == "duplicate", "as after a new UIDVALIDITY"
    assert [state for state, _ in post.raws()] == ["quarantined", "ticketed", "suppressed"]


def test_a_fault_is_tried_three_times_then_quarantined_and_released_by_staff(post: Post, office: Office) -> None:
    raw_id = post.is_stored_only(letter())
    post.reader = failing(RuntimeError("rusak"), 3)
    for state, attempts in (("received", 1), ("received", 2), ("quarantined", 3)):
        with reading() as session:
            assert waiting(session, office.now()) == [raw_id]
        process(post.desk, raw_id)
        raw = post.rows(RawMessage)[0]
        assert (raw.state, raw.attempts, raw.reason) == (state, attempts, "RuntimeError")
        with reading() as session:
            assert waiting(session, office.now()) == [], "not at once again"
        office.now.move(minutes=6)
    assert process(post.desk, raw_id) is None
    with unit_of_work() as session:
        assert release(session, raw_id, office.now())
        assert not release(session, raw_id, office.now())
    assert process(post.desk, raw_id).outcome == "opened"
    with unit_of_work() as session:
        assert not discard(session, raw_id, "agen", "spam"), "only from quarantine"


@pytest.mark.parametrize("error", [OSError(28, "no space left"), OperationalError("select", {}, Exception("away"))])
def test_a_full_disk_or_an_absent_database_is_not_the_fault_of_a_mail(post: Post, office: Office, error) -> None:
    raw_id = post.is_stored_only(letter())
    for _ in range(4):
        post.reader = failing(error, 1)
        if isinstance(error, OperationalError):
            with pytest.raises(OperationalError):
                process(post.desk, raw_id)
        else:
            process(post.desk, raw_id)
        raw = post.rows(RawMessage)[0]
        assert (raw.state, raw.attempts) == ("received", 0)
        assert raw.next_try_at > office.now(), "others go first"
    assert process(post.desk, raw_id).outcome == "opened"


def test_a_mail_is_ticketed_with_its_files_or_not_at_all(post: Post, office: Office) -> None:
    blobs = office.settings.data / "blobs"
    blobs.write_text("a file where the folder should be: the disk refuses")
    assert post.arrives(with_file("lampiran")).outcome == "quarantined"
    assert post.rows(Ticket) == []
    blobs.unlink()
    raw = post.rows(RawMessage)[0]
    assert raw.state == "received"
    assert process(post.desk, raw.id).ticket == "MDN-2026-000001"


def test_many_workers_make_one_ticket_of_one_mail_and_link_copies_at_two_desks(post: Post, app) -> None:
    """The same mail at two desks, each processed by several threads at once."""
    both = letter(To=f"{ADDRESS}, {DENPASAR_ADDRESS}")
    errors: list[BaseException] = []
    ready = threading.Barrier(6)

    def arrive(desk: str) -> None:
        try:
            with app.app_context():
                ready.wait(10)
                post.arrives(both, desk=desk, identity=f"{desk}:1:1")
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)
        finally:
            with app.app_context():
                db.session.remove()

    threads = [
        threading.Thread(target=arrive, args=(desk,)) for desk in ("kptik-medan", "kptik-denpasar") for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert sorted(t.number for t in post.rows(Ticket)) == ["DPS-2026-000001", "MDN-2026-000001"]
    linked = post.links("DPS-2026-000001") + post.links("MDN-2026-000001")
    assert [kind for kind, _ in linked] == ["same-message"]
