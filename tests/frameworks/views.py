"""What the views of all the apps here do, in whatever framework."""

import asyncio

from .serving import LATER

WHOLE = __file__  # the file that is sent
CHUNKS = [b'{"y":', b" 0.5}"]


class Closing(list):
    """The whole body of a response; it runs something when the server closes it."""

    def close(self):
        """Run it."""
        LATER.append("closed")


def answer(body):
    """The prediction for a body."""
    return {"y": body["x"]["a"] / 2}


def breaks():
    """Chunks, and a failure after the first one that has been sent."""
    yield CHUNKS[0]
    raise LookupError("row 7 is missing")


async def flows():
    """Chunks, as an asynchronous framework streams them."""
    for chunk in CHUNKS:
        await asyncio.sleep(0)
        yield chunk


async def breaks_flowing():
    """Chunks, and a failure after the first one that has been sent."""
    for chunk in breaks():
        await asyncio.sleep(0)
        yield chunk


async def later():
    """A background task."""
    await asyncio.sleep(0)
    LATER.append("ran")


def later_sync():
    """A background task that is a plain function."""
    LATER.append("ran")
