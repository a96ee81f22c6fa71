"""What differs between two trees of facts, each difference as a sentence in Indonesian and English."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from helpdesk.catalog.labels import LABELS
from helpdesk.catalog.model import Text
from helpdesk.catalog.sayings import Sayer, alike, in_both, listed


class Kind(StrEnum):
    """How something differs; REORDERED: the same members stand in another order."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a catalogue says.

    `what` is a key of LABELS and `key` tells facts of one `what` apart. `value` is compared, `said` is told. With
    `parts` two facts of one `shape` are compared part by part, each told after `name`. `words` are the members of a
    list that are told together. `ordered`: the order among the facts of one `what`, or of the words, matters.
    """

    what: str
    value: Any
    said: Text
    key: str = ""
    name: Text | None = None
    parts: tuple["Fact", ...] = ()
    shape: str = ""
    words: tuple[tuple[Any, Text], ...] | None = None
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `about` and `id` are the thing of the catalogue, `name` its name; `what` is what of it differs,
    `inside` the parts of it that lie around that. `what` is empty where the whole thing came or went.

    `before` is None for what came, `after` for what went.
    """

    about: str
    id: str
    name: Text
    what: str
    kind: Kind
    before: Text | None
    after: Text | None
    inside: tuple[Text, ...] = ()

    @property
    def sentence(self) -> Text:
        """`tenggat: 4 jam kerja menjadi 6 jam kerja`, and the same in English."""
        label = LABELS[self.what or self.about]
        words = {"what": Text(*label), "before": self.before, "after": self.after}
        said = in_both(
            lambda tell: _SENTENCES[self._form(tell)][tell.place].format(
                **{key: tell.name(text) for key, text in words.items() if text is not None}
            )
        )
        for around in reversed(self.inside):
            said = Text(f"{around.id}: {said.id}", f"{around.en}: {said.en}")
        return said

    def _form(self, tell: Sayer) -> str:
        if self.kind is not Kind.CHANGED or self.before is None or self.after is None:
            return self.kind.value
        if self.before == self.after:
            return "same"
        return "elsewhere" if tell.name(self.before) == tell.name(self.after) else self.kind.value


_SENTENCES = {
    "added": ("{what} baru: {after}", "new {what}: {after}"),
    "removed": ("{what} dihapus: {before}", "{what} removed: {before}"),
    "changed": ("{what}: {before} menjadi {after}", "{what}: {before} becomes {after}"),
    "elsewhere": ("{what}: hanya berubah dalam bahasa Inggris", "{what}: changed in Indonesian only"),
    "same": ("{what}: tetap {after}, dengan id yang lain", "{what}: still {after}, with other ids"),
    "reordered": ("urutan {what}: {before} menjadi {after}", "order of {what}: {before} becomes {after}"),
}


@dataclass(frozen=True, slots=True)
class _Difference:
    trail: tuple[Fact, ...]
    what: str
    kind: Kind
    before: Text | None = None
    after: Text | None = None


def compare(old: Sequence[Fact], new: Sequence[Fact]) -> Iterator[Change]:
    """What differs between two catalogues as facts; at the top are the things that `Change.about` names."""
    for found in _differences(old, new, ()):
        top = found.trail[0]
        yield Change(
            about=top.what,
            id=top.key,
            name=top.name or alike(top.key),
            what=found.what,
            kind=found.kind,
            before=found.before,
            after=found.after,
            inside=tuple(_label(fact) for fact in found.trail[1:]),
        )


def _label(fact: Fact) -> Text:
    """`pertanyaan Jumlah perangkat`."""
    label, name = LABELS[fact.what], fact.name
    return Text(f"{label[0]} {name.id}", f"{label[1]} {name.en}") if name else Text(*label)


def _differences(old: Sequence[Fact], new: Sequence[Fact], trail: tuple[Fact, ...]) -> Iterator[_Difference]:
    before = {(fact.what, fact.key): fact for fact in old}
    after = {(fact.what, fact.key): fact for fact in new}
    for identity in dict.fromkeys((*before, *after)):
        was, becomes = before.get(identity), after.get(identity)
        if was is None or becomes is None:
            yield from _one_side(was, becomes, trail)
        elif was.words is not None and becomes.words is not None:
            yield from _words(was, becomes, trail)
        elif was.parts and becomes.parts and was.shape == becomes.shape:
            yield from _differences(was.parts, becomes.parts, (*trail, becomes))
        elif was.value != becomes.value:
            yield _Difference(trail, was.what, Kind.CHANGED, was.said, becomes.said)
    yield from _order(before, after, trail)


def _one_side(was: Fact | None, becomes: Fact | None, trail: tuple[Fact, ...]) -> Iterator[_Difference]:
    present = becomes or was
    assert present is not None
    kind = Kind.ADDED if becomes else Kind.REMOVED
    sides = (was.said if was else None, becomes.said if becomes else None)
    if trail:
        yield _Difference(trail, present.what, kind, *sides)
    else:
        yield _Difference((present,), "", kind, *sides)


def _words(was: Fact, becomes: Fact, trail: tuple[Fact, ...]) -> Iterator[_Difference]:
    old, new = dict(was.words or ()), dict(becomes.words or ())
    added = [text for word, text in new.items() if word not in old]
    removed = [text for word, text in old.items() if word not in new]
    if added:
        yield _Difference(trail, was.what, Kind.ADDED, None, listed(added))
    if removed:
        yield _Difference(trail, was.what, Kind.REMOVED, listed(removed), None)
    if was.ordered and not added and not removed and [*old] != [*new]:
        yield _Difference(trail, was.what, Kind.REORDERED, listed(old.values()), listed(new.values()))


def _order(
    before: dict[tuple[str, str], Fact], after: dict[tuple[str, str], Fact], trail: tuple[Fact, ...]
) -> Iterator[_Difference]:
    """The order of those that both sides have."""
    for what in dict.fromkeys(fact.what for fact in after.values() if fact.ordered and fact.words is None):
        old = [identity for identity in before if identity[0] == what and identity in after]
        new = [identity for identity in after if identity[0] == what and identity in before]
        if old != new:
            yield _Difference(
                trail,
                what,
                Kind.REORDERED,
                listed(_short(before[identity]) for identity in old),
                listed(_short(after[identity]) for identity in new),
            )


def _short(fact: Fact) -> Text:
    return fact.name or fact.said
