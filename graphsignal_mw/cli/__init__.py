"""The command line. Commands import late, so that each needs only its own packages."""

import sys

from graphsignal_mw.cli.table import COMMANDS
from graphsignal_mw.errors import GraphsignalError, MissingExtraError

__all__ = ["main"]


def main() -> None:
    """Run ``graphsignal-mw``; errors of ours are one clear message and exit code 1."""
    try:
        run()
    except GraphsignalError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)


def run() -> None:
    """Run the command that the arguments name.

    Raises:
        MissingExtraError: without the packages of the extra ``cli``; names the one extra that the command needs.

    """
    try:
        import click  # noqa: F401 - asked for here, to say what is missing
    except ModuleNotFoundError:
        name = next(iter(sys.argv[1:]), "")
        if name in COMMANDS:
            raise MissingExtraError(f"graphsignal-mw {name}", COMMANDS[name][3]) from None
        raise MissingExtraError("The command line", "cli") from None
    from graphsignal_mw.cli.group import commands

    commands.main(prog_name="graphsignal-mw")
