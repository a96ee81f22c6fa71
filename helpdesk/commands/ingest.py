"""`helpdesk ingest`: mail from files into tickets, for transfer agents and for moving in."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from helpdesk.commands import surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk.commands import mailfiles
    from helpdesk.usecases.batches import Delivery
    from helpdesk.usecases.context import Context
    from helpdesk.usecases.intake import Outcome
    from helpdesk.usecases.processing import Desk

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the transfer agent keeps the message


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--desk", help="Tanpa ini: menurut penerima. / Without it: by recipient.")
def ingest(files: tuple[str, ...], desk: str | None) -> None:
    """Surel dari berkas menjadi tiket. / Messages of files, folders, Maildir or mbox into tickets (`-`: stdin)."""
    from itertools import chain

    from sqlalchemy.exc import OperationalError

    from helpdesk.catalog.source import CatalogSource
    from helpdesk.channels.email.apart import ReadingApart
    from helpdesk.commands import mailfiles
    from helpdesk.store.room import is_low
    from helpdesk.timepiece import clock
    from helpdesk.usecases.batches import gathered
    from helpdesk.usecases.processing import Desk

    unreadable = False
    try:
        with _ready() as context, closing(ReadingApart()) as read:
            if is_low(context.settings.data, context.settings.min_free_mb):
                _try_again("penyimpanan hampir penuh / the disk is almost full")
            if desk is not None and desk not in context.catalog.desks:
                surroundings.refuse(f"Tidak dikenal / unknown: {desk}. Ada / known: {', '.join(context.catalog.desks)}")
            rules = Desk(CatalogSource(context.catalog), context.settings, clock(context.settings), read)
            found = chain.from_iterable(map(mailfiles.messages, files))
            for batch in gathered(found, lambda named: len(named[1]) if isinstance(named[1], bytes) else 0):
                unreadable = _ingest(rules, batch, desk) or unreadable
    except OperationalError as error:
        _try_again(type(error.orig).__name__)
    except OSError as error:
        _try_again(error.strerror or type(error).__name__)
    except Exception as error:
        logging.getLogger(__name__).exception("ingest ended early")
        _try_again(type(error).__name__)  # whatever it is, no mail must come back to its sender for it
    sys.exit(1 if unreadable else 0)


def _try_again(reason: str) -> NoReturn:
    click.echo(f"Coba lagi nanti / try again later: {reason}", err=True)
    sys.exit(TRY_AGAIN)


@contextmanager
def _ready() -> Iterator[Context]:
    """The surroundings; a faulty setting, catalogue or database must not send a mail back to its sender either."""
    with ExitStack() as stack:
        try:
            context = stack.enter_context(surroundings.context())
        except SystemExit:
            sys.exit(TRY_AGAIN)
        yield context


def _unread(error: OSError | ValueError) -> Outcome:
    """Nothing came in, so nothing was stored. Trying again will not help: the exit code is 1, not 75."""
    from helpdesk.usecases.intake import Outcome

    reason = error.strerror if isinstance(error, OSError) else str(error)
    return Outcome("ignored", reason=f"cannot be read: {reason or type(error).__name__}")


def _ingest(rules: Desk, batch: list[mailfiles.Found], desk: str | None) -> bool:
    """Take some in and tell what became of each, in their order; True when one could not be read from its file."""
    from helpdesk.usecases.batches import store_and_process_all

    # What a transfer agent pipes in comes by itself, and may be a flood; files were chosen by somebody.
    sources = ("pipe" if name == "-" else "ingest" for name, _raw in batch)
    found = zip(batch, sources, strict=True)
    taken = [_delivery(rules, raw, desk, source) for (_name, raw), source in found if isinstance(raw, bytes)]
    outcomes = iter(store_and_process_all(rules, taken))
    for name, raw in batch:
        _show(name, next(outcomes) if isinstance(raw, bytes) else _unread(raw))
    return len(taken) < len(batch)


def _delivery(rules: Desk, raw: bytes, desk: str | None, source: str) -> Delivery:
    import hashlib

    from helpdesk.commands import mailfiles
    from helpdesk.tickets.words import Channel
    from helpdesk.usecases.batches import Delivery
    from helpdesk.usecases.processing import Stored

    identity = f"file:{desk or '*'}:{hashlib.sha256(raw).hexdigest()}"
    stored = Stored(raw, mailfiles.received_at(raw, rules.now()), desk)
    return Delivery(stored, Channel.EMAIL, identity, source)


def _show(name: str, outcome: Outcome) -> None:
    surroundings.show(
        {"file": name, "outcome": outcome.outcome, "ticket": outcome.ticket, "reason": outcome.reason or None}
    )
