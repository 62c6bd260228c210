"""A provider's reason without the words it was sent: admins read it, and prompts are private. Pure."""

from collections.abc import Iterator, Sequence

SHORTEST = 12
"""Characters: a shorter passage tells little, and would be found everywhere."""
MOST = 100_000
"""Characters: comparing with more would keep everybody else waiting, so then nothing of the reason is kept."""
LEFT_OUT = "[…]"


def without_quotes(reason: str, said: Sequence[str]) -> str:
    """The reason with every passage of `SHORTEST` characters or more left out that stands in what was said.

    Shorter messages are left out where they are quoted whole. White space is taken as single spaces.
    """
    if sum(map(len, said)) > MOST:
        return LEFT_OUT
    texts = [" ".join(text.split()) for text in said]
    quoted = [False] * len(reason)
    for start, length in _passages(reason, texts):
        quoted[start : start + length] = [True] * length
    kept: list[str] = []
    for character, is_quoted in zip(reason, quoted, strict=True):
        if not is_quoted:
            kept.append(character)
        elif not kept or kept[-1] != LEFT_OUT:
            kept.append(LEFT_OUT)
    return "".join(kept)


def _passages(reason: str, texts: list[str]) -> Iterator[tuple[int, int]]:
    for text in texts:
        start = reason.find(text) if 4 <= len(text) < SHORTEST else -1
        while start >= 0:
            yield start, len(text)
            start = reason.find(text, start + 1)
    for start in range(len(reason) - SHORTEST + 1):
        if any(reason[start : start + SHORTEST] in text for text in texts):
            yield start, SHORTEST
