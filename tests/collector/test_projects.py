"""Projects: each is seen at its own address, and nobody sees one that is not open to him, at whatever address."""

import re
import time

import pytest
from starlette.routing import Route

from graphsignal_mw.collector.projects import inner_path, split_project
from graphsignal_mw.dashboard.site import Site
from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.store import Issue

from .conftest import Caller
from .service import upload
from .test_auth import PUBLIC
from .test_people import HTML, OWN, sign_in

TEAM = "team/b & co"  # a name that has to be quoted
MARKS = {"default": "saffron", TEAM: "indigo"}  # words that are only in what belongs to a project
OPEN = {"/healthz", "/readyz", "/sign-in"}


@pytest.fixture
def both(store):
    """A store with a deployment, an issue and a key of the same kind in two projects."""
    for project, mark in MARKS.items():
        own = f"model-of-{project}"
        store.ingest(project, upload(0, deployment=own), time.time())
        given = {"deployment": own, "family": "drift", "severity": "high", "columns": [], "evidence": {}}
        store.save_issues(project, own, [Issue(opened=300, updated=600, explanation=mark, **given)])
        store.add_marker(project, own, mark, at=int(time.time()), actor="ann")
        store.create_key(project, ["read"], mark)
    store.compact()
    return store


def prefix_of(project):
    return Site(store=None).address(project).rstrip("/")


def kept(store, project):
    """Everything of a project that a request could change."""
    names = [deployment.name for deployment in store.deployments(project)]
    markers = [store.markers(project, name, 0, 2**40) for name in names]
    return names, store.issues(project), markers, store.keys(project), store.audit(project), store.quotas(0)


def requests_for(app, store, project):
    """Every route and method of an app, with what belongs to ``project`` in its path."""
    filled = {
        "deployment": f"model-of-{project}",
        "stream": "features",
        "column": "x",
        "action": "mute",
    }
    for route in app.app.routes:
        if isinstance(route, Route) and route.path not in OPEN:
            number = store.keys(project)[0].id if route.path.startswith("/keys") else store.issues(project)[0].id
            values = {**filled, "id": str(number)}
            path = re.sub(r"{(\w+)(:\w+)?}", lambda found, values=values: values[found[1]], route.path)
            yield from ((method, route.path, path) for method in sorted(route.methods - {"HEAD"}))


def signed_in_to(app, store, project):
    """A browser in which an admin of ``project`` signed in, and the token that forms of its pages carry."""
    secret = store.create_key(project, ["admin"], "ann")
    cookie = sign_in(app, secret).headers["set-cookie"].partition(";")[0]
    browser = Caller(app, **PUBLIC, cookie=cookie)
    page = browser.get(f"{prefix_of(project)}/").text
    return browser, page.partition('name="form_token" value="')[2].partition('"')[0]


def ways_in(app, store, project):
    """Two ways to come as an admin of ``project``: with its key, and signed in with one."""
    secret = store.create_key(project, ["admin"], "mallory")
    return [(Caller(app, **PUBLIC, authorization=f"Bearer {secret}"), ""), signed_in_to(app, store, project)]


@pytest.mark.parametrize(("own", "other"), [("default", TEAM), (TEAM, "default")])
def test_no_route_shows_or_changes_anything_of_a_project_that_is_not_ones_own(app, both, own, other):
    """Over all routes that there are, so that a new one is covered."""
    before = kept(both, other)
    found = {}
    for number, (caller, token) in enumerate(ways_in(app, both, own)):
        asked = sorted(requests_for(app, both, other), key=lambda each: each[1] == "/sign-out")
        assert len(asked) > 30
        for method, route, path in asked:
            form = {"form_token": token, "name": "stolen", "scope": "read"}
            body = {"json": {"name": "stolen", "text": "stolen"}} if route.startswith("/api/") else {"data": form}
            for prefix in (prefix_of(other) or "/projects/default", ""):
                answer = caller.request(method, prefix + path, headers=OWN, **(body if method == "POST" else {}))
                if method == "GET" and answer.status_code == 303:
                    answer = caller.get(answer.headers["location"])
                assert MARKS[other] not in answer.text, (method, prefix, path)
                if prefix or "{" in route:
                    found[number, method, prefix, route] = answer.status_code
    assert {key: status for key, status in found.items() if status != 404} == {}
    assert kept(both, other) == before


@pytest.mark.parametrize("project", ["default", TEAM])
def test_a_key_signs_in_to_the_pages_of_its_project(app, both, project):
    secret = both.create_key(project, ["admin"], "ann")
    answer = sign_in(app, secret)
    browser = Caller(app, **PUBLIC, cookie=answer.headers["set-cookie"].partition(";")[0])
    first = browser.get(answer.headers["location"])
    page = browser.get(first.headers.get("location", "/"))
    assert first.headers.get("location", "/") == Site(store=None).address(project)
    assert f"model-of-{project}".replace("&", "&amp;") in page.text
    for path in ("/", "/issues", "/issues?state=all", "/keys"):
        assert browser.get(prefix_of(project) + path).status_code == 200


