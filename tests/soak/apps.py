"""Two apps that do the same: each answers, refuses, streams or raises, and counts by itself what it was asked.

The counting stands between our middleware and the app, so that it is the app's own count: one byte a request.
"""

MONITORING = """
upload_seconds: 3600
limits: {max_body_bytes: 65536, max_queue_bytes: 4194304, max_queue_records: 2000}
endpoints:
  - path: /predict
    deployment: ${DEPLOYMENT}
    features: $.features
    predictions: {y: $.y}
    segments: [$.features.plan]
"""

COMMON = '''
import gzip, json, os
import graphsignal_mw as graphsignal

handled = os.open("handled", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
with open("pid", "w") as file:
    file.write(str(os.getpid()))

def keep_stats():
    """What the agent says of itself, for the test to read."""
    with open("stats.tmp", "w") as file:
        json.dump(graphsignal.stats(), file)
    os.replace("stats.tmp", "stats")

def answer(body, encoding, wish):
    """Return status and body, as a careless app would."""
    if wish == "raise":
        raise ValueError("wished by the client")
    if wish in ("unread", "ignored"):
        return 200, b'{"y": 0}'
    try:
        features = json.loads(gzip.decompress(body) if encoding == "gzip" else body)["features"]
        return 200, json.dumps({"y": float(features["x"]) * 2}).encode()
    except Exception:
        return 400, b'{"error": "not understood"}'
'''

ASGI = (
    COMMON
    + """
class App:
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        if scope["path"] == "/stats":
            keep_stats()
        if scope["path"] != "/predict":
            await site(scope, receive, send)
            return
        os.write(handled, b"1")
        await site(scope, receive, send)

from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

async def predict(request):
    wish = request.headers.get("x-wish")
    if wish == "stream":
        async def chunks():
            for _ in range(40):
                yield b" " * 10_000
            yield b'{"y": 1}'
        return StreamingResponse(chunks(), media_type="application/json")
    body = b"" if wish == "unread" else await request.body()
    status, content = answer(body, request.headers.get("content-encoding"), wish)
    return Response(content, status, media_type="application/json")

site = Starlette(routes=[Route("/predict", predict, methods=["POST"])])
app = graphsignal.ASGIMiddleware(App(), config="monitoring.yaml")
"""
)

WSGI = (
    COMMON
    + """
REASONS = {200: "200 OK", 400: "400 Bad Request"}

def site(environ, start_response):
    if environ["PATH_INFO"] != "/predict":
        if environ["PATH_INFO"] == "/stats":
            keep_stats()
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    os.write(handled, b"1")
    wish = environ.get("HTTP_X_WISH")
    if wish == "stream":
        start_response("200 OK", [("Content-Type", "application/json")])
        return (b" " * 10_000 for _ in range(40))
    body = b"" if wish == "unread" else environ["wsgi.input"].read()
    status, content = answer(body, environ.get("HTTP_CONTENT_ENCODING"), wish)
    start_response(REASONS[status], [("Content-Type", "application/json"), ("Content-Length", str(len(content)))])
    return [content]

app = graphsignal.WSGIMiddleware(site, config="monitoring.yaml")
"""
)
