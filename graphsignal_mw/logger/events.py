"""What callers say of an exception, as an event."""

import sys
from collections.abc import Mapping
from types import NoneType, TracebackType
from typing import Any

from graphsignal_mw.logger.arguments import check_extra, refuse
from graphsignal_mw.records import ExceptionEvent, scrub

ExcInfo = BaseException | tuple[type[BaseException] | None, BaseException | None, TracebackType | None] | bool | None


def exception_event(message: str | None, extra_info: Mapping[str, Any] | None, exc_info: ExcInfo) -> ExceptionEvent:
    """Return the event of an exception, or of a message alone; a message beside an exception is said with it.

    Message and texts of ``extra_info`` are scrubbed of what could be a value; a number there says itself.

    Raises:
        TypeError: when there is neither, or one is of a wrong type.

    """
    error = _exception(exc_info)
    if not isinstance(message, str if error is None else (str, NoneType)):
        raise refuse("message", message, "str, or exc_info as True, an exception or a triple")
    extra = check_extra(extra_info)
    if error is None:
        return ExceptionEvent("", scrub(str(message)), (), extra)
    return ExceptionEvent.of(error, {"message": scrub(message), **extra} if message else extra)


def _exception(exc_info: ExcInfo) -> BaseException | None:
    if exc_info is True:
        return sys.exc_info()[1]
    if exc_info is None or exc_info is False:
        return None
    error = exc_info[1] if isinstance(exc_info, tuple) and len(exc_info) == 3 else exc_info
    if error is not None and not isinstance(error, BaseException):
        raise refuse("exc_info", exc_info, "True, an exception or a triple as of sys.exc_info()")
    return error
