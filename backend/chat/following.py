"""Answers that other processes write, followed through their logs.

Each becomes a feed of this process, however many read it, and one statement reads what is new of all of them.
"""

import asyncio
from uuid import UUID

import structlog
from msgspec import Struct

from backend.chat import log_repository as repository
from backend.chat.answer_log import AnswerLog, assembled
from backend.chat.errors import Interrupted
from backend.chat.feed import Feed
from backend.chat.log_repository import Known, LogRows
from backend.chat.sealed_names import names_of_request
from backend.database import Database
from backend.metering.batches import AWAY
from backend.metering.records import LOST
from backend.precheck.personal.mask import Names
from backend.secrets import Secrets

POLL_SECONDS = 0.25
LOG_SECONDS = 5.0
"""How long a running request may be without a log before it is taken for one that is not streamed."""

log = structlog.get_logger()
EMPTY = AnswerLog((), 0, "")


class Followed(Struct, eq=False):
    """An answer of another process: what was read of its log, and the feed that tells it here."""

    log: AnswerLog
    feed: Feed

    def take(self, request_id: UUID, rows: LogRows) -> None:
        """Tells what is new, and the end."""
        self.log = assembled(self.log, rows.events, rows.parts)
        self.feed.catch_up(self.log.events, self.log.edition, self.log.text, ended=self.log.ended)
        if self.log.ended:
            self.feed.close()
        elif not rows.running:  # its end was not written, or the log is gone
            self.feed.say(Interrupted(LOST).body(str(request_id)))
            self.feed.close()

    def known(self, request_id: UUID) -> Known:
        """What need not be read again."""
        return Known(request_id, len(self.log.events), self.log.edition, len(self.log.text))


class Followings:
    """The answers of other processes that somebody follows here."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self._database = database
        self._secrets = secrets
        self._followed: dict[UUID, Followed] = {}
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._followed)

    async def open(self, user_id: UUID, request_id: UUID) -> Feed | None:
        """The feed of a streamed request of the person; to be read without awaiting anything else first.

        None when there is no log: the request is not theirs, not streamed, or ended long ago.
        """
        until = asyncio.get_running_loop().time() + LOG_SECONDS
        while True:
            rows = (await repository.news(self._database, [Known(request_id)]))[request_id]
            if rows.owner != user_id:
                return None
            if rows.logged:
                names = await names_of_request(self._database, self._secrets, user_id, request_id)
                return self._feed(request_id, rows, names)
            if not rows.running or asyncio.get_running_loop().time() > until:
                return None
            await asyncio.sleep(POLL_SECONDS)

    def _feed(self, request_id: UUID, rows: LogRows, names: Names) -> Feed:
        known = self._followed.get(request_id)
        if known is not None:
            return known.feed
        followed = Followed(EMPTY, Feed(lags=True, names=names))
        followed.take(request_id, rows)
        if not followed.feed.closed:
            self._followed[request_id] = followed
            followed.feed.on_deserted = lambda: self._followed.pop(request_id, None)
            if self._task is None:
                self._task = asyncio.create_task(self._read(), name="followings")
        return followed.feed

    async def close(self) -> None:
        """Stops reading; readers get no end and come back elsewhere."""
        for followed in self._followed.values():
            followed.feed.close()
        self._followed.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _read(self) -> None:
        while self._followed:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self._look()
            except AWAY as error:
                log.warning("answers_not_followed", answers=len(self), fault=type(error).__name__)
            except Exception:
                log.exception("following_failed")
        self._task = None

    async def _look(self) -> None:
        known = [followed.known(request_id) for request_id, followed in self._followed.items()]
        if not known:
            return
        for request_id, rows in (await repository.news(self._database, known)).items():
            followed = self._followed.get(request_id)
            if followed is not None:
                followed.take(request_id, rows)
                if followed.feed.closed:
                    self._followed.pop(request_id, None)
