"""Every key of the YAML and every setting: one table, from which checks, environment and JSON Schema come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphsignal_mw.config import checks
from graphsignal_mw.config.checks import Check
from graphsignal_mw.mapping import PRESETS

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
NUMBER = {"type": "number"}
SWITCH = {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key: how it is checked, what it means, its JSON Schema, and its section of the YAML ("" is the top)."""

    name: str
    check: Check
    doc: str
    schema: Mapping[str, Any]
    section: str = ""


SETTINGS: tuple[Key, ...] = (
    Key(name="url", check=checks.url, doc="Address of the collector.", schema=TEXT, section="collector"),
    Key(name="api_key", check=checks.text, doc="Key with the scope ingest.", schema=TEXT, section="collector"),
    Key(
        name="timeout",
        check=checks.number("seconds", 0.1, 300),
        doc="Seconds that one upload may take.",
        schema=NUMBER,
        section="collector",
    ),
    Key(
        name="ca_bundle",
        check=checks.text,
        doc="File with the certificates to trust.",
        schema=TEXT,
        section="collector",
    ),
    Key(
        name="window_seconds",
        check=checks.window,
        doc="Width of a window: 60, 300 or 3600 seconds.",
        schema={"enum": [60, 300, 3600]},
    ),
    Key(
        name="upload_seconds",
        check=checks.number("seconds", 0.1, 3600),
        doc="How often statistics are uploaded.",
        schema=NUMBER,
    ),
    Key(
        name="checkpoint_seconds",
        check=checks.number("seconds", 0.1, 3600),
        doc="How often the open windows are saved to the spool.",
        schema=NUMBER,
    ),
    Key(name="spool_dir", check=checks.text, doc="Folder where uploads wait for the collector.", schema=TEXT),
    Key(name="debug_mode", check=checks.switch, doc="Log everything, and raise on wrong arguments.", schema=SWITCH),
    Key(name="strict", check=checks.switch, doc="Raise on wrong arguments of the logger.", schema=SWITCH),
    Key(name="disabled", check=checks.switch, doc="Switch everything off.", schema=SWITCH),
    Key(
        name="min_count",
        check=checks.whole(1, 1000),
        doc="How many values stand behind every number that leaves the process.",
        schema={"type": "integer", "minimum": 1},
        section="privacy",
    ),
    Key(
        name="significant_digits",
        check=checks.whole(1, 15),
        doc="Digits of a number that are kept, relative to the spread of its column.",
        schema={"type": "integer", "minimum": 1, "maximum": 15},
        section="privacy",
    ),
    Key(name="hash", check=checks.texts, doc="Columns whose values are hashed.", schema=TEXTS, section="privacy"),
    Key(name="drop", check=checks.texts, doc="Features that are never recorded.", schema=TEXTS, section="privacy"),
    Key(
        name="allow",
        check=checks.texts,
        doc="Features that are recorded, and no others; all of them if not given.",
        schema=TEXTS,
        section="privacy",
    ),
    Key(
        name="max_queue_records",
        check=checks.whole(1, 10_000_000),
        doc="Requests that may wait to be parsed; more are dropped and counted.",
        schema={"type": "integer", "minimum": 1},
        section="limits",
    ),
    Key(
        name="max_queue_bytes",
        check=checks.whole(1024, 2**40),
        doc="Bytes of bodies that may wait to be parsed.",
        schema={"type": "integer", "minimum": 1024},
        section="limits",
    ),
    Key(
        name="max_body_bytes",
        check=checks.whole(0, 2**30),
        doc="Bytes of a body that are captured; a longer one is not parsed.",
        schema={"type": "integer", "minimum": 0},
        section="limits",
    ),
    Key(
        name="max_cpu_share",
        check=checks.number("a share", 0.001, 1),
        doc="Share of one core that the background thread may take; beyond it, bodies are sampled and counted.",
        schema={"type": "number", "minimum": 0.001, "maximum": 1},
        section="limits",
    ),
    Key(
        name="join_hours",
        check=checks.number("hours", 0, 8784),
        doc="Hours that a prediction waits on this host for a label that bears only its prediction_id; 0 is off.",
        schema={"type": "number", "minimum": 0, "maximum": 8784},
        section="labels",
    ),
    Key(
        name="max_join_rows",
        check=checks.whole(1, 100_000_000),
        doc="Predictions that may wait for a label; the oldest are given up and counted.",
        schema={"type": "integer", "minimum": 1},
        section="labels",
    ),
    Key(
        name="max_join_bytes",
        check=checks.whole(2**20, 2**40),
        doc="Bytes on disk that waiting predictions may take.",
        schema={"type": "integer", "minimum": 2**20},
        section="labels",
    ),
)

PATH = {"type": "string", "pattern": r"^\$"}

ENDPOINT: tuple[Key, ...] = (
    Key(name="path", check=checks.route, doc="Path of the app: literal, {param} or {param:path}.", schema=TEXT),
    Key(name="deployment", check=checks.deployment, doc="Name of the deployment; may use {param}.", schema=TEXT),
    Key(
        name="kind",
        check=checks.one_of("prediction", "ground_truth"),
        doc="What the endpoint takes.",
        schema={"enum": ["prediction", "ground_truth"]},
    ),
    Key(
        name="preset",
        check=checks.preset,
        doc="Protocol of the model server that the bodies are of; features and predictions are found by it.",
        schema={"enum": [*PRESETS]},
    ),
    Key(name="methods", check=checks.methods, doc="Methods that are watched, POST if not given.", schema=TEXTS),
    Key(
        name="metadata",
        check=checks.table,
        doc="Metadata such as model_version; may use {param} and $request.headers.<name>.",
        schema={"type": "object"},
    ),
    Key(name="features", check=checks.json_path, doc="Where the features are.", schema=PATH),
    Key(name="feature_names", check=checks.texts, doc="Names of features that come as lists.", schema=TEXTS),
    Key(
        name="predictions",
        check=checks.json_paths,
        doc="Where the predictions are: one path, or one for each name.",
        schema={"anyOf": [PATH, {"type": "object", "additionalProperties": PATH}]},
    ),
    Key(name="score", check=checks.json_path, doc="Where the probability of the positive class is.", schema=PATH),
    Key(
        name="output",
        check=checks.output,
        doc="What labels are compared with: name and kind (binary, categorical, numeric).",
        schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {"name": TEXT, "kind": {"enum": ["binary", "categorical", "numeric"]}},
        },
    ),
    Key(
        name="segments",
        check=checks.json_path_list,
        doc="Where the values are that make segments.",
        schema={"type": "array", "items": PATH},
    ),
    Key(name="timestamp", check=checks.json_path, doc="When it happened, if not now.", schema=PATH),
    Key(name="prediction_id", check=checks.json_path, doc="Its id, which joins a later label.", schema=PATH),
    Key(name="exclude", check=checks.texts, doc="Features that are left out.", schema=TEXTS),
    Key(name="include", check=checks.texts, doc="Features that are recorded, and no others.", schema=TEXTS),
    Key(name="label", check=checks.json_path, doc="Where the label is (ground_truth).", schema=PATH),
    Key(
        name="prediction",
        check=checks.json_path,
        doc="Where its prediction is (ground_truth); with a prediction_id it may be joined instead.",
        schema=PATH,
    ),
)

SECTIONS = ("collector", "privacy", "limits", "labels")
"""Sections of settings in the YAML."""


def top_level() -> tuple[str, ...]:
    """Return the names of the top level of the YAML."""
    return ("endpoints", *SECTIONS, *(key.name for key in SETTINGS if not key.section))
