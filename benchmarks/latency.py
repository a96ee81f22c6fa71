"""From the SMTP server's acceptance of a mail to its automatic reply handed over, with IDLE.

Run: python benchmarks/latency.py [--mails 50] [--pause 0.5]

The embedded mail server takes the mails to the desk, the worker fetches them by IMAP and hands the replies to an SMTP
server inside this process, which notes the instant. A fresh SQLite database; everything on loopback.
"""

import argparse
import queue
import smtplib
import tempfile
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from machine import noise, percentile, pss_mb, say, table
from parts import DESKS, DOMAIN, HOST, environment, free_port, mail_server, process, upgrade

WANTED_S, MOST_S = 1.0, 60.0


class Receiver:
    """The server that the worker hands its mail to: keeps what each one answers, and when it came."""

    def __init__(self) -> None:
        self.replies: queue.Queue[tuple[str, float]] = queue.Queue()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Answer DATA."""
        at, content = time.perf_counter(), envelope.content
        assert isinstance(content, bytes)
        self.replies.put((str(message_from_bytes(content)["In-Reply-To"]), at))
        return "250 2.0.0 OK"

    def seconds(self, message_id: str, accepted: float) -> float:
        """How long the reply to that mail took. Ends the program when none comes."""
        until = time.perf_counter() + MOST_S
        while (left := until - time.perf_counter()) > 0:
            try:
                answered, at = self.replies.get(timeout=left)
            except queue.Empty:
                break
            if message_id in answered:
                return at - accepted
        raise SystemExit(f"no reply to {message_id} within {MOST_S:.0f} s")


def sent(port: int, number: int) -> tuple[str, float]:
    """Send a mail from a new address to a desk; its Message-ID and when the server had accepted it."""
    message, sender = EmailMessage(), f"pegawai{number}@{DOMAIN}"
    message["From"], message["To"] = f"Pegawai {number} <{sender}>", f"{DESKS[0]}@{DOMAIN}"
    message["Subject"] = f"Lupa kata sandi surel, percobaan ke-{number}"
    message["Message-ID"] = make_msgid(domain=DOMAIN)
    message.set_content("Selamat pagi,\n\nmohon kata sandi surel saya diatur ulang.\n\nTerima kasih.\n")
    with smtplib.SMTP(HOST, port, timeout=30) as line:
        line.send_message(message, sender, [f"{DESKS[0]}@{DOMAIN}"])
        accepted = time.perf_counter()
    return str(message["Message-ID"]), accepted


def one_after_the_other(port: int, receiver: Receiver, count: int, pause: float) -> list[float]:
    """The seconds of each mail; the first one, which waits for the worker to start, is left out."""
    taken = []
    for number in range(count + 1):
        taken.append(receiver.seconds(*sent(port, number)))
        time.sleep(pause)
    return taken[1:]


def main() -> None:
    """Start everything, send, wait, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mails", type=int, default=50)
    options.add_argument("--pause", type=float, default=0.5, help="seconds between a reply and the next mail")
    asked = options.parse_args()
    receiver, out = Receiver(), free_port()
    controller = Controller(receiver, hostname=HOST, port=out)
    controller.start()
    with tempfile.TemporaryDirectory() as name, mail_server(Path(name)) as ports:
        env = environment(Path(name), {**ports, "smtp": out})
        upgrade(env)
        with process(["-m", "helpdesk", "worker"], env, Path(name) / "log") as worker:
            say(before=noise())
            taken = one_after_the_other(ports["smtp"], receiver, asked.mails, asked.pause)
            memory = pss_mb(worker.pid)
    controller.stop()
    half, most = percentile(taken, 0.5), percentile(taken, 0.95)
    say(mails=len(taken), median_s=half, p95_s=most, longest_s=max(taken), worker_pss_mb=memory, after=noise())
    rows = [("median", "p95", "longest"), (f"{half:.3f}", f"{most:.3f}", f"{max(taken):.3f}")]
    table(f"seconds from acceptance to reply (wanted: median under {WANTED_S:.0f})", rows)


if __name__ == "__main__":
    main()
