"""What a demo keeps in its data folder: the secret key, the accounts, the ports; and the environment made of them."""

import json
import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

from helpdesk.catalog.model import Catalog
from helpdesk.config import desk_key
from helpdesk.demo.people import OFFICE, office_addresses

HOST = "127.0.0.1"
DOMAIN = "helpdesk.test"  # reserved by RFC 2606: such an address exists nowhere
REQUESTERS = {"pemohon": "Siti Pemohon", "pemohon2": "Budi Pemohon"}
ROLES = {
    "agen": ("Ayu Agen", "agent"),
    "teknisi": ("Tono Teknisi", "technician"),
    "penyelia": ("Sari Penyelia", "supervisor"),
    "admin": ("Adi Admin", "administrator"),
}
"""The demo accounts: the name shown, and the role."""
COLLEAGUES = ("rina", "joko", "laras", "dewa")
"""People beside the demo accounts."""
STATE = "demo.json"


class DemoError(Exception):
    """The demo cannot start or be used; the message says why, in both languages."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An account of the embedded mail server; the first address is the one it writes from."""

    name: str
    password: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """A staff user of the demo."""

    name: str
    display_name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class Telephones:
    """Where the page with the telephones is, and the stand-ins of the chat platforms behind it with their secrets."""

    port: int = 0
    whatsapp_port: int = 0
    telegram_port: int = 0
    whatsapp_token: str = field(default="", repr=False)
    app_secret: str = field(default="", repr=False)
    bot_token: str = field(default="", repr=False)

    def settled(self) -> "Telephones":
        """The same with ports that are free and secrets that are there."""
        return Telephones(
            _port(self.port),
            _port(self.whatsapp_port),
            _port(self.telegram_port),
            self.whatsapp_token or secrets.token_urlsafe(24),
            self.app_secret or secrets.token_hex(16),
            self.bot_token or f"7001000:{secrets.token_urlsafe(24)}",
        )


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo installation, as demo.json keeps it (readable by its owner only)."""

    http_port: int
    imap_port: int
    smtp_port: int
    mailboxes: tuple[Mailbox, ...]
    staff: tuple[StaffAccount, ...]
    phones: "Telephones"

    def mailbox(self, name: str) -> Mailbox:
        """The account of that name. Raises DemoError naming those that exist."""
        found = next((m for m in self.mailboxes if m.name == name), None)
        if found is None:
            names = ", ".join(m.name for m in self.mailboxes)
            raise DemoError(f"Tidak dikenal / unknown: {name}. Ada / known: {names}")
        return found


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read(data: Path) -> Demo:
    """The demo kept in a data folder. Raises DemoError when there is none."""
    try:
        kept = json.loads((data / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DemoError(f"Belum ada demo di / no demo yet in {data}: helpdesk demo") from error
    return Demo(
        kept["http_port"],
        kept["imap_port"],
        kept["smtp_port"],
        tuple(Mailbox(m["name"], m["password"], tuple(m["addresses"])) for m in kept["mailboxes"]),
        tuple(StaffAccount(**s) for s in kept["staff"]),
        Telephones(**kept.get("phones", {})),
    )


def _mailboxes(catalog: Catalog, kept: Mapping[str, Mailbox]) -> tuple[Mailbox, ...]:
    """The desks, reachable under a reserved address and under the catalogue's, and those who write to them."""
    addresses = {d.id: (f"{d.id}@{DOMAIN}", *([d.email.lower()] if d.email else [])) for d in catalog.desks.values()}
    addresses |= {name: (f"{name}@{DOMAIN}",) for name in REQUESTERS}
    # What staff are told by mail arrives there too.
    addresses[OFFICE] = (*office_addresses(), *staff_addresses())
    return tuple(
        Mailbox(name, kept[name].password if name in kept else secrets.token_urlsafe(12), at)
        for name, at in addresses.items()
    )


def staff_addresses() -> tuple[str, ...]:
    """The addresses of the demo accounts and of their colleagues."""
    return tuple(f"{name}@{DOMAIN}" for name in (*ROLES, *COLLEAGUES))


