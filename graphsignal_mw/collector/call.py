"""One call of the read API: who asks, for what, and when."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphsignal_mw.collector.auth import Caller
from graphsignal_mw.collector.params import Range, iso, parse_range
from graphsignal_mw.collector.problems import Problem, invalid
from graphsignal_mw.store import Deployment, Store

MAX_BODY = 64 * 1024
MOST_COLUMNS = 300_000  # of windows that are merged for one answer: some ten seconds


@dataclass(frozen=True, kw_only=True)
class Call:
    """Everything a handler may look at; ``now`` is Unix seconds."""

    store: Store
    caller: Caller
    now: float
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def project(self) -> str:
        """Project of the caller."""
        return self.caller.project

    def deployment(self) -> Deployment:
        """Return the deployment that the path names, or raise UnknownNameError."""
        return self.store.deployment(self.project, self.path["deployment"])

    def range(self) -> Range:
        """Return the range that the query names, by default the last 24 hours."""
        return parse_range(self.query, self.now)

    def affordable(self, deployment: Deployment, when: Range, name: str | None = None) -> None:
        """Raise a problem of status 422 where too many columns of windows, or of ``name``, are asked for."""
        stream, version = self.query.get("stream") or None, self.query.get("version")
        count = self.store.count_columns(
            self.project, deployment.name, *when, version=version, stream=stream, name=name
        )
        if count > MOST_COLUMNS:
            expectation = f"a range with at most {MOST_COLUMNS:,} columns of windows, and not {count:,}"
            raise invalid("from, to", f"{iso(when.start)} to {iso(when.end)}", expectation, 422)

    def choice(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str | None:
        """Return a parameter that has to be one of ``allowed``."""
        value = self.query.get(key) or default
        if value is not None and value not in allowed:
            raise invalid(key, value, f"one of {', '.join(allowed)}")
        return value

    def knows(self, parameters: tuple[str, ...]) -> None:
        """Raise a problem of status 400 for a parameter that is none of ``parameters``: it would be ignored."""
        for key, value in self.query.items():
            if key not in parameters:
                raise invalid(key, value, f"one of the parameters {', '.join(parameters)}" if parameters else "none")

    def json(self) -> dict[str, Any]:
        """Return the body, a JSON object; an empty body is an empty object."""
        try:
            found = json.loads(self.body or b"{}")
        except (ValueError, RecursionError) as error:
            raise Problem(400, f"body: {error}; expected a JSON object") from None
        if not isinstance(found, dict):
            raise invalid("body", found, "a JSON object")
        return found


Handler = Callable[[Call], Any]


def with_deployment(handler: Callable[[Call, Deployment, Range], Any]) -> Handler:
    """Give ``handler`` the deployment and range that a call names."""

    def handle(call: Call) -> Any:
        return handler(call, call.deployment(), call.range())

    return handle
