import json
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from .incident import NAME, PROJECT, issue

BASE = f"/deployments/{quote(NAME, safe='')}"
PAGES = [
    "/",
    BASE,
    f"{BASE}?range=7d&version=1.5&segment=origin%3DJFK",
    f"{BASE}/heatmap",
    f"{BASE}/heatmap?measure=missing&range=7d",
    f"{BASE}/columns/features/distance",
    f"{BASE}/columns/features/carrier?range=30d",
    f"{BASE}/columns/predictions/late?range=1h",
    "/issues",
    "/issues?state=all",
]


class Page(HTMLParser):
    """Links, data blocks, identifiers, and whatever the Content-Security-Policy would refuse."""

    def __init__(self, text):
        super().__init__()
        self.links, self.refused, self.ids, self.blocks = [], [], [], []
        self._is_data = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        inline = tag == "style" or "style" in given or any(name.startswith("on") for name in given)
        self._is_data = tag == "script" and given.get("type") == "application/json"
        if inline or (tag == "script" and not self._is_data and "src" not in given):
            self.refused.append((tag, attributes))
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[key] for key in ("href", "src", "data-src", "hx-get") if given.get(key)]

    def handle_data(self, data):
        if self._is_data:
            self.blocks.append(json.loads(data))
            self._is_data = False


@pytest.mark.parametrize("url", PAGES)
def test_page_is_complete_and_safe(browse, filled, url):
    answer = browse(filled).get(url)
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.refused == []
    assert len(page.ids) == len(set(page.ids))
    assert "<b>AA</b>" not in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("url", PAGES)
def test_no_link_is_dead(browse, filled, url):
    client = browse(filled)
    links = {link for link in Page(client.get(url).text).links if link.startswith("/")}
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_every_chart_is_also_a_table_and_json(browse, filled):
    client = browse(filled)
    text = client.get(BASE).text
    for block in Page(text).blocks:
        assert f"{block['title']}, in steps of" in text
        fresh = client.get(BASE, params={"json": block["name"]}).json()
        assert fresh["times"] == block["times"]
        assert fresh["series"] == block["series"]
    assert [block["name"] for block in Page(text).blocks] == ["traffic", "latency", "exceptions", "performance"]


def test_traffic_is_what_was_sent(browse, filled, now):
    data = browse(filled).get(BASE, params={"json": "traffic", "range": "30d"}).json()
    drawn = sum(value or 0 for value in data["series"][0]["values"])
    sent = filled.totals(PROJECT, NAME, 0, now + 3600).counters["requests"]
    assert drawn == sent > 0


def test_first_page_says_what_is_wrong_since_when_and_whether_data_arrives(browse, filled):
    text = browse(filled).get("/").text
    assert "Data drift in distance and dep_delay" in text
    assert re.search(r"<td data-label=\"Since\">\d+ \w{3} \d\d:\d\d", text)
    assert "just now" in text or " s ago" in text or " min ago" in text


def test_version_narrows_and_before_is_the_week_before(browse, filled):
    client = browse(filled)
    median = {
        version: client.get(f"{BASE}/columns/features/distance", params={"json": "values", "version": version}).json()
        for version in ("1.4", "1.5")
    }
    old, new = (max(v for v in chart["series"][2]["values"] if v) for chart in median.values())
    assert new > 1.2 * old
    page = client.get(f"{BASE}/columns/features/distance", params={"version": "1.5"}).text
    assert 'class="drift drift-high"' in page or 'class="drift drift-medium"' in page


def test_empty_store_teaches_the_quick_start(browse, empty):
    text = browse(empty).get("/").text
    assert "log_prediction" in text
    assert "GRAPHSIGNAL_MW_URL=http://dash.test" in text
    assert browse(empty).get("/issues").status_code == 200


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("/deployments/none", 404, "There is no deployment &#39;none&#39;"),
        (f"{BASE}/columns/features/none", 404, "There is no column &#39;none&#39;"),
        (f"{BASE}/columns/labels/x", 404, "&#39;labels&#39; is not a stream"),
        ("/issues/999", 404, "999"),
        (f"{BASE}?range=2y", 400, "range: &#39;2y&#39; is not one of"),
        (f"{BASE}?json=nothing", 400, "json: &#39;nothing&#39; is not one of traffic"),
        (f"{BASE}/heatmap?measure=x", 400, "measure: &#39;x&#39; is not one of shift, missing"),
        ("/issues?state=x", 400, "state: &#39;x&#39; is not one of active"),
    ],
)
def test_an_address_that_leads_nowhere_says_why(browse, filled, url, status, said):
    answer = browse(filled).get(url)
    assert answer.status_code == status
    assert said in answer.text


@pytest.fixture
def pending(empty, now):
    """A store with one open issue, and the issue's number."""
    from .incident import fill

    fill(empty, now, days=2)
    empty.save_issues(PROJECT, NAME, [issue(now - 86400)])
    return empty, empty.issues(PROJECT)[0].id


@pytest.mark.parametrize(
    ("action", "state"),
    [("acknowledge", "acknowledged"), ("mute", "muted"), ("resolve", "resolved"), ("accept", "resolved")],
)
def test_actions_change_the_issue(browse, pending, action, state):
    store, number = pending
    client = browse(store)
    assert f'action="/issues/{number}/{action}"' in client.get(f"/issues/{number}").text
    answer = client.post(f"/issues/{number}/{action}", headers={"Origin": "http://dash.test"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/issues/{number}")
    assert store.issue(PROJECT, number).state == state
    assert client.get(f"/issues/{number}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://dash.test"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_forms_of_other_sites_change_nothing(browse, pending, headers):
    store, number = pending
    assert browse(store).post(f"/issues/{number}/resolve", headers=headers).status_code == 403
    assert store.issue(PROJECT, number).state == "open"


def test_unknown_action_is_refused(browse, pending):
    store, number = pending
    answer = browse(store).post(f"/issues/{number}/delete", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400
    assert "delete" in answer.text


def test_issue_shows_its_columns_with_the_incident_shaded(browse, pending):
    store, number = pending
    text = browse(store).get(f"/issues/{number}").text
    blocks = Page(text).blocks
    assert [block["name"] for block in blocks] == ["features.distance", "features.dep_delay"]
    assert all(len(block["spans"]) == 1 for block in blocks)
    assert "All quantiles x 1.609." in text


def test_theme_comes_from_the_cookie_and_nothing_else_is_believed(browse, filled):
    client = browse(filled)
    for cookie, theme in (("dark", "dark"), ('"><script>', "auto"), ("", "auto")):
        text = client.get("/issues", headers={"Cookie": f"theme={cookie}"}).text
        assert f'data-theme="{theme}"' in text


def test_heatmap_is_red_where_an_issue_is_and_nowhere_else(browse, filled):
    text = browse(filled).get(f"{BASE}/heatmap?range=7d").text
    red = {
        row.split("</a>")[0].split(">")[-1]: row.count("is-issue") for row in text.split("<tr>")[1:] if "</a>" in row
    }
    named = {column["name"] for column in issue(0).columns}
    assert {name for name, cells in red.items() if cells} == named
    # The issue began 24 hours ago, and the cells of seven days are four hours long.
    assert {red[name] for name in named} <= {6, 7}
