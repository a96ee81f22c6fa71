"""Who wrote it: a person, a robot, a mail system; and who may get an automatic answer."""

from datetime import UTC, datetime

import pytest

from helpdesk.channels.base import Machine
from helpdesk.channels.email.reading import read
from tests.channels.email_samples import inbound, mail, multipart

PERSON, ROBOT, BOUNCE = Machine.NO, Machine.AUTO_REPLY, Machine.BOUNCE


@pytest.mark.parametrize(
    ("fields", "machine", "answerable"),
    [
        ({}, PERSON, True),
        ({"Auto_Submitted": "no"}, PERSON, True),
        ({"Auto_Submitted": "  No  "}, PERSON, True),
        ({"Auto_Submitted": "no (manual)"}, PERSON, True),
        ({"Auto_Submitted": "auto-replied"}, ROBOT, False),
        ({"Auto_Submitted": "Auto-Generated"}, ROBOT, False),
        ({"Auto_Submitted": "auto-notified; owner-email=x@y"}, ROBOT, False),
        ({"Auto_Submitted": "auto-replied (vacation)"}, ROBOT, False),
        ({"Precedence": "bulk"}, PERSON, False),
        ({"Precedence": "list"}, PERSON, False),
        ({"Precedence": ["normal", "junk"]}, PERSON, False),
        ({"Precedence": "auto_reply"}, ROBOT, False),
        ({"Precedence": "first-class"}, PERSON, True),
        ({"List_Id": "<umum.x.example>"}, PERSON, False),
        ({"List_Unsubscribe": "<mailto:x@y>"}, PERSON, False),
        ({"X_Loop": "helpdesk"}, PERSON, False),
        ({"X_Autoreply": "yes"}, ROBOT, False),
        ({"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}, PERSON, False),
        ({"X_Auto_Response_Suppress": "All"}, PERSON, False),
        ({"X_Auto_Response_Suppress": "None"}, PERSON, True),
        ({"X_MS_Exchange_Inbox_Rules_Loop": "a@b"}, PERSON, True),
        ({"X_MS_Exchange_Inbox_Rules_Loop": "a@b", "X_Auto_Response_Suppress": "All"}, ROBOT, False),
        ({"Return_Path": "<>"}, PERSON, False),
        ({"Return_Path": "<>", "Subject": "Sedang cuti sampai Senin"}, ROBOT, False),
        ({"Return_Path": "<budi@kantor.example>"}, PERSON, True),
        ({"From": "MAILER-DAEMON@x.example"}, PERSON, False),
        ({"From": "noreply@x.example"}, PERSON, False),
        ({"From": "no-reply+abc@x.example"}, PERSON, False),
        ({"From": "desk@kptik.example"}, PERSON, False),
        ({"Subject": "Automatic reply: Lupa kata sandi"}, ROBOT, False),
        ({"Subject": "Balasan otomatis: Lupa kata sandi"}, ROBOT, False),
        ({"Subject": "Re: [MDN-2026-000001] Out of Office AutoReply: x"}, ROBOT, False),
        ({"Subject": "Abwesenheitsnotiz: x"}, ROBOT, False),
        ({"Subject": "Please switch off the automatic reply"}, PERSON, True),
        ({"Subject": "Out of office forms are missing"}, PERSON, True),
        ({"Subject": "Autoreplying printers"}, PERSON, True),
        ({"Subject": "Balas Otomatis: cuti"}, ROBOT, False),
        ({"Subject": "Di luar kantor: Re: Printer"}, ROBOT, False),
        ({"Subject": "Sedang cuti Re: Printer"}, ROBOT, False),
        ({"Subject": "Réponse automatique : x"}, ROBOT, False),
        ({"Subject": "Automatická odpověď: x"}, ROBOT, False),
        ({"Subject": "Автоматический ответ: x"}, ROBOT, False),
        ({"Subject": "自動返信: x"}, ROBOT, False),
        ({"Subject": "Auto: Printer"}, ROBOT, False),
        ({"Subject": "Re: balasan otomatis tidak jalan"}, PERSON, True),
        ({"Subject": "Auto reply tidak berfungsi di Outlook"}, PERSON, True),
        ({"Subject": "Tidak di kantor, mohon dibantu dari jauh"}, PERSON, True),
        ({"Subject": "Cuti tahunan saya belum tercatat"}, PERSON, True),
        ({"Subject": "Gagal terkirim"}, PERSON, True),
    ],
)
def test_the_marks_of_machines_are_told_apart(fields: dict[str, str], machine: Machine, answerable: bool) -> None:
    got = inbound(mail(**fields), own_addresses={"desk@kptik.example"})
    assert (got.machine, got.answerable) == (machine, answerable)


def report(action: str = "failed", recipient: str = "rfc822; Siti@X.Example", **fields: str) -> bytes:
    """A delivery status report for a mail of ours."""
    status = (
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        f"Final-Recipient: {recipient}\nAction: {action}\nStatus: 5.1.1"
    )
    returned = (
        "Content-Type: message/rfc822\n\nFrom: desk@kptik.example\nTo: siti@x.example\nMessage-ID: <kita.1@kptik>\n\nx"
    )
    given = {"From": "MAILER-DAEMON@mx.example", "Subject": "Undelivered Mail Returned to Sender", **fields}
    return multipart(
        "Content-Type: text/plain\n\nmaaf", status, returned, kind="report; report-type=delivery-status", **given
    )


def test_a_report_names_who_failed_and_which_message() -> None:
    got = inbound(report())
    assert (got.machine, got.answerable) == (BOUNCE, False)
    assert (got.bounce_recipients, got.original_message_id) == (("siti@x.example",), "kita.1@kptik")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_delay_or_a_success_is_no_failure(action: str) -> None:
    got = inbound(report(action, Subject="Delivery Status Notification"))
    assert (got.machine, got.answerable, got.bounce_recipients) == (ROBOT, False, ())


@pytest.mark.parametrize("kind", ["feedback-report", "disposition-notification"])
def test_complaints_and_read_receipts_are_machines_but_no_bounces(kind: str) -> None:
    raw = multipart(
        "Content-Type: text/plain\n\nx", f"Content-Type: message/{kind}\n\nFoo: x", kind=f"report; report-type={kind}"
    )
    assert (inbound(raw).machine, inbound(raw).answerable) == (ROBOT, False)


NOTICES = [
    (
        "failure notice",
        "Hi. This is the qmail-send program at x.\n\n<siti@x.example>:\nuser unknown\n\n"
        "--- Below this line is a copy of the message.\n\n",
    ),
    (
        "Mail delivery failed: returning message to sender",
        "A message that you sent could not be delivered:\n\n  siti@x.example\n    SMTP error: 550\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n",
    ),
    (
        "Returned mail: User unknown",
        "   ----- Transcript of session follows -----\n550 siti@x.example... User unknown\n\n"
        "   ----- Unsent message follows -----\n",
    ),
    ("Undeliverable Message", "Message could not be delivered.\nError: mailbox is full\n\nOriginal Message:\n"),
    (
        "Surat tidak terkirim",
        "Surat Anda tidak dapat dikirim ke:\n  siti@x.example\n\n----- Original message -----\n\n",
    ),
    (
        "Pengiriman surel gagal",
        "Surel Anda tidak dapat disampaikan kepada:\n\nsiti@x.example\n    Kotak surat penuh\n\n-- original --\n",
    ),
    (
        "Permanent Delivery Failure",
        "The attached message had PERMANENT fatal delivery errors!\n\n  Failed address: siti@x.example\n\n"
        "--- Session Transcript ---\n <-- 550 5.1.1 Recipient unknown\n--- End Transcript ---\n\n",
    ),
    (
        "Delivery status notification: error",
        "An error has occurred while attempting to deliver a message for the following list of recipients:\n\n"
        "siti@x.example: 550 User unknown\n\n    Below is a copy of the original message:\n\n",
    ),
]


@pytest.mark.parametrize(("subject", "notice"), NOTICES)
def test_notices_in_free_text_name_who_failed_and_which_message(subject: str, notice: str) -> None:
    returned = (
        "Received: by mx.example\nFrom: desk@kptik.example\nTo: siti@x.example\nMessage-ID: <kita.1@kptik>\n\nHalo"
    )
    if "Original Message:" in notice:
        returned = returned.partition("\n")[2]
    got = inbound(mail(notice + returned, Subject=subject, From="Mail Delivery System <mailer-daemon@x.example>"))
    assert (got.machine, got.bounce_recipients) == (BOUNCE, ("siti@x.example",))
    assert got.original_message_id == "kita.1@kptik"


def test_a_person_who_passes_a_bounce_on_is_no_bounce() -> None:
    inner = "Content-Type: message/rfc822\n\n" + report().decode().replace("\r\n", "\n").replace("batas", "dalam")
    got = inbound(
        multipart("Content-Type: text/plain\n\nApa artinya?", inner, Subject="Fwd: Undelivered Mail Returned to Sender")
    )
    assert (got.machine, got.answerable) == (PERSON, True)


WARNINGS = [
    ("Warning: message delayed 4 hours", "THIS IS A WARNING MESSAGE ONLY.\nYOU DO NOT NEED TO RESEND YOUR MESSAGE."),
    ("Delivery status notification: warning", "A message is delayed for more than 4 hours for these recipients:"),
    ("Pengiriman tertunda: Printer", "Pesan ini belum terkirim. Server akan terus mencoba mengirim."),
    ("Delivery Status Notification (Delay)", "Pengiriman belum selesai. Gmail akan mencoba lagi selama 47 jam."),
]


@pytest.mark.parametrize(("subject", "text"), WARNINGS)
def test_a_warning_in_free_text_is_no_failure_and_no_person(subject: str, text: str) -> None:
    got = inbound(mail(f"{text}\n\nsiti@x.example: 450 4.2.0", Subject=subject, From="mailer-daemon@x.example"))
    assert (got.machine, got.bounce_recipients, got.answerable) == (ROBOT, (), False)


def test_a_read_receipt_names_the_mail_that_it_is_about() -> None:
    receipt = read(
        b"From: Sari <sari@kantor.example>\r\nTo: meja@kantor.example\r\nSubject: Read: Tiket\r\n"
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        b"--b\r\n\r\nYour message was read.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        b"Final-Recipient: rfc822; sari@kantor.example\r\nOriginal-Message-ID: <abc@meja.example>\r\n"
        b"Disposition: manual-action; displayed\r\n--b--\r\n",
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    assert receipt.machine is Machine.AUTO_REPLY and receipt.in_reply_to == ("abc@meja.example",)
