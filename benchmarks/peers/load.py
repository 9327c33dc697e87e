"""A load generator for one HTTP/1.1 server: an open loop at a steady rate, latencies counted from when each was due.

    python load.py 8000 1000 5      port, requests a second, seconds; prints the latencies in seconds, as JSON

It does not sleep between two requests: give it a core of its own.
"""

import json
import selectors
import socket
import sys
import time

from apps import ANSWER
from worker import BODY

CONNECTIONS = 16
REQUEST = (
    b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)
WAIT = 10.0  # seconds that the last answers may take


class Load:
    def __init__(self, port, rate, seconds):
        self.due = [n / rate for n in range(int(rate * seconds))]
        self.latencies, self.sent = [], 0
        self.free, self.busy, self.got = [], {}, {}
        self.selector = selectors.DefaultSelector()
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ)
            self.free.append(connection)

    def run(self):
        began = time.perf_counter()
        while len(self.latencies) < len(self.due):
            now = time.perf_counter() - began
            assert now < self.due[-1] + WAIT, f"{len(self.due) - len(self.latencies)} requests have no answer"
            while self.sent < len(self.due) and self.due[self.sent] <= now and self.free:
                connection = self.free.pop()
                self.busy[connection], self.got[connection] = self.due[self.sent], b""
                self.sent += 1
                connection.sendall(REQUEST)
            for key, _ in self.selector.select(0):
                self.got[key.fileobj] += key.fileobj.recv(65536)
                if not self.got[key.fileobj].endswith(ANSWER):
                    continue  # head and body may come apart
                answer = self.got.pop(key.fileobj)
                assert answer.startswith(b"HTTP/1.1 200"), answer
                self.latencies.append(time.perf_counter() - began - self.busy.pop(key.fileobj))
                self.free.append(key.fileobj)
        self.selector.close()
        for connection in self.free:
            connection.close()
        return self.latencies


if __name__ == "__main__":
    json.dump(Load(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])).run(), sys.stdout)
