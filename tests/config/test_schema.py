import json
from pathlib import Path

import graphsignal_mw.config as package
from graphsignal_mw.config import schema
from graphsignal_mw.config.keys import ENDPOINT, SECTIONS, SETTINGS
from graphsignal_mw.config.settings import Settings
from graphsignal_mw.mapping import PRESETS

SHIPPED = Path(package.__file__).parent / schema.FILE


def test_the_shipped_schema_is_the_one_of_the_table_of_keys():
    """When this fails: python -c "from graphsignal_mw.config import schema; schema.write()"."""
    assert json.loads(SHIPPED.read_text()) == schema.json_schema()


def test_writing_the_schema_gives_the_shipped_file(tmp_path):
    schema.write(tmp_path)
    assert (tmp_path / schema.FILE).read_text() == SHIPPED.read_text()


def test_every_key_is_in_the_schema_with_its_meaning():
    top = schema.json_schema()["properties"]
    for key in SETTINGS:
        place = top[key.section]["properties"] if key.section else top
        assert place[key.name]["description"] == key.doc
    assert set(top["endpoints"]["items"]["properties"]) == {key.name for key in ENDPOINT}
    assert set(top) == {"endpoints", *SECTIONS, *(key.name for key in SETTINGS if not key.section)}


def test_every_setting_has_a_key():
    assert {key.name for key in SETTINGS} == set(Settings.__dataclass_fields__)


def test_a_preset_is_one_of_those_there_are_or_a_variable():
    preset = schema.json_schema()["properties"]["endpoints"]["items"]["properties"]["preset"]
    assert preset["anyOf"] == [{"enum": [*PRESETS]}, {"type": "string", "pattern": r"^\$\{"}]
