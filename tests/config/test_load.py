import pytest

from graphsignal_mw.config import load_config, resolve_settings
from graphsignal_mw.config.keys import top_level
from graphsignal_mw.errors import ConfigError
from graphsignal_mw.mapping import Endpoint, Output

SOURCES = "{parameter}, $request.headers.<name> or $response.headers.<name>"
FULL = """\
# yaml-language-server: $schema=./graphsignal-mw.schema.json
collector: {url: http://127.0.0.1:8900, api_key: ${KEY}, timeout: ${TIMEOUT:-3}}
window_seconds: 60
debug_mode: ${DEBUG:-yes}
endpoints:
  - path: /predict_fraud
    deployment: fraud_detection_prod
    metadata: {model_version: "1.0", retrained: 2}
    features: $.transaction
    predictions: {fraud: $.is_fraud}
    score: $.score
    output: {name: fraud, kind: binary}
    segments: [$.country]
    timestamp: $.sent_at
    prediction_id: $.id
    exclude: [card_number]
  - path: /models/{name}/predict
    methods: [put, POST]
    deployment: "{name}_$request.headers.x-stage"
    preset: ${PRESET:-tfserving}
    feature_names: [a, b]
  - path: /feedback
    kind: ground_truth
    deployment: fraud_detection_prod
    label: $.label
    prediction: $.prediction
privacy: {min_count: 5, significant_digits: 4, hash: [customer_id]}
"""


@pytest.fixture
def load(tmp_path):
    def loaded(text, **environ):
        path = tmp_path / "monitoring.yaml"
        path.write_text(text, "utf-8")
        return load_config(path, environ)

    return loaded


@pytest.fixture
def problems(load, tmp_path):
    """The problems of a file, without the folder it is in."""

    def found(text, **environ):
        with pytest.raises(ConfigError) as caught:
            load(text, **environ)
        return [problem.replace(f"{tmp_path}/", "") for problem in caught.value.problems]

    return found


def endpoint(**changes):
    return {"path": "/predict", "deployment": "model", "features": "$.x", **changes}


def test_a_whole_file(load):
    config = load(FULL, KEY="gsk_1")
    assert config.settings == {
        "url": "http://127.0.0.1:8900",
        "api_key": "gsk_1",
        "timeout": 3.0,
        "window_seconds": 60,
        "debug_mode": True,
        "min_count": 5,
        "significant_digits": 4,
        "hash": ("customer_id",),
    }
    first, second, third = config.endpoints
    assert first == Endpoint(
        path="/predict_fraud",
        deployment="fraud_detection_prod",
        metadata={"model_version": "1.0", "retrained": "2"},
        features="$.transaction",
        predictions={"fraud": "$.is_fraud"},
        score="$.score",
        output=Output(name="fraud", kind="binary"),
        segments=("$.country",),
        timestamp="$.sent_at",
        prediction_id="$.id",
        exclude=("card_number",),
    )
    assert (second.methods, second.preset, second.feature_names) == (("PUT", "POST"), "tfserving", ("a", "b"))
    assert (third.kind, third.label, third.prediction) == ("ground_truth", "$.label", "$.prediction")


def test_everything_that_is_wrong_is_said_at_once_with_its_place(problems):
    text = """\
collector:
  url: ftp://x
  api_kee: secret
window_seconds: 61
min_count: 3
zzz: 3
endpoints:
  - path: predict
    deployment: model

    featurs: $.x
    features: $.x[
  - deployment: model
    kind: ground_truth
    features: $.x
  - just text
  - path: /b
    deployment: "{nme}_$request.header.stage"
    metadata:
      model_version: $.version
    features: $.x
"""
    expected = [
        (2, "collector.url", "'ftp://x'; expected a URL such as http://127.0.0.1:8900"),
        (3, "collector.api_kee", "unknown key; did you mean 'api_key'?"),
        (4, "window_seconds", "61; expected one of 60, 300, 3600"),
        (5, "min_count", "unknown key here; expected in section 'privacy'"),
        (6, "zzz", f"unknown key; expected one of {', '.join(sorted(top_level()))}"),
        (8, "endpoints[0].path", "'predict'; expected a path that begins with /, such as /predict or /models/"),
        (12, "endpoints[0].features", "'$.x['; expected a JSONPath: "),
        (11, "endpoints[0].featurs", "unknown key; did you mean 'features'?"),
        (13, "endpoints[1]", "label is missing; expected in every endpoint of kind ground_truth"),
        (13, "endpoints[1]", "path is missing; expected in every endpoint of kind ground_truth"),
        (13, "endpoints[1]", "prediction is missing; expected in every endpoint of kind ground_truth"),
        (15, "endpoints[1].features", "not of an endpoint of kind ground_truth"),
        (16, "endpoints[2]", "'just text'; expected a mapping with path and deployment"),
        (18, "endpoints[3].deployment", "{nme} is not a parameter of the path '/b'"),
        (18, "endpoints[3].deployment", f"'$request.header.stage'; expected {SOURCES}"),
        (20, "endpoints[3].metadata.model_version", f"'$.version'; expected {SOURCES}"),
    ]
    found = problems(text)
    assert len(found) == len(expected)
    for line, key, said in expected:
        start = f"monitoring.yaml:{line}: {key}: {said}"
        assert [problem for problem in found if problem.startswith(start)], (start, found)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({}, {}, "'/predict'; expected a path of its own: endpoints[0] has POST of it"),
        ({"path": "/m/{a}"}, {"path": "/m/{b}"}, "'/m/{b}'; expected a path of its own: endpoints[0] has POST of it"),
        ({"methods": ["PUT", "GET"]}, {"methods": "get"}, "endpoints[0] has GET of it"),
    ],
)
def test_an_endpoint_that_would_never_see_a_request_is_refused(first, second, said):
    with pytest.raises(ConfigError) as caught:
        load_config({"endpoints": [endpoint(**first), endpoint(**second)]})
    (problem,) = caught.value.problems
    assert problem.startswith("config: endpoints[1].path: ")
    assert said in problem


