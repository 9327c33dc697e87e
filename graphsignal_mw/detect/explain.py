"""What an issue says: plain sentences with a cause."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from graphsignal_mw.detect.baseline import Baseline
from graphsignal_mw.detect.findings import Finding
from graphsignal_mw.detect.life import Episode
from graphsignal_mw.detect.pooled import Pooled
from graphsignal_mw.detect.reference import OTHER
from graphsignal_mw.detect.scene import Measured, Scene
from graphsignal_mw.detect.units import explain_shift
from graphsignal_mw.stats import Column
from graphsignal_mw.stats.facets import is_facet

_QUARTILES = (0.1, 0.5, 0.9)
_NAMED = 3
_KINDS = {"number": "numbers", "string": "strings", "boolean": "booleans", "other": "lists or objects"}


def explain(finding: Finding, measured: Measured, episode: Episode, scene: Scene) -> str:
    """Return what is the matter with the subject of a finding, as a predicate: "is missing in 34 % of rows, ..."."""
    what = finding.series.what
    if what in {"location", "spread", "share"}:
        return _explain_shift(finding, measured, episode, scene)
    if what == "new":
        return _explain_new(measured, scene.sketched(finding, episode), scene.before(finding))
    if what == "exceptions":
        return _explain_exceptions(measured, scene.exceptions(episode))
    return _explain_rate(finding, measured)


def since(episode: Episode, rows: int, scene: Scene) -> str:
    """Return since when, from how many rows, and compared with what."""
    start, end = (moment_text(moment) for moment in scene.span(episode))
    when = f"Since {start}" if episode.resolved is None else f"From {start} to {end}"
    days = scene.days_before(episode)
    return f"{when}, {rows:,} rows; compared with the same hours of the {days} day{'s' * (days != 1)} before."


def moment_text(moment: int) -> str:
    """Return a moment (Unix seconds) as people read it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%-d %b %Y %H:%M UTC")


def percent(share: float) -> str:
    """Return a share as a percentage that still tells small ones apart."""
    value = 100 * share
    if value <= 0 or value >= 99.95:
        return f"{max(value, 0):.0f} %"
    return f"{value:.0f} %" if value >= 10 else f"{value:.2g} %"


def is_constant(columns: Sequence[Column]) -> bool:
    """Whether all numbers of some windows are the same."""
    moments = [column.moments for column in columns if column.moments.n]
    values = {value for m in moments for value in (m.minimum, m.maximum)}
    return sum(m.n for m in moments) >= 10 and len(values) == 1


def _explain_rate(finding: Finding, measured: Measured) -> str:
    observed, expected = percent(measured.observed), percent(measured.expected)
    what, label = finding.series.what, finding.series.label
    if what == "missing" and measured.observed > 0.9995:
        return f"is missing in every row; expected {expected}"
    if what == "error":
        return f"mean absolute error is {measured.observed:.4g}; expected {measured.expected:.4g}"
    said = {
        "missing": f"is missing in {observed} of the rows",
        "type": f"has {observed} {_KINDS.get(label, label)} among its values",
        "rejected": f"{observed} of the requests are rejected (4xx)",
        "accuracy": f"accuracy is {observed}",
    }
    return f"{said[what]}; expected {expected}"


def _explain_exceptions(measured: Measured, kinds: Counter[str]) -> str:
    named = ", ".join(f"{name} ({count})" for name, count in kinds.most_common(_NAMED))
    ending = f": {named}" if named else ""
    return f"{percent(measured.observed)} of the requests fail; expected {percent(measured.expected)}{ending}"


def _explain_new(measured: Measured, columns: Sequence[Column], before: Baseline) -> str:
    found: Counter[str] = Counter()
    for column in columns:
        found.update({value: n for value, n in column.frequent.counts.items() if value not in before.names})
    named = ", ".join(repr(value) for value, _ in found.most_common(_NAMED))
    ending = f": {named}" + (" and more" if len(found) > _NAMED else "") if found else ""
    return f"has values never seen before in {percent(measured.observed)} of the rows{ending}"


def _explain_shift(finding: Finding, measured: Measured, episode: Episode, scene: Scene) -> str:
    columns, before = scene.columns(finding, episode), scene.before(finding)
    if is_constant(columns):
        return _explain_constant(columns, before)
    if before.texts > before.numbers.n:
        return _explain_category(finding, measured)
    now = Pooled.of([column.quantiles for column in scene.sketched(finding, episode)])
    return _explain_numbers(columns, before, now, has_unit=not is_facet(finding.subject.column))


def _explain_constant(columns: Sequence[Column], before: Baseline) -> str:
    value = next(column.moments.maximum for column in columns if column.moments.n)
    low, high = before.numbers.quantiles((0.0, 1.0))
    return f"is always {value:.6g}; it was between {low:.4g} and {high:.4g}"


def _explain_category(finding: Finding, measured: Measured) -> str:
    label = "other values" if finding.series.label == OTHER else repr(finding.series.label)
    if measured.observed < 0.02 * measured.expected:
        return f"has lost {label}; expected in {percent(measured.expected)} of the rows"
    return f"has {label} in {percent(measured.observed)} of the rows; expected {percent(measured.expected)}"


def _explain_numbers(columns: Sequence[Column], before: Baseline, now: Pooled, *, has_unit: bool) -> str:
    old, new = before.numbers.quantiles(_QUARTILES), now.quantiles(_QUARTILES)
    moved = f"median {old[1]:.4g} → {new[1]:.4g}"
    explained = explain_shift(before.numbers, now) if has_unit else None
    if explained is not None:
        part = "" if explained.share > 0.9 else f" in about {percent(round(20 * explained.share) / 20)} of the rows"
        return f"looks {explained.conversion.text}{part}; {moved}"
    zeros = sum(column.zeros for column in columns) / max(sum(column.moments.n for column in columns), 1)
    zeros_before = float(np.diff(before.numbers.cdf([np.nextafter(0.0, -1.0), 0.0]))[0])
    if zeros > zeros_before + 0.1:
        return f"is 0 in {percent(zeros)} of the rows; before in {percent(zeros_before)}"
    return f"has shifted: {moved}, 80 % between {new[0]:.4g} and {new[2]:.4g}; before {old[0]:.4g} and {old[2]:.4g}"
