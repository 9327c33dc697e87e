"""What comes before the body has a bound: nobody has shown a key by then."""

import socket
import threading

import pytest
import uvicorn

from graphsignal_mw.server.http import HEAD, protocol

KB = 1024


async def echo(scope, receive, send):
    """Answer with the length of the body."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": str(length).encode()})


@pytest.fixture(scope="module", params=["as installed", "h11"])
def address(request):
    http = protocol() if request.param == "as installed" else "h11"
    server = uvicorn.Server(uvicorn.Config(echo, port=0, http=http, log_level="critical", lifespan="off", ws="none"))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()
    server.should_exit = True
    thread.join()
    listener.close()


def ask(address, *parts):
    """What the server answers to bytes, all of it; it may hang up before they are sent."""
    answer = b""
    with socket.create_connection(address, timeout=20) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            while some := connection.recv(64 * KB):
                answer += some
        except ConnectionError:
            pass
    return answer


def test_a_head_of_a_usual_length_is_taken_and_a_body_of_any(address):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000000\r\nX: " + b"a" * 30 * KB
    assert ask(address, head, b"\r\n\r\n", b"b" * 1_000_000).endswith(b"\r\n1000000\r\n0\r\n\r\n")


def test_a_connection_is_used_again_for_as_many_requests_as_one_likes(address):
    one = b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20 * KB + b"\r\n\r\n"
    last = one.replace(b"Host: x", b"Host: x\r\nConnection: close")
    assert ask(address, *([one] * 9), last).count(b"200 OK") == 10


@pytest.mark.parametrize(
    "begin",
    [b"GET /", b"GET / HTTP/1.1\r\nHost: x\r\nCookie: ", b"GET / HTTP/1.1\r\n" + b"X: 1\r\n" * 100 + b"X: "],
)
def test_a_head_that_goes_on_and_on_is_given_up(address, begin):
    answer = ask(address, begin, *([b"a" * HEAD] * 100), b" HTTP/1.1\r\n\r\n")
    assert b"200 OK" not in answer
    assert not answer or answer.startswith(b"HTTP/1.1 400")
