"""From bytes to an inbound message: bodies, files, identity, broken structure."""

import base64
import struct

import pytest

from helpdesk.channels.base import Address
from tests.channels.email_samples import AT, inbound, mail, multipart

PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n"


def file(name: str, content: bytes = b"isi", media_type: str = "application/pdf", extra: str = "") -> str:
    """A part that carries a file."""
    data = base64.b64encode(content).decode()
    disposition = f'Content-Disposition: attachment; filename="{name}"\n' if name else ""
    return f"Content-Type: {media_type}\nContent-Transfer-Encoding: base64\n{disposition}{extra}\n{data}"


def test_a_plain_mail_is_read_whole() -> None:
    got = inbound(mail("Mohon bantuan.\n\nBudi", Cc="Siti <siti@kantor.example>", In_Reply_To="<a@b>"))
    assert (got.sender, got.subject, got.text) == (
        Address("budi@kantor.example", "Budi"),
        "Lupa kata sandi",
        "Mohon bantuan.\n\nBudi",
    )
    assert (got.to, got.cc) == ((Address("desk@kptik.example"),), (Address("siti@kantor.example", "Siti"),))
    assert (got.message_id, got.in_reply_to, got.received_at) == ("m1@kantor.example", ("a@b",), AT)
    assert got.answerable
    assert got.authenticated_sender


def test_an_alternative_gives_both_bodies() -> None:
    got = inbound(multipart(PLAIN + "teks", HTML + "<p>teks <b>tebal</b></p>", kind="alternative"))
    assert (got.text, got.html) == ("teks", "<p>teks <b>tebal</b></p>")


@pytest.mark.parametrize("plain", ["", PLAIN + "  \n"])
def test_html_alone_is_shown_as_text_without_its_scripts(plain: str) -> None:
    page = HTML + "<style>p{x}</style><script>alert(1)</script><p>Printer&nbsp;rusak</p><ul><li>lantai 3</li></ul>"
    got = inbound(multipart(*filter(None, [plain, page]), kind="alternative"))
    assert "Printer rusak" in got.text
    assert "lantai 3" in got.text
    assert "alert" not in got.text + got.reply_text
    assert "p{x}" not in got.text


def test_bodies_one_after_the_other_are_joined_whatever_their_kind() -> None:
    got = inbound(multipart(PLAIN + "satu", HTML + "<p>dua</p>", PLAIN + "tiga"))
    assert got.text.split() == ["satu", "dua", "tiga"]


def test_files_keep_their_bytes_and_get_safe_names() -> None:
    got = inbound(multipart(PLAIN + "x", file("../\u200b.htaccess", b"\x00\xff" * 90), file("", b"y", "image/png")))
    assert [(a.name, a.media_type, a.content) for a in got.attachments] == [
        ("htaccess", "application/pdf", b"\x00\xff" * 90),
        ("image-2.png", "image/png", b"y"),
    ]


def test_an_image_that_the_html_shows_is_marked_inline() -> None:
    parts = (
        HTML + '<p>lihat <img src="cid:Gbr1@x"></p>',
        file("a.png", b"a", "image/png", "Content-ID: <gbr1@x>\n"),
        file("b.png", b"b", "image/png", "Content-ID: <gbr2@x>\n"),
    )
    got = inbound(multipart(*parts, kind="related"))
    assert [(a.name, a.inline) for a in got.attachments] == [("a.png", True), ("b.png", False)]


def test_an_attached_message_is_a_file_named_by_its_subject() -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: a@b.example\nSubject: =?utf-8?q?Kaf=C3=A9?=\n\nisi dalam"
    got = inbound(multipart(PLAIN + "lihat lampiran", inner))
    assert (got.text, [a.name for a in got.attachments]) == ("lihat lampiran", ["Kafé.eml"])
    assert b"isi dalam" in got.attachments[0].content


EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Rapat\\, mingguan\nLOCATION:Aula\nEND:VEVENT\nEND:VCALENDAR"


def test_an_invitation_is_never_the_body() -> None:
    calendar = f"Content-Type: text/calendar; charset=utf-8\n\n{EVENT}"
    with_text = inbound(multipart(PLAIN + "Undangan rapat", calendar, kind="alternative"))
    assert (with_text.text, [a.name for a in with_text.attachments]) == ("Undangan rapat", ["invite.ics"])
    alone = inbound(mail(EVENT, Content_Type="text/calendar"))
    assert alone.text.split("\n") == ["Rapat, mingguan", "Aula"]


