import pytest

from graphsignal_mw.config.source import read
from graphsignal_mw.errors import ConfigError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "monitoring.yaml"


def values(path, text, **environ):
    path.write_text(text, "utf-8")
    found, problems = read(path, environ)
    problems.check()
    return found


@pytest.mark.parametrize(
    ("written", "environ", "value"),
    [
        ("${A}", {"A": "x"}, "x"),
        ("${A:-y}", {"A": "x"}, "x"),
        ("${A:-y}", {}, "y"),
        ("${A:-}", {}, ""),
        ("${A}", {"A": ""}, ""),
        ("pre-${A}-${B:-b}-post", {"A": "a"}, "pre-a-b-post"),
        ("'${A}'", {"A": "# no comment: {}"}, "# no comment: {}"),
        ("${A}", {"A": "${B}", "B": "no"}, "${B}"),
        ("$A {{A}} $ {A}", {"A": "x"}, "$A {{A}} $ {A}"),
        ("$.path", {}, "$.path"),
    ],
)
def test_variables_are_filled_in_once_and_with_their_default(path, written, environ, value):
    assert values(path, f"a: {written}\n", **environ) == {"a": value}


def test_variables_stand_in_flow_mappings_and_lists(path):
    assert values(path, "a: {b: ${B}, c: [${C:-1}, ${B}]}\n", B="x") == {"a": {"b": "x", "c": ["1", "x"]}}


def test_a_variable_that_is_not_set_names_the_place_and_the_way_out(path):
    with pytest.raises(ConfigError) as caught:
        values(path, "a: 1\nb:\n  c: ${MISSING}\n")
    assert str(caught.value) == (
        f"{path}:3: b.c: ${{MISSING}} is not set; expected the environment variable MISSING, or ${{MISSING:-default}}"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1, 2\nb: 3\n", ":2: .*; expected valid YAML"),
        ("a: {name}_prod\n", ":1: .*; expected valid YAML"),
        ("a: 1\na: 2\n", ":2: a: given twice; expected once"),
        (
            "b: 1\na: {{name}}\n",
            r":2: a: a list or mapping in the place of a key; .*\(put text with braces",
        ),
        ("a: \x00", "unacceptable character .*; expected valid YAML"),
    ],
)
def test_what_is_no_proper_yaml_names_the_line(path, text, said):
    with pytest.raises(ConfigError, match=f"monitoring.yaml.*{said}"):
        values(path, text)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(
        ConfigError, match=r"missing\.yaml: No such file or directory; expected a YAML file that can be"
    ):
        read(tmp_path / "missing.yaml", {})
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml: .*expected a YAML file that can be read"):
        read(tmp_path / "latin.yaml", {})


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_an_empty_file_is_empty(path, text):
    assert values(path, text) == {}


def test_a_mapping_takes_variables_too():
    found, problems = read({"a": ["${A}", 5, None]}, {"A": "x"})
    assert (found, problems.found) == ({"a": ["x", 5, None]}, [])
