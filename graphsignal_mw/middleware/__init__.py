"""The request path: standard library only, and nothing of ours reaches the app."""

from graphsignal_mw.middleware.asgi import ASGICapture
from graphsignal_mw.middleware.capture import LIGHT, Capture
from graphsignal_mw.middleware.current import note_exception
from graphsignal_mw.middleware.routes import Router
from graphsignal_mw.middleware.wsgi import WSGICapture

__all__ = ["LIGHT", "ASGICapture", "Capture", "Router", "WSGICapture", "note_exception"]
