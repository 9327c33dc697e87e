"""Projects in addresses: ``/projects/<name>/...`` is the whole collector as that project sees it."""

from typing import Any
from urllib.parse import unquote

PREFIX = "/projects/"
ANY = "*"  # in the roles of a caller: every project that is not named


def inner_path(scope: Any) -> str:
    """Return the path of a request below where the app is, which is its ``root_path``."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] or "/" if path == root or path.startswith(f"{root}/") else path


def split_project(path: str) -> tuple[str | None, str]:
    """Return the project that ``path`` begins with and how it is written there; None and nothing where it has none.

    A name may hold slashes: it is quoted once more than the rest of the path, which was unquoted before.
    """
    written = path.removeprefix(PREFIX).partition("/")[0]
    is_named = path.startswith(PREFIX) and bool(written)
    return (unquote(written), PREFIX + written) if is_named else (None, "")
