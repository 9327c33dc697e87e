"""Who looks at a page, and what is offered."""

from dataclasses import dataclass

from starlette.requests import Request

from graphsignal_mw.store import allows


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Name and scopes; who signed in has a token that every form carries."""

    name: str = "dashboard"
    scopes: tuple[str, ...] = ("admin",)
    form_token: str | None = None

    def may(self, scope: str) -> bool:
        """Whether the viewer has ``scope``."""
        return allows(self.scopes, scope)


def viewer_of(request: Request) -> Viewer:
    """Return who sent ``request``, as the collector found out; without one, whoever runs these pages."""
    caller = getattr(request.state, "caller", None)
    if caller is None:
        return Viewer()
    return Viewer(name=caller.name, scopes=caller.scopes, form_token=caller.form_token)
