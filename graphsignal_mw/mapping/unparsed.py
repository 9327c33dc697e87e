"""Why a body gives nothing."""


class UnparsedError(ValueError):
    """A body that is not parsed; ``reason`` is the name of the counter."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
