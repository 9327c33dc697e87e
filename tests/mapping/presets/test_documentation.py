"""docs/presets.md names every preset, and what it shows can be loaded."""

import re
from pathlib import Path

import pytest

from graphsignal_mw.config import load_config
from graphsignal_mw.mapping import PRESETS

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("document", ["presets.md", "configuration.md"])
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_documented(document, preset):
    assert f"`{preset}`" in (DOCS / document).read_text()


def test_the_example_can_be_loaded(tmp_path):
    (example,) = re.findall(r"```yaml\n(.*?)```", (DOCS / "presets.md").read_text(), re.DOTALL)
    (tmp_path / "monitoring.yaml").write_text(example)
    first, second = load_config(tmp_path / "monitoring.yaml").endpoints
    assert (first.preset, first.feature_names, second.preset) == ("tfserving", ("distance", "hour"), "kserve_v2")
