from itertools import islice
from random import Random

from backend.simulator.faults.names import parse
from backend.simulator.faults.replies import spoil_pace
from backend.simulator.pace import Pace
from tests.backend.simulator.client import Client


async def test_an_empty_answer_ends_well_without_a_token(client: Client) -> None:
    heard = await client.chat("sim-fault-empty")
    assert (heard.text, heard.finishes, heard.data[-1]) == ("", ["stop"], b"[DONE]")
    assert heard.usages[0]["completion_tokens"] == 0
    plain = await client.chat("sim-fault-empty", stream=False)
    assert plain.json["choices"][0]["message"]["content"] == ""


async def test_a_huge_frame_carries_all_its_text(client: Client) -> None:
    heard = await client.chat("sim-fault-huge-2048")
    (token,) = heard.tokens
    assert len(token) >= 2048 * 1024
    assert heard.data[-1] == b"[DONE]"


async def test_no_finish_reason(client: Client) -> None:
    heard = await client.chat("sim-fault-no-finish")
    assert heard.tokens
    assert (heard.finishes, len(heard.usages), heard.data[-1]) == ([], 1, b"[DONE]")
    plain = await client.chat("sim-fault-no-finish", stream=False)
    assert plain.json["choices"][0]["finish_reason"] is None


async def test_no_usage(client: Client) -> None:
    heard = await client.chat("sim-fault-no-usage")
    assert (heard.finishes, heard.usages, heard.data[-1]) == (["stop"], [], b"[DONE]")
    assert "usage" not in (await client.chat("sim-fault-no-usage", stream=False)).json


async def test_usage_on_the_chunk_that_finishes(client: Client) -> None:
    heard = await client.chat("sim-fault-usage-with-choices")
    last = heard.events[-1]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["usage"]["completion_tokens"] == len(heard.tokens)
    assert len(heard.usages) == 1


async def test_the_filter_ends_the_answer(client: Client) -> None:
    heard = await client.chat("sim-fault-content-filter-finish-2")
    assert (len(heard.tokens), heard.finishes) == (2, ["content_filter"])
    assert heard.usages[0]["completion_tokens"] == 2


def test_slow_spaces_the_chunks() -> None:
    pace = spoil_pace(Pace(), parse("slow-250"))
    assert list(islice(pace.delays(Random(0)), 1, 4)) == [250, 250, 250]


async def test_a_burst_puts_many_frames_into_one_write(client: Client) -> None:
    heard = await client.chat("sim-fault-burst-1000")
    frames = max(read.count(b"data: ") for read in heard.reads)
    assert frames >= len(heard.tokens)
