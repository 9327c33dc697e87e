"""``graphsignal-mw check``: mistakes with their lines, and a dry run on samples or an OpenAPI document."""

import json

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from graphsignal_mw.cli.openapi import OpenApi

from .test_commands import run

YAML = """\
endpoints:
  - path: /models/{name}/predict
    deployment: "{name}_prod"
    features: $.flight
    predictions: {late: $.late}
    score: $.probability
  - path: /feedback
    kind: ground_truth
    deployment: flights_prod
    label: $.late
    prediction: $.predicted
"""


class Flight(BaseModel):
    carrier: str
    distance: float
    hour: int
    wind_speed: float | None = None


class Question(BaseModel):
    flight: Flight


class Answer(BaseModel):
    late: bool
    probability: float


class Label(BaseModel):
    late: bool
    predicted: bool


@pytest.fixture
def app():
    served = FastAPI()

    @served.post("/models/{model}/predict")
    def predict(model: str, question: Question) -> Answer:
        return Answer(late=bool(model), probability=question.flight.distance)

    @served.post("/feedback")
    def feedback(label: Label) -> None:
        assert label

    return served


@pytest.fixture
def files(tmp_path, app):
    contents = {
        "monitoring.yaml": YAML,
        "openapi.json": json.dumps(app.openapi()),
        "request.json": json.dumps({"flight": {"carrier": "UA", "distance": 719}}),
        "response.json": json.dumps({"late": True, "probability": 0.9}),
    }
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_valid_file_is_shown(files):
    text = run("check", files / "monitoring.yaml")
    assert "valid, 2 endpoints" in text
    assert "POST /models/{name}/predict" in text


def test_every_mistake_is_named_with_its_line(files):
    (files / "monitoring.yaml").write_text(YAML.replace("features:", "feature:").replace("$.late}", "late}"))
    text = run("check", files / "monitoring.yaml", code=1)
    assert "monitoring.yaml:4: endpoints[0].feature: unknown key; did you mean 'features'?" in text
    assert "monitoring.yaml:5: endpoints[0].predictions: " in text


def test_a_dry_run_on_the_document_shows_columns_with_types(files):
    arguments = ("check", files / "monitoring.yaml", "--openapi", files / "openapi.json", "--json")
    predict, feedback = json.loads(run(*arguments))["dry_runs"]
    assert predict["problems"] == []
    assert [(c["stream"], c["name"], c["type"]) for c in predict["columns"]] == [
        ("features", "carrier", "string"),
        ("features", "distance", "float"),
        ("features", "hour", "integer"),
        ("features", "wind_speed", "float"),
        ("predictions", "late", "boolean"),
    ]
    assert [c["name"] for c in feedback["columns"]] == ["label", "prediction"]


def test_what_the_document_does_not_have_fails(files):
    (files / "monitoring.yaml").write_text(YAML.replace("/feedback", "/labels").replace("$.flight", "$.flights"))
    text = run("check", files / "monitoring.yaml", "--openapi", files / "openapi.json", code=1)
    assert "PROBLEM no POST /labels in the OpenAPI document" in text
    assert "PROBLEM features: its path finds nothing that can be used in the bodies" in text


def test_a_dry_run_on_samples(files):
    samples = ("--request", files / "request.json", "--response", files / "response.json")
    text = run("check", files / "monitoring.yaml", *samples, "--endpoint", "/models/{name}/predict")
    assert "distance" in text
    (files / "response.json").write_text('{"delayed": true}')
    arguments = ("check", files / "monitoring.yaml", *samples, "--endpoint", "/models/{name}/predict")
    assert "PROBLEM late: its path finds nothing" in run(*arguments, code=1)


@pytest.fixture
def served(tmp_path):
    """A file of two presets, and samples of their bodies."""
    contents = {
        "monitoring.yaml": """\
endpoints:
  - path: /v1/models/{name}:predict
    deployment: "{name}_prod"
    preset: tfserving
  - path: /invocations
    deployment: flights_prod
    preset: sagemaker
    feature_names: [distance, hour]
""",
        "row.json": '{"instances": [{"distance": 719.5, "carrier": "UA"}]}',
        "predictions.json": '{"predictions": [0.5]}',
        "rows.csv": "719.5,12\n1024.5,13\n",
        "scores.jsonl": '{"score": 0.5}\n{"score": 0.75}\n',
    }
    for name, text in contents.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("endpoint", "request_file", "response_file", "shown"),
    [
        ("/v1/models/{name}:predict", "row.json", "predictions.json", ["would give 1 of", "carrier", "prediction "]),
        ("/invocations", "rows.csv", "scores.jsonl", ["would give 2 of", "distance", "hour", "score "]),
    ],
)
def test_a_dry_run_of_a_preset(served, endpoint, request_file, response_file, shown):
    samples = ("--request", served / request_file, "--response", served / response_file, "--endpoint", endpoint)
    text = run("check", served / "monitoring.yaml", *samples)
    assert [word for word in shown if word not in text] == []
    assert "PROBLEM" not in text


def test_a_body_of_another_protocol_is_a_problem(served):
    samples = ("--request", served / "predictions.json", "--endpoint", "/v1/models/{name}:predict")
    text = run("check", served / "monitoring.yaml", *samples, code=1)
    assert "POST /v1/models/{name}:predict  tfserving  {name}_prod" in text
    assert "PROBLEM features: the body is not of the preset tfserving" in text


def test_samples_of_no_endpoint_are_a_usage_error(files):
    text = run("check", files / "monitoring.yaml", "--request", files / "request.json", code=2)
    assert "expected one of the endpoints of the file (/models/{name}/predict, /feedback)" in text


def test_a_sample_that_is_no_json(files):
    (files / "request.json").write_text("{")
    arguments = ("--request", files / "request.json", "--endpoint", "/feedback")
    assert "request.json: " in run("check", files / "monitoring.yaml", *arguments, code=1)


@pytest.mark.parametrize(
    ("schema", "sample"),
    [
        ({"type": "integer"}, 1),
        ({"type": ["null", "string"]}, "text"),
        ({"anyOf": [{"type": "null"}, {"type": "number"}]}, 0.5),
        ({"enum": ["a", "b"]}, "a"),
        ({"type": "string", "example": "UA"}, "UA"),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"allOf": [{"$ref": "#/x"}, {"properties": {"b": {"const": 2}}}]}, {"a": 1, "b": 2}),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"name": 1}),
        ({"$ref": "#/nowhere"}, None),
        ({"$ref": "#/loop"}, None),
    ],
)
def test_samples_fit_their_schema(schema, sample):
    document = {"x": {"properties": {"a": {"type": "integer"}}}, "loop": {"$ref": "#/loop"}}
    assert OpenApi(document).sample(schema) == sample


def test_a_verb_after_a_parameter_tells_operations_apart():
    document = {"paths": {"/v1/models/{m}:explain": {"post": {}}, "/v1/models/{m}:predict": {"post": {}, "put": {}}}}
    assert OpenApi(document).has("/v1/models/{name}:predict", "PUT")
    assert not OpenApi(document).has("/v1/models/{name}:explain", "PUT")
    assert not OpenApi(document).has("/v1/models/{name}", "POST")
