"""How much room the disk of the data folder has left."""

import os
from pathlib import Path

LEAST_PART = 0.05
MEBIBYTE = 1_048_576


def is_low(data: Path, least_mb: int) -> bool:
    """True when less than `least_mb` MiB or 5 % of the disk are free for this user; 0 MiB: nobody asks.

    A folder that cannot be looked at does not count as full: whoever writes there will tell.
    """
    if not least_mb:
        return False
    try:
        disk = os.statvfs(data)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < least_mb * MEBIBYTE or disk.f_bavail < disk.f_blocks * LEAST_PART
