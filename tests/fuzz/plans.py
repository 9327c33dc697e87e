"""What a fuzzed request is, and what a fuzzed app does with it."""

import os
import string
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))  # of each test; an hour of all of them is about 100,000
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY")
JSON_ISH = (b"{}", b'{"x": {"a": 1}}', b'[1, "a"', b"NaN", b'{"x": {"a": 1e999}}', b'{"x": [[1, 2], [3]]}', b"\xff\xfe")

token = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=12)
latin = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20)
header = st.tuples(token, latin.map(str.strip))
framing = st.sampled_from(["application/json", "text/event-stream", "application/x-ndjson", "text/plain", "a/b;c="])
chunk = st.one_of(st.sampled_from(JSON_ISH), st.binary(max_size=64))


def fuzzed(default):
    """Settings of hypothesis: ``default`` examples, or as many as FUZZ_EXAMPLES says."""
    return settings(
        max_examples=EXAMPLES or default,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


class PlannedError(Exception):
    """What an app raises because its plan says so."""


@dataclass(frozen=True)
class Request:
    """``chunks`` are how the body arrives; when ``leaves`` the client is gone before the last of them."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    chunks: tuple[bytes, ...]
    leaves: bool


@dataclass(frozen=True)
class Plan:
    """What an app does: ``reads`` of the body, then an answer in ``chunks``, and an exception at ``raises``, if any."""

    reads: str
    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: tuple[bytes, ...]
    streams: bool
    raises: str


requests = st.builds(
    Request,
    method=st.one_of(st.sampled_from(METHODS), token.map(str.upper)),
    path=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(lambda text: "/" + text),
    headers=st.lists(st.one_of(header, st.tuples(st.just("content-type"), framing)), max_size=5).map(tuple),
    chunks=st.lists(chunk, min_size=1, max_size=4).map(tuple),
    leaves=st.booleans(),
)
plans = st.builds(
    Plan,
    reads=st.sampled_from(["nothing", "all", "some", "chunks"]),
    status=st.sampled_from([200, 200, 200, 201, 204, 304, 307, 404, 422, 500, 503]),
    headers=st.lists(st.one_of(header, st.tuples(st.just("content-type"), framing)), max_size=4).map(tuple),
    chunks=st.lists(chunk, max_size=4).map(tuple),
    streams=st.booleans(),
    raises=st.sampled_from(["never", "never", "never", "before", "within", "after"]),
)
