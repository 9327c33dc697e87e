"""Bounded dimensions: how many deployments and versions one process keeps apart."""

from collections import defaultdict

MAX_DEPLOYMENTS = 100
MAX_VERSIONS = 10
OTHER = "other"
_DAY = 86_400
_REMEMBERED = 1000  # days, of all deployments


class Limits:
    """Remembers names, and joins those beyond the bound under ``other``."""

    def __init__(self) -> None:
        self._deployments: set[str] = set()
        self._versions: defaultdict[tuple[str, int], set[str]] = defaultdict(set)

    def __contains__(self, name: object) -> bool:
        """Whether the deployment ``name`` has been seen."""
        return name in self._deployments

    def deployment(self, name: str) -> str | None:
        """Return ``name``, or None for one deployment too many in this process."""
        if name in self._deployments:
            return name
        if len(self._deployments) >= MAX_DEPLOYMENTS:
            return None
        self._deployments.add(name)
        return name

    def version(self, deployment: str, version: str, timestamp: float) -> str:
        """Return ``version``, or ``other`` for one version too many of that deployment and day."""
        known = self._versions[deployment, int(timestamp // _DAY)]
        if len(self._versions) > _REMEMBERED:
            del self._versions[next(iter(self._versions))]
        if version in known or len(known) < MAX_VERSIONS:
            known.add(version)
            return version
        return OTHER
