"""Asking, stopping and coming back, for whoever speaks HTTP."""

from typing import NamedTuple
from uuid import UUID

from backend.accounts.identity import Identity
from backend.chat import repository
from backend.chat.feed import Feed
from backend.chat.following import Followings
from backend.chat.generation import Generation
from backend.chat.generations import Generations
from backend.chat.inquiry import Inquiry
from backend.chat.pipeline import Caller, Pipeline
from backend.chat.plan import Decided
from backend.chat.replay import answer_of, await_result
from backend.chat.sealed_names import names_of_request
from backend.chat.sse import Readers
from backend.chat.unmasking import unmasked
from backend.database import Database
from backend.errors import Conflict, NotFound
from backend.metering.admission import Repeated
from backend.secrets import Secrets
from shared.chat import CancelAnswer, ChatAnswer


class Remote(NamedTuple):
    """An answer that is known from its log."""

    request_id: UUID
    feed: Feed


JOIN_SECONDS = 300.0
"""How long a repeated request waits for the first one's result."""


class Chats:
    """One process's answers, and through the database those of the others."""

    def __init__(
        self,
        pipeline: Pipeline,
        database: Database,
        secrets: Secrets,
        generations: Generations,
        followings: Followings,
    ) -> None:
        self._pipeline = pipeline
        self._database = database
        self._secrets = secrets
        self._generations = generations
        self._followings = followings
        self.readers = Readers()

    async def begin(self, caller: Caller, inquiry: Inquiry) -> Generation | Remote | ChatAnswer:
        """A running generation; when the request repeats another, that one's, its stream elsewhere or its result."""
        begun = await self._pipeline.begin(caller, inquiry)
        if isinstance(begun, Repeated):
            return self._generations.get(begun.request_id) or await self._first_answer(caller, inquiry, begun)
        return begun

    async def consider(self, caller: Caller, inquiry: Inquiry) -> Decided:
        """What would be decided now, without doing it. Raises the refusals of the decision."""
        return await self._pipeline.consider(caller, inquiry)

    async def _first_answer(self, caller: Caller, inquiry: Inquiry, first: Repeated) -> Remote | ChatAnswer:
        if inquiry.stream:
            feed = await self._followings.open(caller.identity.user_id, first.request_id)
            if feed is not None:
                return Remote(first.request_id, feed)
        result = await await_result(self._database, caller.identity.caller, first.request_id, JOIN_SECONDS)
        answer = answer_of(result)
        names = await names_of_request(self._database, self._secrets, caller.identity.user_id, first.request_id)
        return unmasked(answer, names, in_json=inquiry.manner.format is not None)

    async def cancel(self, identity: Identity, request_id: UUID) -> CancelAnswer:
        """Stops an answer in whatever process it runs. Raises `NotFound` for somebody else's."""
        generation = self._generations.get(request_id)
        if generation is not None:
            if generation.order.user_id != identity.user_id:
                raise NotFound("There is no such request of yours.")
            running = generation.cancel()
        else:
            running = _theirs(await repository.ask_to_stop(self._database, identity.user_id, request_id))
        return CancelAnswer(request_id=request_id, state="cancelling" if running else "finished")

    async def follow(self, identity: Identity, request_id: UUID) -> Generation | Remote:
        """An answer, running or ended a while ago, wherever it is written. Raises `NotFound` and `Conflict`."""
        generation = self._generations.get(request_id)
        if generation is not None and generation.order.user_id == identity.user_id:
            return generation
        feed = await self._followings.open(identity.user_id, request_id)
        if feed is not None:
            return Remote(request_id, feed)
        _theirs(await repository.owns_request(self._database, identity.user_id, request_id))
        raise Conflict("This answer cannot be followed any more. Read the conversation instead.")


def _theirs(running: bool | None) -> bool:
    if running is None:
        raise NotFound("There is no such request of yours.")
    return running
