"""`helpdesk user add` and `helpdesk token add`: staff users and their bearer tokens."""

import click

from helpdesk.commands import surroundings

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
    import sys

    from helpdesk.store.db import unit_of_work
    from helpdesk.tickets.errors import DomainError
    from helpdesk.tickets.words import Role
    from helpdesk.usecases import people

    asked = sys.stdin.isatty()
    password = click.prompt("Kata sandi / Password", hide_input=True, err=True) if asked else sys.stdin.readline()
    with surroundings.context() as context:
        try:
            with unit_of_work() as session:
                people.add_user(
                    session,
                    context.catalog,
                    context.now,
                    name=name,
                    password=password.rstrip("\r\n"),
                    roles=[Role(role) for role in roles],
                    desks=list(desks),
                    groups=list(groups),
                    display_name=display_name,
                    email=email,
                )
        except DomainError as error:
            surroundings.refuse(str(error))


@click.group()
def token() -> None:
    """Token API. / API tokens."""


@token.command("add")
@click.argument("name")
def add_token(name: str) -> None:
    """Buat token bagi petugas; hanya sekali ditampilkan. / Make a token for a staff user; shown only once."""
    from helpdesk.store.db import unit_of_work
    from helpdesk.tickets.errors import DomainError
    from helpdesk.usecases import people

    with surroundings.context() as context:
        try:
            with unit_of_work() as session:
                made = people.add_token(session, context.now, name)
        except DomainError as error:
            surroundings.refuse(str(error))
    click.echo(made)
