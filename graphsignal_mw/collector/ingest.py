"""Ingest: one upload, whole or not at all, acknowledged after it is on disk."""

import email.utils
import time
from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from graphsignal_mw.collector.auth import Caller
from graphsignal_mw.collector.batches import Batches
from graphsignal_mw.collector.clocks import ClockWatch
from graphsignal_mw.collector.meters import Meters
from graphsignal_mw.collector.problems import Problem, invalid, problem_of
from graphsignal_mw.collector.quotas import QuotaGate
from graphsignal_mw.errors import GraphsignalError
from graphsignal_mw.store import Store, Upload, check_name
from graphsignal_mw.wire import CONTENT_TYPE, JSON_TYPES, MAX_COMPRESSED, Envelope, aligned, inflate, read

DAY = 86400
MAX_AGE = 400 * DAY
MAX_AHEAD = DAY
MEDIA_TYPES = (CONTENT_TYPE, "application/msgpack", "application/vnd.msgpack", "application/octet-stream", *JSON_TYPES)
AT_ONCE = 64  # uploads in one transaction
ROOM = 2 * 1024 * 1024  # bytes, inflated: what is unpacked at a time, for each may need many times its size


class Arrival(NamedTuple):
    """A request that wants to be stored; ``date`` is the sender's clock if it said so, times are Unix seconds."""

    project: str
    media_type: str
    encoding: str
    date: float | None
    body: bytes
    at: float

    @property
    def is_compact(self) -> bool:
        """Whether the body is msgpack in gzip."""
        return self.encoding == "gzip" and self.media_type not in JSON_TYPES


Unpacked = tuple[Arrival, Envelope | Exception]


class Ingest:
    """Handler of ``POST /api/v1/deltas``."""

    def __init__(self, store: Store, meters: Meters) -> None:
        self.store, self.meters, self.quotas = store, meters, QuotaGate(store)
        self.clocks = ClockWatch(store)
        self._batches = Batches(self._unpacked, self._stored, AT_ONCE)

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
        """Return whether the upload was there before."""
        at, headers = time.time(), request.headers
        media_type = headers.get("content-type", MEDIA_TYPES[0]).partition(";")[0].strip().lower()
        if media_type not in MEDIA_TYPES:
            raise invalid("Content-Type", media_type, CONTENT_TYPE, 415)
        encoding = headers.get("content-encoding", "identity").strip().lower()
        caller: Caller = request.state.caller
        body = await read_body(request, MAX_COMPRESSED)
        self.meters.received(len(body))
        return await self._batches(Arrival(caller.project, media_type, encoding, _date(headers.get("date")), body, at))

    def _unpacked(self, arrivals: Sequence[Arrival]) -> list[Unpacked]:
        """Return of as many arrivals as there is room for, at least one, what is in each, or wrong with it."""
        room, found = ROOM, list[Unpacked]()
        for arrival in arrivals:
            if room <= 0:
                break
            try:
                data = inflate(arrival.body, arrival.encoding)
                room -= len(data)
                found.append((arrival, self._opened(arrival, data)))
            except (Problem, GraphsignalError) as error:
                found.append((arrival, error))
        return found

    def _opened(self, arrival: Arrival, data: bytes) -> Envelope:
        sent = read(data, arrival.media_type)
        envelope = aligned(sent, arrival.date or sent.sent_at, arrival.at)
        check_times(envelope, arrival.at)
        for part in envelope.parts:
            check_name(part.deployment)
        self.quotas.check(arrival.project, [part.deployment for part in envelope.parts])
        return envelope

    def _stored(self, unpacked: Sequence[Unpacked]) -> list[bool | Exception]:
        """Store what was unpacked; say of each whether it was there before, or what is wrong with it."""
        now = time.time()
        uploads = [
            Upload(arrival.project, found, now, arrival.body if arrival.is_compact else None)
            for arrival, found in unpacked
            if isinstance(found, Envelope)
        ]
        stored = iter(self.store.ingest_all(uploads))
        return [
            found if isinstance(found, Exception) else self._told(arrival, found, next(stored))
            for arrival, found in unpacked
        ]

    def _told(self, arrival: Arrival, envelope: Envelope, is_new: bool | Exception) -> bool | Exception:
        """Tell clocks and quotas of an upload; return whether it was there before, or what failed."""
        if isinstance(is_new, Exception):
            return is_new
        self.clocks.note(arrival.project, envelope, (arrival.date or envelope.sent_at) - arrival.at)
        if is_new:
            self.quotas.add(arrival.project, [part.deployment for part in envelope.parts], len(arrival.body))
        return not is_new


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
