"""The keys of a new collector: made once, shown once."""

import os
from pathlib import Path

from graphsignal_mw.errors import ConfigError
from graphsignal_mw.store import Store

# The variables that programs read them from: the second is the one of the middleware and the logger.
KINDS = (("admin", "GRAPHSIGNAL_MW_ADMIN_KEY"), ("ingest", "GRAPHSIGNAL_MW_API_KEY"))


def first_keys(store: Store, project: str, key_file: Path | None = None) -> list[str]:
    """Make an admin key and an ingest key where there is no key at all, and return the lines that show them.

    Of collectors that start at once on one database, one makes them; the others leave the file as it is.

    With ``key_file`` they are written there, readable by its owner only, as ``NAME=key`` lines, and not shown.

    Raises:
        ConfigError: the file cannot be written; no key was made.

    """
    if store.has_keys():
        return []
    descriptor = None if key_file is None else _private(key_file)
    found = store.create_first_keys(project, [scope for scope, _ in KINDS], actor="serve")
    made = list(zip(KINDS, found, strict=False))
    if descriptor is None:
        return [f"{scope.capitalize()} key, shown only this once: {secret}" for (scope, _), secret in made]
    with os.fdopen(descriptor, "w") as file:
        if made:
            file.truncate()
            file.writelines(f"{name}={secret}\n" for (_, name), secret in made)
    return [f"Admin key and ingest key: {key_file}"] if made else []


def _private(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.fchmod(descriptor, 0o600)  # it may have been there, open to others
    except OSError as error:
        raise ConfigError([f"key_file: {str(path)!r}; {error.strerror}; expected a file that can be written"]) from None
    return descriptor
