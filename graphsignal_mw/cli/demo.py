"""``graphsignal-mw demo``."""

import json

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from graphsignal_mw.demo.extras import require


@click.command()
@click.option("--once", is_flag=True, help="Check instead of show: exit 0 when the incident was found, else 1.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary of --once as JSON.")
@click.option("--no-browser", is_flag=True, help="Print the dashboard's address, and do not open it.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="Collector; 0: a free one.")
def demo(*, once: bool, as_json: bool, no_browser: bool, port: int) -> None:
    """Watch it find an incident in real flights.

    A model that predicts late arrivals is trained on the flights that left New York in early 2013, and served by a
    FastAPI app with the middleware. The weeks after are replayed as if they ended now; in the last day one client
    version sends kilometres for miles, and a weather station falls silent. Lives on until Ctrl-C.

    \b
    Examples:
      graphsignal-mw demo
      graphsignal-mw demo --once --json
    """  # noqa: D301 - click wants the character \b
    if as_json and not once:
        raise click.UsageError("--json: only with --once")
    require()
    from graphsignal_mw.demo.run import Screen, run_on, run_once

    console = Console(stderr=True)
    with _progress(console) as progress:
        screen = Screen(lambda line: progress.console.print(line, highlight=False, soft_wrap=True), progress)
        try:
            if not once:
                run_on(screen, port, browser=not no_browser)
                return
            summary = run_once(screen, port)
        except KeyboardInterrupt:
            screen.say("Ended.")
            raise click.exceptions.Exit(130 if once else 0) from None
    click.echo(json.dumps(summary.as_dict(), indent=2) if as_json else summary.text())


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
