import pytest

from backend.simulator.site import BAD_KEY, Site
from tests.backend.simulator.client import Client, chat, post


async def test_health(client: Client) -> None:
    heard = await client.get("/health")
    assert (heard.status, heard.json["status"]) == (200, "healthy")


@pytest.mark.parametrize("path", ["/", "/v3/chat", "/healthz", "/v1/nothing", "/v1/", "/%00"])
async def test_an_unknown_address_is_404_in_openais_shape(client: Client, path: str) -> None:
    heard = await client.get(path)
    assert heard.status == 404
    assert heard.json["error"]["code"] == "unknown_url"


async def test_without_a_key_nothing_is_answered(client: Client) -> None:
    request = post("/v1/chat/completions", chat("sim-instant"), authorization="", connection="close")
    heard = await client.hear(request, patience=5)
    assert (heard.status, heard.json["error"]["code"]) == (401, None)


async def test_the_bad_key_is_refused(client: Client) -> None:
    heard = await client.hear(
        post("/v1/chat/completions", chat("sim-instant"), key=BAD_KEY, connection="close"), patience=5
    )
    assert (heard.status, heard.json["error"]["code"]) == (401, "invalid_api_key")


async def test_every_answer_tries_to_set_a_cookie_and_notes_who_sends_one(client: Client, site: Site) -> None:
    heard = await client.chat("sim-instant")
    assert heard.headers["set-cookie"].startswith("sim_session=")
    await client.hear(
        post("/v1/chat/completions", chat("sim-instant"), cookie="sim_session=1", connection="close"), patience=5
    )
    assert [record.cookie for record in site.traffic.last(2)] == ["sim_session=1", None]


async def test_records_say_what_was_asked(client: Client, site: Site) -> None:
    await client.chat("sim-fault-429-2", "hello", stream=False, max_tokens=7)
    (record,) = site.traffic.last(1)
    assert (record.model, record.stream, record.status, record.fault) == ("sim-fault-429-2", False, 429, "429-2")
    assert (record.dialect, record.max_tokens, record.key_ending) == ("openai", 7, "-key")


@pytest.mark.parametrize(("header", "value"), [("x_simulator_first_ms", "soon"), ("x_simulator_spacing_ms", "-1")])
async def test_a_senseless_pace_header_is_refused(client: Client, header: str, value: str) -> None:
    request = post("/v1/chat/completions", chat("sim-fast"), connection="close", **{header: value})
    heard = await client.hear(request, patience=5)
    assert (heard.status, heard.json["error"]["param"]) == (400, header.replace("_", "-"))


async def test_headers_set_the_pace_of_one_answer(client: Client, site: Site) -> None:
    pace = {"x_simulator_first_ms": "0", "x_simulator_spacing_ms": "0"}
    request = post("/v1/chat/completions", chat("sim-strong", "in 400 words: rivers"), connection="close", **pace)
    heard = await client.hear(request, patience=5)
    assert len(heard.tokens) > 400
    duration = site.traffic.last(1)[0].duration_ms
    assert duration is not None
    assert duration < 1_000


async def test_named_models_take_their_time_to_the_first_token(client: Client) -> None:
    heard = await client.chat("sim-fast", max_tokens=2)
    assert len(heard.tokens) == 2
    assert len(heard.reads) >= 2, "header and tokens come at different times"
