"""Cases of mail-cases.md sections 1 to 5 that no other test names; docs/mail-cases.md lists all of them."""

import base64
import quopri

import pytest

from helpdesk.store.mail_models import MessageKey, OutboxMessage
from helpdesk.store.models import Entry, Person, Ticket
from tests.usecases.conftest import Office
from tests.usecases.outgoing import ONE_DATABASE
from tests.usecases.post import ADDRESS, DENPASAR_ADDRESS, Post, letter, with_file

pytestmark = ONE_DATABASE


@pytest.fixture
def post(office: Office) -> Post:
    return Post(office)


def opened(post: Post, body: str = "Mohon dibantu.", **fields: str) -> str:
    return str(post.arrives(letter(body, **fields)).ticket)


def test_1_2_of_several_numbers_the_first_that_exists_here_and_has_the_sender_counts(post: Post) -> None:
    number = opened(post)
    theirs = opened(post, From="lain@kantor.example", Message_ID="<l@k>")
    subject = f"Re: [RT #4711] [SBY-2026-000009] [{theirs}] [{number}] [Ticket#99]"
    assert opened(post, Subject=subject, Message_ID="<m2@k>") == number


def test_1_3_a_number_in_an_encoded_subject_is_found(post: Post) -> None:
    number = opened(post)
    word = base64.b64encode(f"Bls: [{number}] sandi – lagi".encode()).decode()
    assert opened(post, Subject=f"=?UTF-8?B?{word}?=", Message_ID="<m2@k>") == number
    assert opened(post, Subject=f"X{number}9 dan {number[:-1]}", Message_ID="<m3@k>") != number


def test_1_7_several_ids_with_commas_and_blanks_are_all_looked_at(post: Post) -> None:
    number = opened(post)
    ours = post.our_id(number)
    lists = (f"<x@y>,<{ours}>", f"<x@y> <{ours}>", f"<x@y>;\r\n\t<{ours}>", f"x@y, {ours}", f"(Sari) <{ours}>")
    for n, value in enumerate(lists):
        assert opened(post, In_Reply_To=value, Message_ID=f"<a{n}@k>") == number, value
        assert opened(post, References=value, Message_ID=f"<b{n}@k>") == number, value


def test_1_8_an_id_known_on_two_tickets_leads_to_the_one_of_the_desk_that_was_written_to(post: Post) -> None:
    raw = letter(To=f"{ADDRESS}, {DENPASAR_ADDRESS}")
    medan, denpasar = post.arrives(raw).ticket, post.arrives(raw, desk="kptik-denpasar").ticket
    for desk, number, to in (("kptik-medan", medan, ADDRESS), ("kptik-denpasar", denpasar, DENPASAR_ADDRESS)):
        answer = letter(To=to, In_Reply_To="<m1@kantor.example>", Message_ID=f"<{desk}@k>")
        assert post.arrives(answer, desk=desk).ticket == number


def test_1_9_an_address_with_a_number_behind_a_plus_is_no_key(post: Post) -> None:
    number = opened(post)
    tagged = ADDRESS.replace("@", f"+{number}@")
    other = opened(post, To=tagged, X_Original_To=tagged, Delivered_To=tagged, Subject="lain", Message_ID="<m2@k>")
    assert other != number


def test_1_11_an_equal_subject_alone_joins_nothing(post: Post) -> None:
    assert opened(post) != opened(post, Subject="Re: Lupa password", Message_ID="<m2@k>")


def test_1_15_a_number_of_another_desk_is_found_there(post: Post) -> None:
    number = opened(post)
    astray = letter(To=DENPASAR_ADDRESS, Subject=f"Re: [{number}]", Message_ID="<m2@k>")
    assert post.arrives(astray, desk="kptik-denpasar").ticket == number


