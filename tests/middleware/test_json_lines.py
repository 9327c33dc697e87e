"""JSON Lines are streams, and skipped, unless the endpoint's preset takes them."""

import pytest

from .harness import START, Connection, Gateway, environ, last, request

COUNT, PIECE = 2000, 16_384
LINES = b"".join(b'{"features": [%d, 0.123456789]}\n' % i for i in range(COUNT))
ANSWER = b"".join(b'{"score": 0.123456789, "predicted_label": %d}\n' % i for i in range(COUNT))
TYPE = "application/jsonlines"
CASES = pytest.mark.parametrize(
    ("fields", "predictions", "counters"),
    [
        ({"preset": "sagemaker", "features": None, "predictions": None}, COUNT, {}),
        ({"preset": None}, 0, {"unparsed.skipped": 2}),
    ],
    ids=["sagemaker", "no preset"],
)


def pieces(body):
    return [body[at : at + PIECE] for at in range(0, len(body), PIECE)]


@CASES
def test_json_lines_through_asgi(records, fields, predictions, counters):
    headers = [(b"content-type", TYPE.encode())]

    async def app(scope, receive, send):
        while (await receive())["more_body"]:
            pass
        await send(START | {"headers": headers})
        for piece in pieces(ANSWER):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send(last(b""))

    connection = Connection(*(request(piece, more=True) for piece in pieces(LINES)), request(b""), headers=headers)
    assert connection.run(records.asgi(app, **fields)).body == ANSWER
    found = records.mapped()
    assert (len(found.predictions), found.counters) == (predictions, counters)


@CASES
def test_json_lines_through_wsgi(records, fields, predictions, counters):
    def app(given, start_response):
        while given["wsgi.input"].read(PIECE):
            pass
        start_response("200 OK", [("Content-Type", TYPE)])
        yield from pieces(ANSWER)

    assert Gateway().run(records.wsgi(app, **fields), environ(LINES, CONTENT_TYPE=TYPE)) == ANSWER
    found = records.mapped()
    assert (len(found.predictions), found.counters) == (predictions, counters)


def test_headers_that_a_preset_reads_are_copied_from_wsgi(records):
    """The binary extension of the Open Inference Protocol, both ways."""
    length = {"HTTP_INFERENCE_HEADER_CONTENT_LENGTH": "2", "CONTENT_TYPE": "application/octet-stream"}

    def app(given, start_response):
        given["wsgi.input"].read(4)
        start_response(
            "200 OK", [("Content-Type", "application/octet-stream"), ("Inference-Header-Content-Length", "2")]
        )
        return [b"{}\xff\xff"]

    fields = {"preset": "kserve_v2", "features": None, "predictions": None}
    Gateway().run(records.wsgi(app, **fields), environ(b"{}\xff\xff", **length))
    assert records.mapped().counters == {"unmatched.features": 1, "unmatched.predictions": 1}
