"""People: who signed in with a key, and who comes through a proxy that names them."""

import pytest

from graphsignal_mw.collector.people import TrustedProxy, session_token
from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.store import SESSION_COOKIE, SESSION_SECONDS

from .conftest import Caller
from .test_auth import PUBLIC

OWN = {"Sec-Fetch-Site": "same-origin"}
HTML = {"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Dest": "document"}


@pytest.fixture
def issue(filled):
    """Number of an open issue."""
    from graphsignal_mw.store import Issue

    given = {"deployment": "model", "family": "drift", "severity": "high", "columns": [], "evidence": {}}
    (saved,) = filled.save_issues("default", "model", [Issue(opened=300, updated=600, explanation="x", **given)])
    return saved.id


def sign_in(app, secret, **fields):
    """What a browser from elsewhere is answered when it sends the form."""
    return Caller(app, **PUBLIC).post("/sign-in", data={"key": secret, **fields}, headers=OWN)


def signed_in(app, secret):
    """A browser that signed in, and the token that forms of its pages carry."""
    cookie = sign_in(app, secret).headers["set-cookie"].partition(";")[0]
    browser = Caller(app, **PUBLIC, cookie=cookie)
    page = browser.get("/")
    assert page.status_code == 200
    return browser, page.text.partition('name="form_token" value="')[2].partition('"')[0]


