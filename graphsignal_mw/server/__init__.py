"""Server root: the app of the collector, and the two processes that ``serve`` runs."""

from graphsignal_mw.server.app import create_app
from graphsignal_mw.server.listener import listen
from graphsignal_mw.server.serve import serve
from graphsignal_mw.server.settings import ServerSettings

__all__ = ["ServerSettings", "create_app", "listen", "serve"]