def test_2_2_every_id_that_a_mail_had_before_a_relay_changed_it_is_known(post: Post) -> None:
    number = opened(post, Message_ID="<baru@relay>", X_Microsoft_Original_Message_ID="<asli@kantor.example>")
    assert opened(post, In_Reply_To="<asli@kantor.example>", Message_ID="<m2@k>") == number
    assert opened(post, In_Reply_To="<baru@relay>", Message_ID="<m3@k>") == number
    post.arrives(letter(Message_ID="<m4r@relay>", X_Google_Original_Message_ID="<m4@k>", In_Reply_To="<m2@k>"))
    assert opened(post, In_Reply_To="<m4@k>", Message_ID="<m5@k>") == number


def test_an_answer_that_comes_before_its_parent_is_joined_by_it(post: Post, office: Office) -> None:
    number = opened(post, Message_ID="<jawab@k>", In_Reply_To="<induk@kantor.example>", Cc="bos@kantor.example")
    parent = post.arrives(letter("Yang pertama", Message_ID="<induk@kantor.example>", From="bos@kantor.example"))
    assert (parent.outcome, parent.ticket) == ("continued", number)
    assert [(k.awaited, k.entry_id is None) for k in post.on(number, MessageKey)] == [(False, False)] * 3
    office.does("agen", "reply", number, text="Baik")
    assert post.on(number, OutboxMessage)[-1].in_reply_to == "induk@kantor.example"
    assert opened(post, In_Reply_To="<induk@kantor.example>", Message_ID="<m9@k>") == number


def test_an_awaited_parent_of_somebody_without_a_part_joins_nothing_and_two_answers_to_it_stay_apart(
    post: Post, office: Office
) -> None:
    number = opened(post, Message_ID="<jawab@k>", In_Reply_To="<induk@luar.example>")
    assert opened(post, Message_ID="<jawab2@k>", In_Reply_To="<induk@luar.example>") != number
    assert opened(post, Message_ID="<induk@luar.example>", From="eva@luar.example") != number
    office.does("agen", "reply", number, text="Baik")
    assert "luar.example" not in str(post.on(number, OutboxMessage)[-1].references)


def test_3_1_3_2_a_forwarded_mail_keeps_its_text_and_is_the_forwarders(post: Post, office: Office) -> None:
    text = (
        "@fwd\nMohon ditindaklanjuti.\n\n---------- Pesan terusan ----------\nDari: Budi <budi@k.example>\n\nIsi asli"
    )
    number = str(post.arrives(letter(text, Subject="Fwd: tolong")).ticket)
    entry = post.on(number, Entry)[0]
    assert "Isi asli" in entry.text
    assert "Isi asli" in (entry.shown_text or entry.text)
    assert office.requester(number).address == "sari@kantor.example"
    assert [p.email for p in post.rows(Person)] == ["sari@kantor.example"]


def test_3_3_3_5_fields_that_name_another_sender_are_not_believed(post: Post, office: Office) -> None:
    others = ("X_Original_Sender", "X_Forwarded_For", "Resent_From", "Sender", "X_Original_From", "X_Google_Sender")
    number = opened(post, **dict.fromkeys(others, "eva@luar.example"))
    assert office.requester(number).address == "sari@kantor.example"
    assert post.participants(number) == {("sari@kantor.example", "requester")}


def test_4_1_somebody_of_the_staff_who_writes_is_a_requester_like_others(post: Post, office: Office) -> None:
    number = opened(post, From="Agen <AGEN@Kemenkeu.go.id>", To=f"Pelanggan <budi@k.example>, {ADDRESS}")
    assert office.requester(number).address == "agen@kemenkeu.go.id"
    assert ("budi@k.example", "cc") in post.participants(number)


def test_4_3_an_empty_or_broken_reply_to_changes_nothing(post: Post, office: Office) -> None:
    for n, value in enumerate((" ", '<"">', "<>", "bukan alamat", "eva@luar.example")):
        number = opened(post, Reply_To=value, Message_ID=f"<r{n}@k>")
        office.does("agen", "reply", number, text="Baik")
        assert {to for _kind, to, _state in post.outbox(number)} == {"sari@kantor.example"}, value


