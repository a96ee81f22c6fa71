"""`helpdesk sla`: what the standards promise, without any database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from helpdesk.commands import surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.group()
def sla() -> None:
    """Waktu layanan. / Time norms."""


@sla.command()
@click.argument("item")
@click.option("--desk", required=True)
@click.option("--channel", required=True)
@click.option("--received", required=True, metavar="T", help="ISO 8601.")
@click.option("--starts", metavar="T", help="Dokumen lengkap, disposisi, … / Documents complete, disposition, …")
@click.option("--event", metavar="T", help="Tanggal acara. / Date of the event.")
@click.option("--attr", "attributes", multiple=True, metavar="K=V", help="May repeat.")
@click.option("--json", "as_json", is_flag=True)
def due(
    item: str,
    desk: str,
    channel: str,
    received: str,
    starts: str | None,
    event: str | None,
    attributes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tenggat suatu layanan, dengan penjelasan. / The deadlines of an item, explained."""
    from helpdesk.sla.due import Refused
    from helpdesk.usecases.standards import answer_due

    try:
        answer = answer_due(
            surroundings.catalog(),
            item_id=item,
            desk_id=desk,
            channel=channel,
            received=received,
            starts=starts,
            event=event,
            attributes=_pairs(attributes),
        )
    except Refused as error:
        surroundings.refuse(str(error))
    if as_json:
        surroundings.show(answer)
    else:
        _tell(answer)


@sla.command()
@click.option("--desk", required=True)
@click.option("--from", "start", required=True, metavar="T", help="ISO 8601.")
@click.option("--to", "end", required=True, metavar="T", help="ISO 8601.")
@click.option("--json", "as_json", is_flag=True)
def elapsed(desk: str, start: str, end: str, as_json: bool) -> None:
    """Menit kerja antara dua waktu. / Working minutes between two times, rounded down."""
    from helpdesk.sla.due import Refused
    from helpdesk.usecases.standards import answer_elapsed

    try:
        answer = answer_elapsed(surroundings.catalog(), desk_id=desk, start=start, end=end)
    except Refused as error:
        surroundings.refuse(str(error))
    if as_json:
        surroundings.show(answer)
    else:
        click.echo(answer["working_minutes"])


def _pairs(attributes: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [text.partition("=") for text in attributes]
    for name, sign, _ in pairs:
        if not name or not sign:
            surroundings.refuse(f"--attr: K=V, bukan / not {name[:40]!r}")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _tell(answer: Mapping[str, Any]) -> None:
    for clock in ("response", "resolution"):
        click.echo(f"{clock:<12}{answer[clock]['starts'] or '-'}  →  {answer[clock]['due'] or '-'}")
    width = max((len(stage["name"]) for stage in answer["stages"]), default=0)
    for stage in answer["stages"]:
        click.echo(f"  {stage['name']:<{width}}  {stage['starts'] or '-'}  →  {stage['due'] or '-'}")
    for line in answer["explain"]:
        click.echo(line)
