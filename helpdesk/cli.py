"""The command line: every command, loaded only when it is called."""

import os
from importlib import import_module

import click

# name -> where the command is; the order is that of the help.
COMMANDS = {
    "demo": "helpdesk.commands.demo:demo",
    "serve": "helpdesk.commands.serving:serve",
    "worker": "helpdesk.commands.serving:worker",
    "init": "helpdesk.commands.database:init",
    "upgrade": "helpdesk.commands.database:upgrade",
    "catalog": "helpdesk.commands.catalog:catalog",
    "sla": "helpdesk.commands.sla:sla",
    "mail": "helpdesk.commands.mail:mail",
    "ingest": "helpdesk.commands.ingest:ingest",
    "lmtp": "helpdesk.commands.lmtp:lmtp",
    "user": "helpdesk.commands.people:user",
    "token": "helpdesk.commands.people:token",
}


class LateCommands(click.Group):
    """A group that imports a command's module when the command is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's order
    if not wanted:
        return
    from importlib.metadata import version

    click.echo(version("helpdesk"))
    ctx.exit()


@click.command(cls=LateCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Versi. / Version.")
def cli() -> None:
    """Meja layanan yang menjalankan standar pelayanan. / A helpdesk that executes published service standards."""


def main() -> None:
    """The console script. What it writes is for its user alone, whatever the umask was."""
    os.umask(0o077)
    cli(prog_name="helpdesk")
