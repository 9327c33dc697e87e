"""An app whose monitoring was refused after its server had begun: told as ASGI tells it, and no request suffers."""

import logging
from typing import Any

from graphsignal_mw.errors import ConfigError

log = logging.getLogger("graphsignal_mw")


class UnmonitoredApp:
    """Stands where the middleware should, around ``app``, because of ``error``.

    Starlette builds its middleware at the first call: an exception there would be one of every request. So the server
    hears it at start-up (``lifespan.startup.failed``) and ends with the message; a server that does not ask
    (lifespan off) serves the bare app.
    """

    def __init__(self, app: Any, error: ConfigError) -> None:
        self.app, self.error = app, error
        log.error("graphsignal_mw: the app is not monitored; its configuration is wrong:\n%s", error)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Fail the start-up of the server; pass everything else."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.failed", "message": f"graphsignal_mw: {self.error}"})
