"""A server that speaks the ingest protocol, with answers of choice; and one that never answers."""

import contextlib
import json
import socket
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from graphsignal_mw.wire import decode


class Answering:
    """Counts each upload once, as a collector does. ``answers`` are (status, headers) to give first."""

    def __init__(self, port=0):
        self.envelopes, self.duplicates, self.paths = {}, 0, []
        self.answers = deque()
        self.body = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                outer.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def answer(self, request, data):
        self.paths.append(request.path)
        self.headers = request.headers
        status, headers = self.answers.popleft() if self.answers else (200, {})
        duplicate = False
        if status == 200:
            envelope = decode(data, request.headers["Content-Encoding"])
            identity = envelope.boot_id, envelope.seq
            duplicate = identity in self.envelopes
            self.duplicates += duplicate
            self.envelopes.setdefault(identity, envelope)
        body = self.body or json.dumps({"accepted": status == 200, "duplicate": duplicate}).encode()
        request.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)
        request.close_connection = True

    def parts(self):
        return [part for envelope in self.envelopes.values() for part in envelope.parts]

    def total(self, counter="predictions"):
        return sum(part.counters.get(counter, 0) for part in self.parts())

    def close(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()


class Mute:
    """Takes connections and never says a word."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.taken, self.connected = [], threading.Event()
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.taken.append(connection)
            self.connected.set()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        self.close_connections()

    def close_connections(self):
        while self.taken:
            self.taken.pop().close()


class Trickle:
    """Begins its answer with ``head``, and goes on with a ``piece`` every ``pause`` seconds until nobody listens."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.head = self.piece = b""
        self.pause, self.sent, self.ended = 0.0, 0, threading.Event()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(20)
            connection.recv(65_536)
            try:
                connection.sendall(self.head)
                while True:
                    connection.sendall(self.piece)
                    self.sent += len(self.piece)
                    time.sleep(self.pause)
            except OSError:
                self.ended.set()

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(20)
