"""A stand-in for the API at the HTTP edge: the shared types over a loopback socket, everything in memory.

What an answer does follows words in the prompt: `stall` falls silent after a few words, `long` is long, `rich` has
code, `fail` breaks off, `switch` falls back, `restart` begins anew; `block`, `broke`, `busy` and `late` are refused.
"""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import uvicorn
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from shared import events
from shared.accounts import LoginAnswer, LoginRequest, Me, PasswordReset, SessionView, SigninOptions, SignupRequest
from shared.attachments import Attachment, AttachmentKind
from shared.chat import CancelAnswer, ChatRequest, RouteView, UsageFigures
from shared.conversations import Conversation, ConversationPatch
from shared.errors import ErrorBody, ErrorCode, ErrorEnvelope
from shared.marks import Mark, MarkRequest, Was
from shared.messages import FeedbackRequest, FinishReason, Message, MessageState
from shared.paths import REQUEST_ID_HEADER
from shared.plans import NewPlanRequest, PlanRequestView, RequestStatus
from shared.precheck import (
    Category,
    Complexity,
    Estimate,
    Precheck,
    PrecheckRequest,
    RecommendedAssistant,
    Risk,
    RiskAction,
    RiskLevel,
)
from shared.wire import Page, encode
from tests.frontend.samples import ASSISTANTS, PASSWORD, REASONS, RICH, answer, conversation, finished, person, prompt

Endpoint = Callable[[Request], Awaitable[Response]]

REFUSALS = {
    "block": (422, ErrorCode.RISK_BLOCKED, "This prompt asks for codes in the name of a bank.", None),
    "broke": (402, ErrorCode.OUT_OF_CREDITS, "No credits are left in this period.", None),
    "busy": (429, ErrorCode.RATE_LIMITED, "More than 20 prompts in a minute.", 3),
    "late": (503, ErrorCode.NO_ROUTE, "No model of your plan can answer right now.", None),
}


