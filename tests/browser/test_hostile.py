"""Names that were chosen to run as a script, on every page, in a browser that tells what the policy refused."""

import time
from urllib.parse import quote

import pytest

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import Issue, Store
from graphsignal_mw.wire import Envelope, stats_to_part

from .conftest import serving

# Ends a string, an attribute, a script and a comment, and begins an element; {{ }} is for templates.
NAME = "</script><img src=x data-hostile onerror=alert(1)>\"'`{{7*191}}<!--<script x\u202e\u2028"
LISTENER = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""


def fill(store, project):
    now = int(time.time())
    stats = WindowStats()
    stats.counters.update({"requests": 30, "predictions": 30, f"dropped.{NAME}": 1})
    stats.features.update({NAME: list(range(30)), f"text {NAME}": [NAME] * 30, "plain": [True] * 30})
    stats.predictions.update({f"out {NAME}": [NAME] * 30})
    stats.performance_of().update([NAME] * 30, [NAME, "x"] * 15)
    stats.segment(f"{NAME}=1").counters["predictions"] = 30
    stats.exceptions.add(ExceptionEvent(NAME, NAME, ((NAME, 1, NAME),)))
    part = stats_to_part(NAME, NAME, now // 300 * 300, stats)
    store.ingest(project, Envelope(1, "boot-0001", 1, now, 300, [part], client=NAME), now)
    store.compact()
    columns = [{"stream": "features", "name": NAME, "effect": 1.0, "explanation": NAME}]
    given = {"family": "data drift", "severity": "high", "explanation": NAME, "columns": columns}
    store.save_issues(project, NAME, [Issue(deployment=NAME, opened=now - 600, updated=now, **given)])
    store.set_issue_state(project, store.issues(project)[0].id, "acknowledge", NAME)
    store.add_marker(project, NAME, NAME, at=now - 60, actor=NAME)
    store.create_key(project, ["read"], NAME, actor=NAME)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    store = Store.open(folder)
    for project in ("default", NAME):
        fill(store, project)
    with serving(create_app(ServerSettings(data_dir=folder), store)) as address:
        yield address
    store.close()


def test_no_name_runs_as_a_script_or_becomes_an_element_on_any_page(browser, address):
    """Every page that a link leads to, of two projects, from the first one on."""
    context = browser.new_context()
    context.add_init_script(LISTENER)
    page, dialogs, complaints = context.new_page(), [], []
    page.on("dialog", lambda dialog: (dialogs.append(page.url), dialog.dismiss()))
    page.on("console", lambda message: complaints.append((page.url, message.text)))
    page.on("pageerror", lambda error: complaints.append((page.url, str(error))))
    name = quote(NAME, safe="")
    todo, seen = ["/", f"/deployments/{name}?version={name}&segment={name}%3D1"], {}
    while todo:
        path = todo.pop()
        seen[path.partition("?")[0]] = page.goto(address + path).status
        if page.locator("#heat").count():
            page.wait_for_selector("#heat table")  # which is fetched after the page
        assert page.evaluate("window.refused") == []
        assert page.locator("[data-hostile]").count() == 0
        assert "1337" not in page.content()
        links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))")
        found = {link.partition("?")[0] for link in links if link.startswith("/")}
        todo += sorted(found - seen.keys() - {*todo})
    context.close()
    assert (dialogs, complaints) == ([], [])
    assert set(seen.values()) == {200}
    kinds = ("/deployments/", "/columns/features/", "/columns/predictions/", "/heatmap", "/issues/", "/keys")
    for base in ("/", "/projects/"):
        assert [kind for kind in kinds if not any(p.startswith(base) and kind in p for p in seen)] == []


def test_the_sign_in_page_shows_where_one_came_from_as_text(browser, address):
    page = browser.new_page()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(1), dialog.dismiss()))
    page.goto(f'{address}/sign-in?next=/"><script>alert(1)</script>')
    assert page.locator("input[name=next]").input_value() == '/"><script>alert(1)</script>'
    page.close()
    assert dialogs == []
