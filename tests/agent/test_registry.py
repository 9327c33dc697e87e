import logging

import pytest

from graphsignal_mw.errors import ConfigError, NotConfiguredError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "monitoring.yaml"
    path.write_text("collector: {url: 'http://file.example'}\nwindow_seconds: 60\nlimits: {max_body_bytes: 1}\n")
    return path


def test_a_session_before_configure_is_a_clear_error(package):
    with pytest.raises(NotConfiguredError, match=r"session\(\) before configure\(\); expected graphsignal.configure"):
        package.session("model")


def test_a_keyword_beats_the_environment_which_beats_the_file(package, monkeypatch, file):
    monkeypatch.setenv("GRAPHSIGNAL_MW_URL", "http://environment.example")
    monkeypatch.setenv("GRAPHSIGNAL_MW_WINDOW_SECONDS", "300")
    package.configure(url="http://keyword.example", config=file)
    for same in ({"url": "http://keyword.example"}, {"window_seconds": 300}, {"max_body_bytes": 1}):
        package.configure(config=file, **{"url": "http://keyword.example", **same})
    for name, other in (("url", None), ("window_seconds", 60), ("max_body_bytes", 2)):
        with pytest.raises(ConfigError, match=f"^{name}: "):
            package.configure(config=file, **{"url": "http://keyword.example", name: other})


def test_configure_again_with_other_values_names_each_and_hides_keys(package):
    package.configure(api_key="secret-1", url="http://one.example")
    with pytest.raises(ConfigError) as caught:
        package.configure(api_key="secret-2", url="http://two.example", min_count=7)
    assert [problem.partition(";")[0] for problem in caught.value.problems] == [
        "url: 'http://two.example'",
        "api_key: ***",
        "min_count: 7",
    ]
    assert "secret" not in str(caught.value)
    assert "expected 'http://one.example', as this process is configured already" in str(caught.value)
    package.shutdown(1)
    package.configure(api_key="secret-2", url="http://two.example")


def test_wrong_values_are_all_said_at_once_and_change_nothing(package, monkeypatch):
    monkeypatch.setenv("GRAPHSIGNAL_MW_TIMEOUT", "soon")
    with pytest.raises(ConfigError) as caught:
        package.configure(url="ftp://x", window_secs=60, min_count=0)
    text = str(caught.value)
    assert "GRAPHSIGNAL_MW_TIMEOUT: 'soon'; expected seconds" in text
    assert "url: 'ftp://x'; expected a URL" in text
    assert "window_secs: unknown key; did you mean 'window_seconds'?" in text
    assert "min_count: 0; expected a whole number from 1 to 1000" in text
    with pytest.raises(NotConfiguredError):
        package.session("model")


def test_a_middleware_with_no_settings_of_its_own_logs_where_configure_said(package, server):
    package.configure(url=server.url)
    middleware = package.WSGIMiddleware(lambda environ, start_response: [])
    middleware_too = package.WSGIMiddleware(lambda environ, start_response: [], config={"endpoints": []})
    package.session("model").log_prediction([1], 1)
    assert package.flush(30)
    assert server.total() == 1
    assert middleware is not middleware_too


def test_the_environment_does_not_part_a_middleware_from_what_configure_was_told(package, monkeypatch):
    monkeypatch.setenv("GRAPHSIGNAL_MW_URL", "http://environment.example")
    package.configure(url="http://keyword.example")
    package.WSGIMiddleware(lambda environ, start_response: [], config={"endpoints": []})


@pytest.mark.parametrize("first", ["configure", "middleware"])
def test_two_collectors_in_one_process_are_refused(package, first):
    steps = [
        lambda url: package.configure(url=url),
        lambda url: package.WSGIMiddleware(lambda environ, start_response: [], config={"collector": {"url": url}}),
    ]
    one, two = steps if first == "configure" else reversed(steps)
    one("http://one.example")
    with pytest.raises(ConfigError, match=r"url: 'http://two\.example'; expected 'http://one\.example'"):
        two("http://two.example")


def test_disabled_by_the_environment_everything_is_off(package, monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("GRAPHSIGNAL_MW_DISABLED", "1")
    package.configure(url="http://127.0.0.1:9")
    with package.session("model") as session:
        session.log_prediction([1], 1)
        session.log_exception("x")
    app = object()
    assert package.WSGIMiddleware(app) is app
    assert package.ASGIMiddleware(app) is app
    assert (package.flush(), package.stats(), package.shutdown()) == (True, {}, True)
    package.tick()
    assert not (tmp_path / "spool").exists()
    assert not caplog.records


def test_stats_tell_what_was_logged_and_what_waits(package, server):
    package.configure(url=server.url, upload_seconds=3600)
    package.session("model").log_prediction([1], 1)
    package.tick()
    assert package.stats()["predictions"] == 1
    assert package.stats()["open_windows"] == 1
    assert package.flush(30)
    assert package.stats()["uploads"] == 1
    assert package.stats()["waiting_uploads"] == 0


def test_a_session_is_a_context_manager_that_flushes(package, server):
    package.configure(url=server.url, upload_seconds=3600)
    with package.session("model") as session:
        session.log_prediction([1], 1)
    assert server.total() == 1


def test_without_a_url_it_says_once_where_the_data_goes(package, tmp_path, caplog):
    package.configure()
    with caplog.at_level(logging.WARNING, "graphsignal_mw"):
        for name in ("a", "b"):
            package.session(name).log_prediction([1], 1)
        package.shutdown(5)
    assert [str(tmp_path / "spool") in record.message for record in caplog.records] == [True]
    assert len(list((tmp_path / "spool").rglob("*.delta"))) == 1
