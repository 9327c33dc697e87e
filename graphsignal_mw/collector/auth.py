"""Who asks: a key, or (without one) somebody on this machine."""

import base64
import binascii
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from graphsignal_mw.collector.problems import Problem
from graphsignal_mw.store import Store

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="graphsignal_mw", Basic realm="graphsignal_mw", charset="UTF-8"'}

_MISSING = (
    "Authorization: missing; expected 'Bearer <key>', or the key as a password. "
    "Without one, only this machine may be answered, at localhost, 127.0.0.1 or [::1] and through no proxy."
)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, for which project, and what is allowed."""

    project: str
    name: str
    scopes: tuple[str, ...]

    def needs(self, scope: str) -> None:
        """Raise a problem of status 403 without ``scope``; admin has all."""
        if scope not in self.scopes and "admin" not in self.scopes:
            raise Problem(403, f"scope: this key has {', '.join(self.scopes)}; expected {scope}")


@dataclass(frozen=True, kw_only=True)
class Gatekeeper:
    """Finds the caller. Without ``require_key``, who is on this machine needs no key and is of ``project``."""

    store: Store
    project: str = "default"
    require_key: bool = False

    def identify(self, headers: Mapping[str, str], peer: str | None) -> Caller:
        """Return who sent ``headers`` (names in lower case) from the address ``peer``. Blocks on the store.

        Raises:
            Problem: 401 without a valid key.

        """
        secret = _secret(headers.get("authorization", ""))
        if secret is not None:
            return self._owner(secret)
        if not self.require_key and is_local(headers, peer):
            return Caller(project=self.project, name="local", scopes=("admin",))
        raise Problem(401, _MISSING, headers=_CHALLENGE)

    def _owner(self, secret: str) -> Caller:
        info = self.store.authenticate(secret)
        if info is None:
            detail = "Authorization: the key is unknown, revoked or expired; expected a valid key"
            raise Problem(401, detail, headers=_CHALLENGE)
        return Caller(project=info.project, name=info.name, scopes=info.scopes)


def is_local(headers: Mapping[str, str], peer: str | None) -> bool:
    """Whether a request comes from this machine, for a name of this machine, and not through a proxy.

    The name matters: a foreign page may have its own name resolved to 127.0.0.1 (DNS rebinding).
    """
    if any(name in headers for name in _FORWARDED):
        return False
    return _is_loopback(peer) and host_name(headers.get("host", "")) in LOCAL_NAMES


def is_foreign_form(headers: Mapping[str, str]) -> bool:
    """Whether a browser sent this from a page of another site: browsers say so, and pages cannot make them lie."""
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def host_name(host: str) -> str:
    """Return the name in a Host header, without port and brackets; empty when it cannot be read."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_loopback(peer: str | None) -> bool:
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _secret(authorization: str) -> str | None:
    """Return the key of a header: a bearer token, or the password of a browser that was asked for one."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return value.strip() if scheme.lower() == "bearer" else authorization.strip() or None
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
