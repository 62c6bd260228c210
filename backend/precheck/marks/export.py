"""Marks as labelled data, one JSON object a line: what training takes as one more folder. Pure."""

from msgspec import UNSET, Struct, UnsetType, json

from backend.precheck.marks.features import Features
from backend.precheck.marks.found import stored
from backend.precheck.marks.tables import PromptMark
from shared.precheck import Category, Complexity, RiskAction

SOURCE = "marks"


class About(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What else is known. `said` names what was judged; where it leaves out `category`, the label was not objected to.

    `traits` has `follow_up` for a prompt that was read together with what it continues, which is not here. `was` is
    what the prompt was taken for, `risky` whether it is said to be dangerous.
    """

    language: str | None
    complexity: Complexity
    said: list[str]
    was: Category
    was_action: RiskAction
    risky: bool | UnsetType = UNSET
    traits: list[str] = []


class Line(Struct, frozen=True, kw_only=True):
    """One mark. It has the prompt where its writer let it be kept, else its features, or neither."""

    id: str
    label: Category
    source: str
    meta: About
    prompt: str | UnsetType = UNSET
    features: Features | UnsetType = UNSET


def line(mark: PromptMark, text: str | None) -> bytes:
    """A mark as a line with its end."""
    found = stored(mark.found)
    judged = {"category": mark.category, "complexity": mark.complexity, "risky": mark.risky}
    return (
        json.encode(
            Line(
                id=mark.id.hex,
                label=Category(mark.category or found.category),
                source=SOURCE,
                meta=About(
                    language=found.language,
                    complexity=Complexity(mark.complexity or found.complexity),
                    said=[name for name, value in judged.items() if value is not None],
                    was=found.category,
                    was_action=found.risk_action,
                    risky=UNSET if mark.risky is None else mark.risky,
                    traits=["follow_up"] if found.follows else [],
                ),
                prompt=UNSET if text is None else text,
                features=UNSET if mark.features is None else json.decode(json.encode(mark.features), type=Features),
            )
        )
        + b"\n"
    )
