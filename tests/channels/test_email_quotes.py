"""What a person wrote, apart from what their program quoted."""

import pytest

from helpdesk.channels.email.quotes import is_forward, reply_text

INTRODUCTIONS = [
    "Pada Sen, 23 Nov 2026 pukul 08.15 Layanan TIK <desk@kptik.example> menulis:",
    "Pada tanggal 23 November 2026 08.15, Layanan TIK menulis:",
    "Pada Senin, 23 November 2026 08.15.22 WIB, Layanan TIK\n<desk@kptik.example> menulis:",
    "On Mon, Nov 23, 2026 at 8:15 AM Desk <desk@kptik.example> wrote:",
    "On 23 Nov 2026, at 08:15, Service Desk\n<desk@kptik.example> wrote:",
    "Desk <desk@kptik.example> wrote:",
    "Am 23.11.2026 um 08:15 schrieb Desk:",
    "Le 23 nov. 2026 à 08:15, Desk <desk@kptik.example>\na écrit :",
    "El lun, 23 nov 2026 a las 8:15, Desk (<desk@kptik.example>) escribió:",
    "Op ma 23 nov. 2026 om 08:15 schreef Desk <desk@kptik.example\n>:",
    "Em seg., 23 de nov. de 2026 às 08:15, Desk <desk@kptik.example> escreveu:",
    "23 нояб. 2026 г. 8:15 пользователь Desk <desk@kptik.example> написал:",
    "在 2026年11月23日，上午8:15，Desk <desk@kptik.example> 写道：",
    "2026-11-23 8:15 GMT+07:00 Desk <desk@kptik.example>:",
    "Pada tgl 23/11/2026 08:15, Layanan TIK menulis:",
    "Senin, 23 November 2026 08:15 WIB, Desk <desk@kptik.example> menulis:",
    "في الاثنين، ٢٣ نوفمبر ٢٠٢٦ في 8:15 ص تمت كتابة ما يلي بواسطة Desk <desk@kptik.example>:",
    "2026년 11월 23일 (월) 오전 8:15, Desk <desk@kptik.example>님이 작성:",
    "เมื่อ จ. 23 พ.ย. 2026 เวลา 8:15 Desk <desk@kptik.example> เขียนว่า:",
]
BLOCKS = [
    "Dari: Layanan TIK <desk@kptik.example>\nDikirim: Senin, 23 November 2026 08.15\nKepada: Budi\nPerihal: Tiket",
    "From: Desk <desk@kptik.example>\nSent: Monday, November 23, 2026 8:15 AM\nTo: Budi\nSubject: Ticket",
    "*From:* Desk\n*Sent:* 2026-11-23\n*To:* Budi\n*Subject:* Ticket",
    "________________________________\nDari: Desk\nTanggal: 23/11/2026\nKe: Budi\nSubjek: Tiket",
    "Von: Desk\nGesendet: Montag\nAn: Budi\nBetreff: Ticket",
    "-----Pesan Asli-----\nDari: Desk",
    "-------- Pesan asal --------\nDari: Desk\nTarikh: 23/11/26 08.15",
    "Dari: Desk <desk@kptik.example>\nTerkirim: Senin, 23 November 2026 08:15\nKepada: Budi\nPerihal: Tiket",
    "Pengirim: Desk <desk@kptik.example>\nTanggal Terkirim: 23/11/2026 8:15\nPenerima: Budi\nHal: Tiket",
    "Dari: Desk <desk@kptik.example>\nDikirim pada: 23 November 2026 08.15\nUntuk: Budi\nSubyek: Tiket",
    "Pada Sen, 23 Nov 2026 pada 8:15, Layanan TIK<desk@kptik.example> menulis:   Yth. Budi",
    "-----Original Message-----\nFrom: Desk",
]


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
@pytest.mark.parametrize("quote", ["> baris lama\n> dan lagi", "baris lama\ntanpa tanda"])
def test_a_quote_below_an_introduction_is_left_out(introduction: str, quote: str) -> None:
    assert reply_text(f"Sudah saya coba.\n\n{introduction}\n\n{quote}\n") == "Sudah saya coba."


@pytest.mark.parametrize("block", BLOCKS)
def test_a_quote_below_a_header_block_is_left_out(block: str) -> None:
    assert reply_text(f"Sudah saya coba.\n\n{block}\n\nisi lama\n") == "Sudah saya coba."


def test_answers_between_and_below_quotes_are_kept() -> None:
    text = (
        "Pada Sen, 23 Nov 2026 pukul 08.15 Desk <d@k.example> menulis:\n> satu?\nya\n> dua?\ntidak\n\n> tiga\nselesai"
    )
    assert reply_text(text).split() == ["ya", "tidak", "selesai"]


@pytest.mark.parametrize(
    "text",
    [
        "Pada hari Senin saya menulis surat:\nisinya begini",
        "Mohon dua hal:\n\n- akses VPN\n- akses SPAN",
        "Dari: Medan\nKe: Jakarta\nTanggal: 3 Maret",
        "Berikut nota dinasnya.\n\nDari: Kepala Seksi Umum\nHal: Permohonan laptop\nSifat: Segera",
        "[23/11/26 08.15.10] Budi: printer mati\n[23/11/26 08.16.02] TIK: sebentar",
        "On the other hand, it works:\nsee below",
        "Dikirim dari meja saya kemarin, tetapi belum sampai ke bagian keuangan",
        "> hanya kutipan",
        "--- penting ---\ntolong cepat",
    ],
)
def test_what_only_looks_like_a_quote_is_kept(text: str) -> None:
    assert reply_text(text) == text


@pytest.mark.parametrize(
    "line",
    ["Dikirim dari iPhone saya", "Sent from my iPhone", "Dapatkan Outlook untuk iOS", "Get Outlook for Android"],
)
def test_lines_added_by_a_phone_are_left_out(line: str) -> None:
    assert reply_text(f"Terima kasih\n\n{line}\n") == "Terima kasih"


def test_a_signature_is_left_out_and_text_below_a_later_quote_is_not() -> None:
    assert reply_text("Halo\n\n-- \nBudi\nEkstensi 12") == "Halo"
    assert reply_text("Halo\n-- \nBudi\n> lama\nbaru") == "Halo\nbaru"


@pytest.mark.parametrize(
    "marker",
    ["---------- Pesan terusan ---------", "---------- Forwarded message ---------", "Begin forwarded message:"],
)
def test_a_forwarded_message_is_what_the_person_has_to_say(marker: str) -> None:
    text = f"Mohon ditindaklanjuti.\n\n{marker}\nDari: A <a@x.example>\nTanggal: Sen\nPerihal: VPN\nKe: B\n\nVPN mati"
    assert "VPN mati" in reply_text(text)


def test_a_header_block_is_kept_where_the_subject_says_forwarded() -> None:
    text = f"Mohon bantuan\n\n{BLOCKS[0]}\n\nVPN mati"
    assert "VPN mati" in reply_text(text, forwarded=True)
    assert "VPN mati" not in reply_text(text)
    assert is_forward("Fwd: VPN")
    assert is_forward("[MDN-2026-000001] Terusan: VPN")
    assert not is_forward("Forward proxy mati")


def test_a_long_text_without_a_quote_stays_whole() -> None:
    text = "baris biasa\n" * 20_000
    assert reply_text(text) == text.strip("\n")
