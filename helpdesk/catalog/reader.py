"""Text -> positioned tree: YAML and nothing more of it than a catalogue needs.

Works on the parser's events, not on constructed values: so each key has its place, values stay text ("no" is not false,
12:00 is not a number), and hostile input (deep nesting, aliases of aliases, tags) costs nothing.
"""

import re
from collections.abc import Iterator
from typing import Any

from helpdesk.catalog.nodes import Fault, Listing, Node, Position, Scalar, Table

LARGEST = 2_000_000
"""Bytes of the largest catalogue that is read."""

DEEPEST = 40
MOST_NODES = 200_000
"""How many values a catalogue may have with every alias written out."""

_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})


class Unreadable(Exception):
    """The text is not one YAML document of the kind that a catalogue is."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def _position_of(text: str, index: int) -> Position:
    before = text[:index]
    return Position(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def decode(raw: bytes) -> str:
    """The text of the file. Raises Unreadable when it is too long or not UTF-8."""
    if len(raw) > LARGEST:
        raise Unreadable(Fault(Position(1, 1), f"the file is longer than {LARGEST // 1_000_000} MB"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8-sig", errors="replace")
        raise Unreadable(Fault(_position_of(good, len(good)), "the file is not UTF-8 from here on")) from error


def read(text: str) -> tuple[Table, list[Fault]]:
    """The document as a tree, and its faults that do not keep it from being read on (keys written twice, tags).

    Raises Unreadable where reading must stop: not YAML, empty, several documents, not a mapping, too deep or too large.
    """
    if len(text) > LARGEST:
        raise Unreadable(Fault(Position(1, 1), f"the file is longer than {LARGEST // 1_000_000} MB"))
    strange = _NO_TEXT.search(text)
    if strange:
        what = f"the character U+{ord(strange.group()):04X} may not stand here"
        raise Unreadable(Fault(_position_of(text, strange.start()), what))
    builder = _Builder()
    for event in _events(text):
        builder.take(event)
    return builder.finish(), builder.faults


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415  # slow to import, and needed only here
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    try:
        yield from YAML(typ="safe").parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
        words = " ".join(str(part) for part in (error.problem, error.context) if part)
        raise Unreadable(Fault(at, f"not YAML: {words}")) from error
    except (YAMLError, ValueError) as error:
        raise Unreadable(Fault(Position(1, 1), f"not YAML: {type(error).__name__}")) from error


class _Builder:
    """Puts the tree together from the parser's events, without recursion."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._root: Node | None = None
        self._open: list[Table | Listing] = []
        self._key: list[tuple[str, Position] | None] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._waiting: list[tuple[str | None, int]] = []
        self._count = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take the next event of ruamel.yaml's parser."""
        at = Position(event.start_mark.line + 1, event.start_mark.column + 1)
        name = type(event).__name__
        if name == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise Unreadable(Fault(at, "a second document begins here; a catalogue is one document"))
        elif name == "ScalarEvent":
            self._scalar(event, at)
        elif name in {"MappingStartEvent", "SequenceStartEvent"}:
            self._begin(event, at, Table(at) if name == "MappingStartEvent" else Listing(at))
        elif name in {"MappingEndEvent", "SequenceEndEvent"}:
            self._end()
        elif name == "AliasEvent":
            self._alias(event.anchor, at)

    def finish(self) -> Table:
        """The whole tree. Raises Unreadable when it is empty or not a mapping."""
        if self._root is None or (isinstance(self._root, Scalar) and self._root.value is None):
            raise Unreadable(Fault(Position(1, 1), "the catalogue is empty"))
        if not isinstance(self._root, Table):
            raise Unreadable(Fault(self._root.at, "the catalogue must be keys with values"))
        return self._root

    def _scalar(self, event: Any, at: Position) -> None:
        self._refuse_tag(event, at)
        is_plain = event.implicit[0]
        value = None if is_plain and event.value in _EMPTY else event.value
        self._grow(1, at)
        node = Scalar(at, value)
        if event.anchor:
            self._anchors[event.anchor] = (node, 1)
        self._place(node, at)

    def _begin(self, event: Any, at: Position, node: Table | Listing) -> None:
        self._refuse_tag(event, at)
        if len(self._open) >= DEEPEST:
            raise Unreadable(Fault(at, f"more than {DEEPEST} levels inside each other"))
        self._grow(1, at)
        self._place(node, at)
        self._open.append(node)
        self._key.append(None)
        self._waiting.append((event.anchor, self._count - 1))

    def _end(self) -> None:
        node = self._open.pop()
        self._key.pop()
        anchor, before = self._waiting.pop()
        if anchor:
            self._anchors[anchor] = (node, self._count - before)

    def _alias(self, anchor: str, at: Position) -> None:
        if anchor not in self._anchors:  # also inside the thing itself: it is known only when it has ended
            raise Unreadable(Fault(at, f"*{anchor} stands for nothing: there is no complete &{anchor} above"))
        node, size = self._anchors[anchor]
        self._grow(size, at)
        self._place(node, at)

    def _grow(self, nodes: int, at: Position) -> None:
        self._count += nodes
        if self._count > MOST_NODES:
            raise Unreadable(Fault(at, f"more than {MOST_NODES} values"))

    def _refuse_tag(self, event: Any, at: Position) -> None:
        if event.tag is not None:
            self.faults.append(Fault(at, f"the tag {event.tag} may not stand here"))

    def _place(self, node: Node, at: Position) -> None:
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Listing):
            parent.entries.append(node)
            return
        pending = self._key[-1]
        if pending is None:
            self._key[-1] = (self._key_text(node, at), at)
            return
        self._key[-1] = None
        key, where = pending
        if key in parent.entries:
            first = parent.keys[key].line
            self.faults.append(
                Fault(where, f'the key "{key[:60]}" stands here a second time; the first is on line {first}')
            )
            return
        parent.entries[key], parent.keys[key] = node, where

    def _key_text(self, node: Node, at: Position) -> str:
        if isinstance(node, Scalar) and node.value is not None:
            return node.value
        self.faults.append(Fault(at, "a key must be a word"))
        return ""
