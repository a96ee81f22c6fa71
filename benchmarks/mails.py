"""Seeded Indonesian mails for the benchmarks: the same seed gives the same bytes.

Half of them are plain text, half text with HTML beside it; one in ten carries an attachment of 100 kB; one in five
answers an earlier mail and quotes it; two in a hundred were written by a machine.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

WIB = timezone(timedelta(hours=7))
GIVEN = (
    "Arif", "Bunga", "Cahyo", "Dinda", "Endah", "Farhan", "Gita", "Hasan", "Indra", "Jihan", "Kartika", "Lukman",
    "Mega", "Nanda", "Oki", "Puspa", "Rendra", "Sekar",
)  # fmt: skip
FAMILY = (
    "Adinata", "Baskara", "Cendana", "Darmawan", "Ekaputra", "Firdaus", "Gumelar", "Harsono", "Iskandar", "Junaedi",
    "Kurniadi", "Laksmana",
)  # fmt: skip
SECTIONS = ("Umum", "Perbendaharaan", "Kepatuhan", "Penilaian", "Lelang", "Kepegawaian", "Verifikasi", "Pelayanan")
OBJECTS = (
    "kata sandi surel", "printer ruang rapat", "laptop kepala seksi", "akses internet tamu", "kabel jaringan",
    "pendingin ruangan", "aplikasi pengadaan", "akun pegawai baru", "lampu koridor", "proyektor aula",
)  # fmt: skip
STATES = (
    "tidak dapat digunakan", "terkunci sejak kemarin", "perlu diganti", "sering terputus", "belum aktif",
    "menampilkan galat", "mohon dipinjamkan", "mohon dipasang pekan ini",
)  # fmt: skip
PHRASES = (
    "Selamat pagi Bapak dan Ibu petugas layanan.",
    "Sejak kemarin sore kami mengalami kendala tersebut di ruangan kami.",
    "Sudah kami coba nyalakan kembali, tetapi hasilnya masih sama.",
    "Pekerjaan akhir bulan menjadi tertunda, karena itu kami mohon bantuan segera.",
    "Lokasi kami di lantai dua, sebelah ruang arsip – pintu nomor 214.",
    "Nomor perangkat tercantum pada lampiran surat ini.",
    "Bila perlu keterangan lebih lanjut, silakan menghubungi saya pada jam kerja.",
    "Rekan di seksi sebelah mengalami hal yang “sama persis”.",
    "Mohon kabar mengenai perkiraan waktu selesainya.",
    "Atas bantuan dan kerja sama yang baik kami ucapkan terima kasih.",
)
FILES = (
    ("image", "png", "layar.png"),
    ("application", "pdf", "surat permohonan.pdf"),
    ("application", "zip", "catatan.zip"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """What a later mail needs to answer an earlier one."""

    name: str
    address: str
    subject: str
    message_id: str
    thread: tuple[str, ...]
    paragraphs: tuple[str, ...]
    at: datetime


def _flags(draw: random.Random, count: int, share: float) -> list[bool]:
    flags = [number < round(count * share) for number in range(count)]
    draw.shuffle(flags)
    return flags


def _folded(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def _plain(paragraphs: tuple[str, ...], name: str, parent: Written | None) -> str:
    blocks = ["\n".join(_folded(paragraph, 76)) for paragraph in paragraphs]
    blocks.append(f"Hormat kami,\n{name}")
    if parent:
        quoted = [f"> {line}" for paragraph in parent.paragraphs for line in _folded(paragraph, 72)]
        blocks.append(
            f"Pada {parent.at:%d/%m/%Y} pukul {parent.at:%H.%M}, {parent.name} menulis:\n" + "\n".join(quoted)
        )
    return "\n\n".join(blocks) + "\n"


def _html(paragraphs: tuple[str, ...], name: str, parent: Written | None) -> str:
    body = "".join(f'<p style="font-family:Arial,sans-serif;margin:0 0 12px">{p}</p>\n' for p in paragraphs)
    quoted = "".join(f"<p>{p}</p>\n" for p in parent.paragraphs) if parent else ""
    quote = f'<blockquote style="margin-left:6px;border-left:1px solid #999">{quoted}</blockquote>' if quoted else ""
    sign = f"<table><tr><td><b>{name}</b></td><td>Kantor Contoh, Jalan Kenanga 7</td></tr></table>"
    return f'<html><head><style>p{{color:#222}}</style></head><body lang="id">\n{body}{sign}{quote}</body></html>\n'


def _head(draw: random.Random, number: int, at: datetime, parent: Written | None, machine: bool) -> Written:
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    name, address = f"{given} {family}", f"{given}.{family}@kantor.example".lower()
    subject = f"Mohon bantuan {draw.choice(OBJECTS)} {draw.choice(STATES)} – Seksi {draw.choice(SECTIONS)}"
    if machine:
        subject = "Jawaban otomatis: sedang dinas luar"
    if parent:
        name, address, subject = parent.name, parent.address, f"Re: {parent.subject}"
    thread = (*parent.thread, parent.message_id) if parent else ()
    paragraphs = tuple(" ".join(draw.choices(PHRASES, k=draw.randint(2, 5))) for _ in range(draw.randint(2, 5)))
    message_id = f"{number:06d}.{draw.getrandbits(48):012x}@surel.kantor.example"
    return Written(name, address, subject, message_id, thread, paragraphs, at)


def _message(mail: Written, to: str, parent: Written | None, html: bool, machine: bool) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = f"{mail.name} <{mail.address}>"
    message["To"] = f"Meja Layanan <{to}>"
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.message_id}>"
    if parent:
        message["In-Reply-To"] = f"<{parent.message_id}>"
        message["References"] = " ".join(f"<{i}>" for i in mail.thread)
    if machine:
        message["Auto-Submitted"] = "auto-replied"
    message.set_content(_plain(mail.paragraphs, mail.name, parent), cte="quoted-printable")
    if html:
        message.add_alternative(_html(mail.paragraphs, mail.name, parent), subtype="html", cte="quoted-printable")
    return message


def _settle_boundaries(draw: random.Random, message: EmailMessage) -> None:
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"=={draw.getrandbits(64):016x}=={number}")


def written_mails(count: int, to: str, seed: int = 7) -> list[bytes]:
    """`count` mails to one address, in the order of arrival."""
    draw = random.Random(seed)
    html, attached = _flags(draw, count, 0.5), _flags(draw, count, 0.1)
    answers, machine = _flags(draw, count, 0.2), _flags(draw, count, 0.02)
    at, earlier, raw = datetime(2026, 3, 2, 7, 30, tzinfo=WIB), [], []
    for number in range(count):
        at += timedelta(seconds=draw.randint(20, 600))
        parent = draw.choice(earlier[-50:]) if earlier and answers[number] else None
        automatic = machine[number] and parent is None
        mail = _head(draw, number, at, parent, automatic)
        message = _message(mail, to, parent, html[number], automatic)
        if attached[number]:
            main, sub, name = draw.choice(FILES)
            message.add_attachment(draw.randbytes(100_000), maintype=main, subtype=sub, filename=name)
        _settle_boundaries(draw, message)
        raw.append(message.as_bytes())
        if parent is None and not automatic:
            earlier.append(mail)
    return raw
