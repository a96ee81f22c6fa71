"""An event loop in a thread of its own, for code that is not asynchronous."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as NotYet
from typing import Any, TypeVar

_T = TypeVar("_T")
_LOOK_SECONDS = 0.1
"""How often somebody who waits looks whether to stop."""


class Stopped(Exception):
    """Whoever waited was told to stop."""


class Loop:
    """Runs coroutines one thread away. The thread starts with the first of them and ends with `close`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = threading.Lock()

    def run(self, work: Coroutine[Any, Any, _T], stop: threading.Event | None = None) -> _T:
        """The result of the coroutine, or what it raises. Raises Stopped soon after `stop` is set."""
        future = asyncio.run_coroutine_threadsafe(work, self._started())
        while True:
            try:
                return future.result(None if stop is None else _LOOK_SECONDS)
            except NotYet:
                if future.done():
                    raise  # it is the coroutine's own
                if stop is not None and stop.is_set():
                    future.cancel()
                    raise Stopped from None

    def close(self) -> None:
        """End the thread; what still runs in it is given up."""
        with self._starting:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_run, args=(self._loop,), name="telegram-loop", daemon=True).start()
            return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
