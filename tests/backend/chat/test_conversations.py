"""Conversations over HTTP: lists, changes, edit and regenerate, feedback, and other people's."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tests.fixtures.api import Api, Join, Person
from tests.fixtures.books import books_balance
from tests.fixtures.streams import CHAT, ask

CONVERSATIONS = "/api/conversations"
PROSE = "A sailor ties a bowline where a loop must hold and still come undone. "
"""About 16 tokens."""


async def messages(person: Person, conversation_id: object) -> list[dict[str, object]]:
    return (await person.http.get(f"{CONVERSATIONS}/{conversation_id}/messages")).json()["items"]


class TestOwnership:
    async def test_somebody_elses_conversation_does_not_exist(self, join: Join) -> None:
        owner, other = await join(), await join()
        answer = await ask(owner, "hello")
        path = f"{CONVERSATIONS}/{answer.conversation_id}"
        for response in (
            await other.http.get(path),
            await other.http.get(f"{path}/messages"),
            await other.http.patch(path, json={"title": "mine"}),
            await other.http.delete(path),
            await other.http.put(f"/api/messages/{answer.message_id}/feedback", json={"rating": "up"}),
            await other.http.post(
                CHAT, json={"conversation_id": str(answer.conversation_id), "message": {"content": "hi"}}
            ),
            await other.http.post(
                "/api/ai/precheck", json={"conversation_id": str(answer.conversation_id), "prompt": "hi"}
            ),
            await other.http.post(f"{CHAT}/{answer.request_id}/cancel"),
            await other.http.get(f"{CHAT}/{answer.request_id}/events"),
        ):
            assert response.status_code == 404, response.request.url
            assert response.json()["error"]["code"] == "not_found"
        assert len(await messages(owner, answer.conversation_id)) == 2


class TestLists:
    async def test_last_used_comes_first_and_pages_join_without_gap(self, user: Person) -> None:
        answers = [await ask(user, f"question {n}") for n in range(3)]
        first = (await user.http.get(CONVERSATIONS, params={"limit": 2})).json()
        rest = (await user.http.get(CONVERSATIONS, params={"limit": 2, "cursor": first["next"]})).json()
        ids = [item["id"] for item in first["items"] + rest["items"]]
        assert ids == [str(answer.conversation_id) for answer in reversed(answers)]
        assert rest["next"] is None

    @pytest.mark.parametrize(
        "query", [{"limit": 0}, {"limit": 201}, {"cursor": "nonsense"}, {"cursor": "W10"}, {"q": "\0"}]
    )
    async def test_bad_queries_are_refused(self, user: Person, query: dict[str, str | int]) -> None:
        response = await user.http.get(CONVERSATIONS, params=query)
        assert response.status_code == 400
        assert response.json()["error"]["code"] == "invalid_request"

    async def test_titles_are_searched_literally(self, user: Person) -> None:
        await ask(user, "100% of ropes")
        await ask(user, "100 ropes")
        found = (await user.http.get(CONVERSATIONS, params={"q": "100%"})).json()["items"]
        assert [item["title"] for item in found] == ["100% of ropes"]

    async def test_the_newest_messages_come_first_in_pages(self, user: Person) -> None:
        answer = await ask(user, "first")
        for text in ("second", "third"):
            await ask(user, text, conversation_id=str(answer.conversation_id))
        path = f"{CONVERSATIONS}/{answer.conversation_id}/messages"
        newest = (await user.http.get(path, params={"limit": 3})).json()
        older = (await user.http.get(path, params={"limit": 3, "cursor": newest["next"]})).json()
        assert [m["content"] for m in older["items"] + newest["items"] if m["role"] == "user"] == [
            "first",
            "second",
            "third",
        ]
        assert older["next"] is None


class TestChanges:
    async def test_the_title_comes_from_the_prompt_and_can_be_changed(self, user: Person) -> None:
        answer = await ask(user, "# Tie a bowline\nwith one hand")
        path = f"{CONVERSATIONS}/{answer.conversation_id}"
        assert (await user.http.get(path)).json()["title"] == "Tie a bowline"
        changed = (await user.http.patch(path, json={"title": "Knots", "assistant": "writing"})).json()
        assert changed["title"] == "Knots"
        assert changed["assistant_id"] is not None
        assert (await user.http.patch(path, json={"title": ""})).status_code == 400
        assert (await user.http.patch(path, json={"assistant": "reasoning"})).status_code == 403

    async def test_a_deleted_conversation_is_gone_but_stays_paid(self, api: Api, user: Person) -> None:
        answer = await ask(user, "hello")
        path = f"{CONVERSATIONS}/{answer.conversation_id}"
        assert (await user.http.delete(path)).status_code == 204
        assert (await user.http.get(path)).status_code == 404
        assert (await user.http.delete(path)).status_code == 404
        usage = (await user.http.get("/api/usage")).json()
        assert Decimal(usage["total"]["credits"]) == answer.usage.credits
        await books_balance(api)

    async def test_feedback_is_kept_with_the_answer(self, user: Person) -> None:
        answer = await ask(user, "hello")
        path = f"/api/messages/{answer.message_id}/feedback"
        assert (await user.http.put(path, json={"rating": "up"})).status_code == 204
        assert (await user.http.put(path, json={"rating": "down", "comment": "too long"})).status_code == 204
        assert (await messages(user, answer.conversation_id))[1]["feedback"] == "down"
        assert (await user.http.put(path, json={"rating": "meh"})).status_code == 400
        prompt = (await messages(user, answer.conversation_id))[0]["id"]
        assert (await user.http.put(f"/api/messages/{prompt}/feedback", json={"rating": "up"})).status_code == 404


class TestContinuing:
    async def test_figures_of_the_conversation_agree_with_usage_to_the_last_digit(self, user: Person) -> None:
        first = await ask(user, "first question")
        second = await ask(user, "second question", conversation_id=str(first.conversation_id))
        conversation = (await user.http.get(f"{CONVERSATIONS}/{first.conversation_id}")).json()
        usage = (await user.http.get("/api/usage")).json()
        total = first.usage.credits + second.usage.credits
        assert Decimal(conversation["credits"]) == total == Decimal(usage["total"]["credits"])
        assert conversation["message_count"] == 4
        assert second.usage.prompt_tokens > first.usage.prompt_tokens

    async def test_an_edited_prompt_replaces_what_followed(self, user: Person) -> None:
        first = await ask(user, "one")
        await ask(user, "two", conversation_id=str(first.conversation_id))
        prompt = (await messages(user, first.conversation_id))[0]["id"]
        await ask(user, "uno", conversation_id=str(first.conversation_id), replace_from=prompt)
        now = await messages(user, first.conversation_id)
        assert [m["role"] for m in now] == ["user", "assistant"]
        assert now[0]["content"] == "uno"
        conversation = (await user.http.get(f"{CONVERSATIONS}/{first.conversation_id}")).json()
        assert conversation["message_count"] == 2

    async def test_an_answer_is_made_anew_for_the_same_prompt(self, user: Person) -> None:
        first = await ask(user, "one")
        body = {
            "conversation_id": str(first.conversation_id),
            "replace_from": str(first.message_id),
            "assistant": "writing",
            "stream": False,
        }
        again = (await user.http.post(CHAT, json=body)).json()
        now = await messages(user, first.conversation_id)
        assert [m["content"] for m in now] == ["one", again["text"]]
        assert now[1]["assistant_name"] == "Writing"

    @pytest.mark.parametrize("which", ["unknown", "prompt without message", "nothing"])
    async def test_impossible_replacements_change_nothing(self, user: Person, which: str) -> None:
        first = await ask(user, "one")
        before = await messages(user, first.conversation_id)
        body: dict[str, object] = {"conversation_id": str(first.conversation_id)}
        if which == "unknown":
            body |= {"replace_from": str(uuid4()), "message": {"content": "x"}}
        elif which == "prompt without message":
            body |= {"replace_from": before[0]["id"]}
        response = await user.http.post(CHAT, json=body)
        assert response.status_code == (404 if which == "unknown" else 400)
        assert await messages(user, first.conversation_id) == before

    async def test_a_conversation_longer_than_the_model_reads_leaves_the_oldest_out_and_says_so(
        self, api: Api, user: Person
    ) -> None:
        first = await ask(user, PROSE * 700)
        second = await ask(user, PROSE * 700, conversation_id=str(first.conversation_id))
        third = await ask(user, PROSE * 1_400, conversation_id=str(first.conversation_id))
        assert second.route.notices == []
        assert any("left out of this call" in notice for notice in third.route.notices)
        now = await messages(user, first.conversation_id)
        assert len(now) == 6
        assert now[-1]["notices"] == third.route.notices
        await books_balance(api)
