"""A conversation's first title, from its first prompt. Pure, and free for the person."""

import re

LONGEST = 60
_BLOCK = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_MARKS = re.compile(r"[#*_`>\[\]|]+")
UNTITLED = "New conversation"


def title_of(prompt: str) -> str:
    """The first line with words outside code, cut at a word's end near `LONGEST` characters."""
    head = prompt[:4000]
    for source in (_BLOCK.sub("\n", head), head):
        for line in source.splitlines():
            words = " ".join(_MARKS.sub(" ", line).split())
            if words:
                return _cut(words)
    return UNTITLED


def _cut(words: str) -> str:
    if len(words) <= LONGEST:
        return words
    end = words.rfind(" ", LONGEST // 2, LONGEST)
    return words[: end if end > 0 else LONGEST - 1].rstrip(",.;:") + "…"
