"""Uploads over HTTP with httpx2."""

import email.utils
import json
import math
import time
from typing import TYPE_CHECKING

from graphsignal_mw._version import __version__
from graphsignal_mw.delivery.deadline import Deadline
from graphsignal_mw.delivery.sink import Answer
from graphsignal_mw.wire import CONTENT_TYPE

if TYPE_CHECKING:
    import httpx2

# What a collector says of this very upload is final. A wrong key or address is mended by people, and the data waits.
_FINAL = frozenset({400, 413, 415, 422})
PATH = "/api/v1/deltas"
MAX_ANSWER = 64 * 1024  # bytes
LEAST_TIMEOUT = 0.05  # seconds; 0 would mean to httpx2 that no answer can come in time


class HttpSink:
    """Sends to the collector at ``url``; ``timeout`` is seconds; ``ca_bundle`` a file of certificates.

    Proxies come from the environment (``HTTPS_PROXY``, ``NO_PROXY``), as httpx2 reads it.
    """

    def __init__(
        self, url: str, api_key: str | None = None, *, timeout: float = 10.0, ca_bundle: str | None = None
    ) -> None:
        self._url = url.rstrip("/") + PATH
        self._api_key, self._timeout, self._ca_bundle = api_key, timeout, ca_bundle
        self._client: httpx2.Client | None = None

    def send(self, data: bytes, timeout: float | None = None) -> Answer:
        """Deliver one body, within ``timeout`` seconds where they are fewer than the sink's own; never raises."""
        deadline = Deadline(math.inf if timeout is None else timeout)
        allowed = min(self._timeout, max(deadline.left, LEAST_TIMEOUT))
        # A body may have waited in the spool for days: the collector compares its clock with this one.
        now = {"Date": email.utils.formatdate(usegmt=True)}
        try:
            with self._connected().stream("POST", self._url, content=data, timeout=allowed, headers=now) as response:
                return _answer(response, _read(response, Deadline(min(deadline.left, self._timeout))))
        except Exception as error:  # noqa: BLE001 - nothing of ours may reach the app, whatever the transport raises
            return Answer("retry", f"{self._url}: {type(error).__name__}: {error}")

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connected(self) -> "httpx2.Client":
        if self._client is None:
            import ssl

            import httpx2

            headers = {
                "Content-Type": CONTENT_TYPE,
                "Content-Encoding": "gzip",
                "Accept-Encoding": "identity",  # an answer is short, and must not inflate to a long one
                "User-Agent": f"graphsignal-mw/{__version__}",
            }
            if self._api_key:
                headers["Authorization"] = f"Bearer {self._api_key}"
            verify = ssl.create_default_context(cafile=self._ca_bundle) if self._ca_bundle else True
            self._client = httpx2.Client(headers=headers, timeout=self._timeout, verify=verify)
        return self._client


def _read(response: "httpx2.Response", deadline: Deadline) -> bytes:
    """Return the answer's body, or its beginning: whoever answers may send without end, or byte by byte."""
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER:
            break
        if deadline.passed:
            raise TimeoutError("the answer takes too long")
    return body[:MAX_ANSWER]


def _answer(response: "httpx2.Response", body: bytes) -> Answer:
    status = response.status_code
    if status == 200:
        duplicate = _duplicate(body)
        if duplicate is None:
            return Answer("retry", f"{response.url} answers, but is no collector of graphsignal-mw", status=status)
        return Answer("duplicate" if duplicate else "accepted", status=status)
    detail = f"HTTP {status} from {response.url}: {body.decode(errors='replace')[:300]}"
    if status in _FINAL:
        return Answer("refused", detail, status=status)
    return Answer("retry", detail, _retry_after(response.headers.get("Retry-After")), status)


def _duplicate(body: bytes) -> bool | None:
    """Whether the collector knew the upload already; None when whoever answered is no collector."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return bool(answer["duplicate"]) if isinstance(answer, dict) and "duplicate" in answer else None


def _retry_after(value: str | None) -> float | None:
    """Seconds, given as such or as a date (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
