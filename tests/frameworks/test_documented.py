"""Every example of docs/frameworks.md does what it says."""

import re
import runpy
from pathlib import Path

import pytest

import graphsignal_mw

from .serving import Request, ask

TEXT = (Path(__file__).parents[2] / "docs" / "frameworks.md").read_text()
YAML = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)[1]
EXAMPLES = {
    title: (code, needs)
    for title, needs, code in re.findall(
        r"^## (\w[^\n]*)\n(?:(?!^## ).)*?(<!-- needs [^\n]*-->\n)?```python\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE
    )
}
HERE = [title for title, (_, needs) in EXAMPLES.items() if not needs]


def test_there_is_an_example_of_every_framework():
    assert list(EXAMPLES) == [
        *("Starlette", "FastAPI", "Flask", "Django", "Quart", "Litestar", "Falcon", "Bottle", "BentoML", "Ray Serve")
    ]
    assert len(HERE) == 7


@pytest.mark.parametrize("title", EXAMPLES)
def test_an_example_can_be_read(title):
    code, _ = EXAMPLES[title]
    compile(code, title, "exec")
    assert code.count("# the line") == 1


@pytest.mark.parametrize("title", HERE)
def test_an_example_records_a_prediction(tmp_path, monkeypatch, title):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHSIGNAL_MW_SPOOL_DIR", str(tmp_path / "spool"))
    Path("monitoring.yaml").write_text(YAML)
    Path("example.py").write_text(EXAMPLES[title][0])
    try:
        app = runpy.run_path("example.py", run_name="example")["app"]
        answer = ask(app, Request("POST", "/predict", b'{"transaction": {"amount": 700}}'))
        assert answer.body.replace(b" ", b"").strip() == b'{"is_fraud":true}'
        graphsignal_mw.flush()
        assert list(tmp_path.rglob("*.delta"))
    finally:
        graphsignal_mw.shutdown()