def test_uuencoded_files_are_taken_out_of_the_text() -> None:
    got = inbound(mail("sebelum\nbegin 644 catatan.txt\n#:&D*\n`\nend\nsesudah"))
    assert (got.text.split(), got.attachments[0].name, got.attachments[0].content) == (
        ["sebelum", "sesudah"],
        "catatan.txt",
        b"hi\n",
    )
    assert inbound(mail("begin 644 tanpa akhir\nbiasa")).text == "begin 644 tanpa akhir\nbiasa"


def tnef(name: bytes, data: bytes) -> bytes:
    """A winmail.dat with one file, as MS-OXTNEF 2.1 lays it out."""

    def attribute(level: int, code: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, code, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    rendering = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)
    head = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    title, body = attribute(2, 0x00018010, name + b"\x00"), attribute(2, 0x0006800F, data)
    return head + attribute(2, 0x00069002, rendering) + title + body


def test_winmail_dat_is_unpacked_and_kept_where_it_is_broken() -> None:
    good = inbound(multipart(PLAIN + "x", file("winmail.dat", tnef(b"surat.doc", b"isi surat"), "application/ms-tnef")))
    assert [(a.name, a.content) for a in good.attachments] == [("surat.doc", b"isi surat")]
    bad = inbound(multipart(PLAIN + "x", file("winmail.dat", b"rusak", "application/ms-tnef")))
    assert [(a.name, a.content) for a in bad.attachments] == [("winmail.dat", b"rusak")]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (mail("--x\nContent-Type: text/plain\n\nada\n", Content_Type="multipart/mixed; boundary=x"), "ada"),
        (mail("--x\nContent-Type: text/plain\n\nada\n--x--", Content_Type="multipart/mixed"), "ada"),
        (mail("ada", Content_Type="multipart/mixed; boundary=x"), "ada"),
        (mail("ada", Content_Type="text"), "ada"),
        (mail("ada", Content_Type="omong kosong"), "ada"),
        (mail("ada", Content_Transfer_Encoding="tak dikenal"), "ada"),
        (mail("YWRh", Content_Transfer_Encoding="BASE64"), "ada"),
        (mail("=61d=\na", Content_Transfer_Encoding="quoted-printable"), "ada"),
        (b"From a@b Mon Nov 23 2026\n" + mail("ada"), "ada"),
        (b"\xef\xbb\xbf\r\n\r\n" + mail("ada"), "ada"),
        (mail("ada").replace(b"\r\n", b"\n"), "ada"),
        (mail("ada").replace(b"\r\n", b"\r"), "ada"),
        (mail("ada").replace(b"\r\n", b"\r\r\n"), "ada"),
        (b"From: a@b.example\r\nSubject: x\r\nini bukan kepala surat\r\nada", "ini bukan kepala surat\nada"),
    ],
)
def test_broken_structure_keeps_its_text(raw: bytes, text: str) -> None:
    assert inbound(raw).text.strip() == text


def test_a_folded_line_that_lost_its_blank_does_not_end_the_header() -> None:
    got = inbound(b"From: a@b.example\r\nX-Trace: satu\r\ndua tiga\r\nSubject: tetap terbaca\r\n\r\nada")
    assert (got.subject, got.text) == ("tetap terbaca", "ada")


def test_raw_bytes_in_fields_are_read_by_the_charset_of_the_message() -> None:
    raw = "From: B\xfcdi <b@x.example>\r\nSubject: caf\xe9\r\nContent-Type: text/plain; charset=latin1\r\n\r\nx"
    got = inbound(raw.encode("latin-1"))
    assert (got.sender.name, got.subject) == ("Büdi", "café")


