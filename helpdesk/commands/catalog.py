"""`helpdesk catalog`: check and list the service catalogue."""

from pathlib import Path

import click

from helpdesk.commands import surroundings


@click.group()
def catalog() -> None:
    """Katalog layanan. / The service catalogue."""


@catalog.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Periksa katalog; galat sebagai berkas:baris:kolom. / Check it; every error as file:line:column: message."""
    known = surroundings.catalog(file)
    click.echo(f"{len(known.desks)} meja / desks, {len(known.items)} layanan / items: OK", err=True)


@catalog.command("list")
@click.option("--json", "as_json", is_flag=True, help="Satu larik JSON. / One JSON array.")
def show_items(as_json: bool) -> None:
    """Semua layanan dalam katalog. / All items of the catalogue."""
    known = surroundings.catalog()
    offering = {i: [d.id for d in known.desks.values() if i in d.items] for i in known.items}
    if as_json:
        surroundings.show(
            [
                {
                    "id": item.id,
                    "service": item.service,
                    "name": {"id": item.name.id, "en": item.name.en},
                    "types": [str(t) for t in item.types],
                    "group": item.group,
                    "response_minutes": item.response_minutes,
                    "norm": {"id": item.wording.id, "en": item.wording.en},
                    "desks": offering[item.id],
                }
                for item in known.items.values()
            ]
        )
        return
    width = max((len(i) for i in known.items), default=0)
    for item in known.items.values():
        click.echo(f"{item.id:<{width}}  {item.name.id} / {item.name.en}")
