import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest

from graphsignal_mw.mapping.inflate import MAX_INFLATED, inflate
from graphsignal_mw.mapping.unparsed import UnparsedError

BODY = b'{"a": 1}'
TOO_MUCH = b"a" * (MAX_INFLATED + 1)


def reason(body, encoding):
    """Why a body is not inflated."""
    with pytest.raises(UnparsedError) as raised:
        inflate(body, encoding)
    return raised.value.reason


def raw_deflate(data):
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("br", brotli.compress(BODY)),
        ("identity", BODY),
    ],
)
def test_compressed_bodies_are_inflated(encoding, body):
    """Trap 28."""
    assert inflate(body, encoding) == BODY


@pytest.mark.parametrize(
    ("encoding", "body", "why"),
    [
        ("zstd", BODY, "content_encoding"),
        ("gzip", BODY, "content_encoding"),
        ("deflate", BODY, "content_encoding"),
        ("br", BODY, "content_encoding"),
        ("br", brotli.compress(BODY) + b"more", "content_encoding"),
        ("gzip", gzip.compress(BODY)[:-4], "incomplete"),
        ("gzip", gzip.compress(BODY)[:-9], "incomplete"),
        ("br", brotli.compress(BODY)[:-1], "incomplete"),
        ("gzip", gzip.compress(TOO_MUCH), "truncated"),
        ("deflate", raw_deflate(TOO_MUCH), "truncated"),
        ("br", brotli.compress(TOO_MUCH, quality=1), "truncated"),
    ],
)
def test_what_cannot_be_inflated_has_a_reason(encoding, body, why):
    """Trap 28: a bomb is refused when it passes the limit."""
    assert reason(body, encoding) == why


def test_a_body_of_exactly_the_limit_is_inflated():
    assert inflate(gzip.compress(TOO_MUCH[1:]), "gzip") == TOO_MUCH[1:]
    assert inflate(brotli.compress(TOO_MUCH[1:], quality=1), "br") == TOO_MUCH[1:]


def gzip_bomb():
    deflater = zlib.compressobj(wbits=31)
    return b"".join(deflater.compress(bytes(1024 * 1024)) for _ in range(200)) + deflater.flush()


def brotli_bomb():
    deflater = brotli.Compressor(quality=1)
    return b"".join(deflater.process(bytes(1024 * 1024)) for _ in range(200)) + deflater.finish()


@pytest.mark.parametrize(("encoding", "bomb"), [("gzip", gzip_bomb), ("br", brotli_bomb)])
def test_a_bomb_is_not_inflated_beyond_the_limit(encoding, bomb):
    """Trap 28: 200 MB in little; only some more than the limit is ever in memory."""
    body = bomb()
    tracemalloc.start()
    try:
        assert reason(body, encoding) == "truncated"
        assert tracemalloc.get_traced_memory()[1] < 5 * MAX_INFLATED
    finally:
        tracemalloc.stop()


def test_brotli_without_its_package_is_counted(monkeypatch):
    monkeypatch.setitem(sys.modules, "brotli", None)
    assert reason(brotli.compress(BODY), "br") == "content_encoding"