def test_a_setting_that_is_empty_is_not_given():
    loaded = load_config({"collector": {"url": "${URL:-}", "api_key": ""}, "endpoints": []}, environ={})
    assert loaded.settings == {}


def test_paths_that_differ_in_method_or_kind_of_parameter_are_fine():
    ways = [{}, {"methods": ["GET"]}, {"path": "/m/{a}"}, {"path": "/m/{a:path}"}, {"path": "/m/a"}]
    assert len(load_config({"endpoints": [endpoint(**way) for way in ways]}).endpoints) == len(ways)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deployment": "x" * 251}, "expected text of 1 to 250 characters"),
        ({"deployment": ""}, "deployment: ''; expected text of 1 to 250 characters"),
        ({"deployment": ".."}, "deployment: '..'; expected a name that can stand in an address"),
        ({"deployment": None}, "deployment is missing; expected in every endpoint of kind prediction"),
        ({"metadata": ["a"]}, "metadata: ['a']; expected a mapping such as {model_version: '1.0'}"),
        ({"metadata": {"a": [1]}}, "metadata: {'a': [1]}; expected a mapping of text or numbers"),
        ({"methods": []}, "methods: []; expected methods such as [POST, PUT]"),
        ({"path": "/a/{b"}, "path: '/a/{b'; expected parameters written {name} or {name:path}"),
        ({"output": {"kind": "ranking"}}, "expected a kind of binary, categorical or numeric"),
        ({"output": {"name": 5}}, "output: {'name': 5}; expected text"),
        ({"output": "fraud"}, "output: 'fraud'; expected a mapping with name and kind"),
        ({"predictions": {}}, "predictions: {}; expected a JSONPath, or a mapping of names to paths"),
        ({"segments": "$.x"}, "segments: '$.x'; expected a list of text"),
        ({"kind": "batch"}, "kind: 'batch'; expected one of prediction, ground_truth"),
        ({"label": "$.x"}, "label: not of an endpoint of kind prediction"),
        ({"features": None}, "no features, no predictions and no preset; expected at least one of them"),
        ({"preset": "TFServin"}, "preset: 'TFServin'; expected 'tfserving', or another one of tfserving, kserve_v1"),
        ({"preset": "kserve"}, "preset: 'kserve'; expected 'kserve_v"),
        ({"preset": "qqq"}, "preset: 'qqq'; expected one of tfserving, kserve_v1, kserve_v2, mlflow"),
        ({"preset": ["mlflow"]}, "preset: ['mlflow']; expected 'mlflow', or another one of"),
        (
            {"preset": "mlflow", "kind": "ground_truth", "label": "$.a", "prediction": "$.b", "features": None},
            "preset: not of an endpoint of kind ground_truth",
        ),
    ],
)
def test_a_wrong_value_of_an_endpoint_says_what_was_expected(changes, said):
    with pytest.raises(ConfigError) as caught:
        load_config({"endpoints": [endpoint(**changes)]})
    assert said in str(caught.value)


@pytest.mark.parametrize("endpoints", [[], None, ()])
def test_no_endpoints_are_fine(endpoints):
    assert load_config({"endpoints": endpoints}).endpoints == ()
    assert load_config({}).endpoints == ()


@pytest.mark.parametrize("endpoints", ["/predict", {"path": "/predict"}, 5])
def test_endpoints_are_a_list(endpoints):
    with pytest.raises(ConfigError, match=r"endpoints: .*; expected a list of endpoints"):
        load_config({"endpoints": endpoints})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("min_count", float("nan"), "expected a whole number from 1 to 1000"),
        ("min_count", "1.5", "expected a whole number from 1 to 1000"),
        ("max_body_bytes", float("inf"), "expected a whole number"),
        ("timeout", "nan", "expected seconds from 0.1 to 300"),
        ("timeout", True, "expected seconds from 0.1 to 300"),
        ("debug_mode", "maybe", "expected true or false"),
        ("hash", "customer", "expected a list of text"),
        ("spool_dir", "", "expected text"),
        ("url", "http://", "expected a URL"),
        ("window_seconds", 301, "expected one of 60, 300, 3600"),
    ],
)
def test_a_wrong_setting_says_what_was_expected(name, value, said):
    with pytest.raises(ConfigError, match=f"{name}: .*{said}"):
        resolve_settings({name: value}, {})


def test_the_environment_gives_every_setting():
    environ = {
        "GRAPHSIGNAL_MW_URL": "https://collector.example",
        "GRAPHSIGNAL_MW_WINDOW_SECONDS": "3600.0",
        "GRAPHSIGNAL_MW_HASH": "customer, card",
        "GRAPHSIGNAL_MW_STRICT": "on",
        "GRAPHSIGNAL_MW_TIMEOUT": "2.5",
        "GRAPHSIGNAL_MW_API_KEY": "",
    }
    settings = resolve_settings({}, environ)
    assert settings.url == "https://collector.example"
    assert (settings.window_seconds, settings.timeout, settings.api_key) == (3600, 2.5, None)
    assert (settings.hash, settings.strict) == (("customer", "card"), True)


def test_a_key_is_never_shown():
    with pytest.raises(ConfigError) as caught:
        resolve_settings({"api_key": ["secret"]}, {})
    assert "secret" not in str(caught.value)
