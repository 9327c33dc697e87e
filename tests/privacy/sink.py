"""A collector that keeps every byte it is sent; while it is ``away`` it takes nothing, so that the spool fills."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .secret import inflated


class Sink:
    def __init__(self):
        self.away = False
        self.uploads = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                data = self.rfile.read(int(self.headers["Content-Length"]))
                head = f"{self.requestline}\n{self.headers}".encode()
                outer.uploads += [head, data, inflated(data)]
                body = json.dumps({"accepted": not outer.away, "duplicate": False}).encode()
                self.send_response(503 if outer.away else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
