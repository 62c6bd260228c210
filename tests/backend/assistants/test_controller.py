"""The assistants people can choose."""

from tests.fixtures.api import Api, Join, Person

FAMILIES = ["auto", "general", "code", "writing", "research", "data", "reasoning", "translation", "images"]


async def test_nobody_sees_assistants_without_signing_in(api: Api) -> None:
    assert (await api.client.get("/api/ai/assistants")).status_code == 401


async def test_auto_is_first_and_locked_ones_name_the_plan_that_has_them(user: Person) -> None:
    items = (await user.http.get("/api/ai/assistants")).json()["items"]
    assert [item["family"] for item in items] == FAMILIES
    locked = {item["family"]: (item["locked"], item["plan"]) for item in items if item["locked"] is not None}
    assert locked == {
        "reasoning": ("The Starter plan does not include Reasoning.", "Pro"),
        "images": ("The Starter plan does not include Images.", "Team"),
    }
    assert items[0]["purpose"] == "Picks the assistant and model for each prompt."
    assert [item["icon"] for item in items] == [
        "route", "forum", "code", "edit_note", "travel_explore", "table_chart", "account_tree", "translate", "image",
    ]  # fmt: skip


async def test_the_highest_plan_has_all_of_them(join: Join) -> None:
    items = (await (await join(plan="team")).http.get("/api/ai/assistants")).json()["items"]
    assert {item["locked"] for item in items} == {None}


async def test_the_system_prompt_is_not_shown(user: Person) -> None:
    assert 'prompt"' not in (await user.http.get("/api/ai/assistants")).text
