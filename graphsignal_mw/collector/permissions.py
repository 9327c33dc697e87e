"""Which scopes a request needs."""

INGEST = "/api/v1/deltas"
OPEN = frozenset({"/healthz", "/readyz", "/sign-in"})
_ADMIN = ("/api/v1/audit", "/api/v1/keys", "/keys")  # to look at, too
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_open(path: str) -> bool:
    """Whether everybody may ask for ``path``: health, the page for signing in, and what it is drawn with."""
    return path in OPEN or path.startswith("/static/")


def needed_scopes(method: str, path: str) -> tuple[str, ...]:
    """Return the scopes of which one is enough."""
    if path.startswith(_ADMIN):
        return ("admin",)
    if method in SAFE or path == "/sign-out":
        return ("read",)
    if method != "POST":  # a deployment may be called x/markers
        return ("admin",)
    if path == INGEST:
        return ("ingest",)
    if path.startswith("/api/") and path.endswith("/markers"):
        return ("ingest", "edit")
    return ("edit",) if path.removeprefix("/api/v1").startswith("/issues/") else ("admin",)
