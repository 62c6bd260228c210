"""What holds in every dialect: the same models, the same pace, the same faults."""

from typing import Any

import pytest

from backend.simulator.faults.names import FaultName
from backend.simulator.pace import NO_DELAY
from backend.simulator.rules import Rule
from backend.simulator.site import Site
from tests.backend.simulator.client import Client, post
from tests.backend.simulator.speech import COHERE, GEMINI, OPENAI, SPEECHES, Speech

every_dialect = pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.name)


@pytest.fixture(autouse=True)
def at_once(site: Site) -> None:
    """Nobody has to wait for an answer that is not about time."""
    site.rules.add(Rule(pace=NO_DELAY))


@every_dialect
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    "fault",
    ["400", "401", "403", "404", "408", "409", "413", "429", "500", "503", "529", "context-length-99", "quota"],
)
async def test_a_refusal_has_its_status_and_a_sentence(
    client: Client, speech: Speech, fault: str, stream: bool
) -> None:
    heard = await speech.ask(client, f"sim-fault-{fault}", stream=stream)
    if fault.isdecimal():
        assert heard.status == int(fault)
    assert 400 <= heard.status < 600
    assert speech.message(heard.json)
    if fault == "context-length-99":
        assert "99" in speech.message(heard.json)
        assert "100" in speech.message(heard.json)
    assert heard.is_whole


@every_dialect
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"model": "sim-echo"}', b'{"x":' + b"[" * 100_000, b"NaN", b'{"model": "\xff"}'],
)
async def test_a_senseless_body_is_400_with_a_sentence(client: Client, speech: Speech, body: bytes) -> None:
    heard = await client.hear(
        post(speech.path("sim-echo", False), body, connection="close", **speech.headers), patience=5
    )
    assert heard.status == 400
    assert speech.message(heard.json)


@every_dialect
async def test_without_a_key_nothing_is_answered(client: Client, speech: Speech) -> None:
    headers = dict.fromkeys(speech.headers, "") | {"authorization": "", "anthropic_version": "2023-06-01"}
    request = post(
        f"/{speech.name}{speech.path('sim-echo', False)}",
        speech.body("sim-echo", "hi", False),
        connection="close",
        **headers,
    )
    heard = await client.hear(request, patience=5)
    assert heard.status == (403 if speech is GEMINI else 401)
    assert speech.message(heard.json)


@every_dialect
async def test_an_unknown_model_is_404_with_its_name(client: Client, speech: Speech) -> None:
    heard = await speech.ask(client, "gpt-17", stream=False)
    assert heard.status == 404
    assert "gpt-17" in speech.message(heard.json)


@every_dialect
@pytest.mark.parametrize("model", ["sim-embedding", "sim-image"])
async def test_a_model_of_another_trade_does_not_chat(client: Client, speech: Speech, model: str) -> None:
    assert (await speech.ask(client, model, stream=False)).status == 404


@every_dialect
async def test_streamed_and_plain_answers_say_and_cost_the_same_everywhere(client: Client, speech: Speech) -> None:
    prompt = "Explain in 60 words how rivers find the sea, ü 🌊"
    streamed = await speech.ask(client, "sim-instant", prompt)
    plain = await speech.ask(client, "sim-instant", prompt, stream=False)
    elsewhere = await OPENAI.ask(client, "sim-instant", prompt)
    texts = speech.texts(streamed.events)
    assert texts == OPENAI.texts(elsewhere.events)
    assert speech.whole(plain.json) == "".join(texts)
    assert speech.output_tokens(streamed.events) == OPENAI.output_tokens(elsewhere.events) == [len(texts)]
    assert len(speech.finishes(streamed.events)) == 1
    assert speech.terminator in streamed.body
    assert streamed.is_whole


@every_dialect
async def test_the_address_may_begin_with_the_dialects_name(client: Client, speech: Speech, site: Site) -> None:
    path = f"/{speech.name}{speech.path('sim-echo', False)}"
    request = post(path, speech.body("sim-echo", "hi", False), connection="close", **speech.headers)
    assert speech.whole((await client.hear(request, patience=5)).json) == "hi"
    assert site.traffic.last(1)[0].dialect == speech.name


@every_dialect
async def test_bench_models_say_as_many_chunks_as_their_name(client: Client, speech: Speech) -> None:
    heard = await speech.ask(client, "sim-bench-300-0")
    assert speech.texts(heard.events) == [" lorem"] * 300


@every_dialect
async def test_rules_can_be_for_one_dialect(client: Client, speech: Speech) -> None:
    await client.order(match={"dialect": speech.name}, script={"texts": ["only", " here"]})
    for other in SPEECHES:
        heard = await other.ask(client, "sim-echo", "hi")
        assert "".join(other.texts(heard.events)) == ("only here" if other is speech else "hi")


@every_dialect
@pytest.mark.parametrize(
    ("fault", "end"), [("cut", "closed"), ("cut-unframed", "closed"), ("cut-reset", "reset"), ("end-early", "closed")]
)
async def test_a_stream_is_cut_after_so_many_tokens(client: Client, speech: Speech, fault: str, end: str) -> None:
    heard = await speech.ask(client, f"sim-fault-{fault}-3")
    assert len(speech.texts(heard.events)) == 3
    assert (heard.end, speech.finishes(heard.events), speech.output_tokens(heard.events)) == (end, [], [])
    assert heard.is_whole is (fault == "end-early")


