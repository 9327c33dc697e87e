"""A dead man's heartbeat: an address is called while all is well, and whoever waits there notices when it is not."""

import logging
import urllib.error
import urllib.request
from http.client import HTTPException

from graphsignal_mw.store import Store

logger = logging.getLogger(__name__)

ENOUGH = 100_000_000  # bytes left on the disk of the database
_TIMEOUT = 10.0


def beat(store: Store, _: float, *, url: str, enough: int = ENOUGH) -> bool:
    """Call ``url`` where the database answers and has ``enough`` bytes left; return whether it was called and answered.

    The address is a secret of a kind, and in no log.
    """
    store.check()
    space = store.space()
    if space.free is not None and space.free < enough:
        logger.warning("no heartbeat: the disk of the database has only %s bytes left", space.free)
        return False
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310 - settings take http and https only
            return bool(200 <= answer.status < 300)
    except urllib.error.HTTPError as error:
        error.close()
        logger.warning("the heartbeat was answered with status %s", error.code)
    except (OSError, ValueError, HTTPException) as error:
        logger.warning("the heartbeat did not arrive: %s", type(error).__name__)
    return False
