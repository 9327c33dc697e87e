"""Uploads as processes send them: 50 columns, of few or of many rows."""

import numpy as np

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, encode, stats_to_part

DAY = 86400
SMALL, LARGE = 59, 3000  # rows: uploads of about 19 KB, and the 50-column upload of the issue


def stats_of(rows, seed=0, columns=50):
    """Statistics of a window: ``columns`` of which every tenth holds words, and one prediction."""
    generator = np.random.default_rng(seed)
    stats = WindowStats(significant_digits=4)
    stats.counters.update({"requests": rows, "predictions": rows})
    stats.latency.update(generator.lognormal(-4, 0.5, rows))
    words = [f"value{i}" for i in range(40)]
    stats.features.update(
        {
            f"f{i:02d}": generator.choice(words, rows).tolist() if i % 10 == 9 else generator.lognormal(0, 1, rows)
            for i in range(columns)
        }
    )
    stats.predictions.update({"score": generator.uniform(size=rows)})
    return stats


def bodies(rows, count, *, deployments=5, processes=40, sent_at):
    """Yield the bodies of ``count`` uploads: of the last week, a window of each of some ``processes`` at a time."""
    made = [stats_of(rows, seed) for seed in range(8)]
    start = int(sent_at - 7 * DAY) // 300 * 300
    for number in range(count):
        process, seq = number % processes, number // processes
        part = stats_to_part(f"model{process % deployments}", "v1", start + 300 * seq, made[number % len(made)])
        yield encode(Envelope(SCHEMA_VERSION, f"bench-{process:04d}", seq, sent_at, 300, [part]))
