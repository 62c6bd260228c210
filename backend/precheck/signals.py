"""What counted in a check, in words a person can read. They hold no text of the prompt."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from msgspec import Struct

from backend.precheck import lexicon
from shared.precheck import Category, Complexity

CONTINUES = "Continues the conversation"
NO_TASK = "No task to be seen"

TOLD = 3
"""Reasons that are told of one check."""

_LAST_RESORT = "question"
"""A form that tells little: nearly every prompt could be one."""

_LEVELS = {
    Complexity.SIMPLE: "Short and plain",
    Complexity.COMPLEX: "Asks for much in one answer",
    Complexity.REASONING: "Asks for careful thought",
}


class _Silent(Struct, frozen=True, forbid_unknown_fields=True):
    concepts: str


class _Explanations(Struct, frozen=True, forbid_unknown_fields=True):
    forms: dict[str, str]
    concepts: dict[str, str]
    silent: _Silent


def explain(
    category: Category,
    strongest: Iterable[tuple[str, float]],
    forms: Collection[str],
    complexity: Complexity,
    *,
    follows: bool,
    long: bool,
) -> Iterator[str]:
    """The signals of a check, the most telling first: "Looks like coding: names a programming language, holds code".

    `strongest` are concepts found in the prompt (`tests/data/concepts`), each with what it counted for this category;
    those that counted against it are not told. `forms` are what the form of the prompt shows.
    """
    if category is Category.OTHER:
        yield NO_TASK
    else:
        reasons = ", ".join(_reasons(strongest, forms))
        task = category.replace("_", " ")
        yield f"Looks like {task}: {reasons}" if reasons else f"Looks like {task}"
    if follows:
        yield CONTINUES
    if long:
        yield "Very long"
    elif complexity in _LEVELS:
        yield _LEVELS[complexity]


def _reasons(strongest: Iterable[tuple[str, float]], forms: Collection[str]) -> list[str]:
    """The strongest concepts in words that differ; the last place is for the form, if it shows anything."""
    by_concept, by_form = phrases(), form_phrases()
    weighed = sorted((pair for pair in strongest if pair[1] > 0), key=lambda pair: -pair[1])
    said = dict.fromkeys(by_concept[name] for name, _ in weighed if name in by_concept)
    shown = [text for form, text in by_form.items() if form in forms and form != _LAST_RESORT and text not in said]
    reasons = [*list(said)[: TOLD - min(1, len(shown))], *shown][:TOLD]
    if not reasons and _LAST_RESORT in forms:
        return [by_form[_LAST_RESORT]]
    return reasons


@cache
def phrases() -> Mapping[str, str]:
    """What each concept is called before people; those that say nothing to a reader are absent."""
    words = _explanations().concepts
    return {name: phrase for phrase, names in words.items() for name in names.split()}


@cache
def form_phrases() -> Mapping[str, str]:
    """What each form is called, the most telling first."""
    return _explanations().forms


def silent() -> list[str]:
    """Concepts that count but are not told."""
    return _explanations().silent.concepts.split()


@cache
def _explanations() -> _Explanations:
    return lexicon.load("explanations", _Explanations)
