"""Requests whose bodies came in one piece are queued with little ado, but not where that could cost too much."""

import time

from graphsignal_mw.middleware.body import Body

from .traffic import Captured, mapper, request
from .waiting import wait_for


def captured(name, **fields):
    return Captured(request(mapper(deployment=name), started_at=time.time(), **fields))


def working(agent):
    """The agent's pipeline, once its background thread has taken what waited."""
    wait_for(lambda: not len(agent.pipeline.queue) and agent.pipeline.windows)
    return agent.pipeline


def gathered(size):
    body = Body(size)
    body.add(b" " * size, last=True)
    return body


def test_what_was_gathered_counts_among_the_bytes_that_wait(make):
    agent = make()
    agent.submit(captured("model"))
    pipeline = working(agent)
    for _ in range(20):
        capture = captured("model", request_body=b" " * 300_000)
        capture.request = gathered(300_000)
        agent.submit(capture)
        if pipeline.queue.bytes >= 300_000:  # or the background thread was faster
            return
    raise AssertionError


def test_bodies_are_sampled_where_the_share_is_spent_though_few_wait(make, server):
    agent = make(server.url, max_cpu_share=0.00001)
    agent.submit(captured("model"))
    pipeline = working(agent)
    wait_for(lambda: pipeline.governor.keep < 0.5)
    for _ in range(10):
        for _ in range(50):
            agent.submit(captured("model"))
        working(agent)
    assert agent.flush(30)
    assert server.total("requests") == 501
    assert server.total("sampled") > 300
