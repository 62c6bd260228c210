"""How models have been doing: the last calls count, and only those."""

from uuid import uuid4

from backend.policy.choose import Health
from backend.policy.health import MEMORY, REMEMBERED, HealthBook
from backend.providers.circuits import CircuitState


def test_an_unknown_model_has_no_entry_and_counts_as_healthy() -> None:
    assert HealthBook().get("new") is None


def test_uptime_is_the_share_of_the_last_calls_answered() -> None:
    book = HealthBook()
    for answered in (True, False, True, True):
        book.record("m", answered=answered)
    assert book["m"].uptime == 0.75


def test_old_calls_are_forgotten() -> None:
    book = HealthBook()
    for _ in range(REMEMBERED):
        book.record("m", answered=False)
    assert book["m"].uptime == 0
    for _ in range(REMEMBERED):
        book.record("m", answered=True)
    assert book["m"].uptime == 1


def test_a_model_that_failed_and_is_not_called_gets_another_chance() -> None:
    now = 0.0
    book = HealthBook(lambda: now)
    book.record("failed", answered=False)
    now = MEMORY - 1
    book.record("busy", answered=False)
    assert book.forget_idle() == []
    now = MEMORY
    assert book.forget_idle() == ["failed"]
    assert ("failed" in book, "busy" in book) == (False, True)


def test_an_endpoint_in_order_has_no_entry() -> None:
    book, endpoint_id = HealthBook(), uuid4()
    book.endpoint(endpoint_id, 0.0, CircuitState.OPEN, "because", 3.0)
    assert book[endpoint_id] == Health(0.0, CircuitState.OPEN, "because", 3.0)
    book.endpoint(endpoint_id, 0.9, CircuitState.CLOSED, "", 0.0)
    assert book[endpoint_id].uptime == 0.9
    book.endpoint(endpoint_id, 1.0, CircuitState.CLOSED, "", 0.0)
    assert endpoint_id not in book


def test_models_do_not_share_a_record() -> None:
    book = HealthBook()
    book.record("a", answered=False)
    book.record("b", answered=True)
    assert (book["a"].uptime, book["b"].uptime) == (0, 1)
