"""The command line. Commands import late, so that each needs only its own packages."""

import sys

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
        MissingExtraError: without the packages of the extra ``cli``.

    """
    try:
        import click  # noqa: F401 - asked for here, to say what is missing
    except ModuleNotFoundError:
        raise MissingExtraError("The command line", "cli") from None
    from graphsignal_mw.cli.group import commands

    commands.main(prog_name="graphsignal-mw")
