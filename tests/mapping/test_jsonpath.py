import json
import os
import re
import sys
from pathlib import Path

import pytest

from graphsignal_mw.mapping import JSONPathError, compile_path

COSTLY = re.compile(r"at most one|no \$ in a filter|no (match|search)\(\)")
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
    """What became of a valid case: passed, refused for what it may cost, or what is wrong."""
    try:
        path = compile_path(case["selector"])
    except JSONPathError as error:
        return "costly" if COSTLY.search(str(error)) else f"refused: {error}"
    found = json.dumps(path.find(case["document"]))
    results = case["results"] if "results" in case else [case["result"]]
    return "passed" if found in map(json.dumps, results) else f"wrong: {found}"


def verdicts(suite):
    """Each valid case's selector, and what became of it."""
    return [(case["selector"], verdict(case)) for case in suite if not case.get("invalid_selector")]


def test_every_valid_case_of_the_suite_passes_or_is_refused_for_what_it_may_cost(suite):
    found = verdicts(suite)
    assert [(selector, said) for selector, said in found if said not in {"passed", "costly"}] == []
    assert [said for _, said in found].count("passed") > 390


def test_only_what_may_cost_more_than_the_body_is_large_is_refused(suite):
    refused = [selector for selector, said in verdicts(suite) if said == "costly"]
    assert len(refused) > 0
    assert [s for s in refused if "match(" not in s and "search(" not in s and s.count("$") + s.count("..") < 2] == []


def test_without_the_library_descendants_and_filters_are_refused_and_all_else_passes(suite, monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonpath_rfc9535", None)
    found = verdicts(suite)
    refused = [(selector, said) for selector, said in found if said != "passed"]
    assert [said for _, said in refused if "need pip install 'graphsignal-mw[jsonpath]'" not in said] == []
    assert [selector for selector, _ in refused if ".." not in selector and "?" not in selector] == []
    assert len(found) - len(refused) > 150


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
        ("$.a[?@.b==]", "'?' at position 4 of '$.a[?@.b==]'; expected a valid path: "),
        ("$..a..b", "'.' at position 2 of '$..a..b'; expected at most one .. in a path"),
        ("$.a[?@.b==$.b]", "expected no $ in a filter"),
        ("$.a[?match(@.b, 'x*')]", "expected no match() in a filter"),
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
        ("$..a", False, "a"),
        ("$.a[?@.b].c", False, "c"),
        ("$..a[0]", False, None),
    ],
)
def test_a_path_knows_whether_it_finds_one_value_and_its_name(text, singular, name):
    path = compile_path(text)
    assert (path.singular, path.name) == (singular, name)


@pytest.mark.parametrize("document", [None, 1, "text", [], {}, [[]], {"a": None}])
def test_a_path_that_fits_nothing_finds_nothing(document):
    assert compile_path("$.a.b[0]").find(document) == []


def test_a_body_that_is_nested_deeper_than_the_library_goes_is_none_it_finds_anything_in():
    document = []
    for _ in range(200):
        document = [document]
    assert compile_path("$..a").find(document) == []
