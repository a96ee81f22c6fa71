"""catalog.yaml -> Catalog, or every fault of it with its line and column.

No database, no settings; the libraries for YAML and schemas are imported only when a file is loaded.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from helpdesk.catalog.errors import CatalogError, CatalogErrors
from helpdesk.catalog.model import Catalog
from helpdesk.catalog.nodes import Fault, Position, Table, place, plain
from helpdesk.catalog.reader import LARGEST, Unreadable, decode, read

__all__ = ["CatalogError", "CatalogErrors", "catalog_notices", "load_file", "load_text"]


def load_file(path: Path) -> Catalog:
    """The catalogue in the file at `path`. Raises CatalogErrors with every fault, also when it cannot be read."""
    name = _shown(path)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "no file of that name"
        raise CatalogErrors((CatalogError(name, 1, 1, f"cannot be read: {reason}"),)) from error
    try:
        text = decode(raw)
    except Unreadable as error:
        raise _errors(name, [error.fault]) from error
    return load_text(text, name)


def _shown(path: Path) -> str:
    """The path as the user knows it: from the working directory if it lies below it."""
    try:
        return str(path.relative_to(Path.cwd())) if path.is_absolute() else str(path)
    except ValueError:
        return str(path)


@lru_cache(maxsize=4)
def load_text(text: str, name: str = "catalog.yaml") -> Catalog:
    """The catalogue that `text` describes; `name` is the file's name in messages. Raises CatalogErrors.

    The last few are remembered: the same text gives the same frozen value, and reading it takes half a second.
    """
    from helpdesk.catalog.merging import merged  # noqa: PLC0415  # slow to import, and of no use but here

    try:
        root, faults = read(text)
    except Unreadable as error:
        raise _errors(name, [error.fault]) from error
    root = merged(root)
    data, found = _checked(root)
    faults.extend(found)
    if faults:
        raise _errors(name, faults)
    from helpdesk.catalog.building import build  # noqa: PLC0415

    catalog = build(data)
    return replace(catalog, source=text, edition=_edition(catalog.version, text))


def _edition(version: str, text: str) -> str:
    """At most 40 characters: the version, shortened where need be, and what makes it unmistakable."""
    return f"{version[:27]}#{sha256(text.encode()).hexdigest()[:12]}"


def _checked(root: Table) -> tuple[Any, list[Fault]]:
    """The loaded data as far as it is right, and its faults, each where the schema or the rules found it."""
    from marshmallow import ValidationError  # noqa: PLC0415

    from helpdesk.catalog.fields import AboutKey  # noqa: PLC0415
    from helpdesk.catalog.rules import findings  # noqa: PLC0415
    from helpdesk.catalog.schema import CatalogSchema  # noqa: PLC0415

    told: dict[tuple[Position, str], Fault] = {}

    def tell(path: tuple[str | int, ...], message: str) -> None:
        at = place(root, path, key=isinstance(message, AboutKey))
        told.setdefault((at, message), Fault(at, f"{'.'.join(map(str, path))}: {message}" if path else message))

    try:
        data: Any = CatalogSchema().load(plain(root))
    except ValidationError as error:
        data = error.valid_data
        for path, message in _flat(error.messages):
            tell(path, message)
    for path, message in findings(data, lambda inside: place(root, inside).line):
        tell(path, message)
    return data, list(told.values())


def _flat(messages: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Marshmallow's nested messages as (path, message)."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(inner, path if key == "_schema" else (*path, key))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield path, messages


def _errors(name: str, faults: Iterable[Fault]) -> CatalogErrors:
    return CatalogErrors(tuple(sorted(CatalogError(name, f.at.line, f.at.column, f.message) for f in faults)))


def catalog_notices(catalog: Catalog) -> tuple[str, ...]:
    """Worth knowing of a catalogue that is right: what no desk offers or can do."""
    offered = {item for desk in catalog.desks.values() for item in desk.items}
    notices = [f"{item}: no desk offers it" for item in catalog.items if item not in offered]
    notices += [
        f"{item.id}: the desk {desk.id} has no group {item.group}; its service desk keeps the tickets"
        for desk in catalog.desks.values()
        for item in catalog.items_of(desk.id)
        if item.group not in desk.groups
    ]
    return tuple(notices)
