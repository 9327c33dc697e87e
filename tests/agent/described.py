"""What comes out of the intake, beside what the mapper says has to."""

from time import perf_counter, time

import pytest
from mapping.exchanges import exchange

from graphsignal_mw.agent.intake import Intake
from graphsignal_mw.middleware import Capture
from graphsignal_mw.window import Gathered, Windows
from graphsignal_mw.wire import part_to_stats

NOON = 1_700_000_000 // 3600 * 3600


def taken(mapper, exchanges, sizes, *, wait=False, **privacy):
    """What leaves of exchanges that were taken in slices of these sizes; open windows are looked at in between.

    With ``wait`` those of a slice may wait for the next.
    """
    windows = Windows(window_seconds=300, **privacy)
    intake = Intake(windows)
    rest = list(exchanges)
    for size in [*sizes, len(rest)]:
        intake.take(rest[:size], wait=wait)
        windows.peek()
        del rest[:size]
    intake.take()
    return windows.cut(final=True), intake


def mapped(mapper, exchanges, **privacy):
    """What leaves of exchanges that the mapper mapped, one by one."""
    windows = Windows(window_seconds=300, **privacy)
    for each in exchanges:
        found = mapper.map(each)
        gathered = Gathered(durations=[each.duration], predictions=found.predictions, metadata=dict(found.metadata))
        gathered.counters.update({**found.counters, "requests": 1})
        windows.add(windows.key(found.deployment, found.metadata, each.started_at), gathered)
    return windows.cut(final=True)


def moments(found):
    """What is exact, and what is but for the last bits: those of the numbers' own size."""
    size = max(abs(found.minimum or 0.0), abs(found.maximum or 0.0))
    rounding = max(1e-300, min(1e-29 * size * size * found.n, 1e-9))
    spread = pytest.approx(found.m2, rel=1e-9, abs=rounding)
    return found.n, found.minimum, found.maximum, pytest.approx(found.mean, rel=1e-9, abs=1e-300), spread


def described(parts, *, exact=True):
    """Everything that is exact in parts, by window."""
    return {(part.deployment, part.version, part.bucket): stats_of(part_to_stats(part), exact) for part in parts}


def stats_of(stats, exact):
    streams = (stats.features, stats.predictions)
    segments = {
        name: (segment.counters, segment.predictions.rows, columns_of(segment.predictions, exact))
        for name, segment in stats.segments.items()
    }
    counters = {name: n for name, n in stats.counters.items() if n}
    columns = [columns_of(stream, exact) for stream in streams]
    return counters, [stream.rows for stream in streams], columns, segments, moments(stats.latency.moments)


def columns_of(stream, exact):
    # A null is missing, or an object without keys where the others of its batch are objects.
    return {name: column_of(column, exact) for name, column in stream.columns.items() if column.missing < column.count}


def column_of(column, exact):
    counts = column.count, column.missing, column.zeros, column.empties, column.types, column.values.n
    seen = column.quantiles.n, dict(column.frequent.counts), column.frequent.total, column.frequent.error
    distinct = column.distinct.registers.tobytes() if exact else None
    return counts, seen, moments(column.moments), moments(column.lengths), distinct


def requests(mapper, pairs):
    return [
        exchange(request, response, endpoint=mapper, started_at=NOON + 100 * number, duration=0.01 * number)
        for number, (request, response) in enumerate(pairs)
    ]


def captured(exchange):
    """What a middleware would have captured of ``exchange``."""
    capture = Capture()
    capture.begin(None, (exchange.endpoint, exchange.params), exchange.request_headers)
    capture.request, capture.response = exchange.request_body, exchange.response_body
    capture.response_headers, capture.status = exchange.response_headers, exchange.status
    capture.began = perf_counter() - (time() - exchange.started_at - 50)  # not where one window ends
    capture.duration, capture.outcome = exchange.duration, exchange.outcome
    return capture
