"""The store: tables, queries, compaction, migrations. SQL is nowhere else."""

from graphsignal_mw.store.audit import AuditEntry
from graphsignal_mw.store.deployments import Deployment
from graphsignal_mw.store.faults import StorageError, StorageFullError
from graphsignal_mw.store.issues import ACTIONS, STATES, Issue, IssueEvent
from graphsignal_mw.store.keys import SCOPES, KeyInfo
from graphsignal_mw.store.markers import Marker
from graphsignal_mw.store.migrate import revisions
from graphsignal_mw.store.plain import plain
from graphsignal_mw.store.store import Store
from graphsignal_mw.store.traffic import Totals

__all__ = [
    "ACTIONS",
    "SCOPES",
    "STATES",
    "AuditEntry",
    "Deployment",
    "Issue",
    "IssueEvent",
    "KeyInfo",
    "Marker",
    "StorageError",
    "StorageFullError",
    "Store",
    "Totals",
    "plain",
    "revisions",
]
