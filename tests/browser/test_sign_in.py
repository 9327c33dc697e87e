"""Signing in as people do, at a collector that asks everybody for a key."""

import pytest

from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.store import Store

from .conftest import serving


@pytest.fixture
def guarded(tmp_path):
    """Address and admin key of a collector."""
    store = Store.open(tmp_path)
    secret = store.create_key("default", ["admin"], "ann@example.com")
    with serving(create_app(ServerSettings(data_dir=tmp_path, require_key=True), store)) as address:
        yield address, secret
    store.close()


@pytest.fixture
def page(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


def sign_in(page, secret):
    page.get_by_label("Key").fill(secret)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_person_signs_in_makes_and_revokes_a_key_and_signs_out(browser, guarded, javascript):
    address, secret = guarded
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{address}/keys")
    assert "/sign-in?next=%2Fkeys" in page.url
    sign_in(page, "gs_wrong")
    assert "unknown, revoked, expired" in page.get_by_role("alert").inner_text()
    sign_in(page, secret)
    page.wait_for_url(f"{address}/keys")
    page.get_by_label("Name").fill("checkout")
    page.get_by_role("button", name="Create").click()
    assert page.locator(".new-key code").inner_text().startswith("gs_")
    page.get_by_role("button", name="Revoke checkout").click()
    page.wait_for_selector(".state:text('revoked')")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{address}/sign-in")
    page.goto(address)
    assert "/sign-in" in page.url
    context.close()


def test_scripts_cannot_read_the_session(page, guarded):
    address, secret = guarded
    page.goto(address)
    sign_in(page, secret)
    page.wait_for_selector("text=Signed in as ann@example.com")
    assert "session" not in page.evaluate("document.cookie")
    (cookie,) = [each for each in page.context.cookies() if "session" in each["name"]]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["secure"]) == (True, "Lax", False)


def test_a_page_of_another_site_cannot_act_for_who_signed_in(page, guarded, tmp_path):
    """The browser itself sends the form of another origin; the collector refuses it."""
    address, secret = guarded
    page.goto(address)
    sign_in(page, secret)
    page.wait_for_selector("text=Signed in as")
    other = tmp_path / "evil.html"
    other.write_text(
        f'<form method="post" action="{address}/keys"><input name="name" value="x"><button>Go</button></form>'
    )
    page.goto(other.as_uri())
    with page.expect_response(f"{address}/keys") as answered:
        page.get_by_role("button", name="Go").click()
    assert answered.value.status in {401, 403}
    page.goto(f"{address}/keys")
    assert page.locator("tbody th").first.inner_text() == "ann@example.com"
