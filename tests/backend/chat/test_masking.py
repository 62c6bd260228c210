"""Personal data that is sent by name, and given back to the person only."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.feed import Feed
from backend.chat.unmasking import Unmasking
from backend.chat.voice import NATIVE
from backend.precheck.personal.mask import Names
from shared.chat import UsageFigures
from shared.events import ChatEvent, Delta, Done, EventId, Restart, decode
from shared.messages import FinishReason
from tests.backend.desk import WHY, rows
from tests.backend.providers.loopback import DONE, EVENT_STREAM, LAST, STOP, USAGE, Connection, chunk, reply, serving
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.streams import CHAT, ask, streamed, text_of
from tests.fixtures.upstream import add_provider

EMAIL = "maria.lopez@gmail.com"
PHONE = "+34 612 345 678"
PROMPT = f"Write a short note to {EMAIL} and tell her that my number is {PHONE}."
COMPLETIONS = "/v1/chat/completions"
NAMES = Names({"EMAIL_1": EMAIL, "PHONE_1": PHONE})


class Mirror:
    """A provider that says what it was told last, in pieces of three characters, and remembers everything."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    async def script(self, connection: Connection) -> None:
        """Answers whatever comes."""
        while True:
            asked = await connection.request()
            if not asked.line.startswith("POST"):
                await connection.send(reply(b'{"object":"list","data":[]}'))
                continue
            self.bodies.append(asked.body.decode())
            sent = json.loads(asked.body)
            words = sent["messages"][-1]["content"]
            if sent.get("stream"):
                frames = [_frame(words[i : i + 3]) for i in range(0, len(words), 3)]
                await connection.send(EVENT_STREAM + b"".join(map(chunk, (*frames, STOP, USAGE, DONE))) + LAST)
            else:
                message = {"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": "stop"}
                usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
                await connection.send(reply(json.dumps({"id": "c", "choices": [message], "usage": usage}).encode()))


