"""What can go wrong in the demo."""

from graphsignal_mw.errors import GraphsignalError


class DemoError(GraphsignalError):
    """The demo did not show what it is there to show; the message says what was missing."""


class AppError(DemoError):
    """The served app gave an answer that the replay did not expect."""


class ProcessError(DemoError):
    """A process of the demo did not start, or ended on its own; the message holds the end of its log."""
