"""A network that fails: a TCP proxy that cuts, delays, and answers for others."""

import contextlib
import random
import socket
import threading
from collections import Counter

CALM = "calm"
FAILURE = b"HTTP/1.1 500 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"


class Proxy:
    """Forwards to ``port``. Each connection meets one of ``troubles``, and ends after an answer; without any it stays.

    ``cut request`` ends it within the first bytes of a request, ``cut answer`` when the answer comes, ``late`` holds
    that answer back for a second, ``500`` answers itself, ``refused`` closes at once, ``pass`` only
    ends it after its answer. ``met`` counts them.
    """

    def __init__(self, port, seed=1):
        self.port, self.troubles, self.met = port, [], Counter()
        self.chance = random.Random(seed)
        self.ending = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            trouble = self.chance.choice(self.troubles) if self.troubles else CALM
            self.met[trouble] += 1
            self.threads.append(threading.Thread(target=self.serve, args=(connection, trouble)))
            self.threads[-1].start()

    def serve(self, connection, trouble):
        connection.settimeout(15)
        with connection, contextlib.suppress(OSError):
            if trouble == "500":
                connection.recv(65_536)
                connection.sendall(FAILURE)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):  # a close with unread bytes would reset the answer away
                    pass
            elif trouble != "refused":
                with self.reach() as behind:
                    self.forward(connection, behind, trouble)

    def reach(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=15)

    def forward(self, connection, behind, trouble):
        if trouble == "cut request":
            behind.sendall(connection.recv(65_536)[: self.chance.randrange(600)])
            return
        answers = threading.Thread(target=self.back, args=(behind, connection, trouble))
        answers.start()
        pump(connection, behind)
        answers.join()

    def back(self, behind, connection, trouble):
        """Bring the answers back, or not."""
        with contextlib.suppress(OSError):
            answer = behind.recv(65_536)
            if trouble == "late":
                self.ending.wait(1)
            connection.sendall(answer[: self.chance.choice([0, 20])] if trouble == "cut answer" else answer)
            if trouble == CALM:
                pump(behind, connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.ending.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()


class Balancer(Proxy):
    """Forwards to each of ``ports`` in turn, and past those that do not answer."""

    def __init__(self, *ports):
        self.ports = ports
        super().__init__(ports[0])

    def reach(self):
        self.ports = (*self.ports[1:], self.ports[0])
        for port in self.ports:
            with contextlib.suppress(ConnectionError):
                return socket.create_connection(("127.0.0.1", port), timeout=15)
        raise ConnectionRefusedError


def pump(source, target):
    """Copy until the source ends, and say so to the target."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
