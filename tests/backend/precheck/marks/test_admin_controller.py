"""What admins see, delete and export of everybody's marks, and what they mark in the bench."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest

from backend.precheck.marks import admin_controller
from shared.accounts import UserRole
from shared.precheck import Category
from tests.backend.desk import code, events, rows
from tests.backend.precheck.marks.marking import PIECES_OF_IT, WORDS, holds, mark, only_checked
from tests.fixtures.api import Api, Join, Person

MARKS = "/api/admin/precheck/marks"
EXPORT = f"{MARKS}/export"
CODE = "Write a Python function that reverses a linked list."


async def in_bench(admin: Person, prompt: str = CODE, **judged: Any) -> dict[str, Any]:
    answer = await admin.http.post(MARKS, json={"prompt": prompt, **judged})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def exported(admin: Person) -> list[dict[str, Any]]:
    answer = await admin.http.get(EXPORT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [msgspec.json.decode(line) for line in answer.text.splitlines()]


async def listed(admin: Person, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await admin.http.get(MARKS, params=query)).json()["items"]
    return items


class TestBench:
    async def test_a_mark_that_says_nothing_is_refused(self, admin: Person) -> None:
        told = await admin.http.post(MARKS, json={"prompt": CODE, "share_text": True})
        assert code(told) == (400, "invalid_request")

    async def test_a_text_that_somebody_else_sent_is_theirs_to_give(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        await only_checked(user, WORDS)
        house = rows(api, f"SELECT organisation_id FROM users WHERE id = '{user.id}'")[0]["organisation_id"]
        rows(api, f"UPDATE users SET organisation_id = '{house}' WHERE id = '{admin.id}'")
        api.services.identities.clear()
        body = {"prompt": WORDS, "risky": False, "share_text": True}
        assert code(await admin.http.post(MARKS, json=body)) == (409, "conflict")
        assert (await in_bench(admin, WORDS, risky=False))["kept"] == "features"
        assert [holds(api, words) for words in PIECES_OF_IT] == [[], [], []]
        rows(api, f"DELETE FROM prompt_checks WHERE user_id = '{user.id}'")
        assert await listed(admin) == [], "it goes with the check of whoever was checked"

    async def test_the_text_is_kept_sealed_when_the_admin_says_so(self, api: Api, admin: Person) -> None:
        assert (await in_bench(admin, WORDS, category="coding", share_text=True))["kept"] == "text"
        assert holds(api, PIECES_OF_IT[0]) == []
        assert [line["prompt"] for line in await exported(admin)] == [WORDS]

    async def test_one_mark_a_text_and_admin(self, admin: Person, join: Join) -> None:
        first = await in_bench(admin, category="math")
        second = await in_bench(admin, category="chat", complexity="simple")
        assert (first["origin"], first["was"]["category"]) == ("bench", "coding")
        assert (first["id"], second["category"]) == (second["id"], "chat")
        other = await join(role=UserRole.ADMIN)
        assert (await in_bench(other, category="other"))["id"] != first["id"]
        assert len(await listed(admin)) == 2

    async def test_as_many_as_one_likes_are_made_one_after_the_other(self, admin: Person) -> None:
        for number in range(12):  # a statement is prepared after some uses
            await in_bench(admin, f"Prompt {number}", category="coding")
        assert len(await listed(admin)) == 12

    async def test_it_is_in_the_audit_log_without_the_text(self, api: Api, admin: Person) -> None:
        made = await in_bench(admin, WORDS, risky=True)
        [event] = events(api, "mark.set")
        assert (event["subject_id"], event["after"]["risky"]) == (made["id"], True)
        assert holds(api, PIECES_OF_IT[0]) == []


class TestList:
    async def test_it_has_neither_texts_nor_names(self, admin: Person, user: Person) -> None:
        await mark(user, await only_checked(user), category="coding", share_text=True, prompt=WORDS)
        text = (await admin.http.get(MARKS)).text
        for word in (*PIECES_OF_IT, user.email, str(user.id)):
            assert word not in text.lower()
        [item] = msgspec.json.decode(text)["items"]
        assert (item["origin"], item["kept"], item["category"]) == ("person", "text", "coding")

    async def test_it_is_narrowed_and_paged(self, admin: Person) -> None:
        for number, task in enumerate(("math", "chat", "math")):
            await in_bench(admin, f"{CODE} {number}", category=task)
        await in_bench(admin, "Translate this into French: good day", category="math")
        assert len(await listed(admin, category="math")) == 3
        assert len(await listed(admin, category="math", was="coding")) == 2
        assert await listed(admin, was="extraction") == []
        page = (await admin.http.get(MARKS, params={"limit": 3})).json()
        rest = (await admin.http.get(MARKS, params={"limit": 3, "cursor": page["next"]})).json()
        assert (len(page["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)

    async def test_a_mark_is_deleted_with_a_reason(self, api: Api, admin: Person) -> None:
        made = await in_bench(admin, category="math", share_text=True)
        at = f"{MARKS}/{made['id']}"
        assert code(await admin.http.delete(at)) == (400, "invalid_request")
        assert (await admin.http.delete(at, params={"reason": "A joke."})).status_code == 204
        assert code(await admin.http.delete(at, params={"reason": "Again."})) == (404, "not_found")
        assert code(await admin.http.delete(f"{MARKS}/{uuid4()}", params={"reason": "None."})) == (404, "not_found")
        [event] = events(api, "mark.deleted")
        assert (event["reason"], event["before"]["category"]) == ("A joke.", "math")
        assert rows(api, "SELECT 1 FROM prompt_marks") == []


class TestExport:
    async def test_nothing_is_an_empty_file(self, admin: Person) -> None:
        assert await exported(admin) == []

    async def test_each_line_is_a_labelled_example(self, admin: Person, user: Person) -> None:
        await mark(user, await only_checked(user), category="coding", share_text=True, prompt=WORDS)
        await mark(user, await only_checked(user, CODE), complexity="complex", prompt=CODE)
        await mark(user, await only_checked(user, "hello there"), risky=True)
        text, features, nothing = await exported(admin)
        assert (text["prompt"], text["label"], text["source"]) == (WORDS, "coding", "marks")
        assert "features" not in text
        assert (features["label"], features["meta"]["complexity"]) == ("coding", "complex")
        assert features["meta"]["said"] == ["complexity"]
        assert len(features["features"]["pieces"]) > 20
        assert "prompt" not in features
        assert {"prompt", "features"}.isdisjoint(nothing)
        assert (nothing["meta"]["risky"], nothing["meta"]["said"]) == (True, ["risky"])
        assert len({line["id"] for line in (text, features, nothing)}) == 3
        assert all(Category(line["label"]) for line in (text, features, nothing))

    async def test_a_follow_up_is_named_one(self, admin: Person, user: Person) -> None:
        turns = [{"role": "user", "content": "Write a poem about the sea"}, {"role": "user", "content": "continue"}]
        check = (await user.http.post("/api/ai/precheck", json={"messages": turns})).json()["id"]
        await mark(user, check, category="writing", prompt="continue")
        assert [line["meta"]["traits"] for line in await exported(admin)] == [["follow_up"]]

    async def test_it_goes_on_beyond_what_is_read_at_once(self, admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(admin_controller, "AT_ONCE", 2)
        for number in range(4):
            await in_bench(admin, f"{CODE} {number}", category="math")
            assert len({line["id"] for line in await exported(admin)}) == number + 1

    async def test_it_is_in_the_audit_log(self, api: Api, admin: Person) -> None:
        await in_bench(admin, category="math")
        await exported(admin)
        [event] = events(api, "marks.exported")
        assert event["after"] == {"marks": 1}
