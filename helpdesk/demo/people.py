"""The invented people of the demo's stories. Their domains are reserved (RFC 2606): no such address exists."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Someone:
    """A requester of the demo; without an address for somebody who only telephones."""

    name: str
    email: str = ""
    phone: str = ""


DEWI = Someone("Dewi Anggraini", "dewi.anggraini@kantor.example")
HOTMA = Someone("Hotma Sinaga", "hotma.sinaga@kantor.example", "+62 812 0000 1101")
RAHMAT = Someone("Rahmat Nasution", "rahmat.nasution@kantor.example")
LINA = Someone("Lina Tarigan", "lina.tarigan@kantor.example")
FERRY = Someone("Ferry Gultom", "ferry.gultom@kantor.example")
MAYA = Someone("Maya Puspita", "maya.puspita@kantor.example")
YANTO = Someone("Yanto", phone="+62 813 0000 2207")
PROMO = Someone("Promo Hebat", "promo@belanja.example")
SRI = Someone("Sri Handayani", "sri.handayani@kantro.example")  # a slip of the pen: nothing arrives there
ARIS = Someone("Aris Munandar", "aris@cvkaryabaru.example")
WATI = Someone("Wati Kusumaningrum", "wati.kusumaningrum@kantor.example")
TEGUH = Someone("Teguh Prasetya", "teguh.prasetya@kantor.example")
ENDANG = Someone("Endang Sulastri", "endang.sulastri@kantor.example", "+62 815 0000 3310")
KADEK = Someone("Kadek Ariani", "kadek.ariani@kantor.example")
WAYAN = Someone("Wayan Sudarma", "wayan.sudarma@kantor.example")
ANDI = Someone("Andi Baso", "andi.baso@kantor.example")
NURUL = Someone("Nurul Ilmi", "nurul.ilmi@kantor.example")
PROGRAM = Someone("Aplikasi Kepegawaian", "kepegawaian@kantor.example")
UNREACHABLE = {SRI.email: "550 5.1.2 kantro.example: host or domain not found"}
"""What the mail server answers to mail for them."""
SUPERIORS = ("kepala.seksi@kantor.example", "kepala.bidang@kantor.example")
OFFICE = "kantor"
"""The mailbox that all of them share in the demo, so that an answer to one of them arrives."""


def office_addresses() -> tuple[str, ...]:
    """Their addresses, without the one that has a slip in it."""
    people = (
        DEWI, HOTMA, RAHMAT, LINA, FERRY, MAYA, ARIS, PROMO, WATI, TEGUH, ENDANG, KADEK, WAYAN, ANDI, NURUL, PROGRAM,
    )  # fmt: skip
    return (*(person.email for person in people), *SUPERIORS)
