import json
import os
from pathlib import Path

import pytest

from graphsignal_mw.mapping import JSONPathError, compile_path

SUITE = Path(__file__).parents[3] / "shared" / "data" / "jsonpath-cts.json"


@pytest.fixture(scope="module")
def suite():
    """The compliance suite of RFC 9535, which lies beside the project."""
    if not SUITE.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{SUITE} is not there: in CI the compliance suite is always run")
        pytest.skip(f"THE COMPLIANCE SUITE WAS NOT RUN: {SUITE} is not there")
    return json.loads(SUITE.read_text("utf-8"))["tests"]


def verdict(case):
    """What became of a valid case: passed, unsupported, or what is wrong."""
    try:
        path = compile_path(case["selector"])
    except JSONPathError as error:
        return "unsupported" if "not supported" in str(error) else f"refused: {error}"
    found = json.dumps(path.find(case["document"]))
    results = case["results"] if "results" in case else [case["result"]]
    return "passed" if found in map(json.dumps, results) else f"wrong: {found}"


def test_every_valid_case_of_the_suite_passes_or_is_refused_as_unsupported(suite):
    verdicts = {case["name"]: verdict(case) for case in suite if not case.get("invalid_selector")}
    assert {n: v for n, v in verdicts.items() if v not in {"passed", "unsupported"}} == {}
    assert list(verdicts.values()).count("passed") > 150


def test_only_descendants_and_filters_are_unsupported(suite):
    valid = [case for case in suite if not case.get("invalid_selector")]
    refused = [case["selector"] for case in valid if verdict(case) == "unsupported"]
    assert [selector for selector in refused if ".." not in selector and "?" not in selector] == []


def test_every_invalid_selector_of_the_suite_is_refused(suite):
    accepted = []
    for case in suite:
        if case.get("invalid_selector"):
            try:
                accepted.append(compile_path(case["selector"]).text)
            except JSONPathError:
                continue
    assert accepted == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'the end' at position 0 of ''; expected a path that begins with $"),
        ("$.a[?@.b]", "'?' at position 4 of '$.a[?@.b]'; expected a name, index, slice or *; filters (?) are"),
        ("$..a", "'..' at position 2 of '$..a'; expected a name; descendants (..) are not supported"),
        ("$.a[01]", "expected ] or ,"),
        ("$['a", "expected a closing '"),
    ],
)
def test_a_refusal_says_where_and_why(text, said):
    with pytest.raises(JSONPathError) as raised:
        compile_path(text)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "singular", "name"),
    [
        ("$", True, None),
        ("$.a", True, "a"),
        ("$['a b'][0]", True, None),
        ("$[0].b", True, "b"),
        ("$[-1]['c']", True, "c"),
        ("$.a[*]", False, None),
        ("$.a[*].b", False, "b"),
        ("$.a[1:2]", False, None),
        ("$['a','b']", False, None),
    ],
)
def test_a_path_knows_whether_it_finds_one_value_and_its_name(text, singular, name):
    path = compile_path(text)
    assert (path.singular, path.name) == (singular, name)


@pytest.mark.parametrize("document", [None, 1, "text", [], {}, [[]], {"a": None}])
def test_a_path_that_fits_nothing_finds_nothing(document):
    assert compile_path("$.a.b[0]").find(document) == []
