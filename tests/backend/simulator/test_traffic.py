from backend.simulator.http import Request
from backend.simulator.traffic import KEPT_RECORDS, Traffic

REQUEST = Request(method="POST", path="/v1/chat/completions", query="", headers={}, body=b"{}")


def test_only_the_last_requests_are_kept() -> None:
    traffic = Traffic()
    for _ in range(KEPT_RECORDS + 5):
        traffic.ended(traffic.started(REQUEST, 0), complete=True, at=1)
    kept = traffic.last(10_000)
    assert len(kept) == KEPT_RECORDS
    assert kept[0].number == KEPT_RECORDS + 5
    assert traffic.figures().received == KEPT_RECORDS + 5


def test_the_outcome_tells_who_ended_it() -> None:
    traffic = Traffic()
    complete, left, broken = (traffic.started(REQUEST, 10) for _ in range(3))
    broken.broken = True
    assert traffic.figures().running == traffic.figures().most_running == 3
    traffic.ended(complete, complete=True, at=15)
    traffic.ended(left, complete=False, at=15)
    traffic.ended(broken, complete=False, at=15)
    figures = traffic.figures()
    assert figures.by_outcome == {"complete": 1, "disconnected": 1, "broken": 1}
    assert (figures.running, figures.most_running, complete.duration_ms) == (0, 3, 5)


def test_what_runs_while_counters_are_reset_is_not_counted_afterwards() -> None:
    traffic = Traffic()
    record = traffic.started(REQUEST, 0)
    traffic.connected()
    traffic.forget()
    assert (traffic.figures().received, traffic.figures().running, traffic.figures().open_connections) == (0, 1, 1)
    traffic.ended(record, complete=True, at=1)
    assert (traffic.figures().running, traffic.figures().by_outcome) == (0, {})
