"""What kind of text a prompt asks for."""

import re
from enum import Enum, auto


class Task(Enum):
    """Forms of answers."""

    CHAT = auto()
    ARTICLE = auto()
    CODE = auto()
    TABLE = auto()
    TRANSLATION = auto()


_LOOKED_AT = 4_000
_SMALL_TALK_WORDS = 5

_SIGNS = (
    (Task.TRANSLATION, r"\b(translat\w*|übersetz\w*|tradui\w*|traduc\w*|traduz\w*)\b"),
    (
        Task.CODE,
        r"```|\b(code|coding|function|script|program|class|method|regex|sql|quer(y|ies)|python|javascript|"
        r"typescript|rust|golang|bash|unit tests?|refactor|debug|stack ?trace|compile[rs]?|api client|"
        r"implement|algorithm)\b",
    ),
    (
        Task.TABLE,
        r"\b(table|csv|spreadsheet|dataset|data ?set|columns?|rows|tabulate|figures|statistics|pivot|"
        r"compare|comparison|analy[sz]e the data|chart)\b",
    ),
    (Task.CHAT, r"\A\s*(hi|hello|hey|hallo|thanks|thank you|good (morning|evening)|ping|test)\b.{0,40}\Z"),
)
_COMPILED = tuple((task, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for task, pattern in _SIGNS)


def recognise(prompt: str) -> Task:
    """The form of answer that `prompt` asks for; small talk when there is hardly a prompt."""
    looked_at = prompt[:_LOOKED_AT]
    for task, sign in _COMPILED:
        if sign.search(looked_at):
            return task
    return Task.CHAT if len(looked_at.split()) < _SMALL_TALK_WORDS else Task.ARTICLE