def _frame(text: str) -> bytes:
    return b"data: " + json.dumps({"id": "c", "choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


@pytest.fixture
async def mirror(api: Api) -> AsyncIterator[Mirror]:
    it = Mirror()
    async with serving(it.script) as target:
        add_provider(str(api.services.settings.database_url), "mirror", target.base_url, model="mirror")
        rows(api, "UPDATE plans SET models = NULL")
        await api.services.refresh()
        yield it


async def set_plan(api: Api, setting: str) -> None:
    rows(api, f"UPDATE plans SET personal_data = '{setting}'")
    await api.services.refresh()


def everything_kept(api: Api) -> str:
    """All text that the database holds of what people said."""
    tables = (
        "messages",
        "conversations",
        "answer_logs",
        "answer_parts",
        "prompt_checks",
        "idempotency_keys",
        "maskings",
    )
    return " ".join(str(rows(api, f"SELECT * FROM {table}")) for table in tables)


class TestMaskingByWish:
    async def test_neither_the_model_nor_the_database_sees_the_data_and_the_person_does(
        self, api: Api, user: Person, mirror: Mirror
    ) -> None:
        body = {"message": {"content": PROMPT}, "model": "mirror", "mask": True}
        events = await streamed(user, body, **{"idempotency-key": "once"})
        assert text_of(events) == PROMPT
        [sent] = mirror.bodies
        assert "[EMAIL_1]" in sent
        assert "[PHONE_1]" in sent
        kept = everything_kept(api)
        for secret in (EMAIL, PHONE):
            assert secret not in sent
            assert secret not in kept
        [conversation] = (await user.http.get("/api/conversations")).json()["items"]
        assert EMAIL not in conversation["title"]
        messages = (await user.http.get(f"/api/conversations/{conversation['id']}/messages")).json()["items"]
        assert [m["content"] for m in messages] == [PROMPT, PROMPT]
        assert "a phone number" in messages[1]["notices"][-1]

    async def test_later_turns_use_the_same_names_and_speak_of_the_same_data(
        self, api: Api, user: Person, mirror: Mirror
    ) -> None:
        first = await ask(user, PROMPT, model="mirror", mask=True)
        assert first.text == PROMPT
        more = f"Also copy jan.nowak@o2.pl, not {EMAIL}."
        again = await user.http.post(
            CHAT,
            json={
                "conversation_id": str(first.conversation_id),
                "message": {"content": more},
                "model": "mirror",
                "mask": True,
                "stream": False,
            },
        )
        assert again.json()["text"] == more
        assert json.loads(mirror.bodies[-1])["messages"][-1]["content"] == "Also copy [EMAIL_2], not [EMAIL_1]."
        assert EMAIL not in mirror.bodies[-1]
        assert len(rows(api, "SELECT * FROM maskings")) == 1
        regenerated = await user.http.post(
            CHAT,
            json={
                "conversation_id": str(first.conversation_id),
                "replace_from": str(again.json()["message_id"]),
                "model": "mirror",
                "stream": False,
            },
        )
        assert regenerated.json()["text"] == more
        assert EMAIL not in mirror.bodies[-1]

    async def test_somebody_else_is_given_nothing_and_the_names_go_with_the_conversation(
        self, api: Api, user: Person, join: Join, mirror: Mirror
    ) -> None:
        answer = await ask(user, PROMPT, model="mirror", mask=True)
        other = await join()
        path = f"/api/conversations/{answer.conversation_id}"
        assert (await other.http.get(f"{path}/messages")).status_code == 404
        assert (await user.http.delete(path)).status_code == 204
        assert rows(api, "SELECT * FROM maskings") == []

    async def test_a_repeated_and_a_followed_answer_have_the_data_put_back(self, user: Person, mirror: Mirror) -> None:
        body = {"messages": [{"role": "user", "content": PROMPT}], "model": "mirror", "mask": True, "stream": False}
        first = await user.http.post(CHAT, json=body, headers={"idempotency-key": "k"})
        again = await user.http.post(CHAT, json=body, headers={"idempotency-key": "k"})
        assert first.json()["text"] == again.json()["text"] == PROMPT
        assert len(mirror.bodies) == 1

    async def test_readers_in_other_processes_are_given_the_data(self, api: Api, user: Person, mirror: Mirror) -> None:
        events = await streamed(user, {"message": {"content": PROMPT}, "model": "mirror", "mask": True})
        request_id: UUID = events[0][1].request_id  # type: ignore[union-attr]
        feed = await api.services.followings.open(user.id, request_id)
        assert feed is not None
        said = b"".join([frame async for frame in feed.read()]).decode()
        told = [r.event for r in decode([*said.split("\n")])]
        assert "".join(e.text for e in told if isinstance(e, Delta)) == PROMPT

    async def test_v1_takes_it_as_an_extension(self, user: Person, mirror: Mirror) -> None:
        body = {"model": "mirror", "messages": [{"role": "user", "content": PROMPT}], "mask": True}
        answer = await user.http.post(COMPLETIONS, json=body)
        assert answer.json()["choices"][0]["message"]["content"] == PROMPT
        assert EMAIL not in mirror.bodies[-1]

    async def test_without_the_wish_words_are_sent_as_they_are(self, user: Person, mirror: Mirror) -> None:
        assert (await ask(user, PROMPT, model="mirror")).text == PROMPT
        assert EMAIL in mirror.bodies[-1]


class TestPlans:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            (CHAT, {"message": {"content": PROMPT}}),
            (CHAT, {"messages": [{"role": "system", "content": PROMPT}, {"role": "user", "content": "Hello there"}]}),
            (COMPLETIONS, {"messages": [{"role": "user", "content": PROMPT}]}),
            ("/v1/completions", {"model": "auto", "prompt": PROMPT}),
            ("/v1/responses", {"model": "auto", "input": PROMPT}),
            ("/v1/messages", {"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": PROMPT}]}),
            ("/v1/embeddings", {"model": "auto", "input": ["Hello there", PROMPT]}),
            ("/v1/images/generations", {"model": "auto", "prompt": PROMPT}),
            ("/v1/ai/process", {"prompt": PROMPT}),
        ],
    )
    async def test_a_plan_that_refuses_does_so_on_every_route(
        self, api: Api, user: Person, mirror: Mirror, path: str, body: dict[str, Any]
    ) -> None:
        await set_plan(api, "refuse")
        answer = await user.http.post(path, json=body)
        assert answer.status_code == 422, answer.text
        assert "a phone number" in answer.text
        assert EMAIL not in answer.text
        assert mirror.bodies == []

    async def test_a_file_counts(self, api: Api, user: Person, mirror: Mirror) -> None:
        await set_plan(api, "refuse")
        made = await user.http.post("/api/attachments", files={"file": ("notes.txt", PROMPT.encode(), "text/plain")})
        body = {"message": {"content": "Sum this up", "attachments": [made.json()["id"]]}}
        assert (await user.http.post(CHAT, json=body)).status_code == 422
        masked = await user.http.post(CHAT, json={**body, "mask": True, "model": "mirror", "stream": False})
        assert EMAIL in masked.json()["text"]
        assert EMAIL not in mirror.bodies[-1]

    async def test_a_plan_that_masks_does_so_unasked_and_refuses_where_it_cannot_be_undone(
        self, api: Api, user: Person, mirror: Mirror
    ) -> None:
        await set_plan(api, "mask")
        assert (await ask(user, PROMPT, model="mirror")).text == PROMPT
        assert EMAIL not in mirror.bodies[-1]
        refused = await user.http.post("/v1/embeddings", json={"model": "auto", "input": PROMPT})
        assert refused.status_code == 422
        assert "cannot be undone" in refused.text

    async def test_admins_say_what_plans_do(self, api: Api, user: Person, admin: Person) -> None:
        [starter] = [p for p in (await admin.http.get("/api/admin/plans")).json()["items"] if p["slug"] == "starter"]
        assert starter["personal_data"] == "warn"
        path = f"/api/admin/plans/{starter['id']}"
        assert (await admin.http.patch(path, json={"personal_data": "perhaps", **WHY})).status_code == 400
        changed = await admin.http.patch(path, json={"personal_data": "refuse", **WHY})
        assert changed.json()["personal_data"] == "refuse"
        await api.services.refresh()
        assert (await user.http.post(CHAT, json={"message": {"content": PROMPT}})).status_code == 422