def test_every_link_of_a_page_stays_in_the_project(app, both):
    browser, _ = signed_in_to(app, both, TEAM)
    base = prefix_of(TEAM)
    todo, seen = [f"{base}/"], set()
    while todo:
        path = todo.pop()
        seen.add(path)
        answer = browser.get(path)
        assert answer.status_code == 200, path
        links = re.findall(r'(?:href|action|hx-get|data-src)="(/[^"]*)"', answer.text)
        own = {link.replace("&amp;", "&") for link in links} - {"/sign-out"}
        strangers = {link for link in own if not link.startswith((f"{base}/", "/static/"))}
        assert strangers == set(), path
        is_one = re.compile(r"/(mute|acknowledge|accept|resolve|revoke|static/.*)(\?|$)|range=|json=")
        todo += [link for link in own - seen - {*todo} if link.startswith(base) and not is_one.search(link)]
    assert {"/issues", "/keys"} <= {path.removeprefix(base) for path in seen}
    assert any("/columns/features/x" in path for path in seen)


def test_forms_act_in_the_project_and_lead_back_into_it(app, both):
    browser, token = signed_in_to(app, both, TEAM)
    number = both.issues(TEAM)[0].id
    answer = browser.post(f"{prefix_of(TEAM)}/issues/{number}/mute", headers=OWN, data={"form_token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{prefix_of(TEAM)}/issues/{number}")
    assert both.issue(TEAM, number).state == "muted"
    data = {"form_token": token, "name": "new", "scope": "read"}
    assert "gs_" in browser.post(f"{prefix_of(TEAM)}/keys", headers=OWN, data=data).text
    assert [key.name for key in both.keys(TEAM)][-1] == "new"


def test_an_address_without_a_project_leads_to_ones_own(app, both):
    browser, _ = signed_in_to(app, both, TEAM)
    for path in ("/", "/issues?state=all", "/deployments/model%20x?range=7d"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, prefix_of(TEAM) + path)


def test_who_has_to_sign_in_comes_back_to_the_project(app, both):
    answer = Caller(app, **PUBLIC).get(f"{prefix_of(TEAM)}/issues", headers=HTML)
    assert answer.status_code == 303
    secret = both.create_key(TEAM, ["read"], "ann")
    page = Caller(app, **PUBLIC).get(answer.headers["location"]).text
    following = page.partition('name="next" value="')[2].partition('"')[0]
    back = sign_in(app, secret, next=following)
    browser = Caller(app, **PUBLIC, cookie=back.headers["set-cookie"].partition(";")[0])
    assert browser.get(back.headers["location"]).status_code == 200


def test_this_machine_may_choose_among_all_projects(app, both):
    both.create_key("empty", ["ingest"], "new service")
    page = Caller(app).get("/").text
    for project in ("default", TEAM, "empty"):
        assert f'href="{Site(store=None).address(project)}"' in page
        assert Caller(app).get(Site(store=None).address(project)).status_code == 200
    assert "Waiting for the first data" in Caller(app).get("/projects/empty/").text
    answer = Caller(app).get("/projects/none/")
    assert answer.status_code == 404
    assert Caller(app).get("/projects/default", follow_redirects=True).status_code == 200


def test_who_sees_one_project_is_offered_no_other(app, both):
    browser, _ = signed_in_to(app, both, TEAM)
    page = browser.get(f"{prefix_of(TEAM)}/").text
    assert 'aria-label="Projects"' not in page
    assert "team/b &amp; co" in page


@pytest.mark.parametrize(
    ("said", "own", "other", "unknown"),
    [
        ("view", 200, 404, 404),
        ("", 200, 404, 404),
        ("root", 200, 404, 404),
        (f"{TEAM}=edit", 404, 200, 404),
        (f"view, {TEAM}=admin", 200, 200, 404),
        ("view,*=view", 200, 200, 404),
        (f"{TEAM}=root", 200, 404, 404),
    ],
)
def test_a_proxy_says_which_projects_are_open(both, tmp_path, said, own, other, unknown):
    settings = ServerSettings(data_dir=tmp_path / "x", user_header="X-User", role_header="X-Role")
    app = create_app(settings, both)
    person = Caller(app, "127.0.0.1", "http://c.example", x_user="ann", x_role=said)
    found = {path: person.get(path).status_code for path in ("/projects/default/", f"{prefix_of(TEAM)}/")}
    assert list(found.values()) == [own, other]
    assert person.get("/projects/none/").status_code == unknown


def test_a_role_counts_in_its_project_only(both, tmp_path):
    settings = ServerSettings(data_dir=tmp_path / "x", user_header="X-User", role_header="X-Role")
    app = create_app(settings, both)
    person = Caller(app, "127.0.0.1", "http://c.example", x_user="ann", x_role=f"admin, view, {TEAM}=view")
    assert person.get("/keys").status_code == 200
    assert person.get(f"{prefix_of(TEAM)}/keys").status_code == 403
    only = Caller(app, "127.0.0.1", "http://c.example", x_user="ann", x_role=f"{TEAM}=view")
    assert only.get("/").headers["location"] == f"{prefix_of(TEAM)}/"


@pytest.mark.parametrize(
    ("path", "project", "written"),
    [
        ("/projects/b/issues", "b", "/projects/b"),
        ("/projects/b", "b", "/projects/b"),
        ("/projects/a%2Fb/", "a/b", "/projects/a%2Fb"),
        ("/projects/", None, ""),
        ("/projects//x", None, ""),
        ("/projectsx/b/", None, ""),
        ("/issues", None, ""),
    ],
)
def test_the_project_in_a_path(path, project, written):
    assert split_project(path) == (project, written)


def test_the_path_below_where_the_app_is():
    assert inner_path({"path": "/m/keys", "root_path": "/m"}) == "/keys"
    assert inner_path({"path": "/m", "root_path": "/m"}) == "/"
    assert inner_path({"path": "/mm/keys", "root_path": "/m"}) == "/mm/keys"
