import numpy as np
import pytest

from graphsignal_mw.agent.buckets import by_bucket
from graphsignal_mw.records import Table

NOON = 1_700_000_000 // 300 * 300
ORDERS = {
    "in order": [0, 0, 0, 1, 1, 2],
    "backwards": [2, 1, 1, 0, 0, 0],
    "one among others": [0, 1, 0, 1, 0, 2],
    "one bucket": [0] * 6,
}


@pytest.mark.parametrize("as_array", [True, False])
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_every_row_is_in_its_bucket_once_with_all_that_belongs_to_it(order, as_array):
    times = [NOON + 300 * bucket + row for row, bucket in enumerate(order)]
    x = np.arange(6.0) if as_array else list(range(6))
    table = Table(6, {"x": x}, [{"y": row} for row in range(6)], [(f"row={row}",) for row in range(6)], times)
    seen = []
    for bucket, part in by_bucket(table, 300):
        rows = list(part.features["x"])
        assert part.rows == len(rows) == len(part.outputs)
        assert rows == [row["y"] for row in part.outputs] == [int(name[4:]) for (name,) in part.segments]
        assert [times[int(row)] // 300 * 300 for row in rows] == [bucket] * len(rows)
        seen.append((bucket, rows))
    assert [bucket for bucket, _ in seen] == sorted({NOON + 300 * each for each in order})
    assert sorted(row for _, rows in seen for row in rows) == list(range(6))


def test_rows_without_a_time_are_of_now():
    table = Table(2, {"x": [1, 2]}, {})
    ((_, part),) = by_bucket(table, 300)
    assert part is table