def test_4_4_at_most_forty_of_many_in_copy_take_part_each_once(post: Post, office: Office) -> None:
    many = ", ".join(f"Orang {n % 300} | [k.example] <o{n % 300}@k.example>" for n in range(20_000))
    number = opened(post, To=f"{ADDRESS}, {many}", Cc=f"{ADDRESS}, o1@k.example, O1@K.example")
    assert len(post.participants(number)) == 41
    office.does("agen", "reply", number, text="Baik")
    assert len(post.on(number, OutboxMessage)) == 42, "the automatic reply went to the requester alone"


def test_5_2_a_desk_in_blind_copy_has_a_ticket_of_its_own_linked_to_the_first(post: Post) -> None:
    raw = letter()
    first = str(post.arrives(raw).ticket)
    second = str(post.arrives(raw, desk="kptik-denpasar").ticket)
    assert second.startswith("DPS-")
    assert post.links(second) == [("same-message", first)]
    assert [post.arrives(raw, desk=desk).outcome for desk in ("kptik-medan", "kptik-denpasar")] == ["duplicate"] * 2
    assert len(post.rows(Ticket)) == 2


def test_5_4_the_sender_and_those_in_copy_may_answer_the_first_mail_itself(post: Post) -> None:
    number = opened(post, Cc="bos@kantor.example")
    for sender in ("sari@kantor.example", "bos@kantor.example"):
        assert opened(post, From=sender, In_Reply_To="<m1@kantor.example>", Message_ID=f"<{sender[:3]}@k>") == number


DATE = "Mon, 23 Nov 2026 07:59:01 +0700"


def test_5_2_a_copy_that_was_rewritten_on_its_way_to_a_second_mailbox_of_the_desk_is_known(post: Post) -> None:
    words = "Mohon dibantu, kata sandi saya – tidak diterima.\nSalam, Sari"
    number = opened(post, Date=DATE, body=words)
    quoted = quopri.encodestring(f"{words}\n\n-- \nDikirim melalui milis kantor".encode()).decode()
    again = letter(
        quoted, Date="Mon, 23 Nov 2026 00:59:01 GMT", Subject="[EXTERNAL] Lupa password", Received="from milis by kami",
        Content_Transfer_Encoding="quoted-printable", List_Id="<milis.kantor.example>",
    )  # fmt: skip
    for count, raw in enumerate((again, again, letter(f"{words}\n ", Date=DATE, Sensitivity="personal"))):
        outcome = post.arrives(raw, identity=f"kptik-medan-2:1:{count}")
        assert (outcome.outcome, outcome.ticket) == ("duplicate", number)
    notes = [(e.mark, e.text) for e in post.on(number, Entry) if e.kind == "work-note"]
    assert notes == [("copy", "-- Dikirim melalui milis kantor")], "staff can read what only the copy says"
    assert len(post.rows(OutboxMessage)) == 1


def test_5_3_what_differs_in_words_date_sender_files_or_proof_is_no_copy(post: Post) -> None:
    post.trusts("mx.kemenkeu.go.id")
    words = "Mohon dibantu, kata sandi saya tidak diterima."
    opened(post, Date=DATE, body=words, Authentication_Results="mx.kemenkeu.go.id; dmarc=fail")
    others: list[bytes] = [
        letter(words, Date=DATE, X_Footer="yes"),
        letter(words.replace("saya", "bos saya"), Date=DATE),
        letter(f"{words} Lagi.", Date="Mon, 23 Nov 2026 07:59:02 +0700"),
        letter(f"{words} Lagi.", Date=DATE, From="eva@lain.example"),
        letter(f"{words} {'x' * 4_001}", Date=DATE),
        letter("", Date=DATE),
        with_file(words, Date=DATE),
        letter(f"{words} Juga.", Date=""),
    ]
    assert [post.arrives(raw).outcome for raw in others] == ["opened"] * len(others)
