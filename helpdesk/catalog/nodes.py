"""A YAML document as a tree that knows where each key and value stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the file; both numbers count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and its place."""

    at: Position
    message: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, always as text: what it means is the schema's business. None for an empty value."""

    at: Position
    value: str | None


@dataclass(slots=True)
class Listing:
    """A list; `at` is where it begins."""

    at: Position
    entries: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """Keys with values, in the order of the file; `keys` says where each key stands."""

    at: Position
    entries: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Position] = field(default_factory=dict)


Node: TypeAlias = Scalar | Listing | Table


def plain(node: Node) -> Any:
    """The tree as dictionaries, lists and texts, without places."""
    if isinstance(node, Table):
        return {key: plain(entry) for key, entry in node.entries.items()}
    if isinstance(node, Listing):
        return [plain(entry) for entry in node.entries]
    return node.value


def place(root: Node, path: Sequence[str | int], *, key: bool = False) -> Position:
    """Where the thing at `path` stands: a simple value, else its key; what is nearest around it if it is absent.

    `key`: always where its key stands.
    """
    node, at = root, root.at
    for step in path:
        if isinstance(node, Table) and str(step) in node.entries:
            at, node = node.keys[str(step)], node.entries[str(step)]
        elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.entries):
            node = node.entries[step]
            at = node.at
        else:
            return at
    return node.at if isinstance(node, Scalar) and node.value is not None and not key else at


def with_defaults(own: Table, *fallbacks: Mapping[str, tuple[Position, Node]]) -> Table:
    """`own` with the keys that it lacks taken from the first of `fallbacks` that has them; places are kept."""
    merged = Table(own.at, dict(own.entries), dict(own.keys))
    for fallback in fallbacks:
        for key, (at, node) in fallback.items():
            if key not in merged.entries:
                merged.entries[key], merged.keys[key] = node, at
    return merged


def placed(node: Node | None) -> dict[str, tuple[Position, Node]]:
    """The entries of a table with the places of their keys; empty for anything else."""
    if not isinstance(node, Table):
        return {}
    return {key: (node.keys[key], entry) for key, entry in node.entries.items()}
