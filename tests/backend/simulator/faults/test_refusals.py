from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from tests.backend.simulator.client import Client


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 429, 500, 503, 529])
async def test_the_status_comes_with_openais_error(client: Client, status: int, stream: bool) -> None:
    heard = await client.chat(f"sim-fault-{status}", stream=stream)
    assert heard.status == status
    assert heard.headers["content-type"] == "application/json"
    assert heard.json["error"]["message"]
    assert heard.is_whole


@pytest.mark.parametrize("status", [502, 504])
async def test_gateway_errors_come_as_a_web_page(client: Client, status: int) -> None:
    heard = await client.chat(f"sim-fault-{status}")
    assert heard.status == status
    assert heard.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("model", "retry_after"), [("429", "1"), ("429-30", "30"), ("429-0", "0"), ("503-5", "5"), ("429-bare", None)]
)
async def test_retry_after_in_seconds(client: Client, model: str, retry_after: str | None) -> None:
    assert (await client.chat(f"sim-fault-{model}")).headers.get("retry-after") == retry_after


async def test_retry_after_as_a_date(client: Client) -> None:
    moment = parsedate_to_datetime((await client.chat("sim-fault-429-date-90")).headers["retry-after"])
    assert timedelta(seconds=60) < moment - datetime.now(UTC) <= timedelta(seconds=90)


async def test_context_length_says_its_window(client: Client) -> None:
    heard = await client.chat("sim-fault-context-length-4096")
    assert (heard.status, heard.json["error"]["code"]) == (400, "context_length_exceeded")
    assert "4096 tokens" in heard.json["error"]["message"]


async def test_content_filter(client: Client) -> None:
    heard = await client.chat("sim-fault-content-filter")
    assert (heard.status, heard.json["error"]["code"]) == (400, "content_filter")
