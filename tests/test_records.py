import weakref

import pytest

from graphsignal_mw.records import MAX_FRAMES, MAX_MESSAGE, ExceptionEvent, scrub, short_path


class Held:
    """Something that a frame holds."""


def failing(depth=0):
    local = Held()
    failing.held = weakref.ref(local)
    if depth:
        return failing(depth - 1)
    raise ValueError("no customer 'Alice' with 42")


def caught(call):
    try:
        call()
    except Exception as error:  # noqa: BLE001 - any of them
        return ExceptionEvent.of(error)
    raise AssertionError


def test_an_exception_becomes_strings():
    event = caught(failing)
    assert (event.type, event.message) == ("ValueError", "no customer <quoted> with <number>")
    assert event.frames[-1][0].endswith("tests/test_records.py")
    assert event.frames[-1][2] == "failing"


def test_nothing_of_the_frames_stays_alive():
    event = caught(failing)
    assert event.frames
    assert failing.held() is None


def test_the_innermost_frames_are_kept():
    event = caught(lambda: failing(100))
    assert len(event.frames) == MAX_FRAMES
    assert {function for _, _, function in event.frames} == {"failing"}


def test_an_exception_that_cannot_be_written_has_no_message():
    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError

    def fail():
        raise MuteError

    event = caught(fail)
    assert (event.type.split(".")[-1], event.message) == ("MuteError", "")


@pytest.mark.parametrize(
    ("message", "scrubbed"),
    [
        ("plain words", "plain words"),
        ("'Alice Smith'", "<quoted>"),
        ("can't find 'Alice Smith'", "can't find <quoted>"),
        ("user 'O'Brien' unknown", "user <quoted> unknown"),
        ('it\'s "Bob" and `x`', "it's <quoted> and <quoted>"),
        (r"'a\'b Alice' was", "<quoted> was"),
        ("bytes b'secret' and rb\"more\"", "bytes <quoted> and <quoted>"),
        ("cut in the 'middle of a nam", "cut in the <quoted>"),
        ("a='x', b=\"y\"", "a=<quoted>, b=<quoted>"),
        ("\u201cBob\u201d \u2018Eve\u2019 \u00abZoe\u00bb \u201cAl", "<quoted> <quoted> <quoted> <quoted>"),
        ("mail to a.b+c@example.co.uk now", "mail to <address> now"),
        ("GET https://example.org/x?name=bob failed", "GET <url> failed"),
        ("card 4111-1111-1111-1111, v2.5, -3, x86", "card <number>, <number>, <number>, <number>"),
        ("12:30 and 1e-5", "<number>:<number> and <number>"),
        ("", ""),
    ],
)
def test_what_could_be_a_value_is_scrubbed(message, scrubbed):
    assert scrub(message) == scrubbed


@pytest.mark.parametrize("message", ["'" * 5000, "\\'" * 5000, "a-" * 5000, "\"'" * 5000, "a@" * 5000, "x" * 5000])
def test_long_messages_are_cut(message):
    assert len(scrub(message)) <= MAX_MESSAGE


@pytest.mark.parametrize(
    ("path", "short"),
    [("/home/bob/app/src/model.py", "app/src/model.py"), ("C:\\a\\b\\c\\d.py", "b/c/d.py"), ("x.py", "x.py")],
)
def test_paths_are_shortened(path, short):
    assert short_path(path) == short
