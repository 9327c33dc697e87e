"""The collector as it runs: real processes, killed and stopped."""

import os
import signal
import time
from pathlib import Path

from .conftest import HEADERS, PATH
from .service import Service, upload


def requests(service):
    """Requests counted so far; 0 while there is no deployment."""
    answer = service.client.get("/api/v1/deployments/model")
    return answer.json().get("requests", 0)


def test_an_upload_becomes_counts_without_further_ado(service):
    assert service.send(upload(1)).json() == {"accepted": True, "duplicate": False}
    service.until(lambda: requests(service) == 10)
    assert service.client.get("/").status_code == 200
    assert service.client.get("/deployments/model").status_code == 200


def test_the_first_keys_are_printed_once(service):
    service.until(service.answers)
    service.stop()
    admin, ingest = [line for line in service.said if "gs_" in line]
    assert "Admin key" in admin
    assert "Ingest key" in ingest
    again = Service(service.folder)
    headers = {"Authorization": f"Bearer {ingest.split()[-1]}", "Host": "collector.example"}
    assert again.client.post(PATH, content=b"", headers={**headers, **HEADERS}).status_code == 422
    assert again.client.get("/api/v1/deployments", headers=headers).status_code == 403
    headers = {"Authorization": f"Bearer {admin.split()[-1]}", "Host": "collector.example"}
    assert again.client.get("/api/v1/deployments", headers=headers).status_code == 200
    assert again.client.get("/api/v1/deployments", headers={"Host": "collector.example"}).status_code == 401
    assert again.stop() == 0
    assert not any("gs_" in said for said in again.said)


def test_killed_collectors_lose_nothing_that_they_acknowledged(tmp_path):
    acknowledged = 0
    for start in range(3):
        service = Service(tmp_path / "data", "--detect-every", "1")
        for seq in range(20):
            answer = service.send(upload(start * 20 + seq))
            acknowledged += answer.status_code == 200 and not answer.json()["duplicate"]
        # What was acknowledged before the crash comes again, as from a spool that did not hear of it.
        if start:
            assert service.send(upload((start - 1) * 20)).json()["duplicate"] is True
        service.kill()
    service = Service(tmp_path / "data")
    assert acknowledged == 60
    service.until(lambda: requests(service) == 600)
    assert service.stop() == 0


def test_tasks_end_with_their_parent(service):
    children = child_processes(service.process.pid)
    assert children
    service.kill()
    end = time.monotonic() + 20
    while any(is_running(pid) for pid in children):
        assert time.monotonic() < end, "the task process outlived the collector"
        time.sleep(0.1)


def test_tasks_leave_the_processor_to_those_who_upload(service):
    (tasks,) = [pid for pid in child_processes(service.process.pid) if "spawn_main" in command_of(pid)]
    service.until(lambda: os.getpriority(os.PRIO_PROCESS, tasks) > os.getpriority(os.PRIO_PROCESS, service.process.pid))


def test_a_task_process_that_dies_is_started_again(service):
    for pid in child_processes(service.process.pid):
        if "spawn_main" in command_of(pid):
            os.kill(pid, signal.SIGKILL)
    service.send(upload(1))
    service.until(lambda: requests(service) == 10)


def test_an_upload_under_way_is_finished_before_the_stop(service):
    """SIGTERM comes while a body is being sent: the answer still comes, and what it says is true."""
    from graphsignal_mw.wire import encode

    body = encode(upload(1))

    def slowly():
        yield body[:10]
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        yield body[10:]

    answer = service.client.post(PATH, content=slowly(), headers=HEADERS)
    assert answer.json() == {"accepted": True, "duplicate": False}
    assert service.close() == 0
    again = Service(service.folder)
    again.until(lambda: requests(again) == 10)
    again.stop()


def test_ctrl_c_ends_it_cleanly(service):
    service.process.send_signal(signal.SIGINT)
    assert service.close() == 0
    assert "Traceback" not in (service.folder.parent / "serve.log").read_text()
    assert [path.name for path in service.folder.iterdir()] == ["graphsignal_mw.db"]


def child_processes(pid):
    """Children of a process."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def command_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def is_running(pid):
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
