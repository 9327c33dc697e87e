"""From the bodies of a request and its response to predictions and labels."""

from graphsignal_mw.mapping.choice import Choice
from graphsignal_mw.mapping.endpoint import Endpoint, Output
from graphsignal_mw.mapping.jsonpath import JSONPathError, Path, compile_path
from graphsignal_mw.mapping.mapper import Mapper
from graphsignal_mw.mapping.presets import PRESETS
from graphsignal_mw.mapping.reader import Found, Reader, plain_reader

__all__ = [
    "PRESETS",
    "Choice",
    "Endpoint",
    "Found",
    "JSONPathError",
    "Mapper",
    "Output",
    "Path",
    "Reader",
    "compile_path",
    "plain_reader",
]
