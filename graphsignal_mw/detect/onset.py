"""Since when: the step at which a deviation began, inside or shortly before the window that was flagged."""

import numpy as np

from graphsignal_mw.detect.findings import Finding
from graphsignal_mw.detect.trace import Trace

_LOOK_BACK = 3  # steps: a small window is confirmed by one of the two before it


def onset_of(finding: Finding, finest: Trace) -> int:
    """Return the step since which the mean of the deviation is nearest to the effect.

    The change point of a one-sided CUSUM (Page 1954) with half the effect as allowance: where the sum of what lies
    beyond the allowance, counted back from the end, is largest. ``finest`` are the tests of single steps.
    """
    first = finding.end + 1 - max(finding.scale, _LOOK_BACK)
    inside = (finest.ends >= first) & (finest.ends <= finding.end)
    steps = finest.ends[inside]
    if not len(steps):
        return finding.start
    along = np.sign(finding.effect) * finest.deviation[inside, finding.index]
    beyond = finest.rows[inside, finding.index] * (along - abs(finding.effect) / 2)
    sums = np.cumsum(beyond[::-1])[::-1]
    return int(steps[int(np.argmax(sums))]) if sums.max() > 0 else finding.start
