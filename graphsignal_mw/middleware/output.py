"""The response of a WSGI app, teed: what it starts, writes and returns."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from time import perf_counter
from typing import Any

from graphsignal_mw.middleware.body import ABSENT, Body
from graphsignal_mw.middleware.capture import report
from graphsignal_mw.middleware.current import enter, leave
from graphsignal_mw.middleware.input import InputCapture
from graphsignal_mw.records import Headers

StartResponse = Callable[..., Any]


class OutputCapture(InputCapture):
    """A request under WSGI.

    Nobody knows which chunk of the response is the last. So the first is kept as if it were the only one, as it is most
    often, until a second one comes.
    """

    __slots__ = ()

    def request_headers(self) -> Headers:
        """Return what says how to read the body, and the headers that the endpoint wants."""
        kind, coding, wanted = self.headers
        return (*((_KIND, kind),) * bool(kind), *((_CODING, coding),) * bool(coding), *wanted)

    def status_code(self) -> int | None:
        """Return the status of the response; the app sends it as text."""
        if self.status is None:
            return None
        try:
            return int(self.status[:3])
        except (TypeError, ValueError) as error:
            self.defect(error)
            return None

    def started(self, args: Any) -> None:
        """Keep what the app starts its response with."""
        try:
            if not self.done:
                self.status = args[0]
                self.response_headers = tuple(args[1])
                if len(args) > 2 and args[2]:
                    self._answers(args[2])
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)

    def add(self, chunk: Any) -> None:
        """Keep a chunk of the response; one that is not bytes is the app's mistake, and the server's to refuse."""
        if self.response is ABSENT and type(chunk) is bytes and len(chunk) <= self.middleware.at_once:
            self.response = chunk
        elif not self.done:
            self._gather(chunk)

    def returned(self, result: Iterable[bytes]) -> None:
        """Take what is given back as it is: a list or tuple; of a file, or what servers ask for its length, nothing."""
        try:
            if type(result) in _WHOLE:
                for chunk in result:
                    self.add(chunk)
            else:
                self.skip_response()
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)
        self.hand_over(complete=True)

    def hand_over(self, *, complete: bool = False) -> None:
        """Give the record away, once: at exhaustion, error or close, whichever comes first."""
        if self.done:
            return
        self.done, self.left = True, -1
        try:
            self.duration = perf_counter() - self.began
            if complete:
                self.outcome = "completed"
            if type(self.response) is not bytes:
                self._end_gathered(complete)
            elif not complete:
                self.response = ABSENT
            submit = self.middleware.submit
            submit(self)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            report(self.middleware.fault, error)

    def _end_gathered(self, complete: bool) -> None:
        if complete and self.response is ABSENT:
            self.response = b""
        elif complete and type(self.response) is Body:
            self.response.complete()

    def _gather(self, chunk: Any) -> None:
        try:
            if type(chunk) is not bytes:
                self.skip_response()
                return
            if type(self.response) is bytes:
                first, self.response = self.response, ABSENT
                self.add_response(first, last=False)
            self.add_response(chunk, last=False)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)

    def _answers(self, exc_info: Any) -> None:
        """PEP 3333: the app answers this exception."""
        for error in exc_info:
            if isinstance(error, BaseException):
                self.note(error)


class OutputTee:
    """Stands before ``start_response``, and before the iterable that the app returns; tells ``request`` what passes.

    It holds what is the server's and the app's, so that the capture, which waits in the queue, does not.

    As an iterable it is no generator, which would never close the inner one if it were closed before its first
    ``next``. But inside is one, as servers go through it with less effort than through a ``__next__``. It has no
    ``__len__``: servers would believe it.
    """

    __slots__ = ("_chunks", "_inner", "_write_inner", "inner_start", "request")
    request: OutputCapture
    inner_start: StartResponse
    _write_inner: Callable[[bytes], Any]
    _inner: Iterable[bytes]
    _chunks: Iterator[bytes]

    def before(self, inner: Iterable[bytes]) -> "OutputTee":
        """Stand before ``inner``."""
        self._inner, self._chunks = inner, self._teed()
        return self

    def start_response(self, *args: Any, **kwargs: Any) -> Callable[[bytes], Any]:
        """Start the response as the server does."""
        start = self.inner_start
        self._write_inner = start(*args, **kwargs) if kwargs else start(*args)
        self.request.started(args)
        return self._write

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        """Close the app's iterable, as the server asked to."""
        try:
            close = getattr(self._inner, "close", None)
            if close is not None:
                close()
        except BaseException as error:
            self.request.failed(error)
            raise
        finally:
            self.request.hand_over()
            self._inner = self._chunks = _NOTHING  # the chunks hold this object, too

    def _teed(self) -> Iterator[bytes]:
        """Go through the app's iterable, and keep what passes."""
        request = self.request
        try:
            inner = self._inner if request.status is not None else self._begun()
            for chunk in inner:
                if request.response is ABSENT and type(chunk) is bytes and len(chunk) <= request.middleware.at_once:
                    request.response = chunk
                else:
                    request.add(chunk)
                yield chunk
        except BaseException as error:
            request.failed(error)
            request.hand_over()
            raise
        request.hand_over(complete=True)

    def _begun(self) -> Iterable[bytes]:
        """Begin an app that has not started its response: it is a generator, and runs only now."""
        token = enter(self.request)
        try:
            iterator = iter(self._inner)
            first = next(iterator, _END)
        finally:
            leave(token)
        return () if first is _END else chain((first,), iterator)

    def _write(self, data: bytes) -> Any:
        self.request.add(data)
        try:
            return self._write_inner(data)
        except OSError:  # what servers raise when the client has left
            self.request.departed = True
            raise


_KIND, _CODING = "content-type", "content-encoding"
_WHOLE = frozenset({list, tuple})
_END: Any = object()
_NOTHING: Iterator[bytes] = iter(())
