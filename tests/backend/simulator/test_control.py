from typing import Any

import pytest

from backend.simulator.site import Site
from tests.backend.simulator.client import Client, post


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"fault": "nix"},
        {"fault": "cut-9999999"},
        {"fault": "cut", "times": 0},
        {"faults": "cut"},
        {"match": {"mode": "x"}, "fault": "cut"},
        {"pace": {"first_ms": -1}},
        {"script": {"chunks": 10_000_000}},
    ],
)
async def test_a_senseless_rule_is_refused_with_a_reason(client: Client, site: Site, rule: dict[str, Any]) -> None:
    heard = await client.order(**rule)
    assert heard.status == 400
    assert heard.json["error"]
    assert site.rules.standing == []


async def test_what_is_not_json_is_refused(client: Client) -> None:
    assert (await client.hear(post("/control", b"{", connection="close"), patience=5)).status == 400


@pytest.mark.parametrize(("method", "path"), [("PUT", "/control"), ("DELETE", "/control/requests")])
async def test_other_methods_are_refused(client: Client, method: str, path: str) -> None:
    assert (await client.get(path, method=method)).status == 405


async def test_a_fault_holds_as_often_as_ordered_for_those_it_matches(client: Client) -> None:
    await client.order(match={"model": "sim-instant"}, fault="503", times=2)
    statuses = [(await client.chat(model)).status for model in ("sim-echo", *["sim-instant"] * 3)]
    assert statuses == [200, 503, 503, 200]


async def test_rules_follow_one_another(client: Client) -> None:
    await client.order(fault="429", times=1)
    await client.order(fault="500", times=1)
    statuses = [(await client.chat("sim-instant", stream=False)).status for _ in range(3)]
    assert statuses == [429, 500, 200]


async def test_a_script_says_exactly_what_it_was_given(client: Client) -> None:
    await client.order(script={"texts": ["Grüße", " 🌊", "", " end"]}, pace={"first_ms": 0, "spacing_ms": 0})
    heard = await client.chat("sim-strong")
    assert heard.text == "Grüße 🌊 end"
    assert heard.usages[0]["completion_tokens"] == 4


async def test_a_script_may_repeat_a_piece(client: Client) -> None:
    await client.order(script={"chunks": 3, "text": "ab"}, times=1)
    assert (await client.chat("sim-instant")).tokens == ["ab"] * 3


async def test_deleting_forgets_rules_and_counters(client: Client) -> None:
    await client.order(fault="500")
    await client.chat("sim-instant")
    state = (await client.get("/control", method="DELETE")).json
    assert (state["rules"], state["traffic"]["received"]) == ([], 0)
    assert (await client.chat("sim-instant")).status == 200


async def test_counters_and_rules_can_be_read(client: Client) -> None:
    await client.order(match={"model": "sim-echo"}, fault="500")
    await client.chat("sim-echo")
    await client.chat("sim-instant")
    state = (await client.get("/control")).json
    assert state["rules"][0]["used"] == 1
    assert state["traffic"]["received"] == 2
    assert state["traffic"]["by_status"] == {"200": 1, "500": 1}
    assert state["traffic"]["by_model"] == {"sim-echo": 1, "sim-instant": 1}


async def test_the_last_requests_can_be_read_with_their_bodies(client: Client) -> None:
    await client.chat("sim-echo", "first")
    await client.chat("sim-echo", "second")
    items = (await client.get("/control/requests?last=1")).json["items"]
    assert [item["body"]["messages"][0]["content"] for item in items] == ["second"]
    assert len((await client.get("/control/requests")).json["items"]) == 2
    assert (await client.get("/control/requests?last=x")).status == 400
