"""The models people can choose."""

from typing import Any

from backend.catalogue.defaults import default_catalogue
from shared.catalogue import ModelView
from tests.fixtures.api import Api, Join, Person


async def listed(person: Person, **query: str) -> dict[str, dict[str, Any]]:
    answer = await person.http.get("/api/ai/models", params=query)
    assert answer.status_code == 200
    return {item["name"]: item for item in answer.json()["items"]}


async def test_nobody_sees_models_without_signing_in(api: Api) -> None:
    assert (await api.client.get("/api/ai/models")).status_code == 401


async def test_an_unknown_wish_is_refused(user: Person) -> None:
    assert (await user.http.get("/api/ai/models", params={"include": "prices"})).status_code == 400


async def test_only_what_can_be_used_now_is_listed(user: Person) -> None:
    assert set(await listed(user)) == {"sim-fast", "sim-balanced"}


async def test_locked_ones_say_why_and_which_plan_has_them(user: Person) -> None:
    models = await listed(user, include="locked")
    assert set(models) == {model.name for model in default_catalogue().models if model.model_type == "chat"}
    strong, opus = models["sim-strong"], models["claude-opus-4-8"]
    assert (strong["available"], strong["why"], strong["plan"]) == (
        False,
        "The Starter plan does not include it.",
        "Pro",
    )
    assert (opus["why"], opus["plan"]) == ("No key is set for Anthropic.", None)
    assert (models["sim-fast"]["why"], models["sim-fast"]["available"]) == (None, True)


async def test_a_higher_plan_has_more(join: Join) -> None:
    assert set(await listed(await join(plan="team"))) == {"sim-fast", "sim-balanced", "sim-strong", "sim-reasoning"}


async def test_no_price_multiplier_or_quality_is_shown(user: Person) -> None:
    for item in (await listed(user, include="locked")).values():
        assert set(item) == set(ModelView.__struct_fields__)
        assert not {"prices", "price", "multiplier", "quality", "source"} & set(item)
