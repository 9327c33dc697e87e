"""The collector's read API, as far as the demo asks it."""

import re
import time
from collections.abc import Sequence
from typing import Any

import httpx2

_BYTES = re.compile(r"^graphsignal_mw_upload_bytes_total (\d+)", re.MULTILINE)


class CollectorApi:
    """Asks the collector at ``url`` about ``deployment`` from ``start`` (Unix seconds) on.

    A collector that is away, or does not know the deployment yet, gives empty answers.
    """

    def __init__(self, url: str, deployment: str, start: float) -> None:
        self.url, self.deployment, self.start = url, deployment, start

    @property
    def dashboard(self) -> str:
        """The page of the deployment."""
        return f"{self.url}/deployments/{self.deployment}"

    def totals(self) -> dict[str, Any]:
        """Return the totals of the deployment: counts by name, ``windows``, latency."""
        until = time.time() + 3600
        found = self._get(f"/api/v1/deployments/{self.deployment}", {"from": self.start, "to": until})
        return dict(found.json()) if found is not None else {}

    def open_issues(self) -> list[dict[str, Any]]:
        """Return the open issues of the deployment."""
        found = self._get("/api/v1/issues", {"deployment": self.deployment, "state": "open"})
        return list(found.json()) if found is not None else []

    def bytes_received(self) -> int:
        """Return the bytes of all uploads since this collector process started."""
        found = self._get("/metrics", {})
        counted = _BYTES.search(found.text) if found is not None else None
        return int(counted[1]) if counted else 0

    def _get(self, path: str, params: dict[str, Any]) -> httpx2.Response | None:
        try:
            response = httpx2.get(self.url + path, params=params, timeout=10.0, trust_env=False)
        except httpx2.HTTPError:
            return None
        return response if response.status_code == 200 else None


def named_columns(issues: Sequence[dict[str, Any]]) -> set[str]:
    """Return the names of all columns of ``issues``."""
    return {str(column.get("name")) for issue in issues for column in issue.get("columns", ())}
