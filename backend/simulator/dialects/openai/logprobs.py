"""Log probabilities of tokens, invented from the tokens themselves and so the same each time."""

from collections.abc import Iterable
from math import exp, log

from backend.simulator.dialects.openai.answers import Logprob, Logprobs, TopLogprob
from backend.simulator.reply import seed

_OTHERS: tuple[str, ...] = (" the", " a", " is", " of", " and", " to", " in", ".", ",", " that")
_OTHERS += tuple(f" {word}" for word in ("it", "for", "was", "on", "are", "as", "with", "his", "they", "at", "be"))


def logprobs(texts: Iterable[str], alternatives: int) -> Logprobs:
    """An entry for each token, the token itself first among its `alternatives`."""
    return Logprobs([_entry(text, alternatives) for text in texts])


def _entry(text: str, alternatives: int) -> Logprob:
    random = seed(text.encode("utf-8", "surrogatepass"))
    value = log(0.5 + random.random() / 2)
    left = 1 - exp(value)
    likely = [TopLogprob(text, value, _bytes(text))]
    for other in [other for other in _OTHERS if other != text][: max(0, alternatives - 1)]:
        left /= 2
        likely.append(TopLogprob(other, log(left), _bytes(other)))
    return Logprob(text, value, _bytes(text), likely[:alternatives])


def _bytes(text: str) -> list[int]:
    return list(text.encode("utf-8", "surrogatepass"))
