"""An agent that is given requests, as a middleware hands them over."""

from mapping.exchanges import exchange

from graphsignal_mw.config import load_config
from graphsignal_mw.mapping import Mapper
from graphsignal_mw.middleware import Capture

FIXED = {"path": "/p", "deployment": "model", "features": "$.x", "predictions": {"y": "$.y"}}
NAMED = FIXED | {"path": "/models/{name}", "deployment": "{name}"}
LABELS = {"path": "/f", "deployment": "model", "kind": "ground_truth", "label": "$.y", "prediction": "$.p"}


def mapper(endpoint=FIXED, **fields):
    return Mapper(load_config({"endpoints": [endpoint | fields]}).endpoints[0])


def request(of, status=200, name="a", **fields):
    """A request with one instance, answered with ``status``."""
    given = {"endpoint": of, "params": {"name": name}, "status": status, "started_at": 1_700_000_000.0, **fields}
    return exchange({"x": {"a": 1}, "p": True}, {"y": True}, **given)


class Captured(Capture):
    """A request that has passed, and becomes ``exchange``."""

    __slots__ = ("exchange",)

    def __init__(self, exchange):
        self.begin(None, (exchange.endpoint, exchange.params), exchange.request_headers)
        self.exchange, self.request, self.response = exchange, exchange.request_body, exchange.response_body

    def finish(self):
        return self.exchange
