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
