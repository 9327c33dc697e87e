"""The import diagram of ARCHITECTURE.md, enforced; and the documents that name every room, command, option and key."""

import ast
import re
from pathlib import Path

import pytest

from graphsignal_mw.cli.group import COMMANDS, commands
from graphsignal_mw.config.keys import ENDPOINT, SETTINGS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "graphsignal_mw"
ANYONE = {"errors", "_version"}
CLIENT = {"records", "mapping", "middleware", "hooks", "config", "logger", "labels", "window", "delivery", "agent"}
SERVER = {"store", "collector", "detect", "notify", "dashboard", "tasks", "server"}

# Each room and what it may import. Arrows go one way; client and server share records, stats, wire and errors.
ALLOWED = {
    "records": set(),
    "errors": set(),
    "_version": set(),
    "logs": set(),
    "heartbeat": {"store"},
    "stats": {"records"},
    "wire": {"records", "stats"},
    "mapping": {"records"},
    "middleware": {"records"},
    "hooks": {"middleware"},
    "config": {"mapping"},
    "labels": {"records"},
    "logger": {"records"},
    "window": {"records", "stats", "wire"},
    "delivery": {"wire"},
    "agent": CLIENT - {"agent"},
    "graphsignal_mw": {"agent"},
    "store": {"records", "stats", "wire"},
    "detect": {"stats"},
    "collector": {"stats", "wire", "store"},
    "dashboard": {"stats", "store"},
    "tasks": {"store", "detect", "heartbeat", "logs"},
    "server": {"store", "collector", "dashboard", "tasks"},
    "cli": {
        "agent",
        "collector",
        "config",
        "mapping",
        "records",
        "stats",
        "window",
        "server",
        "store",
        "tasks",
        "demo",
        "logs",
    },
    "demo": {"graphsignal_mw", "logger"},
}


def room_of(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from names if node.module == PACKAGE.name else [node.module]


def edges():
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for name in imports_of(path):
            if name.split(".")[0] == PACKAGE.name and not name.startswith(f"{PACKAGE.name}.__version__"):
                yield room_of(module), room_of(name)


def test_imports_follow_the_diagram():
    wrong = {(here, there) for here, there in edges() if here != there} - {
        (here, there) for here, allowed in ALLOWED.items() for there in allowed | ANYONE
    }
    assert wrong == set()


def test_client_and_server_never_import_each_other():
    found = set(edges())
    assert not [edge for edge in found if edge[0] in CLIENT and edge[1] in SERVER]
    assert not [edge for edge in found if edge[0] in SERVER and edge[1] in CLIENT - {"records"}]


def test_diagram_has_no_circle():
    rest = {room: {*allowed} for room, allowed in ALLOWED.items()}
    while rest:
        free = {room for room, allowed in rest.items() if not allowed & rest.keys()}
        assert free, f"a circle among {sorted(rest)}"
        rest = {room: allowed for room, allowed in rest.items() if room not in free}


def test_request_path_needs_only_the_standard_library():
    rooms = [PACKAGE / "middleware", PACKAGE / "records.py"]
    files = [path for room in rooms for path in (room.rglob("*.py") if room.is_dir() else [room])]
    assert files
    outside = {"numpy", "msgspec", "httpx2", "yaml", "narwhals", "datasketches"}
    assert {name.split(".")[0] for path in files for name in imports_of(path)} & outside == set()


def test_architecture_names_every_room():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"}
    missing = [room for room in rooms - {"__init__", "__pycache__", "_version", "py"} if f"{room}" not in text]
    assert missing == []


@pytest.mark.parametrize("key", [*SETTINGS, *ENDPOINT], ids=lambda key: key.name)
def test_every_key_of_the_yaml_is_documented(key):
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert re.search(rf"`{key.name}`", text)


def commands_of(group, prefix=""):
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "list_commands"):
            yield from commands_of(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def test_every_command_and_option_is_documented():
    text = (ROOT / "docs" / "commands.md").read_text()
    found = dict(commands_of(commands))
    assert {name.split()[0] for name in found} == set(COMMANDS)
    missing = [name for name in found if f"graphsignal-mw {name}" not in text]
    missing += [
        f"{name} {option}"
        for name, command in found.items()
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--") and f"`{option}" not in text
    ]
    assert missing == []
