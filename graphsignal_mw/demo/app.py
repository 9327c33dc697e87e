"""The app of the demo, monitored: one added line, and ``monitoring.yaml``."""

from pathlib import Path

import graphsignal_mw as graphsignal
from graphsignal_mw.demo.bare import create_app

app = create_app()
app.add_middleware(graphsignal.ASGIMiddleware, config=Path(__file__).with_name("monitoring.yaml"))
