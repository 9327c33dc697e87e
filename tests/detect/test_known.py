"""Issues of earlier evaluations, and what people decided about them."""

import pytest

from .streams import DAY, HOUR, START, as_known, detect, make_history, set_to, summary

SHIFTED = set_to(delay=lambda x, _: x + 40)


def test_a_long_issue_stays_one_issue_and_stays_open():
    """Twelve days: longer than what is tested, and longer than it would take to become normal."""
    history = make_history(days=34, change=SHIFTED, during=range(22 * 24, 34 * 24))
    known = []
    for day in range(23, 35, 2):
        issues = detect(history[: day * 24], previous=known)
        assert summary(issues) == [("data drift", ["delay"], True)]
        known = [as_known(issue) for issue in issues]
    assert abs(known[0].opened - (START + 22 * DAY)) <= 2 * HOUR


@pytest.mark.parametrize("begin", [9 * 24, 9 * 24 + 20])
def test_what_grows_older_than_what_is_tested_is_not_found_as_something_new(begin):
    history = make_history(days=20, change=SHIFTED, during=range(begin, begin + 30))
    opened = {issue.opened for day in range(10, 21) for issue in detect(history[: day * 24])}
    assert len(opened) == 1


def test_an_open_issue_that_is_not_found_any_more_is_over():
    history = make_history(days=34, change=SHIFTED, during=range(12 * 24, 14 * 24))
    (old,) = detect(history[: 14 * 24])
    assert old.resolved is None
    (issue,) = detect(history, previous=[as_known(old)])
    assert (issue.opened, issue.updated, issue.explanation) == (old.opened, old.updated, old.explanation)
    assert issue.resolved == history[-1][0] + HOUR


def test_without_new_data_an_open_issue_stays_as_it_is():
    history = make_history(change=SHIFTED, during=range(13 * 24, 14 * 24))
    (old,) = detect(history)
    assert detect(history, now=history[-1][0] + 9 * DAY, previous=[as_known(old)]) == []


def test_what_was_accepted_is_the_new_normal():
    history = make_history(days=18, change=SHIFTED, during=range(13 * 24, 18 * 24))
    (old,) = detect(history[: 14 * 24])
    accepted = as_known(old, "accept", float(START + 14 * DAY))
    assert detect(history, previous=[accepted]) == []


def test_after_something_was_accepted_another_change_is_a_new_issue():
    history = make_history(days=18, change=SHIFTED, during=range(13 * 24, 17 * 24 + 12))
    (old,) = detect(history[: 14 * 24])
    accepted = as_known(old, "accept", float(START + 14 * DAY))
    issues = detect(history, previous=[accepted])
    assert summary(issues) == [("data drift", ["delay"], True)]
    assert abs(issues[0].opened - (START + 17 * DAY + 12 * HOUR)) <= 2 * HOUR


def test_issues_without_columns_are_recognised_by_their_family():
    failing = set_to(_failing=lambda *_: [0.2])
    history = make_history(days=20, change=failing, during=range(12 * 24, 20 * 24))
    (old,) = detect(history[: 15 * 24])
    (issue,) = detect(history, previous=[as_known(old)])
    assert (issue.family, issue.opened, issue.resolved) == ("exceptions", old.opened, None)
