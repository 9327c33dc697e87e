"""Choosing a project, as somebody on this machine may."""

import time

import pytest
from collector.service import upload

from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.store import Store

from .conftest import serving

NAMES = ("default", "team/b & co", "long" * 20)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("projects")
    store = Store.open(folder)
    for number, name in enumerate(NAMES):
        store.ingest(name, upload(0, deployment=f"model-{number}"), time.time())
    store.compact()
    with serving(create_app(ServerSettings(data_dir=folder), store)) as address:
        yield address
    store.close()


@pytest.mark.parametrize(("width", "javascript"), [(390, True), (1440, False)])
def test_the_chooser_leads_to_each_project_and_the_pages_stay_in_it(browser, address, width, javascript):
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=javascript)
    page = context.new_page()
    page.goto(address)
    for number, name in reversed([*enumerate(NAMES)]):
        page.locator(".projects summary").click()
        page.get_by_role("navigation", name="Projects").get_by_role("link", name=name).click()
        page.wait_for_selector(f"text=model-{number}")
        assert page.locator(".projects summary .name").inner_text() == name
        page.get_by_role("link", name=f"model-{number}").click()
        page.wait_for_selector(f"h1:text('model-{number}')")
        page.get_by_role("link", name="Issues").click()
        page.wait_for_selector("h1:text('Issues')")
        assert page.get_by_label("Deployment").locator("option").all_inner_texts() == ["All", f"model-{number}"]
        if javascript:
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
