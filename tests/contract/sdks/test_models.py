"""Lists of models as OpenAI's and Anthropic's own SDKs read them, unchanged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anthropic
import openai
import psycopg
import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from tests.fixtures.api import Api, Join, Person
from tests.fixtures.models import add_model
from tests.fixtures.programs import make_key

STARTER = {"sim-fast", "sim-balanced"}


@asynccontextmanager
async def of_openai(api: Api, key: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{api.url}/v1", api_key=key, max_retries=0) as client:
        yield client


@asynccontextmanager
async def of_anthropic(api: Api, key: str) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=api.url, api_key=key, max_retries=0) as client:
        yield client


@pytest.fixture
async def sdk(api: Api, user: Person) -> AsyncIterator[AsyncOpenAI]:
    """The SDK of somebody on the Starter plan."""
    async with of_openai(api, user.token) as client:
        yield client


def chatting(page: list[openai.types.Model]) -> set[str]:
    """The models of the catalogue among them that chat."""
    return {m.id for m in page if m.owned_by != "fairlead" and m.model_extra["model_type"] == "chat"}


class TestErrors:
    async def test_no_credential(self, api: Api) -> None:
        async with of_openai(api, "fl_live_nonsense") as client:
            with pytest.raises(openai.AuthenticationError) as caught:
                await client.models.list()
            assert caught.value.code == "not_signed_in"

    @pytest.mark.parametrize("name", ["gpt-17", "acme/gpt-17", "gpt 17", "ä", "x" * 500, "a/b/c", "%2e%2e"])
    async def test_a_model_that_is_not_there(self, sdk: AsyncOpenAI, name: str) -> None:
        with pytest.raises(openai.NotFoundError) as caught:
            await sdk.models.retrieve(name)
        assert (caught.value.code, caught.value.type) == ("not_found", "not_found_error")
        assert "/v1/models" in caught.value.message

    async def test_a_model_that_the_plan_has_not(self, sdk: AsyncOpenAI) -> None:
        with pytest.raises(openai.PermissionDeniedError, match="comes with the Pro plan") as caught:
            await sdk.models.retrieve("sim-strong")
        assert (caught.value.code, caught.value.param) == ("plan_forbids_model", "model")

    async def test_a_model_without_a_key_of_its_provider(self, sdk: AsyncOpenAI) -> None:
        with pytest.raises(openai.APIStatusError) as caught:
            await sdk.models.retrieve("claude-opus-4-8")
        assert caught.value.status_code in (403, 409)

    async def test_a_key_without_the_scope(self, api: Api, user: Person) -> None:
        key = (await make_key(user, scopes=["chat"]))["key"]
        async with of_openai(api, key) as client:
            with pytest.raises(openai.PermissionDeniedError):
                await client.models.list()
            with pytest.raises(openai.PermissionDeniedError):
                await client.models.retrieve("sim-fast")

    async def test_a_key_that_allows_another_model(self, api: Api, user: Person) -> None:
        key = (await make_key(user, allowed_models=["sim-fast"]))["key"]
        async with of_openai(api, key) as client:
            with pytest.raises(openai.PermissionDeniedError, match="This API key does not allow"):
                await client.models.retrieve("sim-balanced")

    @pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": "x"}, {"after_id": "no"}, {"after_id": "a\0"}])
    async def test_a_page_that_is_none(self, sdk: AsyncOpenAI, wrong: dict[str, object]) -> None:
        with pytest.raises(openai.BadRequestError):
            await sdk.models.list(extra_query=wrong)


class TestOpenAI:
    async def test_those_of_the_plan_are_listed(self, sdk: AsyncOpenAI) -> None:
        page = (await sdk.models.list()).data
        assert chatting(page) == STARTER
        ids = [model.id for model in page]
        assert ids[0] == "auto"
        assert "assistant:general" in ids
        assert len(ids) == len(set(ids))
        fast = next(model for model in page if model.id == "sim-fast")
        assert (fast.object, fast.owned_by) == ("model", "simulator")
        assert fast.created > 1_700_000_000
        assert fast.model_extra["context_window"] > 0
        assert "json" in fast.model_extra["capabilities"]
        assert not [field for model in page for field in model.model_extra if "price" in field or "cost" in field]

    async def test_a_higher_plan_lists_more(self, api: Api, join: Join) -> None:
        person = await join(plan="team")
        async with of_openai(api, person.token) as client:
            assert chatting((await client.models.list()).data) == STARTER | {"sim-strong", "sim-reasoning"}

    async def test_a_key_for_one_model_lists_that_one(self, api: Api, user: Person) -> None:
        key = (await make_key(user, scopes=["models"], allowed_models=["sim-fast"]))["key"]
        async with of_openai(api, key) as client:
            page = (await client.models.list()).data
        assert {m.id for m in page if m.owned_by != "fairlead"} == {"sim-fast"}

    async def test_each_that_is_listed_is_shown(self, sdk: AsyncOpenAI) -> None:
        for model in (await sdk.models.list()).data:
            assert await sdk.models.retrieve(model.id) == model

    async def test_an_alias_of_the_organisation(self, api: Api, sdk: AsyncOpenAI, admin: Person) -> None:
        wanted = {"alias": "gpt-3.5-turbo", "target": "sim-fast", "reason": "for the old script"}
        assert (await admin.http.post("/api/admin/aliases", json=wanted)).status_code == 200
        model = await sdk.models.retrieve("gpt-3.5-turbo")
        assert (model.owned_by, model.model_extra["alias_of"]) == ("simulator", "sim-fast")
        assert "gpt-3.5-turbo" in [one.id for one in (await sdk.models.list()).data]

    async def test_a_name_with_slashes(self, api: Api, join: Join) -> None:
        add_model(str(api.services.settings.database_url), "acme/large/v2")
        await api.services.catalogue.refresh()
        person = await join(plan="team")
        async with of_openai(api, person.token) as client:
            assert (await client.models.retrieve("acme/large/v2")).id == "acme/large/v2"
        assert (await person.http.get("/v1/models/acme/large/v2")).json()["id"] == "acme/large/v2"

    async def test_pages(self, sdk: AsyncOpenAI) -> None:
        whole = [model.id for model in (await sdk.models.list()).data]
        page = await sdk.models.list(extra_query={"limit": 2, "after_id": whole[0]})
        assert [model.id for model in page.data] == whole[1:3]


class TestAnthropic:
    async def test_errors_are_in_its_own_shape(self, api: Api, user: Person) -> None:
        async with of_anthropic(api, "fl_live_nonsense") as client:
            with pytest.raises(anthropic.AuthenticationError) as denied:
                await client.models.list()
        assert denied.value.body["type"] == "error"
        key = (await make_key(user))["key"]
        async with of_anthropic(api, key) as client:
            with pytest.raises(anthropic.NotFoundError) as caught:
                await client.models.retrieve("claude-17")
        assert caught.value.body["error"]["type"] == "not_found_error"
        assert caught.value.request_id

    async def test_all_pages_are_what_can_be_talked_to(self, api: Api, user: Person, sdk: AsyncOpenAI) -> None:
        with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
            connection.execute("UPDATE plans SET models = NULL")
        for number in range(30):
            add_model(str(api.services.settings.database_url), f"model-{number}")
        await api.services.catalogue.refresh()
        key = (await make_key(user))["key"]
        async with of_anthropic(api, key) as client:
            first = await client.models.list()
            models = [model async for model in client.models.list()]
            some = [model.id async for model in client.models.list(limit=7)]
        assert (len(first.data), first.has_more) == (20, True)
        chat = [m.id for m in (await sdk.models.list()).data if m.model_extra["model_type"] == "chat"]
        assert [model.id for model in models] == some == chat
        fast = next(model for model in models if model.id == "sim-fast")
        assert (fast.type, fast.lifecycle) == ("model", "active")
        assert fast.created_at.year >= 2026
        assert fast.max_input_tokens is not None
        assert fast.max_input_tokens > 0

    async def test_one(self, api: Api, user: Person) -> None:
        key = (await make_key(user))["key"]
        async with of_anthropic(api, key) as client:
            model = await client.models.retrieve("assistant:general")
        assert (model.id, model.display_name) == ("assistant:general", "General")
