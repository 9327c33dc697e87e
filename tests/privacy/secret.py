"""Secrets that are planted, and the search for them in every byte that was kept."""

import gzip
import zlib
from pathlib import Path

from graphsignal_mw.delivery.frames import unpack

MARK = "s3cr"
"""Every secret contains it: a part of one is found too."""


class Secrets:
    """Makes secrets, each another one; ``planted`` is how many."""

    def __init__(self):
        self.planted = 0

    def __call__(self):
        """Return a secret of one of many shapes."""
        self.planted += 1
        core = f"{MARK}{self.planted:08x}"
        shapes = (
            core,
            f"{core}@example.com",
            f"https://example.com/{core}?a=1",
            f"Anna {core} Muster",
            f"Ä{core}ß",
            f"4000-{core}-0002",
            "x" * 100 + core,
            core + "y" * 300,
        )
        return shapes[self.planted % len(shapes)]


def readable(path):
    """Yield what a file of the spool holds, also inside of compressed uploads."""
    content = path.read_bytes()
    yield content
    if path.suffix in {".delta", ".open"}:
        yield from (inflated(body.data) for body in unpack(content))


def inflated(data):
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return data


def leaks(pieces):
    """Return where secrets are in ``pieces`` of bytes, with what stands around them."""
    found = []
    for piece in pieces:
        at = piece.find(MARK.encode())
        while at >= 0:
            found.append(piece[max(0, at - 40) : at + 40])
            at = piece.find(MARK.encode(), at + 1)
    return found


def files(folder: Path):
    """Yield the content of every file below ``folder``."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield from readable(path)
