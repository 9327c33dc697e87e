"""The group of all commands; a command's file is imported when it is asked for."""

from importlib import import_module

import click

from graphsignal_mw._version import __version__
from graphsignal_mw.cli.table import COMMANDS
from graphsignal_mw.errors import MissingExtraError


class LateGroup(click.Group):
    """Commands of :data:`COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None when there is none of that name.

        Raises:
            MissingExtraError: a package that it needs is not installed.

        """
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _, extra = COMMANDS[cmd_name]
        try:
            command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] == "graphsignal_mw":
                raise
            raise MissingExtraError(f"graphsignal-mw {cmd_name}", extra) from error
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, purpose) for name, (_, _, purpose, _) in COMMANDS.items()])


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="graphsignal-mw")
def commands() -> None:
    """Monitor machine-learning models in production with a collector that you run yourself.

    \b
    Start here:
      graphsignal-mw demo                      see it work, in two minutes
      graphsignal-mw serve                     run the collector on http://127.0.0.1:8900
      graphsignal-mw check monitoring.yaml     check the configuration of a middleware
    """  # noqa: D301 - click wants the character \b
