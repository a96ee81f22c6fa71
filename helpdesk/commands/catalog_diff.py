"""`helpdesk catalog diff`: what changed between two catalogues, in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpdesk.commands import surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk.catalog.comparison import Change
    from helpdesk.catalog.model import Text

IN_FORCE = "-"
WIDEST = 110
"""Characters of a line that holds both languages; what is longer takes a line for each."""


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Satu larik JSON. / One JSON array.")
def diff(old: str, new: str, as_json: bool) -> None:
    """Apa yang berubah dari A ke B, dalam kata-kata. / What changed from A to B, in words.

    A dan B berkas katalog; - ialah katalog yang berlaku. Keluar 0, ada perubahan atau tidak; 1 bila berkas salah. /
    A and B are catalogue files; - is the one in force. Exit 0 with or without changes; 1 for a faulty file.
    """
    from helpdesk.catalog.catalog_facts import change_as_plain, changes

    found = changes(*surroundings.catalogs(*(_file(name) for name in (old, new))))
    if as_json:
        surroundings.show([change_as_plain(change) for change in found])
    elif found:
        click.echo("\n".join(_lines(found)))
    else:
        click.echo("Tidak ada yang berubah. / Nothing changed.")


def _file(name: str) -> Path:
    return surroundings.catalog_file() if name == IN_FORCE else Path(name)


def _lines(found: tuple[Change, ...]) -> Iterator[str]:
    from helpdesk.catalog.catalog_facts import things

    for number, changes in enumerate(things(found)):
        if number:
            yield ""
        yield _heading(changes[0])
        for change in changes:
            yield from _beside(change.sentence)


def _heading(change: Change) -> str:
    from helpdesk.catalog.labels import LABELS

    label = LABELS[change.about]
    name = change.name.id if change.name.id == change.name.en else f"{change.name.id} / {change.name.en}"
    named = f" {change.id}" + (f" ({name})" if name != change.id else "") if change.id else ""
    return f"{label[0].capitalize()} / {label[1].capitalize()}{named}"


def _beside(text: Text) -> Iterator[str]:
    """Indonesian, with English on the same line where there is room, else below it."""
    if len(text.id) + len(text.en) < WIDEST:
        yield f"  {text.id} / {text.en}"
    else:
        yield f"  {text.id}"
        yield f"    {text.en}"
