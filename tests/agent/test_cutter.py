import itertools

from graphsignal_mw.agent import cutter
from graphsignal_mw.agent.items import Logged
from graphsignal_mw.delivery import to_bodies
from graphsignal_mw.records import Prediction
from graphsignal_mw.window import Pause


def test_a_checkpoint_pauses_before_it_encodes_and_before_it_writes(make, monkeypatch):
    """Each takes longer than any other piece of work."""
    pipeline, done, seconds = make().pipeline, [], itertools.count()
    pipeline.windows.pause = Pause(lambda: next(seconds), lambda _: done.append("pause"))
    pipeline.intake.take([Logged("model", {}, Prediction({}, {"y": 1}))])

    def noting(name, work):
        return lambda *given, **named: (done.append(name), work(*given, **named))[1]

    look = pipeline.windows.peek
    monkeypatch.setattr(pipeline.windows, "peek", lambda: (look(), done.append("look"))[0])
    monkeypatch.setattr(cutter, "to_bodies", noting("encode", to_bodies))
    monkeypatch.setattr(pipeline.outbox, "checkpoint", noting("write", pipeline.outbox.checkpoint))
    pipeline.checkpoint()
    assert done[-5:] == ["look", "pause", "encode", "pause", "write"]


def test_what_was_refused_is_told_to_the_collector_with_the_next_delta(make, server, caplog):
    agent = make(server.url)
    session = agent.session("model")
    server.answers.append((422, {}))
    for _ in range(7):
        session.log_prediction([1], 1)
    assert agent.flush(30)
    assert (agent.stats()["refused"], server.total()) == (1, 0)
    session.log_prediction([1], 1)
    assert agent.flush(30)
    assert (server.total(), server.total("dropped.refused")) == (1, 7)
    session.log_prediction([1], 1)
    assert agent.flush(30)
    assert server.total("dropped.refused") == 7
