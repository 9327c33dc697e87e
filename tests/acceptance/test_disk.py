"""The collector's disk is full: uploads are refused for now, nothing is corrupted, and everything arrives later."""

import resource
from pathlib import Path

from graphsignal_mw.store.database import FILE_NAME

from .processes import Sender


def limit_files(collector, size):
    """Let no file of the collector's processes grow beyond ``size`` bytes: what a full disk does, to them alone."""
    children = Path(f"/proc/{collector.process.pid}/task").glob("*/children")
    for pid in (collector.process.pid, *(int(pid) for path in children for pid in path.read_text().split())):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_refuses_for_now_and_corrupts_nothing(collector, client):
    sender = Sender(collector.url, "sender-0", "sent")
    sender.start()
    collector.until(lambda: len(sender.acknowledged) > 5)
    largest = max(path.stat().st_size for path in collector.folder.glob(f"{FILE_NAME}*"))
    limit_files(collector, largest + 20_000)
    logging = client(collector.url, "logged")
    collector.until(lambda: 503 in sender.statuses and logging.has_logged(1000))
    acknowledged = set(sender.acknowledged)
    assert acknowledged <= collector.identities(sender.boot_id)
    assert collector.client.get("/api/v1/deployments").status_code == 200
    limit_files(collector, resource.RLIM_INFINITY)
    sender.end()
    logged = logging.end()
    assert collector.rows("PRAGMA integrity_check") == [("ok",)]
    assert sender.statuses == {200, 503}
    sent = 10 * len(sender.acknowledged)
    assert collector.settled("sent", sent) == sent
    assert collector.settled("logged", logged) == logged
