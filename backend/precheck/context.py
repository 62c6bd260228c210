"""What a prompt is in its conversation: a follow-up takes over what it continues."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from backend.precheck.learned.features import Floats
from backend.precheck.learned.insight import Eye, Insight, probability
from backend.precheck.learned.verdict import TASKS
from backend.precheck.reading import outline, read
from shared.precheck import Category

LOOK_BACK = 3
"""Earlier prompts among which a follow-up looks for its task."""

OWN_SHARE = 0.2
"""What a follow-up's own words count for, beside what it continues: exponents of both probabilities."""

_BIAS, _OWN_TASK = 4.0, -6.0
"""How much a prompt that shows a task of its own speaks against its taking up another. With `OWN_SHARE` the best, in
the mean, for follow-ups kept back and for other prompts after any prompt in the same language.
"""

_DOUBTFUL, _CLEAR = 0.05, 0.5
_INHERITED = 0.8
_LEAST = 1e-6
_NO_TASK = TASKS.index(Category.OTHER)


class Meant(Struct, frozen=True, eq=False):
    """A prompt's probabilities and effort within its conversation; `continues` is the prompt it takes up, or empty."""

    tasks: Floats
    effort: float
    continues: str = ""


def in_context(eye: Eye, insight: Insight, history: Sequence[str]) -> Meant:
    """`history` holds the same person's earlier prompts, newest last. A prompt with a task of its own keeps it."""
    alone = Meant(insight.tasks, insight.effort)
    if not history or (follows := _follows(insight)) < _DOUBTFUL:
        return alone
    earlier = _earlier(eye, history[-LOOK_BACK:])
    joined = np.maximum(insight.tasks, _LEAST) ** OWN_SHARE * np.maximum(earlier.tasks, _LEAST) ** (1 - OWN_SHARE)
    joined /= joined.sum()
    return Meant(
        tasks=(insight.tasks * (1 - follows) + joined * follows).astype(np.float32),
        effort=max(insight.effort, earlier.effort * _INHERITED * follows),
        continues=history[-1] if follows > _CLEAR else "",
    )


def _follows(insight: Insight) -> float:
    """The probability that a prompt takes up what came before, given that something did."""
    own = float(np.delete(insight.tasks, _NO_TASK).max())
    return probability(insight.follows + _BIAS + _OWN_TASK * own)


def _earlier(eye: Eye, history: Sequence[str]) -> Meant:
    reading = read(outline(history[-1]))
    return in_context(eye, eye.look(reading.text, reading.folded), history[:-1])
