from urllib.parse import parse_qs, quote, urlsplit

import pytest
from dashboard.incident import LONG_NAME, NAME

BASE = f"/deployments/{quote(NAME, safe='')}"
PAGES = {
    "/": 0,
    BASE: 4,
    f"{BASE}?range=7d": 4,
    f"{BASE}/heatmap": 0,
    f"{BASE}/columns/features/distance": 3,
    f"{BASE}/columns/features/carrier": 3,
    f"/deployments/{LONG_NAME}": 2,
    f"/deployments/{LONG_NAME}/columns/features/{LONG_NAME}": 3,
    "/issues?state=all": 0,
    "/issues/1": 2,
    "/keys": 0,
    "/sign-in": 0,
}
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
# Pixels of a canvas that are not see-through: a chart that was drawn has thousands.
INK = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let ink = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i]) ink++;
  return ink;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(("path", "charts"), PAGES.items())
def test_page_is_drawn_and_fits(visit, path, charts, width, scheme):
    page = visit(path, width=width, scheme=scheme)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    canvases = page.locator(".plot canvas")
    assert canvases.count() == charts
    assert all(canvas.evaluate(INK) > 500 for canvas in canvases.all())
    assert page.locator("h1").count() == 1


def test_theme_toggle_changes_the_page_and_is_kept(visit):
    page = visit(BASE)
    light = page.evaluate(BACKGROUND)
    toggle = page.get_by_role("button", name="Theme")
    toggle.click()
    assert page.evaluate(BACKGROUND) == light
    toggle.click()
    dark = page.evaluate(BACKGROUND)
    assert dark != light
    page.reload()
    assert page.evaluate(BACKGROUND) == dark
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_charts_are_drawn_in_the_colours_of_the_theme(visit):
    shot = "canvas => canvas.toDataURL()"
    page = visit(BASE)
    canvas = page.locator(".plot canvas").first
    before = canvas.evaluate(shot)
    for _ in range(2):
        page.get_by_role("button", name="Theme").click()
    page.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas.element_handle(), before])


def test_numbers_are_in_a_table_that_opens(visit):
    page = visit(BASE)
    table = page.locator("#chart-traffic table")
    assert not table.is_visible()
    page.locator("#chart-traffic summary").click()
    assert table.is_visible()
    assert table.locator("tbody tr").count() > 20


def test_without_javascript_the_tables_are_there(visit):
    page = visit(BASE, javascript=False)
    assert page.locator("#chart-traffic table").is_visible()
    assert not page.locator("#chart-traffic .plot").is_visible()
    assert not page.get_by_role("button", name="Theme").is_visible()
    page.get_by_label("Version").select_option("1.5")
    page.locator(".selects").get_by_role("button", name="Apply").click()
    assert parse_qs(urlsplit(page.url).query)["version"] == ["1.5"]


def test_filter_goes_into_the_url_and_charts_are_drawn_anew(visit):
    page = visit(f"{BASE}?range=7d")
    page.get_by_label("Version").select_option("1.5")
    page.wait_for_url("**version=1.5**")
    assert parse_qs(urlsplit(page.url).query)["range"] == ["7d"]
    page.wait_for_function("document.querySelectorAll('.plot canvas').length === 4")
    page.go_back()
    page.wait_for_url("**range=7d")
    page.wait_for_function("document.querySelectorAll('.plot canvas').length === 4")
    assert page.get_by_label("Version").input_value() == ""


def test_dragging_over_a_chart_zooms(visit):
    page = visit(BASE)
    box = page.locator("#chart-traffic .u-over").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, y, steps=4)
    page.mouse.up()
    page.wait_for_url("**from=**")
    page.wait_for_load_state("networkidle")
    assert {"from", "to"} <= parse_qs(urlsplit(page.url).query).keys()


def test_pointing_at_a_chart_says_the_numbers(visit):
    page = visit(BASE)
    page.locator("#chart-latency .u-over").hover()
    assert "p95" in page.locator("#chart-latency .tip").inner_text()


def test_heatmap_arrives_by_itself_and_changes_its_measure(visit):
    page = visit(BASE)
    page.wait_for_selector("#heat td.lv-high")
    page.locator("#heat").get_by_role("link", name="Missing").click()
    page.wait_for_selector("#heat td[title*='missing']")


def test_issue_is_acknowledged_with_a_button(visit):
    page = visit("/issues/1")
    page.get_by_role("button", name="Acknowledge").click()
    page.wait_for_selector(".state:text('acknowledged')")
    assert not page.get_by_role("button", name="Acknowledge").is_visible()


def test_keyboard_reaches_the_content_first(visit):
    page = visit(BASE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
