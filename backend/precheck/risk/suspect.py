"""What a text is suspected of: by rules for what is plain, by a model for the rest, and by the forms of live keys."""

from collections.abc import Iterable, Iterator

from backend.precheck.personal.keys import holds_key
from backend.precheck.reading import Reading, read
from backend.precheck.risk import hazards
from backend.precheck.risk.judgement import assessor
from backend.precheck.risk.plain import unwrapped
from backend.precheck.risk.sight import windows
from backend.precheck.risk.suspicion import Suspicion
from shared.precheck import RiskCategory, RiskLevel

_SCORES = {RiskLevel.LOW: 0.3, RiskLevel.MEDIUM: 0.6, RiskLevel.HIGH: 0.9}
"""How sure each level of a rule is taken to be."""
_LEVELS = list(RiskLevel)
_SIGNALS = {
    RiskCategory.VIOLENCE: "Reads like a wish to hurt or kill, or for a weapon",
    RiskCategory.SELF_HARM: "Reads like somebody who may harm themselves",
    RiskCategory.SEXUAL: "Reads like a wish for sexual content",
    RiskCategory.SEXUAL_MINORS: "Reads like sexual content with minors",
    RiskCategory.HATE: "Reads like contempt for a group of people",
    RiskCategory.HARASSMENT: "Reads like a wish to frighten or humiliate somebody",
    RiskCategory.ILLEGAL: "Reads like a wish for help with a crime or a deception",
    RiskCategory.MALWARE: "Reads like an attack on computers or accounts",
    RiskCategory.PRIVACY: "Reads like prying into somebody's private life",
    RiskCategory.INJECTION: "Reads like telling the assistant to set aside its rules",
}
_SECRET = Suspicion(
    category=RiskCategory.SECRET,
    level=RiskLevel.MEDIUM,
    score=_SCORES[RiskLevel.MEDIUM],
    signal="Holds a live key",
)


def suspect(text: str, reading: Reading) -> tuple[Suspicion, ...]:
    """What `text` may be of, and `reading` is of it: the surest first, each kind once.

    What is wrapped in another encoding is looked at as if it stood there plainly.
    """
    found = [*_of(reading), *(each for words in unwrapped(reading.text) for each in _of(read(words)))]
    if holds_key(text):
        found.append(_SECRET)
    return tuple(_surest(found))


def _of(reading: Reading) -> Iterator[Suspicion]:
    judged = list(assessor().judge(windows(reading.folded)))
    # Words cannot tell an order from one that is only quoted, to be summarised or explained; the model saw both.
    told = any(each.category is RiskCategory.INJECTION for each in judged)
    for hazard in hazards.find(reading.tokens):
        level = hazard.level
        if hazard.category is RiskCategory.INJECTION and not told:
            level = RiskLevel.LOW
        yield Suspicion(category=hazard.category, level=level, score=_SCORES[level], signal=hazard.signal)
    for each in judged:
        yield Suspicion(category=each.category, level=each.level, score=each.score, signal=_SIGNALS[each.category])


def _surest(found: Iterable[Suspicion]) -> Iterable[Suspicion]:
    surest: dict[RiskCategory, Suspicion] = {}
    for each in sorted(found, key=lambda s: (_LEVELS.index(s.level), s.score), reverse=True):
        surest.setdefault(each.category, each)
    return surest.values()
