"""Who looks at a page, and what is offered."""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.requests import Request

from graphsignal_mw.store import allows


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Name and scopes; who signed in has a token that every form carries.

    ``project`` is what is looked at, None where that is left to the pages; ``roles`` has the names of others that
    may be, ``*`` for all.
    """

    name: str = "dashboard"
    scopes: tuple[str, ...] = ("admin",)
    form_token: str | None = None
    project: str | None = None
    roles: Collection[str] = ()

    def may(self, scope: str) -> bool:
        """Whether the viewer has ``scope``."""
        return allows(self.scopes, scope)

    @property
    def named(self) -> set[str]:
        """Projects that are open to this viewer by name."""
        return set(self.roles) - {"*"}

    @property
    def sees_all(self) -> bool:
        """Whether every project is open to this viewer."""
        return "*" in self.roles


def viewer_of(request: Request) -> Viewer:
    """Return who sent ``request``, as the collector found out; without one, whoever runs these pages."""
    caller = getattr(request.state, "caller", None)
    if caller is None:
        return Viewer()
    return Viewer(**{name: getattr(caller, name) for name in Viewer.__dataclass_fields__})
