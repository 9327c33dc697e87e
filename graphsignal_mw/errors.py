"""One tree of exceptions: everything that graphsignal_mw raises on purpose."""

from collections.abc import Sequence


class GraphsignalError(Exception):
    """Root of all errors of this package."""


class ConfigError(GraphsignalError, ValueError):
    """A configuration that cannot work; names every problem at once.

    ``problems`` holds one line each: where, key, value, what was expected.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class NotConfiguredError(GraphsignalError, RuntimeError):
    """``graphsignal.session()`` was called before ``graphsignal.configure()``."""


class MissingExtraError(GraphsignalError, ImportError):
    """An optional dependency is not installed; the message names the pip line."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs more packages: pip install 'graphsignal-mw[{extra}]'")


class WireError(GraphsignalError, ValueError):
    """Bytes that are not a valid delta; ``status`` is the HTTP status that says why (413, 415, 422)."""

    def __init__(self, message: str, status: int = 422) -> None:
        self.status = status
        super().__init__(message)


class SpoolError(GraphsignalError, OSError):
    """The spool cannot be written: read-only or full disk, missing rights."""


class UnknownNameError(GraphsignalError, LookupError):
    """A deployment, column, issue or key that the store does not hold."""


class InvalidNameError(GraphsignalError, ValueError):
    """A name that no deployment may have."""


class NameTakenError(InvalidNameError):
    """A name that another deployment has, or had."""