class TestPrecheck:
    async def test_it_says_what_stands_where_and_keeps_only_the_kinds(self, api: Api, user: Person) -> None:
        found = (await user.http.post("/api/ai/precheck", json={"prompt": PROMPT})).json()
        assert [(p["kind"], PROMPT[p["start"] : p["end"]]) for p in found["personal"]] == [
            ("email", EMAIL),
            ("phone", PHONE),
        ]
        assert "Holds an e-mail address and a phone number" in found["signals"]
        assert EMAIL not in everything_kept(api)
        [check] = rows(api, "SELECT * FROM prompt_checks")
        assert "start" not in str(check["signals"])


def told(feed: Feed, after: EventId) -> list[tuple[EventId | None, ChatEvent]]:
    """What a reader is told of a feed that has ended, with the places."""
    frames = feed.read(after)._frames
    return [(r.id, r.event) for r in decode([*b"".join(frames).decode().split("\n")])]


END = UsageFigures(
    prompt_tokens=1, completion_tokens=1, credits=Decimal(1), balance=Decimal(1), final=True, estimated=False
)
DONE_EVENT = Done(finish_reason=FinishReason.STOP, model="m", latency_ms=1, first_token_ms=1)


class TestStreams:
    @given(
        st.lists(st.sampled_from(["[EMAIL_1]", "[PHONE_1]", "[", "]", "[EM", "a", " [EMAIL_9]", "\\[EMAIL\\_1\\]"])),
        st.lists(st.integers(0, 80), max_size=10),
        st.integers(0, 20),
    )
    def test_data_is_put_back_however_names_are_cut_and_readers_may_come_back_anywhere(
        self, pieces: list[str], cuts: list[int], leave: int
    ) -> None:
        text = "".join(pieces)
        whole = text.replace("\\[EMAIL\\_1\\]", "[EMAIL_1]").replace("[EMAIL_1]", EMAIL).replace("[PHONE_1]", PHONE)
        feed = Feed(names=NAMES)
        live = feed.read()
        places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
        for start, end in pairwise(places):
            feed.write(text[start:end])
            feed.say(msgspec.structs.replace(END, final=False), keep=False)
        feed.say(END)
        feed.say(DONE_EVENT)
        feed.close()
        events = [(r.id, r.event) for r in decode([*b"".join(live._frames).decode().split("\n")])]
        assert "".join(e.text for _, e in events if isinstance(e, Delta)) == whole
        seen = events[: leave % (len(events) + 1)]
        last = seen[-1][0] if seen else EventId(0, 0)
        assert last is not None
        rest = told(feed, last)
        told_before = "".join(e.text for _, e in seen if isinstance(e, Delta))
        assert told_before + "".join(e.text for _, e in rest if isinstance(e, Delta)) == whole

    def test_what_is_kept_of_a_text_is_void_when_it_begins_anew(self) -> None:
        voice = Unmasking(NATIVE, NAMES, in_json=False)
        assert voice.delta("x [EMA", 1, 6).endswith(b'{"text":"x "}\n\n')
        assert b"EMA" not in voice.event(Restart(reason="again"), 2, 0)
        assert b"maria" in voice.delta("[EMAIL_1]", 2, 9)

    def test_data_in_json_stays_json(self) -> None:
        voice = Unmasking(NATIVE, Names({"PASSWORD_1": 'a"b\\c\n'}), in_json=True)
        frame = voice.delta('{"p": "[PASSWORD_1]"}', 1, 21)
        [event] = [r.event for r in decode([*frame.decode().split("\n")])]
        assert isinstance(event, Delta)
        assert msgspec.json.decode(event.text) == {"p": 'a"b\\c\n'}
