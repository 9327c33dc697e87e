"""A real Chromium in front of a real server. On CI it must be there; on a laptop the tests say that it is not."""

import contextlib
import os
import shutil
import threading
import time

import pytest
import uvicorn
from dashboard.incident import HOUR, LONG_NAME, NAME, PROJECT, fill, fill_long_name, issue
from starlette.applications import Starlette

from graphsignal_mw.dashboard import routes
from graphsignal_mw.store import Store

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def chromium():
    """Path of the browser: CHROMIUM names it, else it is looked for."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("no Chromium found, and on CI the pages must be looked at: scripts/install gets it")
    if found is None:
        pytest.skip("NO CHROMIUM FOUND: the pages were not looked at. Set CHROMIUM to its path.")
    return found


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    """Address of a dashboard with an incident in it."""
    now = int(time.time())
    store = Store.open(tmp_path_factory.mktemp("browser") / "store.sqlite3")
    fill(store, now)
    store.save_issues(PROJECT, NAME, [issue(now - 24 * HOUR)])
    fill_long_name(store, now)
    store.create_key(PROJECT, ["ingest", "read", "edit"], LONG_NAME, actor="somebody-with-a-long-name@example.com")
    with serving(Starlette(routes=routes(store))) as address:
        yield address
    store.close()


@contextlib.contextmanager
def serving(app):
    """Serve an app on a free port; gives its address."""
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join()


@pytest.fixture(scope="package")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


def refused(request):
    """The address of a request that failed; none when the page was left before the answer came."""
    return [] if request.failure == "net::ERR_ABORTED" else [request.url]


@pytest.fixture
def visit(browser, server):
    """Open a page; at the end nothing may have been written to the console, nor been refused."""
    complaints, contexts = [], []

    def open_page(path, *, width=1440, scheme="light", javascript=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=javascript
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.extend(refused(request)))
        page.goto(server + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
