from graphsignal_mw.dashboard.sparkline import HEIGHT, WIDTH, sparkline


def points(line):
    return [tuple(map(float, point.split(","))) for point in line.split()]


def test_a_gap_breaks_the_line_and_a_lone_point_is_seen():
    lines = sparkline([1.0, 2.0, None, 3.0], "x").lines
    assert [len(points(line)) for line in lines] == [2, 2]


def test_the_line_fills_the_box_and_stays_in_it():
    drawn = points(sparkline([5.0, 9.0, 7.0], "x").lines[0])
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in drawn)
    assert drawn[1][1] < drawn[2][1] < drawn[0][1]


def test_zero_is_the_floor_when_asked():
    low, high = (points(sparkline([9.0, 10.0], "x", zero=zero).lines[0])[0][1] for zero in (False, True))
    assert high < low


def test_nothing_says_so():
    assert sparkline([None], "Requests").label == "Requests: no data"
    assert sparkline([], "Requests").lines == ()
