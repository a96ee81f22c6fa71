"""`helpdesk user …` and `helpdesk token add`: staff users and their bearer tokens."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from helpdesk.commands import surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

    from helpdesk.usecases.context import Context

ROLES = ("agent", "technician", "supervisor", "administrator")


@click.group()
def user() -> None:
    """Petugas. / Staff users."""


@user.command("add")
@click.argument("name")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help="May repeat.")
@click.option("--desk", "desks", multiple=True, help="May repeat.")
@click.option("--group", "groups", multiple=True, help="Support group of a technician; may repeat.")
@click.option("--display-name", default="", help="As shown to requesters.")
@click.option("--email", default="")
def add_user(
    name: str, roles: tuple[str, ...], desks: tuple[str, ...], groups: tuple[str, ...], display_name: str, email: str
) -> None:
    """Tambah petugas; kata sandi dari masukan standar. / Add a staff user; the password on standard input."""
    from helpdesk.tickets.words import Role
    from helpdesk.usecases import people

    password = _password()
    with _work() as (session, context):
        people.add_user(
            session,
            context.catalog,
            context.now,
            name=name,
            password=password,
            roles=[Role(role) for role in roles],
            desks=list(desks),
            groups=list(groups),
            display_name=display_name,
            email=email,
        )


@user.command("deactivate")
@click.argument("name")
def deactivate_user(name: str) -> None:
    """Nonaktifkan petugas; tiketnya menjadi bebas. / Deactivate a staff user; prints the tickets that are free now."""
    from helpdesk.usecases import departing

    with _work() as (session, context):
        freed = departing.deactivate(session, context.now, name)
    for number in freed:
        click.echo(number)


@user.command("activate")
@click.argument("name")
def activate_user(name: str) -> None:
    """Aktifkan kembali, dengan kata sandi baru. / Activate again; a new password on standard input."""
    from helpdesk.usecases import departing

    password = _password()
    with _work() as (session, _context):
        departing.activate(session, name, password)


@user.command("absent")
@click.argument("name")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Hari terakhir. / The last day.")
@click.option("--substitute", default="", help="Yang menerima pemberitahuannya. / Who gets what is written to them.")
def user_is_absent(name: str, until: datetime, substitute: str) -> None:
    """Petugas cuti sampai suatu hari. / A staff user is away; notices go to the substitute, else to colleagues."""
    from helpdesk.usecases import absence

    with _work() as (session, context):
        absence.set_absent(session, context, name, until.date(), substitute)


@user.command("present")
@click.argument("name")
def user_is_present(name: str) -> None:
    """Petugas kembali lebih awal. / A staff user is back early."""
    from helpdesk.usecases import absence

    with _work() as (session, _context):
        absence.set_present(session, name)


@user.command("password")
@click.argument("name")
def change_password(name: str) -> None:
    """Ganti kata sandi dan akhiri sesi. / Set a new password, from standard input, and end the user's sessions."""
    from helpdesk.usecases import departing

    password = _password()
    with _work() as (session, _context):
        departing.change_password(session, name, password)


def _password() -> str:
    import sys

    asked = sys.stdin.isatty()
    password: str = click.prompt("Kata sandi / Password", hide_input=True, err=True) if asked else sys.stdin.readline()
    return password.rstrip("\r\n")


@contextmanager
def _work() -> Iterator[tuple[Session, Context]]:
    """One unit of work; a refusal ends the command with 2 and changes nothing."""
    from helpdesk.store.db import unit_of_work
    from helpdesk.tickets.errors import DomainError

    with surroundings.context() as context:
        try:
            with unit_of_work() as session:
                yield session, context
        except DomainError as error:
            surroundings.refuse(str(error))


@click.group()
def token() -> None:
    """Token API. / API tokens."""


@token.command("add")
@click.argument("name")
def add_token(name: str) -> None:
    """Buat token bagi petugas; hanya sekali ditampilkan. / Make a token for a staff user; shown only once."""
    from helpdesk.usecases import people

    with _work() as (session, context):
        made = people.add_token(session, context.now, name)
    click.echo(made)
