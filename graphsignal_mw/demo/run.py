"""The demo: started, replayed, shown."""

import signal
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from graphsignal_mw.demo.extras import require
from graphsignal_mw.demo.replay import LiveReplay, live_on, send_history
from graphsignal_mw.demo.summary import Summary, brief
from graphsignal_mw.demo.verify import wait_for_counts, wait_for_incident
from graphsignal_mw.demo.world import DEPLOYMENT, World, running_world

KILLED_AT, BACK_AT = 0.4, 0.6
"""Shares of the requests between which the collector is away."""

Say = Callable[[str], None]


class Screen:
    """Where the demo says how far it is: a line for each step, and a progress bar."""

    def __init__(self, say: Say, progress: Any) -> None:
        self.say, self._progress = say, progress

    def bar(self, title: str, total: int) -> Callable[[int], None]:
        """Return what advances a new bar."""
        task = self._progress.add_task(title, total=total)
        return lambda done: self._progress.advance(task, done)


def run_once(screen: Screen, port: int = 0) -> Summary:
    """Replay everything, with a crash of the collector in the middle, and check what it found.

    Raises:
        DemoError: when the incident was not found, or anything was lost or counted twice.
        MissingExtraError: without the packages of the extra ``demo``.

    """
    require()
    with orderly_end(), running_world(port) as world:
        screen.say(f"Collector {world.collector.url}, app {world.app.url}")
        received = _replay_with_crash(world, screen)
        wait_for_counts(world)
        issues = wait_for_incident(world)
        world.app.stop()  # what it still held must not come a second time
        totals = wait_for_counts(world)
        return Summary(
            deployment=DEPLOYMENT,
            sent=world.sent.as_dict(),
            counted={name: totals[name] for name in world.sent.as_dict()},
            withheld=totals["withheld"],
            windows=totals["windows"],
            bytes_uploaded=received + world.api.bytes_received(),
            collector_restarts=1,
            issues=[brief(issue) for issue in issues],
            seconds=round(world.seconds, 1),
        )


def run_on(screen: Screen, port: int = 0, *, browser: bool = True) -> None:
    """Replay everything and live on, with a flight whenever one departs, until Ctrl-C."""
    require()
    with orderly_end(), running_world(port) as world:
        screen.say(f"Dashboard: {world.api.dashboard}")
        send_history(world, screen.bar("History, through the logger", len(world.plan.history)))
        if browser:  # now that the page has something to show
            webbrowser.open(world.api.dashboard)
        LiveReplay(world, screen.bar("Last three days, as requests", len(world.plan.live))).finish()
        screen.say(
            "Everything is sent; the incident is an issue in a moment. Flights go on as they depart: Ctrl-C ends."
        )
        live_on(world)


def _replay_with_crash(world: World, screen: Screen) -> int:
    """Send everything; return the bytes that the collector had received when it was killed."""
    send_history(world, screen.bar("History, through the logger", len(world.plan.history)))
    live = LiveReplay(world, screen.bar("Last three days, as requests", len(world.plan.live)))
    live.send_until(KILLED_AT)
    received = world.api.bytes_received()
    world.collector.kill()
    screen.say("Collector killed")
    live.send_until(BACK_AT)
    world.collector.start()
    screen.say("Collector started again")
    live.finish()
    world.collector.wait()
    return received


@contextmanager
def orderly_end() -> Iterator[None]:
    """Let SIGTERM, and a closed terminal (SIGHUP), end the demo as Ctrl-C does: with its processes."""

    def end(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = {
        number: signal.signal(number, end)
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN  # nohup
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
