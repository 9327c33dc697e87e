"""The store: tables, queries, compaction, migrations. SQL is nowhere else."""

from graphsignal_mw.store.audit import AuditEntry
from graphsignal_mw.store.deltas import Upload
from graphsignal_mw.store.deployments import Aliases, Deployment
from graphsignal_mw.store.faults import StorageError, StorageFullError
from graphsignal_mw.store.issues import ACTIONS, CLOCK, STATES, Issue, IssueEvent
from graphsignal_mw.store.keys import SCOPES, KeyInfo, allows, digest_of
from graphsignal_mw.store.markers import Marker
from graphsignal_mw.store.migrate import revisions
from graphsignal_mw.store.names import check_name
from graphsignal_mw.store.outlines import Track
from graphsignal_mw.store.plain import plain
from graphsignal_mw.store.quotas import WHOLE_PROJECT, Quota
from graphsignal_mw.store.sessions import SESSION_COOKIE, SESSION_SECONDS, Session
from graphsignal_mw.store.store import Store
from graphsignal_mw.store.traffic import Totals

__all__ = [
    "ACTIONS",
    "CLOCK",
    "SCOPES",
    "SESSION_COOKIE",
    "SESSION_SECONDS",
    "STATES",
    "WHOLE_PROJECT",
    "Aliases",
    "AuditEntry",
    "Deployment",
    "Issue",
    "IssueEvent",
    "KeyInfo",
    "Marker",
    "Quota",
    "Session",
    "StorageError",
    "StorageFullError",
    "Store",
    "Totals",
    "Track",
    "Upload",
    "allows",
    "check_name",
    "digest_of",
    "plain",
    "revisions",
]
