"""Delivery: from the capture queue to the collector, through a spool that survives both."""

from graphsignal_mw.delivery.deadline import Deadline
from graphsignal_mw.delivery.frames import Body
from graphsignal_mw.delivery.http import HttpSink
from graphsignal_mw.delivery.outbox import Outbox
from graphsignal_mw.delivery.queue import CaptureQueue
from graphsignal_mw.delivery.sink import Answer, Sink
from graphsignal_mw.delivery.split import to_bodies
from graphsignal_mw.delivery.spool import Spool
from graphsignal_mw.delivery.uploader import Uploader

__all__ = ["Answer", "Body", "CaptureQueue", "Deadline", "HttpSink", "Outbox", "Sink", "Spool", "Uploader", "to_bodies"]
