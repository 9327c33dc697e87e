"""Counters of the collector itself, and how Prometheus reads them."""

import threading
from collections import Counter
from collections.abc import Mapping

PREFIX = "graphsignal_mw"


class Meters:
    """What one collector process has seen since it started; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uploads: Counter[str] = Counter()
        self._bytes = 0

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

    def text(self, sizes: Mapping[str, int]) -> str:
        """Return the exposition format of Prometheus; ``sizes`` are rows by table."""
        with self._lock:
            uploads, received = dict(self._uploads), self._bytes
        lines = [f"# TYPE {PREFIX}_uploads_total counter"]
        lines += [f'{PREFIX}_uploads_total{{result="{name}"}} {n}' for name, n in sorted(uploads.items())]
        lines += [f"# TYPE {PREFIX}_upload_bytes_total counter", f"{PREFIX}_upload_bytes_total {received}"]
        lines += [f"# TYPE {PREFIX}_rows gauge"]
        lines += [f'{PREFIX}_rows{{table="{name}"}} {n}' for name, n in sorted(sizes.items())]
        return "\n".join(lines) + "\n"
