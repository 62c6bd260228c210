"""What a person says of the check of their own prompt, and what becomes of the words."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from tests.backend.desk import code, rows
from tests.backend.precheck.marks.marking import PIECES_OF_IT, WORDS, checked, holds, mark, only_checked
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.streams import ask

MARKS = "/api/ai/prechecks/marks"
KEPT = "SELECT * FROM prompt_marks"


def at(check: object) -> str:
    return f"/api/ai/prechecks/{check}/mark"


class TestRefusals:
    @pytest.mark.parametrize("body", [{}, {"share_text": True}, {"prompt": WORDS}])
    async def test_a_mark_that_says_nothing(self, user: Person, body: dict[str, object]) -> None:
        check = await only_checked(user)
        assert code(await user.http.put(at(check), json=body)) == (400, "invalid_request")

    @pytest.mark.parametrize("body", [{"category": "cooking"}, {"complexity": 3}, {"risky": "no"}, {"text": "x"}])
    async def test_a_judgement_in_unknown_words(self, user: Person, body: dict[str, object]) -> None:
        check = await only_checked(user)
        assert code(await user.http.put(at(check), json=body)) == (400, "invalid_request")

    async def test_somebody_elses_check_does_not_exist(self, user: Person, join: Join, admin: Person) -> None:
        check = await checked(user)
        await mark(user, check, risky=True)
        for other in (await join(), admin):
            for somebodys in (check, uuid4()):
                put = await other.http.put(at(somebodys), json={"risky": True, "prompt": WORDS})
                assert code(put) == code(await other.http.delete(at(somebodys))) == (404, "not_found")
            assert (await other.http.get(MARKS)).json()["items"] == []

    async def test_a_prompt_that_was_not_the_one_checked(self, user: Person) -> None:
        check = await only_checked(user)
        told = await user.http.put(at(check), json={"risky": True, "prompt": WORDS + " ", "share_text": True})
        assert code(told) == (400, "invalid_request")

    async def test_a_text_that_is_not_here_cannot_be_kept(self, user: Person) -> None:
        check = await only_checked(user)
        assert code(await user.http.put(at(check), json={"risky": True, "share_text": True})) == (409, "conflict")

    async def test_a_text_that_is_too_long_is_not_kept(self, user: Person) -> None:
        long = "word " * 4001
        check = await only_checked(user, long)
        told = await user.http.put(at(check), json={"risky": True, "share_text": True, "prompt": long})
        assert code(told) == (400, "invalid_request")
        assert (await mark(user, check, risky=True, prompt=long))["text_kept"] is False

    async def test_a_mark_that_is_not_there_cannot_be_taken_back(self, user: Person) -> None:
        assert code(await user.http.delete(at(await only_checked(user)))) == (404, "not_found")


class TestConsent:
    async def test_without_it_no_word_is_kept(self, api: Api, user: Person) -> None:
        check = await only_checked(user)
        told = await mark(user, check, category="writing", prompt=WORDS)
        assert (told["text_kept"], told["prompt"], told["category"]) == (False, None, "writing")
        [row] = rows(api, KEPT)
        assert row["text_ciphertext"] is None
        assert len(row["features"]["pieces"]) > 20
        for words in (WORDS, *PIECES_OF_IT):
            assert holds(api, words) == [], words

    async def test_the_walk_would_find_it(self, api: Api, user: Person) -> None:
        await checked(user)
        assert "messages" in holds(api, WORDS)

    async def test_with_it_the_text_is_kept_sealed(self, api: Api, user: Person) -> None:
        check = await only_checked(user)
        assert (await mark(user, check, category="coding", share_text=True, prompt=WORDS))["text_kept"]
        [row] = rows(api, KEPT)
        assert (row["features"], holds(api, WORDS), holds(api, PIECES_OF_IT[0])) == (None, [], [])
        assert [item["prompt"] for item in (await user.http.get(MARKS)).json()["items"]] == [WORDS]

    async def test_the_text_of_a_conversation_is_found_there(self, api: Api, user: Person) -> None:
        check = await checked(user)
        assert (await mark(user, check, complexity="complex", share_text=True))["text_kept"]
        assert [item["prompt"] for item in (await user.http.get(MARKS)).json()["items"]] == [WORDS]

    async def test_withdrawing_it_leaves_features_only(self, api: Api, user: Person) -> None:
        check = await only_checked(user)
        await mark(user, check, category="coding", share_text=True, prompt=WORDS)
        assert not (await mark(user, check, category="coding"))["text_kept"]
        [row] = rows(api, KEPT)
        assert row["text_ciphertext"] is None
        assert row["features"]["pieces"]
        await mark(user, check, category="math")
        assert rows(api, KEPT)[0]["features"] == row["features"]

    async def test_taking_the_mark_back_leaves_nothing(self, api: Api, user: Person) -> None:
        check = await only_checked(user)
        await mark(user, check, category="coding", share_text=True, prompt=WORDS)
        assert (await user.http.delete(at(check))).status_code == 204
        assert rows(api, KEPT) == []
        assert (await user.http.get(MARKS)).json()["items"] == []

    async def test_it_goes_with_the_person(self, api: Api, user: Person) -> None:
        await mark(user, await only_checked(user), category="coding", share_text=True, prompt=WORDS)
        with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
            connection.execute("DELETE FROM memberships WHERE user_id = %s", (user.id,))
            connection.execute("DELETE FROM users WHERE id = %s", (user.id,))
        assert rows(api, KEPT) == []

    async def test_of_a_text_that_nobody_has_any_more_only_the_judgement_is_kept(self, api: Api, user: Person) -> None:
        await mark(user, await only_checked(user), risky=False)
        [row] = rows(api, KEPT)
        assert (row["features"], row["text_ciphertext"], row["risky"]) == (None, None, False)


class TestOneMark:
    async def test_a_second_one_takes_the_place_of_the_first(self, api: Api, user: Person) -> None:
        check = await only_checked(user)
        first = await mark(user, check, category="coding", risky=True)
        second = await mark(user, check, complexity="simple")
        assert (second["category"], second["complexity"], second["risky"]) == (None, "simple", None)
        assert second["marked_at"] > first["marked_at"]
        assert len(rows(api, KEPT)) == 1

    async def test_many_at_once_make_one(self, api: Api, user: Person) -> None:
        check = await only_checked(user)
        tasks = ("coding", "math", "chat", "writing") * 3
        await asyncio.gather(*(mark(user, check, category=task, prompt=WORDS) for task in tasks))
        assert len(rows(api, KEPT)) == 1

    async def test_it_says_what_the_prompt_was_taken_for(self, user: Person) -> None:
        told = await user.http.post("/api/ai/precheck", json={"prompt": WORDS})
        was = (await mark(user, told.json()["id"], category="coding"))["was"]
        assert {name: was[name] for name in ("category", "complexity", "confidence", "language")} == {
            name: told.json()[name] for name in ("category", "complexity", "confidence", "language")
        }
        assert was["risk_action"] == "allow"

    async def test_ones_own_are_listed_newest_first_page_by_page(self, user: Person) -> None:
        checks = [await only_checked(user, f"prompt number {number}") for number in range(3)]
        for check in checks:
            await mark(user, check, risky=False)
        first = (await user.http.get(MARKS, params={"limit": 2})).json()
        rest = (await user.http.get(MARKS, params={"limit": 2, "cursor": first["next"]})).json()
        assert [item["check_id"] for item in first["items"] + rest["items"]] == checks[::-1]
        assert rest["next"] is None


async def test_a_prompt_and_its_answer_name_their_check(user: Person) -> None:
    answer = await ask(user, "hello")
    items = (await user.http.get(f"/api/conversations/{answer.conversation_id}/messages")).json()["items"]
    assert [item["precheck_id"] is not None for item in items] == [True, True]
    assert items[0]["precheck_id"] == items[1]["precheck_id"]
