"""What labels say about predictions: merged over a range, or along it."""

from graphsignal_mw.stats import Performance
from graphsignal_mw.store.database import Database
from graphsignal_mw.store.details import detail_rows, performance_of
from graphsignal_mw.store.span import Span


class Performances(Database):
    """Performance of a deployment. Ranges are half-open, in Unix seconds, of the starts of windows."""

    def performance(
        self, project: str, deployment: str, start: int, end: int, segment: str = "", version: str | None = None
    ) -> Performance | None:
        """Return the performance over a range, of all (the empty segment) or one segment; None without labels."""
        merged = Performance()
        for _, performance in self.performance_series(project, deployment, start, end, segment, version):
            merged.merge(performance)
        return merged if merged.n else None

    def performance_series(
        self, project: str, deployment: str, start: int, end: int, segment: str = "", version: str | None = None
    ) -> list[tuple[int, Performance]]:
        """Return (start of window, performance), versions merged, in the order of time."""
        merged: dict[int, Performance] = {}
        span = Span(project, deployment, start, end, version)
        with self.read() as connection:
            for bucket, _, _, data in detail_rows(connection, span, "performance", segment):
                merged.setdefault(bucket, Performance()).merge(performance_of(data))
        return sorted(merged.items())
