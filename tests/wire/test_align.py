import pytest

from graphsignal_mw.wire import Part, aligned

from .sample import BUCKET, envelope

NOW = 1_700_000_000.0


def moved(skew, window_seconds=300, **fields):
    """By how much the bucket moves when the sender's clock is ``skew`` seconds behind."""
    sent = envelope(parts=[Part("model", BUCKET, **fields)], window_seconds=window_seconds)
    return aligned(sent, NOW - skew, NOW).parts[0].bucket - BUCKET


@pytest.mark.parametrize(
    ("skew", "window_seconds", "expected"),
    [
        (0, 300, 0),
        (120, 60, 0),
        (-120, 60, 0),
        (121, 60, 120),
        (-121, 60, -120),
        (155, 60, 180),
        (140, 300, 0),
        (200, 300, 0),
        (201, 300, 300),
        (-3600, 300, -3600),
        (800, 3600, 0),
        (801, 3600, 3600),
        (-2799, 3600, 0),
        (-2800, 3600, -3600),
        (3 * 365 * 86_400, 300, 3 * 365 * 86_400),
    ],
)
def test_buckets_move_by_whole_buckets_when_clocks_differ_by_more_than_two_minutes(skew, window_seconds, expected):
    assert moved(skew, window_seconds) == expected


@pytest.mark.parametrize("phase", [0, 60, 150, 299])
@pytest.mark.parametrize("skew", [-86_400, -400, 130, 290, 86_400, 10_000_090])
def test_the_open_bucket_is_the_open_one_here_and_never_in_the_future(phase, skew):
    now = BUCKET + 3000 + phase
    open_there = int(now - skew) // 300 * 300
    found = aligned(envelope(parts=[Part("model", open_there)], window_seconds=300), now - skew, now)
    assert found.parts[0].bucket == BUCKET + 3000


@pytest.mark.parametrize("skew", [121, -3600, 10_000_000])
def test_explicit_timestamps_never_move(skew):
    assert moved(skew, explicit=True) == 0
    assert moved(skew, 60) != 0


def test_nothing_else_changes():
    sent = envelope(parts=[Part("model", BUCKET, "v1", counters={"requests": 3}), Part("b", BUCKET, explicit=True)])
    found = aligned(sent, NOW - 600, NOW)
    assert found.parts == [
        Part("model", BUCKET + 600, "v1", counters={"requests": 3}),
        Part("b", BUCKET, explicit=True),
    ]
    assert (found.boot_id, found.seq, found.sent_at) == (sent.boot_id, sent.seq, sent.sent_at)
