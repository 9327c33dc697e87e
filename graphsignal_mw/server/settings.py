"""How the collector runs."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphsignal_mw import collector
from graphsignal_mw.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """How the collector runs. Without ``database_url`` it keeps a SQLite file in ``data_dir``.

    ``detect_every`` is seconds. ``project`` is the one of the dashboard and of callers without a key, who are
    accepted from this machine only, and not at all with ``require_key``. The keys of the first start are
    announced, or written to ``key_file``. With ``tls_cert`` and ``tls_key`` (PEM files) it speaks HTTPS.
    ``rate_limit`` is requests a second for each key, 0 for any number. A proxy at ``trusted_proxies`` names
    people in ``user_header`` and their role in ``role_header``; without a role they have ``default_role``.
    ``heartbeat_url`` is called every minute while all is well.

    Raises:
        ConfigError: naming every wrong value.

    """

    host: str = "127.0.0.1"
    port: int = 8900
    data_dir: Path = Path("graphsignal-mw-data")
    database_url: str | None = None
    detect_every: float = 60.0
    project: str = "default"
    require_key: bool = False
    key_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    rate_limit: float = 100.0
    user_header: str | None = None
    role_header: str | None = None
    default_role: str = "view"
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    json_logs: bool = False
    heartbeat_url: str | None = None

    def __post_init__(self) -> None:
        checks = (
            ("port", self.port, 0 <= self.port <= 65535, "0 to 65535"),
            ("detect_every", self.detect_every, 0 < self.detect_every <= 86400, "seconds, at most 86400"),
            ("project", self.project, bool(self.project), "a name"),
            ("rate_limit", self.rate_limit, 0 <= self.rate_limit <= 1e6, "requests a second, 0 for any number"),
            ("default_role", self.default_role, self.default_role in collector.ROLES, ", ".join(collector.ROLES)),
            ("role_header", self.role_header, bool(self.user_header or not self.role_header), "a user_header too"),
            *(("trusted_proxies", each, is_network(each), "addresses or networks") for each in self.trusted_proxies),
            ("heartbeat_url", "(not shown)", is_web_address(self.heartbeat_url), "an address of http or https"),
            *_tls_checks(self.tls_cert, self.tls_key),
        )
        problems = [f"{key}: {value!r}; expected {expected}" for key, value, right, expected in checks if not right]
        if problems:
            raise ConfigError(problems)

    @property
    def target(self) -> str:
        """What :meth:`Store.open` is given."""
        return self.database_url or str(self.data_dir)

    @property
    def shown_target(self) -> str:
        """The same for people: without a password."""
        return re.sub(r"://[^@/]*@", "://***@", self.target)

    @property
    def scheme(self) -> str:
        """What the address begins with."""
        return "https" if self.tls_cert else "http"

    @property
    def proxy(self) -> collector.TrustedProxy | None:
        """The proxy that names people, or None."""
        if not self.user_header:
            return None
        return collector.TrustedProxy(
            user_header=self.user_header,
            role_header=self.role_header,
            role=self.default_role,
            addresses=self.trusted_proxies,
        )


def is_web_address(text: str | None) -> bool:
    """Whether ``text`` is an address of HTTP, or nothing."""
    return not text or text.startswith(("http://", "https://"))


def is_network(text: str) -> bool:
    """Whether ``text`` is an address, or a network such as 10.0.0.0/8."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _tls_checks(cert: Path | None, key: Path | None) -> Iterator[tuple[str, Path | None, bool, str]]:
    if cert is None and key is None:
        return
    yield "tls_cert", cert, cert is not None and cert.is_file(), "a PEM file, with tls_key"
    yield "tls_key", key, key is not None and key.is_file(), "a PEM file, with tls_cert"
