"""Text that every part of the way can carry: of bounded length, valid as UTF-8, without NUL."""

import hashlib

MAX_NAME = 250
EMPTY = "(empty)"
_DIGEST = 8  # bytes


def bounded_text(text: str, limit: int = MAX_NAME) -> str:
    """Return ``text`` with at most ``limit`` characters; different texts stay different.

    Lone surrogates and NUL, which UTF-8 or PostgreSQL refuse, are escaped; the end of a longer text gives way to a
    digest of the whole.
    """
    if not text.isascii() or "\x00" in text:
        text = text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "\\x00")
    if len(text) <= limit:
        return text
    digest = hashlib.blake2b(text.encode("utf-8"), digest_size=_DIGEST).hexdigest()
    return f"{text[: limit - 2 * _DIGEST - 1]}~{digest}"


def bounded_name(text: str, limit: int = MAX_NAME) -> str:
    """Return ``text`` as a name: as :func:`bounded_text`, and never empty."""
    return bounded_text(text, limit) or EMPTY
