"""Counters of the collector itself, and how Prometheus reads them."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping

from graphsignal_mw._version import __version__
from graphsignal_mw.store import Deployment, Store

PREFIX = "graphsignal_mw"
Samples = Iterable[tuple[Mapping[str, str], float]]


class Meters:
    """What one collector process has seen since it started; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uploads: Counter[str] = Counter()
        self._bytes = 0
        self._started = time.time()

    def accepted(self, *, duplicate: bool) -> None:
        """Count an upload that was acknowledged."""
        with self._lock:
            self._uploads["duplicate" if duplicate else "accepted"] += 1

    def refused(self, status: int) -> None:
        """Count an upload that was answered with an error."""
        with self._lock:
            self._uploads[f"refused_{status}"] += 1

    def received(self, size: int) -> None:
        """Count the bytes of a body."""
        with self._lock:
            self._bytes += size

    def text(self, store: Store, project: str) -> str:
        """Return the exposition format of Prometheus: this process, its database, and the deployments of a project."""
        with self._lock:
            uploads, received = sorted(self._uploads.items()), self._bytes
        found = store.deployments(project)
        return "".join(
            (
                _family("info", "gauge", "Version of the collector.", [({"version": __version__}, 1)]),
                _family("start_time_seconds", "gauge", "When this process started.", [({}, self._started)]),
                _family("uploads_total", "counter", "Uploads by result.", [({"result": r}, n) for r, n in uploads]),
                _family("upload_bytes_total", "counter", "Bytes of uploads, as sent.", [({}, received)]),
                _database(store),
                _deployments(found),
            )
        )


def _database(store: Store) -> str:
    space = store.space()
    rows = [({"table": name}, n) for name, n in sorted(store.sizes().items())]
    free: list[tuple[dict[str, str], float]] = [] if space.free is None else [({}, space.free)]
    return (
        _family("rows", "gauge", "Rows by table; of dirty: windows that wait to be computed.", rows)
        + _family("database_bytes", "gauge", "Bytes that the database takes.", [({}, space.used)])
        + _family("disk_free_bytes", "gauge", "Bytes that the disk of a SQLite database has left.", free)
    )


def _deployments(found: list[Deployment]) -> str:
    received = [({"deployment": each.name}, each.last_received) for each in found]
    issues = [({"deployment": each.name}, each.open_issues) for each in found]
    return _family("last_received_timestamp_seconds", "gauge", "When data last came.", received) + _family(
        "open_issues", "gauge", "Issues that are open or acknowledged.", issues
    )


def _family(name: str, kind: str, said: str, samples: Samples) -> str:
    lines = [f"# HELP {PREFIX}_{name} {said}", f"# TYPE {PREFIX}_{name} {kind}"]
    lines += [f"{PREFIX}_{name}{_labels(labels)} {value:.15g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items()) + "}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
