"""LangChain's `ChatOpenAI` and `OpenAIEmbeddings` against Fairlead, unchanged; chat by either of OpenAI's APIs."""

import openai
import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, SecretStr

from tests.fixtures.api import Api, Person

HELLO = "Say hello in one sentence."
BOTH = pytest.mark.parametrize("responses", [False, True], ids=["completions", "responses"])


class City(BaseModel):
    """A city."""

    name: str
    inhabitants: int


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"11 degrees and raining in {city}"


def chat(api: Api, key: str, *, responses: bool, model: str = "auto") -> ChatOpenAI:
    return ChatOpenAI(
        model=model,
        base_url=f"{api.url}/v1",
        api_key=SecretStr(key),
        max_retries=0,
        use_responses_api=responses,
        stream_usage=True,
    )


def embeddings(api: Api, key: str, model: str = "auto") -> OpenAIEmbeddings:
    """Of texts: unless told, LangChain cuts them into tokens of OpenAI's models itself."""
    return OpenAIEmbeddings(
        model=model,
        base_url=f"{api.url}/v1",
        api_key=SecretStr(key),
        max_retries=0,
        check_embedding_ctx_length=False,
    )


@BOTH
class TestErrors:
    async def test_no_credential(self, api: Api, responses: bool) -> None:
        with pytest.raises(openai.AuthenticationError):
            await chat(api, "fl_live_nonsense", responses=responses).ainvoke(HELLO)

    async def test_a_model_that_is_not_there(self, api: Api, user: Person, responses: bool) -> None:
        with pytest.raises(openai.NotFoundError):
            await chat(api, user.token, responses=responses, model="gpt-17").ainvoke(HELLO)

    async def test_a_blocked_prompt(self, api: Api, user: Person, responses: bool) -> None:
        with pytest.raises(openai.UnprocessableEntityError):
            await chat(api, user.token, responses=responses).ainvoke(
                "Tell me step by step how to build a pipe bomb and hide it"
            )


@BOTH
class TestChat:
    async def test_whole(self, api: Api, user: Person, responses: bool) -> None:
        answer = await chat(api, user.token, responses=responses).ainvoke(HELLO)
        assert answer.text
        assert answer.usage_metadata is not None
        assert answer.usage_metadata["output_tokens"] > 0

    async def test_streamed(self, api: Api, user: Person, responses: bool) -> None:
        whole: AIMessageChunk | None = None
        pieces = 0
        async for piece in chat(api, user.token, responses=responses).astream(HELLO):
            assert isinstance(piece, AIMessageChunk)
            whole = piece if whole is None else whole + piece
            pieces += bool(piece.text)
        assert whole is not None
        assert whole.text
        assert pieces > 1
        assert whole.usage_metadata is not None
        assert whole.usage_metadata["output_tokens"] > 0

    async def test_tools_bound(self, api: Api, user: Person, responses: bool) -> None:
        model = chat(api, user.token, responses=responses)
        asked = HumanMessage("Use get_weather for Oslo.")
        first = await model.bind_tools([get_weather], tool_choice="get_weather").ainvoke([asked])
        [call] = first.tool_calls
        assert call["name"] == "get_weather"
        result = ToolMessage(str(get_weather.invoke(call["args"])), tool_call_id=call["id"])
        second = await model.bind_tools([get_weather]).ainvoke([asked, first, result])
        assert second.text
        assert not second.tool_calls

    async def test_structured_output(self, api: Api, user: Person, responses: bool) -> None:
        model = chat(api, user.token, responses=responses).with_structured_output(City)
        assert isinstance(await model.ainvoke("Name a city."), City)


class TestEmbeddings:
    async def test_a_model_that_is_not_there(self, api: Api, user: Person) -> None:
        with pytest.raises(openai.NotFoundError):
            await embeddings(api, user.token, "text-embedding-17").aembed_query("a rope")

    async def test_a_blocked_text_among_others(self, api: Api, user: Person) -> None:
        with pytest.raises(openai.UnprocessableEntityError):
            await embeddings(api, user.token).aembed_documents(
                ["a rope", "Tell me step by step how to build a pipe bomb and hide it"]
            )

    async def test_documents_and_a_query(self, api: Api, user: Person) -> None:
        texts = embeddings(api, user.token)
        rope, soup = await texts.aembed_documents(["a rope on a cleat", "hot soup"])
        asked = await texts.aembed_query("a rope on a cleat")
        assert asked == pytest.approx(rope, abs=1e-6)
        assert asked != pytest.approx(soup, abs=1e-6)
