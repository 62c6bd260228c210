"""Texts that are worth looking at and say plainly that nobody thought about them."""

from random import Random

from backend.simulator.prose import article, chat, code, record, table, translation
from backend.simulator.prose.length import Length, wanted
from backend.simulator.prose.task import Task, recognise

_WRITERS = {
    Task.ARTICLE: article.write,
    Task.CHAT: chat.write,
    Task.CODE: code.write,
    Task.TABLE: table.write,
    Task.TRANSLATION: translation.write,
}


def write(prompt: str, *, json: bool, wordiness: float, random: Random) -> str:
    """An answer to `prompt` in Markdown, or one JSON object; the same for the same `random` state."""
    if json:
        return record.write(prompt, random)
    task, length = recognise(prompt), wanted(prompt)
    if length.exact and task is Task.CHAT:
        task = Task.ARTICLE
    if not length.exact:
        length = Length(max(12, round(length.words * wordiness)), exact=False)
    return _WRITERS[task](prompt, length, random)
