"""Azure's two forms: the same addresses and keys that OpenAI's own client for Azure uses."""

from urllib.parse import urlsplit

import openai
import pytest
from msgspec.structs import replace

from backend.providers.calls import ChatCall, EmbeddingCall, PictureCall, Target
from backend.providers.engine import ProviderClient
from backend.providers.errors import ProviderError
from backend.providers.vendors import VENDORS
from tests.backend.providers.loopback import CALL, KEY, Asked, Connection, reply, serving

REFUSAL = reply(b'{"error":{"message":"nothing is here"}}', 400)
EMBED = EmbeddingCall(model="my deployment", texts=("a",))
DRAW = PictureCall(kind="generate", model="my deployment", prompt="a cat")
CHAT: ChatCall = replace(CALL, model="my deployment")


def clients_of(base_url: str) -> openai.AsyncOpenAI:
    """OpenAI's client for that form of the address."""
    if base_url.endswith("/openai/v1"):
        return openai.AsyncOpenAI(base_url=base_url, api_key=KEY, max_retries=0)
    version = VENDORS["azure"].api_version
    return openai.AsyncAzureOpenAI(azure_endpoint=base_url, api_version=version, api_key=KEY, max_retries=0)


@pytest.mark.parametrize("form", ["", "/openai/v1"])
async def test_we_go_where_the_vendors_own_client_goes(form: str) -> None:
    asked: list[Asked] = []

    async def script(connection: Connection) -> None:
        while True:
            asked.append(await connection.request())
            await connection.send(REFUSAL)

    async with serving(script) as anywhere, ProviderClient() as client:
        at = urlsplit(anywhere.base_url)
        target: Target = replace(anywhere, provider="azure", base_url=f"{at.scheme}://{at.netloc}{form}")
        theirs = clients_of(target.base_url)
        for ours, official in (
            (client.complete(target, CHAT), theirs.chat.completions.create(model=CHAT.model, messages=[])),
            (client.embed(target, EMBED), theirs.embeddings.create(model=EMBED.model, input="a")),
            (client.draw(target, DRAW), theirs.images.generate(model=DRAW.model, prompt="a cat")),
        ):
            with pytest.raises(ProviderError):
                await ours
            with pytest.raises(openai.BadRequestError):
                await official
        await theirs.close()
    mine, official_ones = asked[0::2], asked[1::2]
    assert [one.line for one in mine] == [one.line for one in official_ones]
    assert {one.headers["api-key"] for one in mine} == {KEY}
    assert all("authorization" not in one.headers for one in mine)
    if not form:
        assert {one.headers["api-key"] for one in official_ones} == {KEY}