class Refused(Exception):
    """Ends a request with an error of the API's shape."""

    def __init__(self, status: int, code: ErrorCode, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        details = {"check_id": str(uuid4())} if code is ErrorCode.RISK_BLOCKED else {}
        self.body = ErrorBody(
            code=code, message=message, retry_after=retry_after, details=details, request_id=str(uuid4())
        )


class Generation:
    """One answer on its way: the frames so far, and a bell for those who wait for more."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.frames: list[tuple[events.EventId, bytes]] = []
        self.over, self.stopped = False, asyncio.Event()
        self.bell = asyncio.Condition()

    async def put(self, event: events.ChatEvent, *, attempt: int = 1, over: bool = False) -> None:
        at = events.EventId(attempt, len(self.message.content))
        async with self.bell:
            self.frames.append((at, events.encode(event, *at)))
            self.over = over
            self.bell.notify_all()

    def _deltas_at(self, place: events.EventId) -> list[tuple[events.EventId, bytes]]:
        """Text is not told again to who has seen it; other events of the same place are."""
        return [(at, frame) for at, frame in self.frames if at == place and b"event: delta" in frame]

    async def read(self, after: events.EventId | None = None) -> AsyncIterator[bytes]:
        sent = 0 if after is None else sum(1 for at, _ in self.frames if at < after)
        if after is not None and sent < len(self.frames) and self.frames[sent] in self._deltas_at(after):
            sent += 1
        while not (self.over and sent == len(self.frames)):
            async with self.bell:
                while len(self.frames) == sent:
                    await self.bell.wait()
            while sent < len(self.frames):
                yield self.frames[sent][1]
                sent += 1


class FakeApi:
    """The state of the stand-in, and its routes."""

    def __init__(self) -> None:
        self.people: dict[str, Me] = {}
        self.owners: dict[UUID, UUID] = {}
        self.conversations: dict[UUID, Conversation] = {}
        self.messages: dict[UUID, list[Message]] = {}
        self.generations: dict[UUID, Generation] = {}
        self.feedback: list[FeedbackRequest] = []
        self.marks: list[tuple[UUID, MarkRequest]] = []
        self.plan_requests: list[PlanRequestView] = []
        self.cancelled: list[UUID] = []
        self.asked: list[ChatRequest] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.files: dict[UUID, Attachment] = {}
        self.contents: dict[UUID, bytes] = {}
        self.broken: set[str] = set()
        """Paths that answer 500."""
        self.refused: dict[str, Refused] = {}
        self.refused_methods: set[str] | None = None
        """Methods that `broken` and `refused` are about; absent: every one."""
        self.options = SigninOptions(signup="open")
        self.words_per_second = 60.0
        self.cuts: list[int] = []
        """After how many events the next streams are cut; one that is not listed is whole."""
        self._tasks: set[asyncio.Task[None]] = set()

    def sign_in(self, me: Me) -> str:
        """A session of somebody; returns the cookie's value."""
        token = uuid4().hex
        self.people[token] = me
        return token

    def keep(self, me: Me, title: str, *exchanges: tuple[str, str], days_ago: float = 0) -> UUID:
        """Stores a finished conversation of prompts and answers; returns its id."""
        kept = conversation(title, days_ago=days_ago)
        self.conversations[kept.id], self.owners[kept.id] = kept, me.id
        self.messages[kept.id] = [
            message
            for asked, said in exchanges
            for message in (prompt(kept.id, asked), answer(kept.id, said, MessageState.COMPLETE))
        ]
        return kept.id

    def app(self) -> Starlette:
        """The ASGI application."""
        table: tuple[tuple[str, str, Endpoint], ...] = (
            ("GET", "/v1/auth/options", self._options),
            ("POST", "/v1/auth/login", self._login),
            ("POST", "/v1/auth/signup", self._signup),
            ("POST", "/v1/auth/logout", self._logout),
            ("POST", "/v1/auth/password", self._nothing),
            ("POST", "/v1/auth/reset", self._reset),
            ("GET", "/v1/auth/me", self._me),
            ("GET", "/v1/auth/sessions", self._sessions),
            ("DELETE", "/v1/auth/sessions", self._nothing),
            ("GET", "/api/ai/assistants", self._assistants),
            ("POST", "/api/ai/precheck", self._precheck),
            ("PUT", "/api/ai/prechecks/{id:uuid}/mark", self._mark),
            ("POST", "/api/ai/chat", self._chat),
            ("POST", "/api/ai/chat/{id:uuid}/cancel", self._cancel),
            ("GET", "/api/ai/chat/{id:uuid}/events", self._events),
            ("GET", "/api/conversations", self._list),
            ("GET", "/api/conversations/{id:uuid}", self._conversation),
            ("PATCH", "/api/conversations/{id:uuid}", self._conversation),
            ("DELETE", "/api/conversations/{id:uuid}", self._conversation),
            ("GET", "/api/conversations/{id:uuid}/messages", self._messages),
            ("PUT", "/api/messages/{id:uuid}/feedback", self._feedback),
            ("POST", "/api/attachments", self._attach),
            ("GET", "/api/attachments/{id:uuid}", self._attachment),
            ("DELETE", "/api/attachments/{id:uuid}", self._attachment),
            ("POST", "/api/plan-requests", self._plan_request),
        )
        return Starlette(routes=[Route(path, self._guarded(end), methods=[verb]) for verb, path, end in table])

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            self.headers.append(dict(request.headers))
            self.paths.append(request.url.path)
            try:
                if self.refused_methods is None or request.method in self.refused_methods:
                    if request.url.path in self.broken:
                        raise Refused(500, ErrorCode.INTERNAL, "Something broke.")
                    if request.url.path in self.refused:
                        raise self.refused[request.url.path]
                return await endpoint(request)
            except Refused as refused:
                return _json(ErrorEnvelope(error=refused.body), refused.status)

        return guarded

    def _who(self, request: Request) -> Me:
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or request.cookies.get("sid", "")
        if token not in self.people:
            raise Refused(401, ErrorCode.NOT_SIGNED_IN, "Sign in first.")
        return self.people[token]

    def _own(self, request: Request) -> UUID:
        found: UUID = request.path_params["id"]
        if self.owners.get(found) != self._who(request).id:
            raise Refused(404, ErrorCode.NOT_FOUND, "There is no such conversation.")
        return found

    async def _options(self, _request: Request) -> Response:
        return _json(self.options)

    async def _login(self, request: Request) -> Response:
        asked = msgspec.json.decode(await request.body(), type=LoginRequest)
        me = next((me for me in self.people.values() if me.email == asked.email), None)
        if me is None or asked.password != PASSWORD:
            raise Refused(401, ErrorCode.WRONG_CREDENTIALS, "Email and password do not match. 4 tries left.")
        return self._welcome(me)

    async def _signup(self, request: Request) -> Response:
        return self._welcome(person(msgspec.json.decode(await request.body(), type=SignupRequest).name))

    def _welcome(self, me: Me) -> Response:
        response = _json(LoginAnswer(user=me))
        response.set_cookie("sid", self.sign_in(me), httponly=True, samesite="lax")
        return response

    async def _logout(self, request: Request) -> Response:
        self.people.pop(request.cookies.get("sid", ""), None)
        response = Response(status_code=204)
        response.delete_cookie("sid")
        return response

    async def _nothing(self, request: Request) -> Response:
        self._who(request)
        return Response(status_code=204)

    async def _reset(self, request: Request) -> Response:
        if msgspec.json.decode(await request.body(), type=PasswordReset).token != "good":
            raise Refused(400, ErrorCode.INVALID_REQUEST, "This link is no longer valid. Ask your admin for a new one.")
        return Response(status_code=204)

    async def _me(self, request: Request) -> Response:
        return _json(self._who(request))

    async def _sessions(self, request: Request) -> Response:
        self._who(request)
        agents = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "curl/8.5")
        views = [
            SessionView(
                id=UUID(int=number),
                kind="cookie" if number == 0 else "token",
                created_at=datetime.now(UTC),
                last_used_at=datetime.now(UTC),
                user_agent=agent,
                address="127.0.0.1",
                current=number == 0,
            )
            for number, agent in enumerate(agents)
        ]
        return _json(Page(items=views))

    async def _assistants(self, request: Request) -> Response:
        self._who(request)
        return _json(Page(items=ASSISTANTS))

    async def _precheck(self, request: Request) -> Response:
        self._who(request)
        asked = msgspec.json.decode(await request.body(), type=PrecheckRequest)
        return _json(check(asked.prompt or ""))

    async def _mark(self, request: Request) -> Response:
        self._who(request)
        asked = msgspec.json.decode(await request.body(), type=MarkRequest)
        self.marks.append((request.path_params["id"], asked))
        was = Was(
            category=Category.CHAT,
            complexity=Complexity.SIMPLE,
            confidence=0.9,
            risk_action=RiskAction.ALLOW,
            language="en",
        )
        return _json(
            Mark(
                check_id=request.path_params["id"],
                category=asked.category,
                complexity=asked.complexity,
                risky=asked.risky,
                was=was,
                text_kept=asked.share_text,
                marked_at=datetime.now(UTC),
            )
        )

    async def _list(self, request: Request) -> Response:
        me, words = self._who(request), request.query_params.get("q", "").lower()
        own = [kept for kept in self.conversations.values() if self.owners[kept.id] == me.id]
        found = [kept for kept in own if words in kept.title.lower()]
        return _json(Page(items=sorted(found, key=lambda kept: kept.updated_at, reverse=True)))

    async def _conversation(self, request: Request) -> Response:
        found = self._own(request)
        if request.method == "DELETE":
            del self.conversations[found], self.owners[found]
            return Response(status_code=204)
        if request.method == "PATCH":
            patch = msgspec.json.decode(await request.body(), type=ConversationPatch)
            title = self.conversations[found].title if patch.title is msgspec.UNSET else patch.title
            self.conversations[found] = replace(self.conversations[found], title=title)
        return _json(self.conversations[found])

    async def _messages(self, request: Request) -> Response:
        return _json(Page(items=self.messages[self._own(request)]))

    async def _feedback(self, request: Request) -> Response:
        asked = msgspec.json.decode(await request.body(), type=FeedbackRequest)
        self.feedback.append(asked)
        for stored in self.messages.values():
            for place, message in enumerate(stored):
                if message.id == request.path_params["id"]:
                    stored[place] = replace(message, feedback=asked.rating)
        return Response(status_code=204)

    async def _attach(self, request: Request) -> Response:
        self._who(request)
        async with request.form() as form:
            file = form["file"]
            assert isinstance(file, UploadFile)
            name, data = file.filename or "", await file.read()
        if b"\0" in data[:4]:
            raise Refused(415, ErrorCode.UNSUPPORTED_MEDIA_TYPE, "This kind of file cannot be sent.")
        image = name.endswith(".png")
        added = Attachment(
            id=uuid4(),
            kind=AttachmentKind.IMAGE if image else AttachmentKind.TEXT,
            name=name,
            size=len(data),
            tokens=len(data) // 4,
            width=640 if image else None,
            height=480 if image else None,
        )
        self.files[added.id] = added
        self.contents[added.id] = data
        return _json(added, 201)

    async def _attachment(self, request: Request) -> Response:
        self._who(request)
        found = request.path_params["id"]
        if found not in self.files:
            raise Refused(404, ErrorCode.NOT_FOUND, "This file does not exist or is not yours.")
        if request.method == "DELETE":
            del self.files[found]
            return Response(status_code=204)
        media_type = "image/png" if self.files[found].kind is AttachmentKind.IMAGE else "text/plain"
        return Response(self.contents[found], media_type=media_type)

    async def _plan_request(self, request: Request) -> Response:
        self._who(request)
        asked = msgspec.json.decode(await request.body(), type=NewPlanRequest)
        view = PlanRequestView(
            id=uuid4(),
            plan=asked.plan,
            plan_name=asked.plan,
            model_family=asked.model_family,
            reason=asked.reason,
            status=RequestStatus.WAITING,
            created_at=datetime.now(UTC),
        )
        self.plan_requests.append(view)
        return _json(view, 201)

    async def _cancel(self, request: Request) -> Response:
        generation = self.generations[request.path_params["id"]]
        self.cancelled.append(request.path_params["id"])
        generation.stopped.set()
        state = "finished" if generation.over else "cancelling"
        return _json(CancelAnswer(request_id=request.path_params["id"], state=state))

    async def _events(self, request: Request) -> Response:
        generation = self.generations.get(request.path_params["id"])
        if generation is None:
            raise Refused(404, ErrorCode.NOT_FOUND, "There is no such request.")
        last = request.headers.get("last-event-id") or request.query_params.get("after")
        return _stream(self._cut(generation.read(events.EventId.parse(last) if last else None)))

    async def _cut(self, frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        left = self.cuts.pop(0) if self.cuts else None
        async for frame in frames:
            if left == 0:
                yield frame[: len(frame) // 2]
                raise ConnectionResetError
            left = None if left is None else left - 1
            yield frame

    async def _chat(self, request: Request) -> Response:
        me = self._who(request)
        asked = msgspec.json.decode(await request.body(), type=ChatRequest)
        self.asked.append(asked)
        kept = asked.conversation_id
        history = self.messages[kept] if kept else []
        if asked.replace_from is not None:
            place = next(at for at, message in enumerate(history) if message.id == asked.replace_from)
            del history[place:]
        text = asked.message.content if asked.message else history[-1].content
        for word, refusal in REFUSALS.items():
            if word in text:
                raise Refused(*refusal)
        if kept is None:
            kept = self.keep(me, text[:40])
            history = self.messages[kept]
        if asked.message:
            given = [self.files[id] for id in asked.message.attachments]
            history.append(replace(prompt(kept, text), attachments=given))
        generation = Generation(answer(kept))
        history.append(generation.message)
        self.generations[generation.message.request_id] = generation
        task = asyncio.create_task(self._write(generation, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        headers = {REQUEST_ID_HEADER: str(generation.message.request_id)}
        return _stream(self._cut(generation.read()), headers)

    async def _write(self, generation: Generation, text: str) -> None:
        message, attempt = generation.message, 1
        await generation.put(
            events.Accepted(
                request_id=message.request_id, conversation_id=message.conversation_id, message_id=message.id
            )
        )
        notices = ["Switched to Sonnet after GPT-5 mini did not start within 8 s."] if "switch" in text else []
        route = RouteView(
            assistant="Code", model="Sonnet", reasons=REASONS, attempt=1, max_tokens=1000, notices=notices
        )
        await generation.put(route)
        said = RICH if "rich" in text else f"This answers: {text}. " * (60 if "long" in text else 3)
        state = MessageState.COMPLETE
        for number, word in enumerate(said.split(" ")):
            self._grow(generation, word + " ")
            await generation.put(events.Delta(text=word + " "), attempt=attempt)
            if number % 10 == 9:
                await generation.put(_figures(number, final=False), attempt=attempt)
            if "stall" in text and number == 6:
                await generation.stopped.wait()
            if "restart" in text and number == 6:
                attempt = 2
                self._grow(generation, None)
                await generation.put(events.Restart(reason="The first model broke off."), attempt=attempt)
            if "fail" in text and number == 12:
                state = MessageState.INTERRUPTED
                break
            if generation.stopped.is_set():
                state = MessageState.CANCELLED
                break
            await asyncio.sleep(1 / self.words_per_second)
        ended = replace(finished(generation.message, state), notices=notices)
        if state is MessageState.INTERRUPTED:
            ended = replace(ended, failure=ErrorCode.INTERRUPTED, credits=Decimal("0.03"))
        self._store(generation, ended)
        await generation.put(_figures(486, final=True), attempt=attempt)
        if state is MessageState.INTERRUPTED:
            broke = "The connection to the model broke and no other model in your plan could continue it."
            await generation.put(ErrorBody(code=ErrorCode.INTERRUPTED, message=broke), attempt=attempt, over=True)
        else:
            reason = FinishReason.STOP if state is MessageState.COMPLETE else FinishReason.CANCELLED
            done = events.Done(finish_reason=reason, model="Sonnet", latency_ms=1900, first_token_ms=420)
            await generation.put(done, attempt=attempt, over=True)

    def _grow(self, generation: Generation, text: str | None) -> None:
        content = "" if text is None else generation.message.content + text
        self._store(generation, replace(generation.message, content=content))

    def _store(self, generation: Generation, message: Message) -> None:
        stored = self.messages[message.conversation_id]
        generation.message = message
        for place, old in enumerate(stored):
            if old.id == message.id:
                stored[place] = message


def check(text: str) -> Precheck:
    """A finding that follows words in the text: `bank`, `key`, `huge`, `long`, `forbidden`, `def`."""
    risk = Risk()
    if "bank" in text:
        risk = Risk(level=RiskLevel.HIGH, action=RiskAction.BLOCK, message="Asks for codes in the name of a bank.")
    elif "key" in text:
        risk = Risk(level=RiskLevel.MEDIUM, action=RiskAction.WARN, message="Looks like it holds a live key.")
    code = "def" in text
    named = ASSISTANTS[2 if code else 1]
    return Precheck(
        id=uuid4(),
        category=Category.CODING if code else Category.CHAT,
        categories=[],
        complexity=Complexity.STANDARD,
        risk=risk,
        language="en",
        recommended_assistant=RecommendedAssistant(id=named.id, family=named.family, name=named.name),
        confidence=0.9,
        estimate=Estimate(
            prompt_tokens=40,
            credits_low=Decimal("0.3"),
            credits_high=Decimal("0.8"),
            spendable=Decimal("0.5") if "long" in text else Decimal("412.4"),
            affordable_max_tokens=250 if "long" in text else 0 if "huge" in text else None,
        ),
        affordable="huge" not in text,
        obstacle="This looks like coding, which is not in your Starter plan." if "forbidden" in text else None,
        signals=[],
    )


@contextmanager
def serve(api: FakeApi) -> Iterator[str]:
    """Serves the stand-in at a free port of this machine; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(api.app(), log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
        listener.close()


def _json(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(encode(body), status_code=status, media_type="application/json")


def _stream(frames: AsyncIterator[bytes], headers: dict[str, str] | None = None) -> Response:
    return StreamingResponse(frames, headers=headers, media_type="text/event-stream")


def _figures(words: int, *, final: bool) -> UsageFigures:
    return UsageFigures(
        prompt_tokens=1204,
        completion_tokens=words,
        credits=Decimal("0.42") if final else Decimal(words) / 1000,
        balance=Decimal("412"),
        final=final,
        estimated=False,
    )
