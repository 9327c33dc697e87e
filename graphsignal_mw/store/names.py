"""Names that a deployment may have: those with which each address of the API and of the pages is of one thing."""

from graphsignal_mw.errors import InvalidNameError

LONGEST = 250  # characters, as on the wire
# What follows a deployment in an address. A name may hold slashes, and none of these after one.
RESERVED = frozenset(
    {
        "columns",
        "exceptions",
        "export",
        "heatmap",
        "markers",
        "performance",
        "rename",
        "segments",
        "series",
        "versions",
    }
)


def check_name(name: str) -> None:
    """Raise InvalidNameError for a name that no deployment may have."""
    if not 0 < len(name) <= LONGEST or "\0" in name:
        raise InvalidNameError(f"deployment: {name!r}; expected 1 to {LONGEST} characters")
    reserved = "/" in name and RESERVED.intersection(name.split("/")[1:])
    if reserved:
        raise InvalidNameError(
            f"deployment: {name!r}; expected a name without /{min(reserved)}, which is an address of its own"
        )
