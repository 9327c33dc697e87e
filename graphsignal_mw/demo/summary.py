"""What ``demo --once`` says at its end."""

from dataclasses import asdict, dataclass
from typing import Any

from graphsignal_mw.demo.collector_api import named_columns


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The result of a demo; ``sent`` equals ``counted``, ``bytes_uploaded`` were received by the collector."""

    deployment: str
    sent: dict[str, int]
    counted: dict[str, int]
    withheld: int
    windows: int
    bytes_uploaded: int
    collector_restarts: int
    issues: list[dict[str, Any]]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as JSON takes it; ``records`` are predictions and labels."""
        return {**asdict(self), "ok": True, "requests": self.counted["requests"], "records": self.records}

    @property
    def records(self) -> int:
        """Predictions and labels."""
        return self.counted["predictions"] + self.counted["ground_truths"]

    def text(self) -> str:
        """Return the summary for people."""
        counted = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in self.counted.items())
        lines = [
            f"Found the incident in {self.seconds:.0f} s; the collector was killed and restarted on the way.",
            f"Counted: {counted}: exactly what was sent.",
            f"Kept: {self.records:,} records as {self.windows:,} windows; {self.bytes_uploaded:,} bytes uploaded.",
            f"Open issues: {len(self.issues)}",
        ]
        return "\n".join(lines + [f"  {_issue_line(issue)}" for issue in self.issues])


def brief(issue: dict[str, Any]) -> dict[str, Any]:
    """Return what the summary says of an issue."""
    wanted = ("id", "family", "severity", "state", "explanation")
    return {**{name: issue.get(name) for name in wanted}, "columns": sorted(named_columns([issue]))}


def _issue_line(issue: dict[str, Any]) -> str:
    return f"[{issue['severity']}] {issue['family']}: {', '.join(issue['columns'])}"