@every_dialect
async def test_a_malformed_frame_costs_no_text(client: Client, speech: Speech) -> None:
    heard, right = await speech.ask(client, "sim-fault-malformed-2"), await speech.ask(client, "sim-fault-burst-1")
    assert speech.texts(heard.events) == speech.texts(right.events)
    assert len(heard.data) == len(right.data) + 1
    assert len(heard.events) == len(right.events)


@every_dialect
async def test_an_error_within_the_stream_ends_it(client: Client, speech: Speech) -> None:
    heard = await speech.ask(client, "sim-fault-in-band-error-2")
    assert (heard.status, len(speech.texts(heard.events)), speech.finishes(heard.events)) == (200, 2, [])
    last = heard.events[-1]
    assert last["delta"]["error"] if speech is COHERE else last["error"]["message"]
    assert heard.is_whole


@every_dialect
@pytest.mark.parametrize("fault", ["crlf", "no-space", "comments", "split-9", "unframed", "content-type", "burst-50"])
async def test_harmless_faults_change_no_answer(client: Client, speech: Speech, fault: str) -> None:
    heard, right = await speech.ask(client, f"sim-fault-{fault}"), await speech.ask(client, "sim-fault-slow-0")
    assert speech.texts(heard.events) == speech.texts(right.events)
    assert speech.finishes(heard.events) == speech.finishes(right.events)
    if fault == "crlf":
        assert b"\r\r" not in heard.body
        assert heard.body.count(b"\n") == heard.body.count(b"\r\n")


@every_dialect
@pytest.mark.parametrize(
    ("fault", "finishes", "usages"),
    [("no-finish", 0, 1), ("no-usage", 1, 0), ("duplicate-finish", 2, None), ("usage-with-choices", 1, 1)],
)
async def test_endings_lack_or_repeat_what_they_are_told_to(
    client: Client, speech: Speech, fault: str, finishes: int, usages: int | None
) -> None:
    heard = await speech.ask(client, f"sim-fault-{fault}")
    assert len(speech.finishes(heard.events)) == finishes
    if usages is not None:
        assert len(speech.output_tokens(heard.events)) == usages
    assert speech.texts(heard.events)
    plain = await speech.ask(client, f"sim-fault-{fault}", stream=False)
    assert speech.whole(plain.json) == "".join(speech.texts(heard.events))


@every_dialect
async def test_no_terminator_and_one_that_never_comes(client: Client, speech: Speech) -> None:
    heard = await speech.ask(client, "sim-fault-no-done")
    assert len(speech.finishes(heard.events)) == 1
    assert not speech.terminator or speech.terminator not in heard.body
    open_ended = await client.hear(speech.request("sim-fault-never-ends"))
    assert (open_ended.end, len(speech.finishes(open_ended.events))) == ("open", 1)


@every_dialect
async def test_an_empty_answer_ends_well(client: Client, speech: Speech) -> None:
    heard = await speech.ask(client, "sim-fault-empty")
    assert (speech.texts(heard.events), len(speech.finishes(heard.events))) == ([], 1)
    assert speech.whole((await speech.ask(client, "sim-fault-empty", stream=False)).json) == ""


FILTERED = {"openai": "content_filter", "anthropic": "refusal", "gemini": "SAFETY", "cohere": "ERROR"}


@every_dialect
async def test_the_filter_ends_an_answer_in_the_dialects_words(client: Client, speech: Speech) -> None:
    heard = await speech.ask(client, "sim-fault-content-filter-finish-2")
    assert (len(speech.texts(heard.events)), speech.finishes(heard.events)) == (2, [FILTERED[speech.name]])


@every_dialect
@pytest.mark.parametrize("fault", [name for name in FaultName if name not in {"silent", "no-first-token", "stall"}])
async def test_no_fault_breaks_the_simulator_itself(
    client: Client, site: Site, speech: Speech, fault: FaultName
) -> None:
    for stream in True, False:
        await client.hear(speech.request(f"sim-fault-{fault}-1", stream=stream), patience=0.1, begin=2)
        record = site.traffic.last(1)[0]
        assert (record.fault, record.dialect) == (f"{fault}-1", speech.name)
    assert (await speech.ask(client, "sim-echo", "hi")).status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", {"model": "sim-fault-{fault}", "input": "x"}),
        ("/v1/images/generations", {"model": "sim-fault-{fault}", "prompt": "x", "size": "16x16"}),
        ("/v2/embed", {"model": "sim-fault-{fault}", "texts": ["x"], "input_type": "search_query"}),
        ("/gemini/v1beta/models/sim-fault-{fault}:embedContent?key=k", {"content": {"parts": [{"text": "x"}]}}),
    ],
)
async def test_vectors_and_pictures_fail_alike(client: Client, path: str, body: dict[str, Any]) -> None:
    def asked(fault: str) -> bytes:
        fields = {**body, **({"model": f"sim-fault-{fault}"} if "model" in body else {})}
        return post(path.format(fault=fault), fields, connection="close")

    assert (await client.hear(asked("503"), patience=5)).status == 503
    assert (await client.hear(asked("reset"), patience=5)).end == "reset"
    cut = await client.hear(asked("cut"), patience=5)
    assert (cut.status, cut.is_whole) == (200, False)
    assert (await client.hear(asked("burst"), patience=5)).is_whole
