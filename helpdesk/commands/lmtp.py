"""`helpdesk lmtp`: mail from the site's own transfer agent, handed over on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helpdesk.commands import surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

    from helpdesk.channels.email.lmtp import Receiver
    from helpdesk.usecases.processing import Desk


@click.command()
@click.option("--listen", "where", default="127.0.0.1:2424", show_default=True, help="127.0.0.1:PORT, unix:/path")
def lmtp(where: str) -> None:
    """Terima surel dari MTA setempat. / Take mail from this machine's mail transfer agent, by LMTP."""
    from contextlib import closing

    from helpdesk import logs
    from helpdesk.channels.email.apart import ReadingApart
    from helpdesk.channels.email.lmtp import address_of
    from helpdesk.commands.serving import check_ready
    from helpdesk.store.db import bare_app
    from helpdesk.timepiece import clock
    from helpdesk.usecases.editions import recalled
    from helpdesk.usecases.processing import Desk

    logs.configure()
    try:
        _ = where.startswith("unix:") or address_of(where)
    except ValueError as error:
        surroundings.refuse(str(error))
    source = surroundings.source()
    settings = surroundings.settings(source.newest)
    check_ready(settings)
    app = bare_app(settings)
    source.recall = recalled(app)
    with closing(ReadingApart()) as read:
        _serve(app, Desk(source, settings, clock(settings), read), where)


def _serve(app: Flask, desk: Desk, where: str) -> None:
    import asyncio
    import signal

    from helpdesk.channels.email.lmtp import listen

    async def until_stopped() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await listen(_receiver(app, desk), where, stop)

    try:
        asyncio.run(until_stopped())
    except OSError as error:
        surroundings.refuse(f"{where}: {error.strerror or type(error).__name__}")


def _receiver(app: Flask, desk: Desk) -> Receiver:
    """Storing has a thread, and so has turning what is stored into tickets: nobody waits for the latter."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from helpdesk.channels.email.lmtp import Receiver
    from helpdesk.store.room import is_low
    from helpdesk.usecases.batches import process_stored
    from helpdesk.usecases.delivering import desk_at, keep

    storing, processing = ThreadPoolExecutor(2, "storing"), ThreadPoolExecutor(1, "processing")

    def process(ids: list[int]) -> None:
        with app.app_context():
            process_stored(desk, ids)  # what fails here is the worker's to try again

    def kept(raw: bytes, heads: Sequence[tuple[str, bytes]]) -> None:
        with app.app_context():
            ids = keep(desk, raw, heads)
        processing.submit(process, ids)

    async def desk_of(address: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(storing, found, address)

    def found(address: str) -> str:
        with app.app_context():
            return desk_at(desk, address)

    async def store(raw: bytes, heads: Sequence[tuple[str, bytes]]) -> None:
        await asyncio.get_running_loop().run_in_executor(storing, kept, raw, heads)

    return Receiver(desk_of, store, lambda: is_low(desk.settings.data, desk.settings.min_free_mb))
