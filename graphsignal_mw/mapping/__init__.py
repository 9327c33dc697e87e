"""From the bodies of a request and its response to predictions and labels."""

from graphsignal_mw.mapping.endpoint import Endpoint, Output
from graphsignal_mw.mapping.jsonpath import JSONPathError, Path, compile_path
from graphsignal_mw.mapping.mapper import Mapper
from graphsignal_mw.mapping.presets import PRESETS

__all__ = ["PRESETS", "Endpoint", "JSONPathError", "Mapper", "Output", "Path", "compile_path"]
