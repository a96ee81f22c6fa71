"""The desk in an address: only a desk of the catalogue is one, so that every other path stays what it is."""

import re
from collections.abc import Iterable

from werkzeug.routing import BaseConverter


def desk_converter(desks: Iterable[str]) -> type[BaseConverter]:
    """The converter of `kptik-medan` in an address.

    The desks are its pattern: a path with another name is unknown, whatever the method (404, never 405).
    """
    names = "|".join(re.escape(desk) for desk in desks)
    return type("DeskConverter", (BaseConverter,), {"regex": f"(?:{names})"})
