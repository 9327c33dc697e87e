"""The clients of the replay: they ask the served app about flights, and tell it later which were late."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import httpx2

from graphsignal_mw.demo.errors import AppError
from graphsignal_mw.demo.plan import Departure, bad_bodies, breaking_bodies, label_of
from graphsignal_mw.demo.sent import Sent

THREADS = 4
LABELS_A_REQUEST = 25


class AppClient:
    """Sends requests to the app at ``url`` and counts them in ``sent``; a context manager."""

    def __init__(self, url: str, sent: Sent) -> None:
        self.sent = sent
        self._http = httpx2.Client(base_url=url, timeout=30.0, trust_env=False)
        self._pool = ThreadPoolExecutor(THREADS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._http.close()

    def predict(self, departures: Sequence[Departure]) -> list[dict[str, Any]]:
        """Ask about each flight, several at once, and return the labels for :meth:`feedback`."""
        answers = self._pool.map(lambda d: self._post("/predict", d.body, 200).json(), departures)
        labels = [label_of(departure, answer) for departure, answer in zip(departures, answers, strict=True)]
        self.sent.requests += len(labels)
        self.sent.predictions += len(labels)
        return labels

    def feedback(self, labels: Sequence[dict[str, Any]]) -> None:
        """Tell the app the labels, some at once."""
        for first in range(0, len(labels), LABELS_A_REQUEST):
            some = labels[first : first + LABELS_A_REQUEST]
            self._post("/feedback", {"labels": some}, 200)
            self.sent.ground_truths += len(some)

    def misbehave(self, departures: Sequence[Departure]) -> None:
        """Send what the app refuses, and what makes it raise."""
        for body in bad_bodies(departures):
            self._post("/predict", body, 422)
            self.sent.rejected += 1
            self.sent.requests += 1
        for body in breaking_bodies(departures):
            self._post("/predict", body, 500)
            self.sent.exceptions += 1
            self.sent.requests += 1

    def _post(self, path: str, body: Any, expected: int) -> httpx2.Response:
        # uvicorn closes the connection after an exception: the next request must not meet it half closed.
        headers = {"connection": "close"} if expected >= 500 else {}
        response = self._http.post(path, json=body, headers=headers)
        if response.status_code != expected:
            raise AppError(f"POST {path}: status {response.status_code}; expected {expected}: {response.text[:200]}")
        return response
