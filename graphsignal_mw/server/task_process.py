"""The second process, which runs the background tasks."""

import contextlib
import logging
import multiprocessing
import threading
from collections.abc import Iterator
from multiprocessing.context import SpawnProcess

from graphsignal_mw import tasks
from graphsignal_mw.server.settings import ServerSettings

logger = logging.getLogger(__name__)

STOP_SECONDS = 10


@contextlib.contextmanager
def task_process(settings: ServerSettings) -> Iterator[None]:
    """Run the background tasks in a process of their own; one that dies is started again."""
    ending = threading.Event()
    watcher = threading.Thread(target=_watch, args=(settings, ending), name="task-process", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ending.set()
        watcher.join()


def _watch(settings: ServerSettings, ending: threading.Event) -> None:
    process = _start(settings)
    while not ending.wait(0.2):
        if not process.is_alive():
            logger.error("the task process ended with exit code %s; starting it again", process.exitcode)
            ending.wait(1.0)
            process = _start(settings)
    process.terminate()
    process.join(STOP_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()


def _start(settings: ServerSettings) -> SpawnProcess:
    # Spawned, not forked: threads and connections of this process are of no use there.
    process = multiprocessing.get_context("spawn").Process(
        target=tasks.run_process,
        args=(settings.target, settings.detect_every, settings.json_logs, settings.heartbeat_url),
        name="tasks",
        daemon=True,
    )
    process.start()
    return process
