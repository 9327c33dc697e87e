"""Traffic with a secret in every place where a value of a user can be, through the middleware and the logger."""

import asyncio
import io
import json
from urllib.parse import quote

import httpx2
import numpy as np
import pandas as pd

import graphsignal_mw as graphsignal

COMMON = "common-country"
HASHED, DROPPED, SHAPED = "email", "card", "country"
PRIVACY = {"min_count": 5, "hash": [HASHED, "customer"], "drop": [DROPPED, "owner.ssn"]}
ALLOWED = ["country", "amount"]
ENDPOINT = {
    "path": "/predict",
    "features": "$.x",
    "predictions": {"y": "$.y", "class": "$.class"},
    "score": "$.score",
    "prediction_id": "$.id",
    "output": {"name": "y"},
    "exclude": ["excluded"],
}
ENDPOINTS = [
    {**ENDPOINT, "deployment": "wide"},
    {**ENDPOINT, "path": "/narrow", "deployment": "narrow", "include": ALLOWED},
    {"path": "/plain", "deployment": "plain", "features": "$.x", "predictions": {"class": "$.class"}},
    {"path": "/tfserving", "deployment": "preset", "preset": "tfserving"},
    {"path": "/labels", "kind": "ground_truth", "deployment": "wide", "label": "$.label", "prediction": "$.class"},
    {"path": "/late", "kind": "ground_truth", "deployment": "wide", "label": "$.label", "prediction_id": "$.id"},
]


class ModelError(Exception):
    pass


def answer(path, raw):
    """What the app does: it fails, refuses or predicts as the request says."""
    try:
        body = json.loads(raw)
    except ValueError:
        return 200, {"y": True}
    if path == "/tfserving":
        return 200, {"predictions": [row.get("echo") for row in body["instances"]]}
    if body.get("fail"):
        raise ModelError(f"no row for {body['fail']!r}, or {body['fail']}")
    return body.get("status", 200), body.get("answer", {})


def wsgi(environ, start_response):
    raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    status, body = answer(environ["PATH_INFO"], raw)
    headers = [("Content-Type", "application/json"), ("X-Answer", environ.get("HTTP_X_USER", ""))]
    start_response(f"{status} Status", headers)
    return [json.dumps(body).encode()]


async def asgi(scope, receive, send):
    raw, more = b"", True
    while more:
        message = await receive()
        raw, more = raw + message.get("body", b""), message.get("more_body", False)
    status, body = answer(scope["path"], raw)
    head = [(b"content-type", b"application/json"), (b"set-cookie", dict(scope["headers"]).get(b"cookie", b""))]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


class Plant:
    """Sends rounds of traffic; each has the same places for secrets."""

    def __init__(self, secret, settings):
        config = {"privacy": PRIVACY, "labels": {"join_hours": 1}, "endpoints": self.endpoints(), **settings}
        self.secret, self.config = secret, config
        self.wsgi, self.asgi = graphsignal.WSGIMiddleware(wsgi, config=config), None
        graphsignal.configure(config=config)
        self.session = graphsignal.session("logged")
        self.round = 0

    def endpoints(self):
        return ENDPOINTS

    def send(self, rounds):
        asyncio.run(self._send(rounds))

    async def _send(self, rounds):
        self.asgi = graphsignal.ASGIMiddleware(asgi, config=self.config)
        transport = httpx2.ASGITransport(self.asgi, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://app") as client:
            for _ in range(rounds):
                self.round += 1
                for path, body in self.requests():
                    head = {"Authorization": f"Bearer {quote(self.secret())}", "X-User": quote(self.secret())}
                    content = body if isinstance(body, bytes) else json.dumps(body).encode()
                    if self.round % 2:
                        self.call(path, content, head)
                    else:
                        head |= {"Cookie": f"id={quote(self.secret())}", "Content-Type": "application/json"}
                        await client.post(f"{path}?user={quote(self.secret())}", content=content, headers=head)
                self.log()

    def call(self, path, content, head):
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in head.items()}
        environ |= {"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": f"user={quote(self.secret())}"}
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(content))}
        try:
            answered = self.wsgi({**environ, "wsgi.input": io.BytesIO(content)}, lambda *_: None)
            b"".join(answered)
            getattr(answered, "close", lambda: None)()
        except ModelError:
            pass

    def row(self):
        secret = self.secret
        return {
            "country": COMMON if self.round % 10 else secret(),  # rare beside a common value
            "amount": self.round,
            "name": secret(),
            "review": f"it was {secret()} and the {secret()} never came {self.round}",
            "owner": {"ssn": secret(), "address": {"street": secret()}},
            "tags": [secret(), secret()],
            "objects": [{"a": secret()}],
            "mixed": self.round if self.round % 3 else secret(),
            "twice": f"{secret()}" if self.round % 2 else None,
            HASHED: secret(),
            "customer": {"id": secret()},
            DROPPED: secret(),
            "excluded": secret(),
        }

    def requests(self):
        secret = self.secret
        classes = ("yes", "no")[self.round % 2] if self.round % 10 else secret()
        said = {"y": True, "class": classes, "score": 0.5, "comment": secret(), "list": [secret()]}
        name = secret()
        good = {"x": self.row(), "id": name, "note": secret(), "answer": said}
        yield "/predict", good
        yield "/narrow", {**good, "x": self.row()}
        yield "/plain", {"x": self.row(), "answer": {"class": secret()}}
        yield "/tfserving", {"instances": [{"echo": secret(), "b": secret()}, {"echo": secret()}]}
        yield "/predict", {"x": self.row(), "fail": secret()}
        yield "/predict", {"x": secret(), "status": 422, "answer": {"detail": secret()}}
        yield "/predict", {"x": secret(), "answer": {"y": secret(), "class": [secret()], "score": secret()}}
        yield "/predict", b'{"x": "' + secret().encode() + b'"'
        yield "/predict", secret().encode()
        yield "/labels", {"label": classes, "class": secret()}
        yield "/late", {"label": True, "id": name}
        yield "/late", {"label": True, "id": secret()}
        yield "/unknown", {"x": secret()}

    def log(self):
        secret, session = self.secret, self.session
        name = secret()
        session.log_prediction(self.row(), {"y": True, "text": secret()}, prediction_id=name)
        session.log_prediction([secret(), secret()], secret())
        session.log_prediction_batch(pd.DataFrame([self.row(), self.row()]), [secret(), secret()])
        session.log_prediction_batch({"a": np.array([secret(), secret()]), "b": [secret().encode(), object()]}, [1, 2])
        session.log_ground_truth(secret(), secret())
        session.log_ground_truth(True, prediction_id=secret())
        session.log_ground_truth_batch([True], prediction_ids=[secret()])
        session.log_prediction(secret(), secret(), segments=secret())  # wrong arguments
        session.log_ground_truth({"a": secret()}, [secret()])
        session.log_exception(f"no user {secret()!r}", {"user": secret()})
        try:
            raise ValueError({secret(): secret()}, f"user {self.round} is {secret()}", secret())
        except ValueError as error:
            session.log_exception(f"for {secret()}", exc_info=error)
        try:
            {}[secret()]
        except KeyError:
            session.log_exception(exc_info=True)
