"""`helpdesk catalog`: check, list and compare the service catalogue."""

import sys
from pathlib import Path

import click

from helpdesk.catalog.model import Catalog, Item
from helpdesk.catalog.rendering import item_as_plain
from helpdesk.commands import surroundings
from helpdesk.commands.catalog_diff import diff

LISTED = (
    *("id", "service", "name", "types", "group"),
    *("response_minutes", "requirements", "products", "fee", "complaints"),
)


@click.group()
def catalog() -> None:
    """Katalog layanan. / The service catalogue."""


catalog.add_command(diff)


@catalog.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Periksa katalog; galat sebagai berkas:baris:kolom. / Check it; every error as file:line:column: message.

    Galat atau OK ke keluaran standar: itulah hasilnya. / The errors, or OK, go to standard output: they are the result.
    """
    from helpdesk.catalog.errors import CatalogErrors
    from helpdesk.catalog.source import CatalogSource

    path = file or surroundings.catalog_file()
    try:
        known = CatalogSource.open(path).newest
    except CatalogErrors as found:
        for error in found.errors:
            click.echo(str(error))
        click.echo(f"{len(found.errors)} galat / errors: {path}", err=True)
        sys.exit(1)
    except OSError as error:
        surroundings.end_unread(error)
    begins = f"berlaku mulai / valid from {known.valid_from}"
    click.echo(f"{len(known.desks)} meja / desks, {len(known.items)} layanan / items, {begins}: OK")


@catalog.command("list")
@click.option("--json", "as_json", is_flag=True, help="Satu larik JSON. / One JSON array.")
def show_items(as_json: bool) -> None:
    """Semua layanan dalam katalog. / All items of the catalogue."""
    known = surroundings.catalog()
    if as_json:
        surroundings.show([_listed(known, item) for item in known.items.values()])
        return
    width = max((len(i) for i in known.items), default=0)
    for item in known.items.values():
        click.echo(f"{item.id:<{width}}  {item.name.id} / {item.name.en}")


@catalog.command()
def schema() -> None:
    """JSON Schema katalog, untuk penyunting teks. / The JSON Schema of the catalogue, for editors."""
    import json

    from helpdesk.catalog.json_schema import json_schema

    text = json.dumps(json_schema(), ensure_ascii=False, indent=2)
    sys.stdout.buffer.write(f"{text}\n".encode())  # in UTF-8 whatever the locale says
    sys.stdout.buffer.flush()


def _listed(known: Catalog, item: Item) -> dict[str, object]:
    """An item as `catalog list --json` shows it: its norm in the standard's words, and the desks that offer it."""
    plain, service = item_as_plain(item), known.service_of(item)
    return {
        **{key: plain[key] for key in LISTED},
        "norm": plain["wording"],
        "authority": service.authority or None,
        "legal_basis": list(service.legal_basis),
        "desks": [desk.id for desk in known.desks.values() if item.id in desk.items],
    }
