import inspect

import pytest

from graphsignal_mw import errors
from graphsignal_mw.errors import ConfigError, GraphsignalError, MissingExtraError, WireError

ALL = [found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, Exception)]


@pytest.mark.parametrize("error", ALL)
def test_every_error_is_of_one_tree(error):
    assert issubclass(error, GraphsignalError)


@pytest.mark.parametrize(
    ("name", "kin"),
    [
        ("ConfigError", ValueError),
        ("NotConfiguredError", RuntimeError),
        ("MissingExtraError", ImportError),
        ("WireError", ValueError),
        ("SpoolError", OSError),
        ("UnknownNameError", LookupError),
    ],
)
def test_an_error_is_caught_as_what_it_is_in_python(name, kin):
    with pytest.raises(kin):
        raise getattr(errors, name)(
            ("text",) if name == "ConfigError" else "text", *["x"] * (name == "MissingExtraError")
        )


def test_a_configuration_error_names_every_problem():
    error = ConfigError(["line 1: a", "line 2: b"])
    assert (error.problems, str(error)) == (("line 1: a", "line 2: b"), "line 1: a\nline 2: b")


def test_a_missing_extra_names_the_line_for_pip():
    assert (
        str(MissingExtraError("serve", "server")) == "serve needs more packages: pip install 'graphsignal-mw[server]'"
    )


def test_a_wire_error_has_a_status():
    assert (WireError("x").status, WireError("x", 413).status) == (422, 413)
