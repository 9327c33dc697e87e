import itertools

import pytest

from graphsignal_mw.mapping.body import header

from .harness import ANSWER, BODY, HEADERS, Gateway, environ, returning


def test_both_bodies_and_all_there_is_to_know_are_recorded(records):
    gateway = Gateway()
    assert gateway.run(records.wsgi(returning([ANSWER]))) == ANSWER
    assert gateway.started == [("200 OK", HEADERS)]
    found = records.only()
    assert (found.status, found.outcome, found.exception) == (200, "completed", None)
    assert (found.request_body, found.request_state) == (BODY, "complete")
    assert (found.response_body, found.response_state) == (ANSWER, "complete")
    assert found.duration > 0
    prediction = records.mapped().predictions[0]
    assert (prediction.features, prediction.outputs) == ({"a": 1}, {"prediction": 0.5})


@pytest.mark.parametrize("more", [{"PATH_INFO": "/other"}, {"REQUEST_METHOD": "GET"}, {"HTTP_UPGRADE": "websocket"}])
def test_what_is_not_captured_gets_the_original_objects(records, more):
    """Trap 19: upgrades pass straight through, too."""
    given, result = [], iter([b""])

    def app(*args):
        given.extend(args)
        return result

    asked, start_response = environ(**more), Gateway().start_response
    before = dict(asked)
    assert records.wsgi(app)(asked, start_response) is result
    assert given[0] is asked
    assert given[1] == start_response
    assert asked == before
    assert records == []


def test_an_environ_without_a_method_is_the_app_s_matter(records):
    """Test clients of frameworks make such ones; it is no defect of ours."""
    given = environ()
    del given["REQUEST_METHOD"]
    assert Gateway().run(records.wsgi(returning([ANSWER])), given) == ANSWER
    assert records == []


@pytest.mark.parametrize("exc_info", [("odd",), (None, None, None)])
def test_an_exc_info_without_an_exception_is_passed_on(records, exc_info):
    """Whether it is right is the server's to say."""

    def app(given, start_response):
        start_response("500 Internal Server Error", HEADERS, exc_info)
        return [ANSWER]

    gateway = Gateway()
    assert gateway.run(records.wsgi(app)) == ANSWER
    assert gateway.started == [("500 Internal Server Error", HEADERS, exc_info)]
    assert (records.only().status, records.only().exception) == (500, None)


class Listed(list):
    """A list of a framework."""


class Sized:
    """Something that is no list, and knows its length."""

    def __len__(self):
        return 1

    def __iter__(self):
        return iter([ANSWER])


@pytest.mark.parametrize("result", [[ANSWER], (ANSWER[:3], ANSWER[3:]), [], (), Listed([ANSWER]), Sized(), {ANSWER: 1}])
def test_what_has_a_length_is_returned_as_it_is(records, result):
    """Trap 14: servers make Content-Length of it. Trap 25: the clock stops at return."""
    returned = records.wsgi(returning(result))(environ(), Gateway().start_response)
    assert returned is result
    found = records.only()
    assert found.outcome == "completed"
    if type(result) in {list, tuple}:
        assert (found.response_state, found.response_body) == ("complete", b"".join(result))
    else:
        assert (found.response_state, found.response_body) == ("skipped", b"")


class FileWrapper:
    """What a server offers for files."""

    def __init__(self, file):
        self.file, self.read = file, file.read

    def __iter__(self):
        return iter([self.file.read()])


def wrap_file(file):
    return FileWrapper(file)


@pytest.mark.parametrize("offered", [FileWrapper, wrap_file])
def test_a_file_goes_back_untouched(records, offered):
    """Trap 18: wrapper classes, and functions as uWSGI has one."""
    result = FileWrapper(environ()["wsgi.input"])
    given = environ(**{"wsgi.file_wrapper": offered})
    assert records.wsgi(returning(result))(given, Gateway().start_response) is result
    assert result.file.tell() == 0
    assert (records.only().outcome, records.only().response_state) == ("completed", "skipped")


def test_start_response_gives_back_write_and_what_is_written_is_kept(records):
    """Trap 19."""

    def app(given, start_response):
        given["wsgi.input"].read()
        write = start_response("200 OK", HEADERS)
        assert write(ANSWER[:2]) is None
        write(ANSWER[2:5])
        return [ANSWER[5:]]

    gateway = Gateway()
    assert gateway.run(records.wsgi(app)) == ANSWER
    assert gateway.written == [ANSWER[:2], ANSWER[2:5]]
    assert records.only().response_body == ANSWER


def test_a_client_that_left_while_it_is_written_to_is_no_failure_of_the_app(records):
    """Trap 41."""

    def write(data):
        raise BrokenPipeError

    def app(given, start_response):
        start_response("200 OK", HEADERS)(ANSWER)

    with pytest.raises(BrokenPipeError):
        records.wsgi(app)(environ(), lambda status, headers: write)
    assert (records.only().status, records.only().outcome, records.only().exception) == (200, "aborted", None)


def test_start_response_may_be_called_again_with_exc_info(records):
    """Trap 19: with the same arguments as without us; the last status counts."""
    info = (ValueError, ValueError("x"), None)

    def app(given, start_response):
        start_response("200 OK", HEADERS)
        start_response("500 Oops", [("Content-Type", "text/plain")], info)
        return [b"sorry"]

    gateway = Gateway()
    assert gateway.run(records.wsgi(app)) == b"sorry"
    assert gateway.started[1][2] is info
    assert len(gateway.started[0]) == 2
    assert records.only().status == 500
    assert header(records.only().response_headers, "content-type") == "text/plain"


