import time
import tracemalloc

import msgspec
import pytest

from graphsignal_mw.errors import WireError
from graphsignal_mw.wire import decode, part_to_stats, unpack_part
from graphsignal_mw.wire.check import check_part

from .test_codec import BAD, changed, packed

MOST = 60 * 1024 * 1024  # bytes; the statistics of one such part would take five times that


@pytest.mark.parametrize("column", [{"count": 1}, {"count": 1, "values": {"n": 0}}], ids=["bare", "with values"])
def test_memory_does_not_grow_with_the_columns_of_an_upload(column):
    columns = {"columns": {str(i): column for i in range(1000)}}
    segments = {str(i): {"predictions": columns} for i in range(60)}
    part = {"deployment": "model", "bucket": 0, "features": columns, "segments": segments}
    fields = {"schema_v": 1, "boot_id": "boot-0001", "seq": 1, "sent_at": time.time(), "window_seconds": 300}
    body = msgspec.msgpack.encode({**fields, "parts": [part]})
    tracemalloc.start()
    try:
        decode(body, "identity")
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("path", "value"),
    [(path, value) for path, values in BAD.items() if path.startswith("parts/0/") for value in values],
)
def test_what_passes_can_be_made_into_statistics(path, value):
    """The check and the conversion agree: what the schema takes is refused by both or by none."""
    try:
        part = unpack_part(packed(changed(path, value)["parts"][0]))
    except msgspec.ValidationError:
        return
    with pytest.raises(WireError) as refused:
        check_part(part)
    with pytest.raises(WireError) as failed:
        part_to_stats(part)
    assert str(refused.value) == str(failed.value)
