from graphsignal_mw.stats import Latency


def test_durations_are_merged():
    one, other = Latency(), Latency()
    one.update([0.1, 0.2])
    other.update([0.6])
    other.merge(one)
    assert (other.moments.n, round(other.moments.mean, 9), other.moments.maximum) == (3, 0.3, 0.6)
    assert other.quantiles.quantiles([0, 1]).tolist() == [0.1, 0.6]


def test_two_empties_are_an_empty():
    found = Latency()
    found.merge(Latency())
    found.update([])
    assert (found.moments.n, found.quantiles.n) == (0, 0)
