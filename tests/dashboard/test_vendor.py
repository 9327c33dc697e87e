import hashlib
import re

import pytest

from graphsignal_mw.dashboard.routes import STATIC

VENDOR = STATIC / "vendor"
LISTED = (VENDOR / "LICENSES.md").read_text()
ROWS = re.findall(r"^\| `([^`]+)` \|.*`(\S+LICENSE.txt)`.*\| ([0-9a-f]{64}) \|$", LISTED, re.MULTILINE)


def test_every_vendored_file_is_listed():
    listed = {name for name, _, _ in ROWS} | {licence for _, licence, _ in ROWS} | {"LICENSES.md"}
    assert {file.name for file in VENDOR.iterdir()} == listed


@pytest.mark.parametrize(("name", "licence", "checksum"), ROWS)
def test_vendored_file_is_as_it_was_published(name, licence, checksum):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == checksum
    assert (VENDOR / licence).read_text().strip()
