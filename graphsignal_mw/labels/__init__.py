"""The label join, opt-in: a label that bears only a ``prediction_id`` finds its prediction, on this host.

What a label is compared with is kept in one bounded SQLite table a host, shared by its processes, until the label
comes or ``join_hours`` have passed. Nothing of it is uploaded but the metrics that the pairs give. Work is done on the
background thread; a table that is locked, full or read-only costs labels, counted, and nothing else.
"""

from graphsignal_mw.labels.join import Join, Settled
from graphsignal_mw.labels.remembered import Remembered, remember
from graphsignal_mw.labels.table import PredictionTable

__all__ = ["Join", "PredictionTable", "Remembered", "Settled", "remember"]
