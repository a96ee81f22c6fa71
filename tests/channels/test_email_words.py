"""Bytes to text: charsets, encoded words, parameters, file names."""

import pytest

from helpdesk.channels.email.charsets import codec_of, decode
from helpdesk.channels.email.words import base64_bytes, decode_words, parameters
from helpdesk.channels.filenames import made_name, safe_name
from helpdesk.channels.text import error_line, one_line, storable


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("kafé".encode(), "utf-8", "kafé"),
        ("kafé".encode("latin-1"), "iso-8859-1", "kafé"),
        ("“kutip”".encode("cp1252"), "iso-8859-1", "“kutip”"),
        ("kafé".encode(), "", "kafé"),
        ("kafé".encode(), "us-ascii", "kafé"),
        ("kafé".encode(), "tidak-ada", "kafé"),
        ("kafé".encode(), "\x00", "kafé"),
        ("kafé".encode(), "rot13", "kafé"),
        ("kafé".encode(), "unicode_escape", "kafé"),
        ("镕".encode("gbk"), "gb2312", "镕"),
        ("日本語".encode("iso2022_jp"), "iso-2022-jp", "日本語"),
        ("日本語".encode("iso2022_jp"), "", "日本語"),
        ("한국어".encode("cp949"), "ks_c_5601-1987", "한국어"),
        (b"a\x00b", "utf-8", "ab"),
        (b"", "utf-16", ""),
        ("sahih é dan lagi é, lalu ".encode() + b"\xe9", "utf-8", "sahih é dan lagi é, lalu é"),
    ],
)
def test_text_is_read_by_what_the_sender_declared_then_by_what_it_is(data: bytes, declared: str, text: str) -> None:
    assert decode(data, declared) == text


def test_an_error_becomes_one_line_of_bounded_length_that_names_its_kind() -> None:
    assert error_line(OSError("no\r\nroute")).split() == ["OSError", "no", "route"]
    assert "\n" not in error_line(OSError("no\r\nroute"))
    assert len(error_line(ValueError("x" * 999))) == 200


@pytest.mark.parametrize("data", [b"\xff\xfe\xfd", b"\xed\xa0\x80", bytes(range(256)), b"\x1b$B\xff"])
@pytest.mark.parametrize("declared", ["", "utf-8", "utf-16", "utf-7", "iso-2022-jp", "cp1252", "gb2312", "hex"])
def test_any_bytes_become_storable_text(data: bytes, declared: str) -> None:
    assert "\x00" not in decode(data, declared)
    decode(data, declared).encode("utf-8")


def test_codecs_that_are_no_charsets_are_unknown() -> None:
    assert [codec_of(name) for name in ("hex", "idna", "zlib", "undefined", "x" * 99, "é")] == [""] * 6


def test_nothing_that_a_database_refuses_is_left() -> None:
    assert storable("a\x00b\ud800") == "ab\ufffd"
    assert one_line("a\r\nBcc: x\u2028y\x1b[0m\u202ez") == "a Bcc: x y [0mz"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?Lupa_kata_sandi?=", "Lupa kata sandi"),
        ("=?utf-8?B?THVwYQ==?= =?utf-8?B?IHNhbmRp?=", "Lupa sandi"),
        ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
        ("=?utf-8?b?THVwYQ?=", "Lupa"),
        ("Re: =?iso-8859-1?Q?caf=E9?= hari ini", "Re: café hari ini"),
        ("=?iso-8859-1*fr?Q?caf=E9?=", "café"),
        ("=?utf-8?q?ada blanko di dalam?=", "ada blanko di dalam"),
        ("=?utf-8?q??=", ""),
        ("=?utf-8?x?abc?= tetap", "=?utf-8?x?abc?= tetap"),
        ("=?utf-8?q?tak berakhir", "=?utf-8?q?tak berakhir"),
        ("=??q?caf=C3=A9?=", "café"),
        ("=?utf-8?q?hi=0d=0aBcc:=20x=40e?=", "hi Bcc: x@e"),
        ("a =?utf-8?q?b?= =?us-ascii?q?c?= d", "a bc d"),
    ],
)
def test_encoded_words_are_decoded_with_their_usual_damage(value: str, text: str) -> None:
    assert decode_words(value) == text


@pytest.mark.parametrize(
    ("value", "key", "text"),
    [
        ('attachment; filename="surat; resmi.pdf"', "filename", "surat; resmi.pdf"),
        ("attachment; filename=surat resmi.pdf", "filename", "surat resmi.pdf"),
        ("attachment; filename*=utf-8''kaf%C3%A9.pdf", "filename", "kafé.pdf"),
        ("attachment; filename*0*=utf-8''ka%66; filename*1*=%C3%A9; filename*2=.pdf", "filename", "kafé.pdf"),
        ('attachment; filename*1="b.pdf"; filename*0="a"', "filename", "ab.pdf"),
        ('attachment; filename="=?utf-8?q?kaf=C3=A9.pdf?="', "filename", "kafé.pdf"),
        ("attachment; filename==?iso-8859-1?Q?kaf=E9.pdf?=", "filename", "kafé.pdf"),
        (r'attachment; filename="a\"b.txt"', "filename", 'a"b.txt'),
        ('attachment; filename="tanpa penutup.pdf', "filename", "tanpa penutup.pdf"),
    ],
)
def test_parameters_are_read_in_every_spelling(value: str, key: str, text: str) -> None:
    assert parameters(value)[1][key] == text


@pytest.mark.parametrize(
    ("data", "result"),
    [(b"TUROLg==", b"MDN."), (b"TUROLg", b"MDN."), (b"TU\r\nRO!!Lg==", b"MDN."), (b"TUROL", b"MDN"), (b"=", b"")],
)
def test_base64_forgives_lost_padding_and_foreign_characters(data: bytes, result: bytes) -> None:
    assert base64_bytes(data) == result


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("surat.pdf", "surat.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\laporan.docx", "laporan.docx"),
        ("\u200b.htaccess", "htaccess"),
        ("..\u200b/.env", "env"),
        ("a\x00b.pdf", "ab.pdf"),
        ("faktur\u202efdp.exe", "fakturfdp.exe"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ('a<b>:"c|d?e*.txt', "a_b_:_c_d_e_.txt"),
        ("...", ""),
        ("~", ""),
        ("/", ""),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_names_of_files_cannot_lead_anywhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_file_without_a_name_gets_one_by_its_type() -> None:
    made = [made_name(kind, 3) for kind in ("image/jpeg", "text/calendar", "application/x-odd+zip", "message/rfc822")]
    assert made == ["image-3.jpg", "invite.ics", "attachment-3.bin", "message-3.eml"]
