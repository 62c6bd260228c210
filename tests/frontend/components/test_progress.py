"""An answer as it grows."""

from decimal import Decimal
from uuid import uuid4

from frontend.components.progress import Progress
from shared.chat import RouteView, UsageFigures
from shared.errors import ErrorBody, ErrorCode
from shared.events import Accepted, ChatEvent, Delta, Done, Restart
from shared.messages import FinishReason
from tests.frontend.fake_api import check

ACCEPTED = Accepted(request_id=uuid4(), conversation_id=uuid4(), message_id=uuid4())
ROUTE = RouteView(
    assistant="Code",
    model="vendor/sonnet",
    model_name="Sonnet",
    reasons=[],
    attempt=1,
    max_tokens=10,
    notices=["Switched."],
)
USAGE = UsageFigures(
    prompt_tokens=1, completion_tokens=2, credits=Decimal("0.114"), balance=Decimal(1), final=False, estimated=False
)


def after(*events: ChatEvent) -> Progress:
    progress = Progress()
    for event in events:
        progress.take(event)
    return progress


def test_first_a_model_is_chosen_then_waited_for() -> None:
    assert after().waiting() == "Choosing a model"
    assert after(ACCEPTED, check("hello")).waiting() == "Choosing a model"
    assert after(ACCEPTED, ROUTE).waiting() == "Waiting for Sonnet"
    assert after(ROUTE, Delta(text="a")).waiting() is None


def test_the_live_line_says_who_answers_and_what_it_cost_so_far() -> None:
    assert after().line() == ":shimmer[Choosing a model]"
    assert after(ROUTE, Delta(text="a")).line() == "Code assistant · Sonnet"
    assert after(ROUTE, Delta(text="a"), USAGE).line() == "Code assistant · Sonnet · 0\\.11 credits so far"


def test_a_models_name_cannot_draw_anything_on_the_live_line() -> None:
    odd = RouteView(assistant="Code", model="x]:red[y", reasons=[], attempt=1, max_tokens=10)
    assert after(odd).line() == ":shimmer[Waiting for x\\]\\:red\\[y]"


def test_deltas_add_up_and_a_restart_begins_anew() -> None:
    assert after(Delta(text="one "), Delta(text="two")).text == "one two"
    again = after(ROUTE, Delta(text="one "), Restart(reason="The model broke off."), Delta(text="uno"))
    assert again.text == "uno"
    assert again.notices == ["Switched.", "Begun anew: The model broke off."]


def test_a_failure_is_never_text() -> None:
    failure = ErrorBody(code=ErrorCode.INTERRUPTED, message="The model broke off.")
    progress = after(ACCEPTED, ROUTE, Delta(text="half"), failure)
    assert (progress.text, progress.failure, progress.done) == ("half", failure, None)


def test_the_end_is_noted() -> None:
    done = Done(finish_reason=FinishReason.STOP, model="Sonnet", latency_ms=1, first_token_ms=None)
    assert after(done).done is done
