import pytest

from graphsignal_mw.mapping.template import header_names, parameters, render, unknown_sources, without_headers

from .exchanges import exchange

ASKED = [(b"x-model-version", b"7"), (b"x-empty", b"")]


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("fraud_prod", "fraud_prod"),
        ("{name}_prod", "iris_prod"),
        ("{other}_prod", "{other}_prod"),
        ("$request.headers.x-model-version", "7"),
        ("v$request.headers.X-Model-Version", "v7"),
        ("$response.headers.x-served-by", "blue"),
        ("{name}/$response.headers.x-served-by", "iris/blue"),
        ("$request.headers.x-absent", None),
        ("$request.headers.x-empty", None),
    ],
)
def test_names_are_made_of_parameters_and_headers(text, rendered):
    found = exchange(params={"name": "iris"}, request_headers=ASKED, response_headers=[(b"x-served-by", b"blue")])
    assert render(text, found) == rendered


def test_what_a_client_sends_is_no_template():
    found = exchange(params={"name": "$request.headers.authorization"}, request_headers=[(b"authorization", b"secret")])
    assert render("{name}", found) == "$request.headers.authorization"


def test_names_are_bounded():
    assert len(render("{name}", exchange(params={"name": "x" * 1000}))) == 250


def test_the_sources_of_a_text_are_known():
    text = "{name} $request.headers.X-Tenant $response.headers.x-served-by $request.headers.x-tenant"
    assert header_names([text]) == ("x-tenant", "x-served-by")
    assert parameters(text) == {"name"}
    assert without_headers("a $request.headers.x-tenant") == "a unknown"


@pytest.mark.parametrize("text", ["$request.header.x", "$.body.version", "$response.body"])
def test_what_looks_like_a_source_and_is_none_is_found(text):
    assert unknown_sources(text) == [text]
