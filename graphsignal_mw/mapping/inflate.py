"""Compressed bodies to plain ones, never more than a limit of bytes: a small body may hold a huge one."""

import zlib

from graphsignal_mw.mapping.unparsed import UnparsedError

MAX_INFLATED = 4 * 1024 * 1024  # what parsing may hold the interpreter for
_FRAMED = 32 + zlib.MAX_WBITS  # gzip or zlib, whichever it is


def inflate(body: bytes, encoding: str) -> bytes:
    """Return ``body`` without its content encoding (RFC 9110 8.4.1; ``br`` is RFC 7932 and needs the extra ``brotli``).

    Raises:
        UnparsedError: when the encoding is unknown or not what the bytes are, or when they are too few or too many.

    """
    if encoding == "identity":
        return body
    if encoding == "br":
        return _unbrotli(body)
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise UnparsedError("content_encoding")
    try:
        return _unzip(body, _FRAMED)
    except zlib.error:
        if encoding != "deflate":
            raise UnparsedError("content_encoding") from None
    try:
        return _unzip(body, -zlib.MAX_WBITS)  # deflate without the frame that RFC 9110 asks for
    except zlib.error:
        raise UnparsedError("content_encoding") from None


def _unzip(body: bytes, wbits: int) -> bytes:
    inflater = zlib.decompressobj(wbits)
    return _whole(inflater.decompress(body, MAX_INFLATED + 1), ended=inflater.eof)


def _unbrotli(body: bytes) -> bytes:
    try:
        import brotli
    except ImportError:
        raise UnparsedError("content_encoding") from None
    inflater = brotli.Decompressor()
    try:
        # The package stops within one buffer after the limit; without the argument (before 1.2) it would not stop.
        data = inflater.process(body, output_buffer_limit=MAX_INFLATED + 1)
    except (brotli.error, TypeError):
        raise UnparsedError("content_encoding") from None
    return _whole(data, ended=inflater.is_finished())


def _whole(data: bytes, *, ended: bool) -> bytes:
    if len(data) > MAX_INFLATED:
        raise UnparsedError("truncated")
    if not ended:
        raise UnparsedError("incomplete")
    return data
