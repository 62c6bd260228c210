"""What the chat says: route lines, trouble, locked families, what is read out."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

import pytest
from msgspec.structs import replace

from frontend.components import meter, new_password
from frontend.components.announcer import outcome
from frontend.components.picker import locked_sentence
from frontend.components.route_line import facts, why
from frontend.components.text import literal
from frontend.components.trouble import incomplete, out_of_credits, paused, refused
from frontend.memory import ChatMemory, Refusal
from shared.chat import ChatRequest, NewMessage
from shared.errors import ErrorBody, ErrorCode
from shared.messages import Message, MessageState
from tests.frontend.samples import ASSISTANTS, answer, person

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def told(state: MessageState = MessageState.COMPLETE, **changes: object) -> Message:
    return replace(answer(uuid4(), "text", state), **changes)


def test_the_route_line_says_who_answered_and_what_it_cost() -> None:
    assert facts(told()) == "Code assistant · Sonnet · 0.42 credits"
    assert facts(told(model="vendor/sonnet", model_name="Sonnet 5")) == "Code assistant · Sonnet 5 · 0.42 credits"
    assert facts(told(MessageState.CANCELLED)) == "Stopped · Code assistant · Sonnet · 0.42 credits"
    assert facts(told(estimated=True)) == "Code assistant · Sonnet · about 0.42 credits"
    assert facts(told(credits=Decimal(0))) == "Code assistant · Sonnet · not charged"
    assert facts(told(assistant_name=None, model=None, credits=None)) == ""


def test_why_escapes_what_it_is_told_and_leaves_out_what_is_not_known() -> None:
    html = why(told(reasons=["<b>x</b>"], prompt_tokens=None, latency_ms=None))
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "Read" not in html
    assert "It took" not in html
    assert "How this answer came about" in why(told(assistant_name=None, model=None))


@pytest.mark.parametrize(
    ("code", "tone", "title"),
    [
        (ErrorCode.RISK_BLOCKED, "bad", "Not sent"),
        (ErrorCode.CONTENT_FILTERED, "bad", "Not sent"),
        (ErrorCode.RATE_LIMITED, "warn", "Too many requests"),
        (ErrorCode.TOO_MANY_CHATS, "warn", "Too many requests"),
        (ErrorCode.SPENDING_CAP, "warn", "A spending limit is reached"),
        (ErrorCode.NO_ROUTE, "bad", "This could not be answered"),
        (ErrorCode.INTERNAL, "bad", "This could not be answered"),
    ],
)
def test_a_refusal_says_what_happened_and_that_nothing_was_charged(code: ErrorCode, tone: str, title: str) -> None:
    trouble = refused(ErrorBody(code=code, message="It is so."))
    assert (trouble.tone, trouble.title, trouble.text) == (tone, title, "It is so. Not charged.")


@pytest.mark.parametrize(
    ("until", "cause", "title", "why"),
    [
        ("2026-11-21T14:30:00Z", "blocked", "Paused until 15:30", "Several prompts were blocked by a safety rule."),
        ("2026-11-21T23:30:00Z", "costly", "Paused until 22 Nov 2026, 00:30", "Many costly requests came in"),
        ("2026-11-25T10:00:00Z", "admin", "Paused until 25 Nov 2026, 11:00", "An administrator decided so."),
    ],
)
def test_a_pause_says_until_when_on_the_readers_clock_why_and_whom_to_ask(
    until: str, cause: str, title: str, why: str
) -> None:
    error = ErrorBody(code=ErrorCode.PAUSED, message="Paused.", details={"until": until, "cause": cause})
    trouble = paused(error, NOW, timezone(timedelta(hours=1)))
    assert (trouble.tone, trouble.title) == ("bad", title)
    assert trouble.text.startswith(why)
    assert "not charged" in trouble.text
    assert trouble.text.endswith("sk your administrator.")


def test_a_broken_answer_says_what_was_charged() -> None:
    broken = told(MessageState.INTERRUPTED, credits=Decimal("0.03"))
    assert incomplete(broken, None).text.endswith("You were charged 0.03 credits for the part shown.")
    assert incomplete(told(MessageState.INTERRUPTED, credits=Decimal(0)), None).text.endswith("Not charged.")
    body = ErrorBody(code=ErrorCode.PROVIDER_TIMEOUT, message="The model fell silent.")
    assert incomplete(broken, body).text.startswith("The model fell silent.")


def test_used_up_credits_name_the_day_of_the_next_ones() -> None:
    trouble = out_of_credits(person("Otto", balance="0"))
    assert trouble.title == "No credits left until 1 December"
    assert "all 1,000 credits of the Starter plan" in trouble.text


def test_locked_families_make_one_sentence() -> None:
    assert locked_sentence(ASSISTANTS) == "Reasoning needs the Pro plan, Images the Team plan."
    assert locked_sentence(ASSISTANTS[:3]) == ""
    assert locked_sentence([replace(ASSISTANTS[6], plan=None)]) == "Not in your plan: Reasoning."


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (MessageState.STREAMING, "Answer started"),
        (MessageState.COMPLETE, "Answer complete, 0.42 credits"),
        (MessageState.CANCELLED, "Answer stopped"),
        (MessageState.INTERRUPTED, "Answer incomplete"),
    ],
)
def test_the_end_of_an_answer_is_read_out(state: MessageState, said: str) -> None:
    assert outcome(told(state)) == said


@pytest.mark.parametrize(
    ("left", "granted", "percent"),
    [
        ("0", "1000", 0),
        ("-3", "1000", 0),
        ("0.5", "1000", 1),
        ("412.4", "1000", 41),
        ("1500", "1000", 100),
        ("5", "0", 100),
    ],
)
def test_the_meter_is_empty_only_when_nothing_is_left(left: str, granted: str, percent: int) -> None:
    assert meter.share(Decimal(left), Decimal(granted)) == percent


@pytest.mark.parametrize(
    ("left", "shown"), [("999.98", "999.9"), ("1000", "1000"), ("0.059", "0.05"), ("100", "100"), ("99.999", "99.99")]
)
def test_the_meter_never_shows_more_than_there_is(left: str, shown: str) -> None:
    assert meter.rounded_down(Decimal(left)) == Decimal(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a *b* [c](d) :red[e] $5 ![f](g)", r"a \*b\* \[c\]\(d\) \:red\[e\] \$5 \!\[f\]\(g\)"),
        ("two\nlines  here", "two lines here"),
        ("Grüße", "Grüße"),
    ],
)
def test_literal_text_draws_nothing(text: str, shown: str) -> None:
    assert literal(text) == shown


def test_a_new_password_is_long_enough_and_typed_twice_the_same() -> None:
    assert new_password.problem("short", "short") == "A password needs at least 10 characters."
    assert new_password.problem("long enough 1", "long enough 2") == "The two passwords differ."
    assert new_password.problem("long enough 1", "long enough 1") is None


def test_a_refused_prompt_is_ready_when_its_seconds_are_over() -> None:
    body = ErrorBody(code=ErrorCode.RATE_LIMITED, message="Wait.", retry_after=18)
    refusal = Refusal(ChatRequest(message=NewMessage(content="x")), body, NOW)
    assert [refusal.ready_in(NOW + timedelta(seconds=passed)) for passed in (0, 0.5, 17.1, 18, 60)] == [18, 18, 1, 0, 0]


def test_memory_gives_a_request_out_once_and_forgets_what_hung_on_the_last_conversation() -> None:
    memory, request, first = ChatMemory(), ChatRequest(message=NewMessage(content="x")), uuid4()
    memory.refuse(request, ErrorBody(code=ErrorCode.NO_ROUTE, message="No."))
    memory.ask(request)
    assert memory.refusal is None
    assert (memory.take_request(), memory.take_request()) == (request, None)
    memory.assistants[None] = "code"
    memory.settle(first)
    assert memory.assistants == {first: "code"}
    memory.assistants[None], memory.editing = "data", uuid4()
    memory.turn_to(None)
    assert (memory.assistants, memory.editing) == ({first: "code"}, None)
