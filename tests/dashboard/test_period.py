import pytest

from graphsignal_mw.dashboard.period import DAY, HOUR, LONGEST, PRESETS, Period, parse_period

NOW = 1_764_000_000.5


def test_default_is_the_last_24_hours_including_the_current_second():
    period = parse_period({}, NOW)
    assert period.seconds == DAY
    assert period.start < NOW < period.end
    assert period.query == {}


@pytest.mark.parametrize("preset", PRESETS)
def test_query_gives_the_same_range_again(preset):
    period = parse_period({"range": preset}, NOW)
    assert parse_period(period.query, NOW) == period


def test_iso_and_unix_seconds_mean_the_same_and_naive_is_utc():
    iso = parse_period({"from": "2025-11-24T00:00:00Z", "to": "2025-11-24T12:00"}, NOW)
    unix = parse_period({"from": "1763942400", "to": "1763985600"}, NOW)
    assert iso == unix
    assert parse_period(iso.query, NOW) == iso


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"range": "9x"}, "range: '9x' is not one of 1h, 6h, 24h, 7d, 30d"),
        ({"from": "yesterday"}, "from: 'yesterday' is neither ISO 8601 nor Unix seconds"),
        ({"from": "nan", "to": "5"}, "from: 'nan' is neither"),
        ({"from": "200", "to": "100"}, "from must come before to"),
        ({"from": "0", "to": str(93 * DAY)}, "a page shows at most 92"),
    ],
)
def test_what_cannot_be_read_is_named(query, message):
    with pytest.raises(ValueError, match=message):
        parse_period(query, NOW)


@pytest.mark.parametrize("window", [60, 300, HOUR])
@pytest.mark.parametrize("preset", PRESETS)
def test_step_is_whole_windows_and_few_points(preset, window):
    period = parse_period({"range": preset}, NOW).aligned(window)
    step = period.step(window)
    assert step % window == 0
    assert 1 <= len(period.grid(step)) <= 172
    assert period.start % step == 0


def test_before_touches_the_range_and_is_a_week_at_least():
    period = Period(start=100 * DAY, end=101 * DAY)
    assert period.before() == Period(start=93 * DAY, end=100 * DAY)
    month = Period(start=100 * DAY, end=130 * DAY)
    assert month.before().seconds == month.seconds


def test_the_longest_range_can_be_asked_for_again_from_the_page_that_shows_it():
    period = parse_period({"from": str(NOW - LONGEST + 1), "to": str(NOW)}, NOW).aligned(300)
    assert parse_period(period.query, NOW) == period
