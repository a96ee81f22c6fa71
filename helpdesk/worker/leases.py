"""Whether the process that holds a lease can still be waited for."""

import os
import socket


def has_died(reader: str) -> bool:
    """True for a worker (host:pid) of this machine whose process is gone: nobody needs to wait for its lease to end."""
    host, _, pid = reader.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
