"""Who asks: a key, a person who signed in, or (without either) somebody on this machine."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlsplit

from graphsignal_mw.collector.known_keys import KnownKeys
from graphsignal_mw.collector.limits import RateLimit
from graphsignal_mw.collector.people import TrustedProxy, address_of, form_token, session_token
from graphsignal_mw.collector.problems import Problem
from graphsignal_mw.collector.projects import ANY
from graphsignal_mw.store import KeyInfo, Store, allows

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+))(?::\d*)?", re.ASCII)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_BEARER = 'Bearer realm="graphsignal_mw"'
_BASIC = 'Basic realm="graphsignal_mw", charset="UTF-8"'

_MISSING = (
    "Authorization: missing; expected 'Bearer <key>', or the key as a password. "
    "Without one, only this machine may be answered, at localhost, 127.0.0.1 or [::1] and through no proxy."
)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, for which project, and what is allowed there. A person who signed in has a token that forms carry.

    ``roles`` are the scopes in each project that may be asked for, for those to whom not only one is open.
    """

    project: str
    name: str
    scopes: tuple[str, ...]
    form_token: str | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def needs(self, *scopes: str) -> None:
        """Raise a problem of status 403 without one of ``scopes``; edit has read, admin has all."""
        if not any(allows(self.scopes, scope) for scope in scopes):
            raise Problem(403, f"scope: this key has {', '.join(self.scopes)}; expected {' or '.join(scopes)}")


@dataclass(frozen=True, kw_only=True)
class Gatekeeper:
    """Finds the caller. Without ``require_key``, who is on this machine needs no key and is of ``project``.

    With ``proxy`` everybody comes through it, so this machine alone is no reason to be answered.
    """

    store: Store
    project: str = "default"
    require_key: bool = False
    proxy: TrustedProxy | None = None
    rate_limit: RateLimit | None = None

    @cached_property
    def keys(self) -> KnownKeys:
        """The keys that were asked about a moment ago."""
        return KnownKeys(self.store)

    def asks_store(self, headers: Mapping[str, str], project: str | None = None) -> bool:
        """Whether :meth:`identify` may block on the store, so that it should have a thread of its own."""
        secret = _secret(headers.get("authorization", ""))
        known = self.keys.recall(secret) is not None if secret is not None else session_token(headers) is None
        return project is not None or not known

    def identify(self, headers: Mapping[str, str], peer: str | None, project: str | None = None) -> Caller:
        """Return who sent ``headers`` (names in lower case) from ``peer``, for ``project`` or else the caller's own.

        Blocks on the store where :meth:`asks_store` says so.

        Raises:
            Problem: 401 without a valid key, 404 for a project that is not the caller's, 429 for one too often.

        """
        caller = self._identify(headers, peer)
        return caller if project in {None, caller.project} else self._within(caller, str(project))

    def _within(self, caller: Caller, project: str) -> Caller:
        scopes = caller.roles.get(project)
        if scopes is None and ANY in caller.roles and project in self.store.projects():
            scopes = caller.roles[ANY]
        if scopes is None:
            raise Problem(404, f"project: {project!r}; there is none of that name for {caller.name!r}")
        return replace(caller, project=project, scopes=scopes)

    def _identify(self, headers: Mapping[str, str], peer: str | None) -> Caller:
        secret = _secret(headers.get("authorization", ""))
        if secret is not None:
            return self._owner(secret, headers)
        found = self._signed_in(headers) or self._named(headers, peer)
        if found is not None:
            return found
        if not self.require_key and self.proxy is None and is_local(headers, peer):
            return Caller(project=self.project, name="local", scopes=("admin",), roles={ANY: ("admin",)})
        raise Problem(401, _MISSING, headers=_challenge(headers))

    def _owner(self, secret: str, headers: Mapping[str, str]) -> Caller:
        info = self.keys.authenticate(secret)
        if info is None:
            detail = "Authorization: the key is unknown, revoked or expired; expected a valid key"
            raise Problem(401, detail, headers=_challenge(headers))
        return self._caller(info, info.name)

    def _signed_in(self, headers: Mapping[str, str]) -> Caller | None:
        token = session_token(headers)
        session = self.store.session(token) if token else None
        if token is None or session is None:
            return None
        return self._caller(session.key, session.actor, form_token(token))

    def _named(self, headers: Mapping[str, str], peer: str | None) -> Caller | None:
        person = self.proxy.person(headers, peer, self.project) if self.proxy is not None else None
        if person is None:
            return None
        name, roles = person
        project = next((each for each in (self.project, *roles) if each in roles and each != ANY), self.project)
        return Caller(project=project, name=name, scopes=roles.get(project) or roles[ANY], roles=roles)

    def _caller(self, key: KeyInfo, name: str, token: str | None = None) -> Caller:
        if self.rate_limit is not None:
            self.rate_limit.take(key.id)
        return Caller(project=key.project, name=name, scopes=key.scopes, form_token=token)


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
    """Return the name in a Host header, without port and brackets; empty when it is more than that."""
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower().rstrip(".") if found is not None else ""


def _is_loopback(peer: str | None) -> bool:
    address = address_of(peer)
    return address is not None and address.is_loopback


def _challenge(headers: Mapping[str, str]) -> dict[str, str]:
    # A browser would ask with a window of its own: people sign in on a page.
    is_browser = "sec-fetch-dest" in headers
    return {"WWW-Authenticate": _BEARER if is_browser else f"{_BEARER}, {_BASIC}"}


def _secret(authorization: str) -> str | None:
    """Return the key of a header: a bearer token, or the password of a browser that was asked for one."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return value.strip() if scheme.lower() == "bearer" else authorization.strip() or None
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