def test_what_the_server_raises_at_start_response_reaches_the_app(records):
    """Trap 19: a server that has sent its headers raises the app's own exception again."""

    def start_response(status, headers, exc_info=None):
        if exc_info:
            raise exc_info[1]

    def app(given, start_response):
        start_response("200 OK", [])
        try:
            raise KeyError("mine")
        except KeyError as error:
            start_response("500 Oops", [], (type(error), error, None))
        return [b"never"]

    with pytest.raises(KeyError, match="mine"):
        records.wsgi(app)(environ(), start_response)
    assert (records.only().status, records.only().outcome, records.only().exception.type) == (200, "failed", "KeyError")


def test_start_response_may_come_late(records):
    """Trap 19: a generator runs only when it is iterated."""

    def app(given, start_response):
        given["wsgi.input"].read()
        start_response("201 Created", HEADERS)
        yield ANSWER

    gateway = Gateway()
    result = records.wsgi(app)(environ(), gateway.start_response)
    assert gateway.started == []
    assert records == []
    assert list(result) == [ANSWER]
    assert (records.only().status, records.only().response_body) == (201, ANSWER)
    assert records.only().request_body == BODY


def test_an_app_that_never_reads_causes_no_read(records):
    """Trap 21: reading would block, and make the server say 100 Continue."""

    class Untouched:
        def __getattr__(self, name):
            raise AssertionError(name)

    result = Gateway().run(records.wsgi(returning([ANSWER], read=False)), environ(**{"wsgi.input": Untouched()}))
    assert result == ANSWER
    assert records.only().request_state == "incomplete"


def test_an_environ_that_is_reused_changes_no_record(records):
    """Trap 23: servers may fill the same dict for the next request."""
    monitored = records.wsgi(returning([ANSWER]), "/models/{name}", metadata={"v": "$request.headers.x-v"})
    shared = environ()
    for name in ("a", "b"):
        shared.clear()
        shared.update(environ(path=f"/models/{name}", HTTP_X_V=name))
        Gateway().run(monitored, shared)
    assert [record.params for record in records] == [{"name": "a"}, {"name": "b"}]
    assert [record.endpoint.map(record).metadata for record in records] == [{"v": "a"}, {"v": "b"}]


@pytest.mark.parametrize("wrapped", [list, iter])
def test_chunks_that_are_not_bytes_are_left_to_the_server(records, wrapped):
    """Trap 24."""
    chunks = [ANSWER, "text", bytearray(b"x")]
    result = records.wsgi(returning(wrapped(chunks)))(environ(), Gateway().start_response)
    assert [chunk is given for chunk, given in zip(result, chunks, strict=True)] == [True] * 3
    assert (records.only().outcome, records.only().response_state) == ("completed", "skipped")


@pytest.mark.parametrize("path", ["/é", "/модель/é"])
def test_a_path_is_utf_8_read_as_latin_1(records, path):
    """Trap 35."""
    monitored = records.wsgi(returning([ANSWER]), path)
    Gateway().run(monitored, environ(path=path.encode().decode("latin-1")))
    assert records.only().endpoint.path == path


@pytest.mark.parametrize(
    ("script_name", "path_info", "configured"),
    [
        ("", "/predict", "/predict"),
        ("/api", "/predict", "/predict"),
        ("/api", "/predict", "/api/predict"),
        ("/api/v1", "/predict", "/api/v1/predict"),
        ("/predict", "", "/predict"),
        ("", "", "/"),
        ("/é".encode().decode("latin-1"), "/predict", "/é/predict"),
    ],
)
def test_a_mounted_app_is_found_with_and_without_its_prefix(records, script_name, path_info, configured):
    """Traps 32 and 33."""
    monitored = records.wsgi(returning([ANSWER]), configured)
    Gateway().run(monitored, environ(path=path_info, SCRIPT_NAME=script_name))
    assert records.only().endpoint.path == configured


@pytest.mark.parametrize("length", ["1" * 5000, "many", "-1"])
def test_a_length_that_is_no_length_costs_nothing(records, length):
    """What Python refuses to read as an integer is the server's business."""
    given = environ(CONTENT_LENGTH=length)
    assert Gateway().run(records.wsgi(returning([ANSWER], read=False)), given) == ANSWER
    assert records.only().request_state == "incomplete"


def test_only_headers_that_are_asked_for_are_copied(records):
    monitored = records.wsgi(
        returning([ANSWER]), metadata={"a": "$request.headers.x-a", "b": "$response.headers.content-length"}
    )
    Gateway().run(monitored, environ(HTTP_X_A="é", HTTP_COOKIE="secret", HTTP_CONTENT_ENCODING="identity"))
    copied = dict(records.only().request_headers)
    assert copied == {"content-type": "application/json", "content-encoding": "identity", "x-a": "é"}
    assert records.mapped().metadata == {"a": "é", "b": str(len(ANSWER))}


def test_requests_one_after_the_other_keep_nothing(records):
    """Trap 11."""
    answers = itertools.cycle([[ANSWER], []])

    def app(given, start_response):
        start_response("200 OK", [])
        return next(answers)

    monitored = records.wsgi(app)
    for _ in range(2):
        Gateway().run(monitored, environ(b""))
    assert [record.response_body for record in records] == [ANSWER, b""]