def _staff() -> tuple[StaffAccount, ...]:
    return tuple(StaffAccount(n, shown, role, secrets.token_urlsafe(9)) for n, (shown, role) in ROLES.items())


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _port(kept: int) -> int:
    """The port used before where it is still free, else any free one."""
    if kept and _is_free(kept):
        return kept
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def settle(data: Path, catalog: Catalog, http_port: int) -> Demo:
    """Make or renew the demo's files: passwords stay, mail ports stay where they are free.

    Raises DemoError when the web port is taken.
    """
    if not _is_free(http_port):
        taken = f"Port {http_port} sudah dipakai. / Port {http_port} is taken."
        raise DemoError(f"{taken} helpdesk demo --port {http_port + 1}")
    kept = read(data) if (data / STATE).exists() else Demo(http_port, 0, 0, (), (), Telephones())
    imap_port = _port(kept.imap_port)
    smtp_port = _port(kept.smtp_port)
    mailboxes = _mailboxes(catalog, {m.name: m for m in kept.mailboxes})
    demo = Demo(http_port, imap_port, smtp_port, mailboxes, kept.staff or _staff(), kept.phones.settled())
    if not (data / "secret_key").exists():
        write_private(data / "secret_key", secrets.token_hex(32))
    write_private(data / STATE, json.dumps(asdict(demo), indent=1))
    write_private(data / "mail-accounts.json", json.dumps([asdict(m) for m in mailboxes]))
    return demo


def forget(data: Path) -> None:
    """Delete everything in a demo's data folder. Raises DemoError for a folder that holds something else."""
    if not data.exists():
        return
    others = [entry for entry in data.iterdir() if entry.name != "demo.lock"]
    if others and not (data / STATE).exists():
        raise DemoError(f"Bukan folder demo, tidak dihapus / not a demo's folder, nothing deleted: {data}")
    for entry in others:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def environment(demo: Demo, data: Path, catalog: Catalog) -> dict[str, str]:
    """The environment of the demo's processes; what the caller's environment says of the product does not reach in."""
    kept = ("HELPDESK_CATALOG", "HELPDESK_TESTING", "HELPDESK_TEST_NOW", "HELPDESK_TEST_NOW_FILE")
    env = {k: v for k, v in os.environ.items() if not k.startswith("HELPDESK_") or k in kept}
    env |= {
        "HELPDESK_DATA": str(data),
        "HELPDESK_SECRET_KEY_FILE": str(data / "secret_key"),
        "HELPDESK_BASE_URL": f"http://{HOST}:{demo.http_port}",
        "HELPDESK_MAIL_FROM_START": "1",
    }
    for desk in catalog.desks:
        mailbox, prefix = demo.mailbox(desk), f"HELPDESK_{desk_key(desk)}"
        user = f"{quote(mailbox.name)}:{quote(mailbox.password)}"
        env[f"{prefix}_IMAP_URL"] = f"imap://{user}@{HOST}:{demo.imap_port}/INBOX"
        env[f"{prefix}_SMTP_URL"] = f"smtp://{HOST}:{demo.smtp_port}"
        env[f"{prefix}_ADDRESS"] = mailbox.addresses[0]
    return env | _chat_environment(demo.phones, chatting_desk(catalog))


def chatting_desk(catalog: Catalog) -> str:
    """The desk that has a number and a bot: the first of the catalogue."""
    return next(iter(catalog.desks))


def _chat_environment(phones: Telephones, desk: str) -> dict[str, str]:
    """The lines of the desk, at the stand-ins of this machine."""
    prefix = f"HELPDESK_{desk_key(desk)}"
    return {
        "HELPDESK_CHAT_STAND_INS": "1",
        "HELPDESK_WHATSAPP_TOKEN": phones.whatsapp_token,
        "HELPDESK_WHATSAPP_APP_SECRET": phones.app_secret,
        "HELPDESK_WHATSAPP_VERIFY_TOKEN": phones.app_secret,
        "HELPDESK_WHATSAPP_ACCOUNT_ID": "100200300400500",
        "HELPDESK_WHATSAPP_API_URL": f"http://{HOST}:{phones.whatsapp_port}/v23.0",
        f"{prefix}_WHATSAPP_NUMBER_ID": "100200300400501",
        "HELPDESK_TELEGRAM_API_URL": f"http://{HOST}:{phones.telegram_port}",
        f"{prefix}_TELEGRAM_TOKEN": phones.bot_token,
    }
