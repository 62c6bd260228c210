"""Headings, paragraphs and lists, to a number of words."""

from collections.abc import Iterator
from random import Random

from backend.simulator.prose import topic
from backend.simulator.prose.length import Length
from backend.simulator.prose.sentences import BODY, HEADINGS, NOTICE, POINTS, STEPS

_ONE_PARAGRAPH = 70
_SENTENCES_PER_PARAGRAPH = 4


def write(prompt: str, length: Length, random: Random) -> str:
    """A text of about `length` words, headed and structured when it is long enough for that."""
    subject = topic.find(prompt)
    if length.words <= _ONE_PARAGRAPH:
        return _fill(_plain(subject, random), length.words)
    return _fill(_structured(subject, random), length.words)


def _fill(blocks: Iterator[str], words: int) -> str:
    """Join whole blocks, as many as come nearest to `words`, but at least one."""
    text, count = "", 0
    for block in blocks:
        size = len(block.split())
        if text and count + size / 2 > words:
            break
        text += block
        count += size
    return text.rstrip()


def _plain(subject: str, random: Random) -> Iterator[str]:
    yield f"This is a simulated answer about {subject}. "
    for sentence in _sentences(subject, random):
        yield sentence + " "


def _structured(subject: str, random: Random) -> Iterator[str]:
    sentences = _sentences(subject, random)
    yield f"## {topic.title(subject)}\n\n{NOTICE}\n\n"
    section = 0
    while True:
        headings = random.sample(HEADINGS, len(HEADINGS))
        for heading in headings:
            yield f"### {heading}\n\n{next(sentences)} "
            for _ in range(_SENTENCES_PER_PARAGRAPH - 1):
                yield next(sentences) + " "
            yield "\n\n"
            if section % 3 == 1:
                yield from (f"{number}. {step}\n" for number, step in enumerate(STEPS, start=1))
                yield "\n"
            elif section % 3 == 0:
                yield from (f"- {point}\n" for point in random.sample(POINTS, 4))
                yield "\n"
            section += 1


def _sentences(subject: str, random: Random) -> Iterator[str]:
    while True:
        for sentence in random.sample(BODY, len(BODY)):
            yield sentence.format(topic=subject)
