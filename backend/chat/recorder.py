"""Saving the streamed answers of a process as they grow: what is new of all of them, in one statement.

Nothing waits for it. What could not be written, as while PostgreSQL is away, is still new the next time.
"""

from uuid import UUID

import structlog

from backend.chat import log_repository as repository
from backend.chat.answer_log import news
from backend.chat.feed import Feed, Saved
from backend.chat.generations import Generations
from backend.database import Database
from backend.metering.batches import AWAY
from backend.metering.records import LogRecord

log = structlog.get_logger()

New = list[tuple[LogRecord, Feed, Saved]]


class Recorder:
    """Keeps the logs of one process's answers up to date, up to their last words, which settlement writes."""

    def __init__(self, database: Database, generations: Generations) -> None:
        self._database = database
        self._generations = generations
        self._refused: set[UUID] = set()

    async def save(self) -> None:
        """Writes what has been said since the last time."""
        new = self._new()
        if not new:
            return
        try:
            await self._write(new)
        except AWAY as error:
            log.warning("answers_not_saved", answers=len(new), fault=type(error).__name__)

    def _new(self) -> New:
        found: New = []
        running = self._generations.running
        self._refused &= {generation.order.request_id for generation in running}
        for generation in running:
            if generation.order.streamed and generation.order.request_id not in self._refused:
                said = news(generation.order, generation.feed)
                if said is not None:
                    found.append((said[0], generation.feed, said[1]))
        return found

    async def _write(self, new: New) -> None:
        """An answer that cannot be saved does not keep the others from it; its end is left to settlement."""
        try:
            await repository.save(self._database, [record for record, _, _ in new])
        except AWAY:
            raise
        except Exception:
            if len(new) > 1:
                for one in new:
                    await self._write([one])
                return
            request_id = new[0][0].request_id
            log.exception("answer_not_saved", request_id=str(request_id))
            self._refused.add(request_id)
            return
        for _, feed, saved in new:
            feed.saved = saved
