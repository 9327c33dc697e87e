"""Ingest: one upload, whole or not at all, acknowledged after it is on disk."""

import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from graphsignal_mw.collector.auth import Caller
from graphsignal_mw.collector.meters import Meters
from graphsignal_mw.collector.problems import Problem, invalid, problem_of
from graphsignal_mw.errors import GraphsignalError
from graphsignal_mw.store import Store
from graphsignal_mw.wire import CONTENT_TYPE, MAX_COMPRESSED, Envelope, decode

DAY = 86400
MAX_AGE = 400 * DAY
MAX_AHEAD = DAY
MEDIA_TYPES = (CONTENT_TYPE, "application/msgpack", "application/vnd.msgpack", "application/octet-stream")


class Ingest:
    """Handler of ``POST /api/v1/deltas``."""

    def __init__(self, store: Store, meters: Meters) -> None:
        self.store, self.meters = store, meters

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
        media_type = request.headers.get("content-type", MEDIA_TYPES[0]).partition(";")[0].strip().lower()
        if media_type not in MEDIA_TYPES:
            raise invalid("Content-Type", media_type, CONTENT_TYPE, 415)
        body = await read_body(request, MAX_COMPRESSED)
        self.meters.received(len(body))
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        caller: Caller = request.state.caller
        return await run_in_threadpool(self._store, caller.project, body, encoding)

    def _store(self, project: str, body: bytes, encoding: str) -> bool:
        envelope, now = decode(body, encoding), time.time()
        check_times(envelope, now)
        return not self.store.ingest(project, envelope, now)


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
