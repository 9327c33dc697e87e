"""People: roles, the cookie of who signed in, and a proxy that names who asks."""

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from graphsignal_mw.store import SESSION_COOKIE

ROLES = {"view": ("read",), "edit": ("edit",), "admin": ("admin",)}
_LONGEST = 200
Roles = dict[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class TrustedProxy:
    """A proxy that signs people in: it says who asks in ``user_header``, and perhaps the role in ``role_header``.

    Believed only of connections from ``addresses``; the proxy must remove these headers from what it is sent.
    A role is that in the collector's own project, ``project=role`` that in another, ``*=role`` that in all others;
    commas are between several. Without one that is known, a person has ``role`` in the collector's own.
    """

    user_header: str
    role_header: str | None = None
    role: str = "view"
    addresses: tuple[str, ...] = ("127.0.0.1", "::1")

    @property
    def headers(self) -> frozenset[str]:
        """Names, in lower case, of the headers that are believed."""
        return frozenset(name.lower() for name in (self.user_header, self.role_header) if name)

    def person(self, headers: Mapping[str, str], peer: str | None, own: str) -> tuple[str, Roles] | None:
        """Return the name of who asks, and the scopes by project; None where the proxy names nobody."""
        name = headers.get(self.user_header.lower(), "").strip()
        if not name or not name.isprintable() or len(name) > _LONGEST or not self._trusts(peer):
            return None
        said = headers.get(self.role_header.lower(), "") if self.role_header else ""
        return name, read_roles(said, own) or {own: ROLES[self.role]}

    def _trusts(self, peer: str | None) -> bool:
        address = address_of(peer)
        return address is not None and any(address in ipaddress.ip_network(each) for each in self.addresses)


def read_roles(said: str, own: str) -> Roles:
    """Return the scopes by project of ``view, checkout=edit, *=admin``; the greatest where one is named twice."""
    found: dict[str, list[str]] = {}
    for each in said.split(","):
        project, _, role = (part.strip() for part in each.rpartition("="))
        if role.lower() in ROLES:
            found.setdefault(project or own, []).append(role.lower())
    return {project: ROLES[max(roles, key=[*ROLES].index)] for project, roles in found.items()}


def address_of(peer: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address of the other side; one of IPv4 that came over IPv6 as IPv4."""
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def session_token(headers: Mapping[str, str]) -> str | None:
    """Return the session's token that a browser sent, or None."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None and morsel.value.isascii() else None


def form_token(token: str) -> str:
    """Return what the forms of a session carry: who cannot read its pages cannot know it."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()
