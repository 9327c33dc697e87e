import json
import logging

import pytest

from graphsignal_mw.logs import JsonFormatter


@pytest.fixture
def written():
    """A logger that writes JSON, and the lines it wrote."""
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler = Keep()
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger("graphsignal_mw.test")
    logger.addHandler(handler)
    return logger, lines


def test_one_object_a_line(written):
    logger, lines = written
    logger.warning("upload %s of\n%r", 1, {"a": "ä"})
    (line,) = lines
    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("time").endswith("+00:00")
    assert found == {"level": "warning", "logger": "graphsignal_mw.test", "message": "upload 1 of\n{'a': 'ä'}"}


def test_an_exception_is_in_the_same_line(written):
    logger, lines = written
    try:
        raise ValueError("lost")
    except ValueError:
        logger.exception("task failed")
    (line,) = lines
    assert json.loads(line)["exception"].endswith("ValueError: lost")
