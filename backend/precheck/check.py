"""The precheck of one prompt: task, effort, language, what it is suspected of and who should handle it."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from backend.precheck.complexity import level
from backend.precheck.context import LOOK_BACK, in_context
from backend.precheck.finding import Finding
from backend.precheck.language import detect
from backend.precheck.learned.insight import eye
from backend.precheck.learned.verdict import TASKS
from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.find import find as find_personal
from backend.precheck.personal.words import in_words
from backend.precheck.reading import read
from backend.precheck.recommend import recommend
from backend.precheck.risk.suspect import suspect
from backend.precheck.risk.suspicion import Suspicion
from backend.precheck.signals import explain
from backend.precheck.tokens.estimate import estimate_tokens
from shared.precheck import Category, CategoryScore

__all__ = ["LOOK_BACK", "check", "suspicions_of"]

SCORES = 3
"""Categories named in a finding."""

LONG = 16_000
"""Tokens of a prompt from which a model with a long context is needed."""

SPOKEN = 5
"""Concepts that an explanation chooses from."""

_PICTURE_SURE = 0.5


def check(text: str, *, history: Sequence[str] = (), assistant_chosen: bool = False) -> Finding:
    """What is found in `text`. `history` holds the person's earlier prompts, newest last.

    The task is told from the beginning and end of a long text, the risk from all of it, and of a follow-up together
    with what it continues. Nothing is recommended when the caller chose an assistant.
    """
    reading = read(text)
    seen = eye().look(reading.text, reading.folded)
    meant = in_context(eye(), seen, history)
    ranked = np.argsort(-meant.tasks, kind="stable")[:SCORES].tolist()
    category = TASKS[ranked[0]]
    confidence = max(float(meant.tasks[at]) for at in ranked if TASKS[at] is not Category.OTHER)
    complexity = level(meant.effort, eye().steps, category)
    suspicions = suspicions_of(f"{meant.continues}\n{text}") if meant.continues else suspect(text, reading)
    personal = find_personal(text)
    long = len(text) > LONG and estimate_tokens(text) > LONG
    explained = explain(
        category,
        eye().strongest(seen, ranked[0], SPOKEN),
        seen.features.forms,
        complexity,
        follows=bool(meant.continues),
        long=long,
    )
    return Finding(
        category=category,
        scores=tuple(CategoryScore(name=TASKS[at], score=_shown(meant.tasks[at])) for at in ranked),
        complexity=complexity,
        complexity_score=_shown(meant.effort),
        suspicions=suspicions,
        language=detect(reading) or _language(meant.continues),
        confidence=_shown(confidence),
        recommended_family=None if assistant_chosen else recommend(category, complexity, confidence),
        signals=(*(s.signal for s in suspicions), *_told(personal), *explained),
        needs=tuple(_needs(category, confidence, seen.needs, long=long)),
        personal=personal,
    )


def _told(personal: Sequence[PersonalDatum]) -> Iterator[str]:
    if personal:
        yield f"Holds {in_words(datum.kind for datum in personal)}"


def suspicions_of(text: str) -> tuple[Suspicion, ...]:
    """What words are suspected of that are no prompt of their own: earlier turns that a caller brings along."""
    return suspect(text, read(text))


def _shown(share: float) -> float:
    """Rounded down, so that shares still sum to at most 1."""
    return math.floor(share * 10_000) / 10_000


def _language(continued: str) -> str | None:
    return detect(read(continued)) if continued else None


def _needs(category: Category, confidence: float, learned: frozenset[str], *, long: bool) -> Iterator[str]:
    yield from sorted(learned)
    if category is Category.IMAGE_GENERATION and confidence >= _PICTURE_SURE:
        yield "image_output"
    if long:
        yield "long_context"
