"""What a user is promised of detection, from windows to issues."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from graphsignal_mw.stats import WindowStats

from .streams import CITIES, DAY, HOUR, START, detect, make_history, set_to, summary

LAST_DAY = range(13 * 24, 14 * 24)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rows", [25, 200, 2000])
def test_nothing_is_found_where_nothing_is_wrong(rows, seed):
    """Eight columns of which one follows the hour, seven tested days: the budget is one false issue in 30 days."""
    assert detect(make_history(rows=rows, seed=seed)) == []


@pytest.mark.parametrize(
    ("change", "family", "column", "words"),
    [
        (set_to(delay=lambda x, _: x + 30), "data drift", "delay", "has shifted: median"),
        (set_to(delay=lambda x, _: 10 + 2.5 * (x - 10)), "data drift", "delay", "80 % between"),
        (set_to(distance=lambda x, _: x * 1000), "data drift", "distance", "multiplied by 1000"),
        (set_to(distance=lambda x, _: x / 60), "data drift", "distance", "divided by 60 (seconds → minutes?)"),
        (set_to(delay=lambda x, _: np.full(len(x), 3.0)), "data validity", "delay", "is always 3; it was between"),
        (set_to(city=lambda x, _: ["Rome"] * len(x)), "data drift", "city", "'Rome' in 100 %"),
        (set_to(city=lambda x, r: np.where(r.random(len(x)) < 0.03, "Paris", x).tolist()), "data validity", "city",
         "never seen before in 2.7 % of the rows: 'Paris'"),
        (set_to(age=lambda x, r: np.where(r.random(len(x)) < 0.05, np.nan, x)), "data validity", "age",
         "of the rows; expected 1 %"),
        (set_to(delay=lambda x, _: [str(v) for v in x]), "data validity", "delay", "100 % strings"),
    ],
)  # fmt: skip
def test_an_incident_of_the_last_day_is_an_open_issue_that_says_what_it_is(change, family, column, words):
    issues = detect(make_history(change=change, during=LAST_DAY))
    assert summary(issues) == [(family, [column], True)]
    assert words in issues[0].columns[0].explanation
    assert abs(issues[0].opened - (START + 13 * DAY)) <= 2 * HOUR


def test_kilometres_in_a_part_of_the_rows_and_another_column_missing():
    """The incident of the demo: one client of several sends another unit, and a source of data falls silent."""
    change = set_to(
        distance=lambda x, r: np.where(r.random(len(x)) < 0.6, x * 1.609344, x),
        speed=lambda x, r: np.where(r.random(len(x)) < 0.6, np.nan, x),
    )
    issues = detect(make_history(rows=40, days=30, change=change, during=range(29 * 24 - 6, 30 * 24)))
    drift, validity = sorted(issues, key=lambda issue: issue.family)
    assert summary([drift]) == [("data drift", ["distance"], True)]
    assert summary([validity]) == [("data validity", ["speed"], True)]
    assert "looks multiplied by 1.609 (miles → kilometres?) in about 60 % of the rows" in drift.explanation
    assert "speed is missing in 60 % of the rows; expected 0 %" in validity.explanation


def test_a_column_that_is_no_longer_sent_is_missing_in_every_row():
    issues = detect(make_history(change=lambda found, _: found.pop("age"), during=LAST_DAY))
    assert summary(issues) == [("data validity", ["age"], True)]
    assert "is missing in every row; expected 1 %" in issues[0].explanation


def test_failing_requests_are_an_issue_that_names_the_exception():
    (issue,) = detect(make_history(change=set_to(_failing=lambda *_: [0.1]), during=LAST_DAY))
    assert (issue.family, issue.columns, issue.severity) == ("exceptions", (), "high")
    assert issue.explanation.startswith("9.8 % of the requests fail; expected 0.19 %: KeyError (472)")


def test_worse_labels_are_an_issue_and_better_ones_are_not():
    (issue,) = detect(make_history(change=set_to(_accuracy=lambda *_: [0.75]), during=LAST_DAY))
    assert (issue.family, issue.columns) == ("performance", ())
    assert issue.explanation.startswith("accuracy is 75 %; expected 90 %")
    assert detect(make_history(change=set_to(_accuracy=lambda *_: [0.99]), during=LAST_DAY)) == []


def test_larger_errors_of_numbers_are_an_issue_in_their_own_unit():
    rng = np.random.default_rng(6)
    history = make_history()
    for hour, (_, stats) in enumerate(history):
        labels, errors = rng.normal(50, 5, 200), rng.normal(0, 2 if hour < 13 * 24 else 3, 200)
        stats.performance.clear()
        stats.performance_of().update(labels, labels + errors)
    (issue,) = detect(history)
    assert issue.family == "performance"
    assert issue.explanation.startswith("mean absolute error is 2.375; expected 1.586")
    assert "4,800 rows" in issue.explanation


def test_a_category_that_a_new_process_does_not_name_yet_is_no_drift():
    """After a restart, rare values have no name until they were seen some times."""
    history = make_history(rows=100)
    named = history[-1][1].features.columns["city"].frequent.counts
    assert named.pop("Bern") >= 4
    assert detect(history) == []


def test_the_worst_column_is_told_first():
    change = set_to(distance=lambda x, _: x * 3, delay=lambda x, _: x + 25)
    (issue,) = detect(make_history(change=change, during=LAST_DAY))
    assert [c.name for c in issue.columns] == ["distance", "delay"]
    assert issue.columns[0].effect > issue.columns[1].effect
    assert issue.explanation.startswith("distance looks multiplied by 3")
    assert "Also: delay. Since 14 Jan 2024 00:00 UTC, 4,800 rows; compared with the same hours" in issue.explanation


def test_an_issue_is_over_soon_after_its_cause():
    begin, end = 10 * 24, 10 * 24 + 9
    (issue,) = detect(make_history(change=set_to(delay=lambda x, _: x + 40), during=range(begin, end)))
    assert abs(issue.opened - (START + begin * HOUR)) <= HOUR
    assert abs(issue.updated - (START + (end - 1) * HOUR)) <= 2 * HOUR
    assert issue.resolved is not None
    assert 3 * HOUR <= issue.resolved - (START + end * HOUR) <= 8 * HOUR
    assert issue.transient
    assert issue.explanation.endswith("compared with the same hours of the 10 days before.")
    assert "From 11 Jan 2024 00:00 UTC to 11 Jan 2024" in issue.explanation


def test_short_pauses_do_not_split_an_issue_and_long_ones_do():
    change = set_to(delay=lambda x, _: x + 40)
    begin = 10 * 24
    short = [*range(begin, begin + 6), *range(begin + 8, begin + 14)]
    assert len(detect(make_history(change=change, during=short))) == 1
    calm_between = [*range(begin, begin + 9), *range(begin + 13, begin + 19)]
    assert len(detect(make_history(change=change, during=calm_between))) == 1
    long = [*range(begin, begin + 6), *range(begin + 48, begin + 54)]
    assert len(detect(make_history(change=change, during=long))) == 2


def test_the_same_history_gives_the_same_issues():
    history = make_history(change=set_to(distance=lambda x, _: x * 1.609), during=LAST_DAY)
    first = [asdict(issue) for issue in detect(history)]
    assert first
    assert [asdict(issue) for issue in detect(history)] == first


def test_an_issue_keeps_its_identity_while_it_goes_on():
    history = make_history(change=set_to(delay=lambda x, _: x + 40), during=range(12 * 24, 14 * 24))
    keys = {
        (issue.family, issue.opened)
        for hour in range(12 * 24 + 6, 14 * 24, 3)
        for issue in detect(history[:hour])
    }  # fmt: skip
    assert len(keys) == 1


def test_what_lasts_longer_than_the_normal_history_is_found_from_few_rows_too():
    """Three rows an hour: only whole days have enough of them to say something."""
    history = make_history(rows=3, days=20, change=set_to(delay=lambda x, _: x * 1000), during=range(18 * 24, 20 * 24))
    assert ("data drift", ["delay"], True) in summary(detect(history))


def test_a_young_deployment_shows_only_what_is_large():
    small = make_history(days=4, change=set_to(delay=lambda x, _: x + 9), during=range(3 * 24, 4 * 24))
    large = make_history(days=4, change=set_to(delay=lambda x, _: x * 1000), during=range(3 * 24, 4 * 24))
    assert detect(small) == []
    assert summary(detect(large)) == [("data drift", ["delay"], True)]


def test_a_young_deployment_that_follows_the_hours_of_the_day_is_no_issue():
    """One of the first days is the one from which on the hour counts: windows that reach back over it are no change."""
    history = make_history(days=12)
    assert [detect(history[: days * 24]) for days in range(2, 13)] == [[]] * 11


@pytest.mark.parametrize("windows", [0, 1, 23])
def test_without_a_day_to_compare_with_nothing_is_said(windows):
    assert detect(make_history(days=1)[:windows]) == []


def test_windows_without_any_data_are_no_trouble():
    history = [(START + hour * HOUR, WindowStats()) for hour in range(14 * 24)]
    assert detect(history) == []
    gaps = [item for item in make_history() if item[0] // HOUR % 24 > 5]
    assert detect(gaps) == []


def test_windows_that_are_not_over_are_not_looked_at():
    history = make_history(change=set_to(delay=lambda x, _: x * 1000), during=[14 * 24 - 1])
    assert detect(history, now=history[-1][0] + HOUR - 1) == []
    assert summary(detect(history)) == [("data drift", ["delay"], True)]


def test_finer_windows_are_tested_as_well():
    """A minute's windows are pooled to five minutes; a factor of 1000 needs one of them."""
    rng = np.random.default_rng(5)
    history = []
    for minute in range(4 * 24 * 60):
        stats = WindowStats()
        values = rng.normal(10, 1, 6) * (1000 if minute >= 4 * 24 * 60 - 10 else 1)
        stats.features.update({"x": values})
        history.append((START + minute * 60, stats))
    assert summary(detect(history, window_seconds=60, now=history[-1][0] + 60)) == [("data drift", ["x"], True)]


def test_evidence_can_be_written_as_json():
    (issue,) = detect(make_history(change=set_to(delay=lambda x, _: x + 40), during=LAST_DAY))
    evidence = json.loads(json.dumps(issue.evidence))
    (finding,) = evidence["findings"]
    assert (finding["column"], finding["rows"], evidence["baseline_days"]) == ("delay", 4800, 13)
    assert finding["p"] < 1e-6


def test_a_lost_category_is_named():
    rest = [city for city in CITIES if city != "Oslo"]
    change = set_to(city=lambda x, r: [v if v != "Oslo" else rest[r.integers(3)] for v in x])
    (issue,) = detect(make_history(change=change, during=LAST_DAY))
    assert "city has lost 'Oslo'; expected in 30 % of the rows" in issue.explanation
