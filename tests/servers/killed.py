"""A process that dies by kill -9 on the way."""

import contextlib
import os
import signal
from collections.abc import Callable


def in_a_killed_process(act: Callable[[], object]) -> None:
    """Do something in a child that a fail point kills. Whoever calls has closed its connections to the database."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == signal.SIGKILL, "it did not pass the place"