@pytest.mark.parametrize(
    ("fields", "email", "certain"),
    [
        ({"From": "a@x.example"}, "a@x.example", True),
        ({"From": ["a@x.example", "b@x.example"]}, "a@x.example", False),
        ({"From": "a@x.example, b@x.example"}, "a@x.example", False),
        ({"From": "[?????], B <b@x.example>"}, "b@x.example", True),
        ({"From": '"x" <>, "y" <b@x.example>'}, "b@x.example", False),
        ({"From": "", "Reply_To": "r@x.example"}, "r@x.example", False),
        ({"From": "", "Sender": "s@x.example"}, "", False),
        ({"From": "alice@x.example <bob@y.example>"}, "bob@y.example", True),
        ({"From": "<a@x>b@y"}, "", False),
    ],
)
def test_the_sender_is_one_certain_address_or_unknown(fields: dict[str, str], email: str, certain: bool) -> None:
    got = inbound(mail(**fields))
    assert (got.sender.email, got.authenticated_sender) == (email, certain)
    assert got.answerable is bool(email)


def test_reply_tokens_keep_their_case_and_come_from_addresses_only() -> None:
    got = inbound(
        mail(
            "desk+BodyBodyBodyBody@x",
            To="desk+AbCdEf0123456789_-@kptik.example, desk+kurang@kptik.example",
            Delivered_To="desk+ZYXWVUTSRQPONMLK@kptik.example",
            Subject="desk+SubjectSubject00@kptik.example",
        )
    )
    assert got.reply_tokens == ("AbCdEf0123456789_-", "ZYXWVUTSRQPONMLK")
    assert got.delivered_to[0] == "desk+zyxwvutsrqponmlk@kptik.example"


def test_ids_are_read_from_lists_with_commas_and_without_brackets() -> None:
    got = inbound(mail(In_Reply_To="<a@b>, <c@d>", References="<a@b>\r\n\t<c@d>,<a@b>", Message_ID="tanpa.kurung@x"))
    assert (got.in_reply_to, got.references, got.message_id) == (("a@b", "c@d"), ("a@b", "c@d"), "tanpa.kurung@x")


def test_the_content_hash_ignores_transport_and_nothing_else() -> None:
    one = inbound(mail("isi"))
    carried = mail(
        "isi", Received="by mx", Delivered_To="x@y", DKIM_Signature="v=1", ARC_Seal="i=1", Return_Path="<a@b>"
    )
    assert inbound(carried).content_hash == one.content_hash
    assert inbound(mail("isi").replace(b"\r\n", b"\n") + b"\n").content_hash == one.content_hash
    for other in (mail("isi lain"), mail("isi", Subject="Lain"), mail("isi", Cc="c@d.example")):
        assert inbound(other).content_hash != one.content_hash


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        (["mx.kita.example; spf=pass; dmarc=pass header.from=x"], "pass"),
        (["MX.Kita.Example 1; dmarc = fail (p=reject)"], "fail"),
        (["mx.lain.example; dmarc=pass"], ""),
        (["mx.kita.example; dmarc=fail", "mx.kita.example; dmarc=pass"], "fail"),
        (["mx.kita.example; none", "mx.kita.example; dmarc=pass"], ""),
        (["mx.lain.example; dmarc=fail", "mx.kita.example; dmarc=pass"], "pass"),
        (["mx.kita.example; spf=fail (dmarc=pass)"], ""),
        (["x mx.kita.example; dmarc=pass"], ""),
        (["mx.kita.example; dmarc=bestguesspass"], ""),
        ([], ""),
    ],
)
def test_only_the_topmost_result_of_the_own_server_counts(fields: list[str], verdict: str) -> None:
    raw = mail(Authentication_Results=fields)
    assert inbound(raw, authserv_id="mx.kita.example").dmarc == verdict
    assert inbound(raw).dmarc == ""
    assert inbound(raw, authserv_id="mx.kita.example").answerable is (verdict != "fail")


def test_a_body_that_nobody_could_read_whole_is_shown_in_part_and_kept_as_a_file() -> None:
    line = "Mohon dibantu, printer mati.\n"
    got = inbound(mail(line * 100_000))
    assert got.text == (line * 100_000)[:2_000_000]
    assert [(a.name, len(a.content)) for a in got.attachments] == [("message.txt", len(line) * 100_000)]
    raw = b"caf\xe9 " * 900_000
    got = inbound(mail(raw, Content_Type="text/plain; charset=iso-8859-1"))
    assert got.text.startswith("café café")
    assert len(got.text) == 2_000_000
    assert [a.content for a in got.attachments] == [raw]
