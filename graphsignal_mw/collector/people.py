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


@dataclass(frozen=True, kw_only=True)
class TrustedProxy:
    """A proxy that signs people in: it says who asks in ``user_header``, and perhaps the role in ``role_header``.

    Believed only of connections from ``addresses``; the proxy must remove these headers from what it is sent.
    Without a role that is known, a person has ``role``.
    """

    user_header: str
    role_header: str | None = None
    role: str = "view"
    addresses: tuple[str, ...] = ("127.0.0.1", "::1")

    def person(self, headers: Mapping[str, str], peer: str | None) -> tuple[str, tuple[str, ...]] | None:
        """Return name and scopes of who asks, or None where the proxy names nobody."""
        name = headers.get(self.user_header.lower(), "").strip()
        if not name or not name.isprintable() or len(name) > _LONGEST or not self._trusts(peer):
            return None
        said = headers.get(self.role_header.lower(), "").strip().lower() if self.role_header else ""
        return name, ROLES.get(said) or ROLES[self.role]

    def _trusts(self, peer: str | None) -> bool:
        address = address_of(peer)
        return address is not None and any(address in ipaddress.ip_network(each) for each in self.addresses)


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
