"""Our adapters against our simulator: every fault it knows, in every dialect, streamed and whole."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from msgspec.structs import replace

from backend.providers.calls import ChatCall, Piece, Target, TokenUsage, Turn
from backend.providers.engine import ProviderClient
from backend.providers.errors import (
    AuthRejected,
    ConnectionLost,
    ContentFiltered,
    ContextTooLong,
    Malformed,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
    TimedOut,
    Truncated,
)
from backend.providers.stream import ProviderStream
from backend.providers.transport import trusted_roots
from backend.simulator.faults.names import FaultName
from shared.messages import FinishReason, Role
from tests.contract import adapters
from tests.contract.adapters import KEY, PATIENT, Way

SHORT = 0.7

REFUSALS: dict[FaultName, type[ProviderError]] = {
    FaultName.STATUS_400: Rejected,
    FaultName.STATUS_401: AuthRejected,
    FaultName.STATUS_403: AuthRejected,
    FaultName.STATUS_404: Rejected,
    FaultName.STATUS_408: ServerFault,
    FaultName.STATUS_409: ServerFault,
    FaultName.STATUS_413: Rejected,
    FaultName.STATUS_429: RateLimited,
    FaultName.STATUS_429_DATE: RateLimited,
    FaultName.STATUS_429_BARE: RateLimited,
    FaultName.STATUS_500: ServerFault,
    FaultName.STATUS_502: ServerFault,
    FaultName.STATUS_503: ServerFault,
    FaultName.STATUS_504: ServerFault,
    FaultName.STATUS_529: ServerFault,
    FaultName.CONTEXT_LENGTH: ContextTooLong,
    FaultName.CONTENT_FILTER: ContentFiltered,
    FaultName.QUOTA: AuthRejected,
    FaultName.RESET: ConnectionLost,
    FaultName.CLOSE: ConnectionLost,
    FaultName.HTML: Malformed,
}
"""Before any text, streamed or not."""

HARMLESS = {
    FaultName.NO_FINISH,
    FaultName.USAGE_WITH_CHOICES,
    FaultName.BURST,
    FaultName.NO_DONE,
    FaultName.NEVER_ENDS,
    FaultName.DUPLICATE_FINISH,
    FaultName.COMMENTS,
    FaultName.CRLF,
    FaultName.NO_SPACE,
    FaultName.SPLIT,
    FaultName.UNFRAMED,
    FaultName.CONTENT_TYPE,
}
"""The answer comes through whole, with its usage."""

BREAKS: dict[FaultName, tuple[type[ProviderError], type[ProviderError]]] = {
    FaultName.IN_BAND_ERROR: (ServerFault, ServerFault),
    FaultName.END_EARLY: (Truncated, Truncated),
    FaultName.CUT: (ConnectionLost, ConnectionLost),
    FaultName.CUT_RESET: (ConnectionLost, ConnectionLost),
    FaultName.CUT_UNFRAMED: (Truncated, Truncated),
    FaultName.RESET_AFTER_HEADERS: (ConnectionLost, ConnectionLost),
}
"""In mid-answer: what a stream raises, and what a whole answer does."""

DELAYS = {
    FaultName.SILENT: "first_byte",
    FaultName.NO_FIRST_TOKEN: "first_token",
    FaultName.STALL: "inter_token",
}
"""The limit that a stream runs into; a whole answer runs into the total."""

OTHERS = {
    FaultName.EMPTY,
    FaultName.HUGE,
    FaultName.NO_USAGE,
    FaultName.CONTENT_FILTER_FINISH,
    FaultName.MALFORMED,
    FaultName.SLOW,
}
"""Each has a test of its own."""


UNLIKE: dict[tuple[str, FaultName], type[ProviderError]] = {
    ("gemini", FaultName.QUOTA): RateLimited,
}
"""Google says the same of a quota that is used up and of one that is only used too fast."""


class Answer(NamedTuple):
    """A stream that was read to its end."""

    text: str
    last: Piece
    usage: TokenUsage | None
    malformed: int


@pytest.fixture(scope="module")
def roots() -> ssl.SSLContext:
    return trusted_roots()


@pytest.fixture
async def client(roots: ssl.SSLContext) -> AsyncIterator[ProviderClient]:
    async with ProviderClient(tls=roots) as client:
        yield client


@pytest.fixture(params=adapters.DIALECTS, ids=str)
def target(request: pytest.FixtureRequest, simulator_url: str) -> Target:
    way: Way = request.param
    return way.target(simulator_url)


@pytest.fixture(autouse=True)
def brisk(simulator: httpx.Client) -> None:
    """Answers that are spread over several reads, but soon over."""
    simulator.post("/control", json={"pace": {"first_ms": 0, "spacing_ms": 1, "jitter": 0}}).raise_for_status()


def call(model: str) -> ChatCall:
    return ChatCall(model=model, messages=(Turn(Role.USER, "Write a table about ropes."),), max_tokens=400)


def broken(fault: FaultName | str) -> ChatCall:
    return call(f"sim-fault-{fault}")


async def hear_on(stream: ProviderStream) -> Answer:
    pieces = [await stream.read()]
    while not pieces[-1].done:
        pieces.append(await stream.read())
    usage = next((piece.usage for piece in reversed(pieces) if piece.usage is not None), None)
    return Answer("".join(piece.text for piece in pieces), pieces[-1], usage, stream.malformed)


async def first_word(client: ProviderClient, target: Target, asked: ChatCall) -> Piece:
    stream = await client.open_stream(target, asked)
    try:
        return await stream.read()
    finally:
        await stream.aclose()


async def hear(client: ProviderClient, target: Target, asked: ChatCall) -> Answer:
    stream = await client.open_stream(target, asked)
    try:
        return await hear_on(stream)
    finally:
        await stream.aclose()


async def sound(client: ProviderClient, target: Target) -> Answer:
    """What the model says when nothing is wrong."""
    return await hear(client, target, broken("burst-1"))


def test_every_fault_of_the_simulator_is_accounted_for():
    groups = [set(REFUSALS), HARMLESS, set(BREAKS), set(DELAYS), OTHERS]
    assert set().union(*groups) == set(FaultName)
    assert sum(map(len, groups)) == len(FaultName)


@pytest.mark.parametrize(("fault", "kind"), REFUSALS.items())
async def test_a_refusal_is_told_before_any_text(client, target, fault, kind):
    kind = UNLIKE.get((target.dialect, fault), kind)
    with pytest.raises(kind) as streamed:
        await first_word(client, target, broken(fault))
    with pytest.raises(kind) as whole:
        await client.complete(target, broken(fault))
    assert type(streamed.value) is type(whole.value) is kind
    assert KEY not in f"{streamed.value!r} {streamed.value.reason} {whole.value!r} {whole.value.reason}"


@pytest.mark.parametrize("fault", sorted(HARMLESS))
async def test_what_real_servers_do_costs_nothing(client, target, fault):
    if target.dialect == "gemini" and fault is FaultName.NO_FINISH:  # nothing else would tell that it is whole
        with pytest.raises(Truncated):
            await hear(client, target, broken(fault))
        return
    expected = await sound(client, target)
    heard = await hear(client, target, broken(fault))
    whole = await client.complete(target, broken(fault))
    assert heard.text == whole.text == expected.text
    assert heard.usage == whole.usage == expected.usage
    assert heard.last.finish_reason is whole.finish_reason is FinishReason.STOP


@pytest.mark.parametrize(("fault", "kinds"), BREAKS.items())
async def test_a_break_in_mid_answer_is_never_a_success(client, target, fault, kinds):
    with pytest.raises(kinds[0]):
        await hear(client, target, broken(fault))
    with pytest.raises(kinds[1]):
        await client.complete(target, broken(fault))


@pytest.mark.parametrize(("fault", "stage"), DELAYS.items())
async def test_a_delay_runs_into_its_own_limit(client, target, fault, stage):
    with pytest.raises(TimedOut) as streamed:
        await hear(client, replace(target, limits=replace(PATIENT, **{stage: SHORT})), broken(fault))
    assert streamed.value.stage == stage
    with pytest.raises(TimedOut) as whole:
        await client.complete(replace(target, limits=replace(PATIENT, total=SHORT)), broken(fault))
    assert whole.value.stage == "total"


async def test_text_before_a_break_is_kept(client, target):
    expected = await sound(client, target)
    stream = await client.open_stream(target, broken("cut-20"))
    text = ""
    while len(text) < 20:
        text += (await stream.read()).text
    with pytest.raises(ConnectionLost):
        await hear_on(stream)
    await stream.aclose()
    assert expected.text.startswith(text)


async def test_an_empty_answer_is_an_answer(client, target):
    assert (await hear(client, target, broken(FaultName.EMPTY))).text == ""
    assert (await client.complete(target, broken(FaultName.EMPTY))).text == ""


async def test_a_megabyte_in_one_frame_arrives_whole(client, target):
    heard = await hear(client, target, broken("huge-3000"))
    assert len(heard.text) > 3_000_000
    assert heard.text == (await client.complete(target, broken("huge-3000"))).text


async def test_missing_usage_is_missing_and_not_zero(client, target):
    assert (await hear(client, target, broken(FaultName.NO_USAGE))).usage is None
    assert (await client.complete(target, broken(FaultName.NO_USAGE))).usage is None


async def test_an_answer_that_the_filter_ends_says_so(client, target):
    if target.dialect == "cohere":  # it only says that something went wrong
        with pytest.raises(ServerFault):
            await hear(client, target, broken(FaultName.CONTENT_FILTER_FINISH))
        return
    heard = await hear(client, target, broken(FaultName.CONTENT_FILTER_FINISH))
    assert heard.last.finish_reason is FinishReason.CONTENT_FILTER
    assert heard.text


async def test_one_malformed_frame_is_skipped_and_counted(client, target):
    expected = await sound(client, target)
    heard = await hear(client, target, broken(FaultName.MALFORMED))
    assert (heard.text, heard.malformed) == (expected.text, 1)
    with pytest.raises(Truncated):
        await client.complete(target, broken(FaultName.MALFORMED))


async def test_a_slow_answer_comes_through_while_its_tokens_are_in_time(client, target):
    assert (await hear(client, target, broken("slow-5"))).text == (await sound(client, target)).text


@pytest.mark.parametrize(
    ("fault", "wait"), [("429-7", {7}), ("429-date-7", {6, 7, 8}), ("429-bare", {None}), ("503-3", {3})]
)
async def test_the_wait_is_what_the_provider_asks_for(client, target, fault, wait):
    with pytest.raises(ProviderError) as caught:
        await client.open_stream(target, broken(fault))
    if target.dialect == "gemini" and fault.startswith("503"):
        wait = {None}  # Google names a wait only for quotas
    assert caught.value.retry_after in wait


async def test_a_context_error_gives_both_numbers(client, target):
    with pytest.raises(ContextTooLong) as caught:
        await client.open_stream(target, broken("context-length-4096"))
    assert (caught.value.limit, caught.value.requested) == (4096, 4097)


async def test_reasoning_is_counted_but_not_shown(client, target):
    heard = await hear(client, target, call("sim-reasoning"))
    assert heard.usage is not None
    assert (heard.usage.reasoning or heard.usage.output) > 100, "Cohere counts it among the answer's tokens"
    assert heard.text == (await client.complete(target, call("sim-reasoning"))).text


async def test_the_simulator_sees_one_connection_and_no_cookie(client, target, simulator: httpx.Client):
    for _ in range(5):
        await client.complete(target, call("sim-instant"))
        await hear(client, target, call("sim-instant"))
    records = (await asyncio.to_thread(simulator.get, "/control/requests")).json()["items"]
    assert len(records) == 10
    assert {record["cookie"] for record in records} == {None}
    assert len({record["connection"] for record in records}) == 1
    assert {record["outcome"] for record in records} == {"complete"}