def test_a_browser_is_shown_where_to_sign_in(app):
    answer = Caller(app, **PUBLIC).get("/deployments/model?range=7d", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fdeployments%2Fmodel%3Frange%3D7d"
    page = Caller(app, **PUBLIC).get(answer.headers["location"])
    assert page.status_code == 200
    assert 'value="/deployments/model?range=7d"' in page.text
    assert Caller(app, **PUBLIC).get("/static/dashboard.css").status_code == 200


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(app):
    answer = Caller(app, **PUBLIC).get("/", headers={"HX-Request": "true", "Sec-Fetch-Dest": "empty"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")
    assert "Basic" not in answer.headers["www-authenticate"]


def test_the_page_for_signing_in_tells_nothing_of_the_project(app, issue):
    text = Caller(app, **PUBLIC).get("/sign-in").text
    assert "active" not in text
    assert "model" not in text
    assert "/issues" not in text


def test_signing_in_and_out(app, filled):
    secret = filled.create_key("default", ["admin"], "ann")
    answer = sign_in(app, secret, next="/issues?state=all")
    assert (answer.status_code, answer.headers["location"]) == (303, "/issues?state=all")
    cookie = answer.headers["set-cookie"]
    assert secret not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Max-Age={SESSION_SECONDS}" in cookie
    assert "Secure" not in cookie
    browser, token = signed_in(app, secret)
    assert "Signed in as ann" in browser.get("/").text
    assert browser.post("/sign-out", headers=OWN).status_code == 403
    out = browser.post("/sign-out", headers=OWN, data={"form_token": token})
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert f'{SESSION_COOKIE}=""' in out.headers["set-cookie"]
    # The session ended here, too, and not only in the browser.
    assert browser.get("/").status_code == 401
    assert [entry.action for entry in filled.audit("default")][:2] == ["sign out", "sign in"]


@pytest.mark.parametrize(
    ("url", "headers"), [("https://c.example", {}), ("http://c.example", {"x_forwarded_proto": "https"})]
)
def test_under_tls_the_cookie_is_secure(app, filled, url, headers):
    secret = filled.create_key("default", ["read"], "ann")
    browser = Caller(app, "203.0.113.9", url, **headers)
    assert "; Secure" in browser.post("/sign-in", data={"key": secret}, headers=OWN).headers["set-cookie"]


@pytest.mark.parametrize("kind", ["unknown", "revoked", "expired", "ingest", "empty"])
def test_who_may_not_sign_in(app, filled, kind):
    secret = {
        "unknown": lambda: "gs_wrong",
        "revoked": lambda: filled.create_key("default", ["admin"], "revoked"),
        "expired": lambda: filled.create_key("default", ["admin"], "old", expires_at=1.0),
        "ingest": lambda: filled.create_key("default", ["ingest"], "service"),
        "empty": lambda: "",
    }[kind]()
    if kind == "revoked":
        filled.revoke_key("default", secret[:11])
    answer = sign_in(app, secret)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert 'role="alert"' in answer.text
    assert not secret or secret not in answer.text


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/\t/evil"]
)
def test_signing_in_leads_nowhere_else(app, filled, address):
    secret = filled.create_key("default", ["read"], "ann")
    assert sign_in(app, secret, next=address).headers["location"] == "/"


def test_a_form_of_another_site_cannot_sign_a_browser_in(app, filled):
    secret = filled.create_key("default", ["read"], "ann")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        answer = Caller(app, **PUBLIC).post("/sign-in", data={"key": secret}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_a_session_ends_with_its_key_and_with_its_time(app, filled):
    secret = filled.create_key("default", ["admin"], "ann")
    browser, _ = signed_in(app, secret)
    with filled.write() as connection:
        connection.exec_driver_sql("UPDATE sessions SET expires_at = 1")
    assert browser.get("/").status_code == 401
    browser, _ = signed_in(app, secret)
    filled.revoke_key("default", secret[:11])
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("edit", 303), ("admin", 303)])
def test_roles_of_people(app, filled, issue, scope, status):
    browser, token = signed_in(app, filled.create_key("default", [scope], "ann"))
    assert ("Acknowledge" in browser.get(f"/issues/{issue}").text) == (status == 303)
    answer = browser.post(f"/issues/{issue}/acknowledge", headers=OWN, data={"form_token": token})
    assert answer.status_code == status
    assert (filled.issue("default", issue).state == "acknowledged") == (status == 303)
    assert browser.get("/keys").status_code == (200 if scope == "admin" else 403)
    if status == 303:
        assert filled.issue_events("default", issue)[-1].actor == "ann"


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ä"])
def test_a_form_without_the_token_of_its_session_changes_nothing(app, filled, issue, token):
    browser, _ = signed_in(app, filled.create_key("default", ["admin"], "ann"))
    _, of_another = signed_in(app, filled.create_key("default", ["admin"], "bob"))
    for given in (token, of_another):
        data = {} if given is None else {"form_token": given}
        assert browser.post(f"/issues/{issue}/resolve", headers=OWN, data=data).status_code == 403
    assert filled.issue("default", issue).state == "open"


def test_a_form_too_long_changes_nothing(app, filled, issue):
    data = {"x": "y" * 20_000}
    assert Caller(app).post(f"/issues/{issue}/resolve", headers=OWN, data=data).status_code == 403
    assert filled.issue("default", issue).state == "open"


@pytest.mark.parametrize("cookie", ["", "x", f"{SESSION_COOKIE}=", f"{SESSION_COOKIE}=wrong", f"{SESSION_COOKIE}=\xe9"])
def test_cookies_that_are_no_session(app, filled, cookie):
    answer = Caller(app, **PUBLIC).get("/", headers={"Cookie": cookie.encode("latin-1")})
    assert answer.status_code == 401


def test_a_cookie_among_others_is_found():
    assert session_token({"cookie": f"theme=dark; {SESSION_COOKIE}=abc; x=y"}) == "abc"


@pytest.fixture
def proxied(filled, tmp_path):
    """An app behind a proxy at 10.0.0.1 that names people."""
    settings = ServerSettings(
        data_dir=tmp_path / "data",
        user_header="X-Forwarded-User",
        role_header="X-Role",
        trusted_proxies=("10.0.0.0/30",),
    )
    return create_app(settings, filled)


@pytest.mark.parametrize(
    ("role", "looks", "acts", "keys"),
    [
        ("view", 200, 403, 403),
        ("edit", 200, 303, 403),
        ("Admin", 200, 303, 200),
        ("root", 200, 403, 403),
        ("", 200, 403, 403),
    ],
)
def test_a_proxy_names_people_and_their_role(proxied, filled, issue, role, looks, acts, keys):
    person = Caller(proxied, "10.0.0.1", "http://c.example", x_forwarded_user="ann@example", x_role=role)
    assert person.get("/").status_code == looks
    assert person.post(f"/issues/{issue}/mute", headers=OWN).status_code == acts
    assert person.get("/keys").status_code == keys
    if acts == 303:
        assert filled.issue_events("default", issue)[-1].actor == "ann@example"


@pytest.mark.parametrize("peer", ["10.0.0.9", "203.0.113.9", "127.0.0.1", "::1"])
def test_only_the_proxy_is_believed(proxied, peer):
    caller = Caller(proxied, peer, "http://localhost:8900", x_forwarded_user="ann", x_role="admin")
    assert caller.get("/").status_code == 401


@pytest.mark.parametrize("name", ["", "  ", "a" * 201, "a\tb"])
def test_names_that_are_none(proxied, name):
    # Nor is this machine answered: all come through the proxy.
    assert Caller(proxied, "10.0.0.1", "http://localhost:8900", x_forwarded_user=name).get("/").status_code == 401


def test_off_by_default_no_header_names_anyone(app):
    for peer in ("127.0.0.1", "203.0.113.9"):
        caller = Caller(app, peer, "http://c.example", x_forwarded_user="ann", x_role="admin")
        assert caller.get("/").status_code == 401


def test_keys_work_beside_the_proxy(proxied, filled):
    secret = filled.create_key("default", ["read"], "script")
    assert Caller(proxied, **PUBLIC, authorization=f"Bearer {secret}").get("/api/v1/deployments").status_code == 200


def test_an_address_of_ipv4_that_came_over_ipv6_is_the_same():
    proxy = TrustedProxy(user_header="X-User")
    assert proxy.person({"x-user": "ann"}, "::ffff:127.0.0.1", "default") == ("ann", {"default": ("read",)})
