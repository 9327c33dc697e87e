"""Ingest: one upload, whole or not at all, acknowledged after it is on disk."""

import email.utils
import time

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from graphsignal_mw.collector.auth import Caller
from graphsignal_mw.collector.meters import Meters
from graphsignal_mw.collector.problems import Problem, invalid, problem_of
from graphsignal_mw.collector.quotas import QuotaGate
from graphsignal_mw.errors import GraphsignalError
from graphsignal_mw.store import Store
from graphsignal_mw.wire import CONTENT_TYPE, JSON_TYPES, MAX_COMPRESSED, Envelope, aligned, decode

DAY = 86400
MAX_AGE = 400 * DAY
MAX_AHEAD = DAY
MEDIA_TYPES = (CONTENT_TYPE, "application/msgpack", "application/vnd.msgpack", "application/octet-stream", *JSON_TYPES)
AT_ONCE = 16  # uploads that are unpacked and stored at a time: each may need many times its size


class Ingest:
    """Handler of ``POST /api/v1/deltas``."""

    def __init__(self, store: Store, meters: Meters) -> None:
        self.store, self.meters, self.quotas = store, meters, QuotaGate(store)
        self._turns = anyio.CapacityLimiter(AT_ONCE)

    async def __call__(self, request: Request) -> Response:
        """Answer 200 with ``accepted`` and ``duplicate``, or a problem document."""
        try:
            duplicate = await self._take(request)
        except (Problem, GraphsignalError) as error:
            self.meters.refused(problem_of(error).status)
            raise
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        self.meters.accepted(duplicate=duplicate)
        return JSONResponse({"accepted": True, "duplicate": duplicate})

    async def _take(self, request: Request) -> bool:
        arrived = time.time()
        media_type = request.headers.get("content-type", MEDIA_TYPES[0]).partition(";")[0].strip().lower()
        if media_type not in MEDIA_TYPES:
            raise invalid("Content-Type", media_type, CONTENT_TYPE, 415)
        body = await read_body(request, MAX_COMPRESSED)
        self.meters.received(len(body))
        return await anyio.to_thread.run_sync(self._store, request, media_type, body, arrived, limiter=self._turns)

    def _store(self, request: Request, media_type: str, body: bytes, arrived: float) -> bool:
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        sent = decode(body, encoding, media_type=media_type)
        clock = _date(request.headers.get("date")) or sent.sent_at
        envelope = aligned(sent, clock, arrived)
        check_times(envelope, arrived)
        caller: Caller = request.state.caller
        deployments = [part.deployment for part in envelope.parts]
        self.quotas.check(caller.project, deployments)
        duplicate = not self.store.ingest(caller.project, envelope, time.time())
        if not duplicate:
            self.quotas.add(caller.project, deployments, len(body))
        return duplicate


def check_times(envelope: Envelope, now: float) -> None:
    """Refuse windows that are too old to be remembered, or of days to come.

    Raises:
        Problem: 422, for good: the client need not try again.

    """
    for index, part in enumerate(envelope.parts):
        if not now - MAX_AGE <= part.bucket <= now + MAX_AHEAD:
            expectation = f"Unix seconds at most {MAX_AGE // DAY} days ago and {MAX_AHEAD // DAY} day ahead"
            raise invalid(f"parts[{index}].bucket", part.bucket, expectation, 422)


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request, read no further than ``limit`` bytes.

    Raises:
        Problem: 413 when there is more.

    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Problem(413, f"body: more than {limit} bytes; expected at most that")
    return bytes(body)


def _date(value: str | None) -> float | None:
    """Return the sender's clock when it sent (RFC 9110, section 6.6.1), Unix seconds; None where it does not say."""
    if value is None:
        return None
    try:
        return email.utils.parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError):
        return None
