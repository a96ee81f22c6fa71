"""The memory of a worker that takes in mails of 25 MB, with its reader, and the time that each takes.

Run: python benchmarks/large.py [--mails 3] [--mib 25]
"""

import argparse
import base64
import multiprocessing
import os
import random
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from intake import DESKS, prepared
from machine import noise, pss_mb, say

from helpdesk.catalog.load import load_file
from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.email.apart import ReadingApart
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app
from helpdesk.usecases.batches import Delivery, store_and_process_all
from helpdesk.usecases.processing import Desk, Stored

FORMS = ("one attachment", "plain text", "8-bit text of no charset", "five attachments")


def _mail(form: str, number: int, size: int) -> bytes:
    """About `size` bytes of one form."""
    chance = random.Random(number)
    head = f"From: Sari <sari{number}@kantor.example>\r\nSubject: {form}\r\nMessage-ID: <{number}@kantor.example>\r\n"
    if form == "plain text":
        return head.encode() + b"\r\n" + b"Mohon dibantu, printer mati lagi.\r\n" * (size // 35)
    if form == "8-bit text of no charset":
        return head.encode() + b"\r\n" + chance.randbytes(size)
    count = 5 if form == "five attachments" else 1
    part = base64.encodebytes(chance.randbytes(size * 3 // 4 // count)).replace(b"\n", b"\r\n")
    begin = b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    body = b"--b\r\n\r\nTerlampir.\r\n" + (begin + part) * count + b"--b--\r\n"
    return head.encode() + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mails", type=int, default=3, help="of each form")
    options.add_argument("--mib", type=int, default=25)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        making = multiprocessing.get_context("spawn").Process(target=_make, args=(Path(folder), asked.mails, asked.mib))
        making.start()  # in a process of its own, whose memory is not ours
        making.join()
        _measure(Path(folder), asked.mails)


def _make(folder: Path, mails: int, mib: int) -> None:
    for form in FORMS:
        for number in range(mails):
            Path(folder, f"{form} {number}").write_bytes(_mail(form, number, mib * 2**20))


def _measure(folder: Path, mails: int) -> None:
    peak, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            peak[0] = max(peak[0], pss_mb(os.getpid()))

    with closing(ReadingApart()) as apart:
        settings = prepared(folder, "")
        with bare_app(settings).app_context():
            desk = Desk(CatalogSource(load_file(catalog_path())), settings, lambda: datetime.now(UTC), apart)
            watcher = threading.Thread(target=watch)
            watcher.start()
            for form in FORMS:
                _one_form(desk, form, [Path(folder, f"{form} {number}") for number in range(mails)], peak)
            stop.set()
            watcher.join()


def _one_form(desk: Desk, form: str, mails: list[Path], peak: list[float]) -> None:
    before, peak[0], seconds = pss_mb(os.getpid()), 0.0, []
    for mail in mails:
        begin = time.perf_counter()
        delivery = Delivery(Stored(mail.read_bytes(), desk.now(), DESKS[0]), "email", mail.name, "-")
        (outcome,) = store_and_process_all(desk, [delivery])
        seconds.append(round(time.perf_counter() - begin, 2))
        del delivery
    say(form=form, outcome=outcome.outcome, peak_mb=peak[0], before_mb=before, seconds=seconds, **noise())


if __name__ == "__main__":
    main()
