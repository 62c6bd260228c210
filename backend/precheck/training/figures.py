"""How good a model is: on prompts kept back, on a third hand's, and with whole sources or languages left out."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from backend.precheck.context import in_context
from backend.precheck.learned.insight import Eye
from backend.precheck.learned.model import Model
from backend.precheck.learned.verdict import TASKS
from backend.precheck.training.calibration import calibration_error
from backend.precheck.training.design import Indices
from backend.precheck.training.examples import Example
from backend.precheck.training.fit import LEVELS, Bench
from backend.precheck.training.heads import Scores, fit_effort, fit_tasks

SURE = 0.75
"""Confidence from which the web app recommends another assistant."""


class Figures(Struct, frozen=True, kw_only=True):
    """Shares between 0 and 1, over `prompts` prompts. `sure` are those told with a confidence of `SURE` or more."""

    prompts: int
    f1: float
    accuracy: float
    calibration_error: float
    sure: float
    right_when_sure: float
    levels_f1: float
    by_language: dict[str, float]
    by_task: dict[str, float]


class LeftOut(Struct, frozen=True, kw_only=True):
    """How well a source or language is told that was not trained on; macro F1 over the tasks it has.

    There is none for a source or language without which a task would have no examples.
    """

    name: str
    prompts: int
    f1: float
    accuracy: float


class Report(Struct, frozen=True, kw_only=True):
    """All figures of one model. `small_models_fail` is the area under the ROC curve of the effort, learned from labels
    alone, against whether most small models failed a public prompt.
    """

    held_back: Figures
    measure: Figures
    follow_ups: Figures
    sources: list[LeftOut]
    languages: list[LeftOut]
    small_models_fail: float | None
    examples: dict[str, int]


def figures(model: Model, examples: Sequence[Example]) -> Figures:
    """Of the whole precheck of tasks, follow-ups in their conversation."""
    eye = Eye(model)
    meant = [in_context(eye, eye.look(e.text, e.text.lower()), e.before) for e in examples]
    tasks = np.array([m.tasks for m in meant])
    labels = np.array([TASKS.index(e.task) for e in examples if e.task is not None])
    told, confidence = tasks.argmax(1), tasks.max(1).astype(np.float64)
    right = told == labels
    sure = confidence >= SURE
    return Figures(
        prompts=len(examples),
        f1=_f1(labels, told),
        accuracy=_share(right),
        calibration_error=round(calibration_error(confidence, right), 4),
        sure=_share(sure),
        right_when_sure=_share(right[sure]),
        levels_f1=_levels_f1(eye, [m.effort for m in meant], examples),
        by_language=_by([e.language for e in examples], lambda at: _f1(labels[at], told[at])),
        by_task={
            task: round(float(f1_score(labels == number, told == number)), 4) for number, task in enumerate(TASKS)
        },
    )


def report(bench: Bench, model: Model, measured: Sequence[Example]) -> Report:
    """Takes some minutes: a model is fitted for each source and language that is left out."""
    trained = bench.where(lambda e: not e.held_back and not e.follows and e.task is not None)
    return Report(
        held_back=figures(model, bench.at(bench.where(lambda e: e.held_back and not e.follows))),
        measure=figures(model, measured),
        follow_ups=figures(model, bench.at(bench.where(lambda e: e.held_back and e.before))),
        sources=list(_left_out(bench, trained, lambda e: e.source)),
        languages=list(_left_out(bench, trained[[bench.examples[i].own for i in trained]], lambda e: e.language)),
        small_models_fail=_small_models_fail(bench, trained),
        examples=_counts(bench.examples),
    )


def _left_out(bench: Bench, trained: Indices, name_of: Callable[[Example], str]) -> Iterator[LeftOut]:
    names = [name_of(e) for e in bench.at(trained)]
    for name in sorted(set(names)):
        its = np.array([each == name for each in names])
        rest, left = trained[~its], trained[its]
        if len(np.unique(bench.tasks_of(rest))) < len(TASKS):
            continue
        x = bench.design.matrix(bench.design.rarity(rest))
        head = fit_tasks(x[rest], bench.at(rest))
        told = (x[left] @ head.weights + head.bias).argmax(1)
        labels = bench.tasks_of(left)
        yield LeftOut(name=str(name), prompts=len(left), f1=_f1(labels, told), accuracy=_share(told == labels))


def _small_models_fail(bench: Bench, trained: Indices) -> float | None:
    examples = bench.at(trained)
    labelled = trained[[e.complexity is not None for e in examples]]
    tried = trained[[e.cheap is not None for e in examples]]
    if not len(tried):
        return None
    x = bench.design.matrix(bench.design.rarity(labelled))
    head = fit_effort(x[labelled], bench.at(labelled))
    effort = (x[tried] @ head.weights + head.bias)[:, 0]
    return round(float(roc_auc_score([(e.cheap or 0.0) < 0.5 for e in bench.at(tried)], effort)), 4)


def _levels_f1(eye: Eye, efforts: Sequence[float], examples: Sequence[Example]) -> float:
    standard, hard = eye.steps
    told = [(effort >= standard) + (effort >= hard) for effort in efforts]
    labels = [LEVELS[e.complexity] for e in examples if e.complexity is not None]
    return round(float(f1_score(labels, told, average="macro")), 4)


def _by(names: Sequence[str], figure: Callable[[NDArray[np.bool_]], float]) -> dict[str, float]:
    each = np.array(names)
    return {name: figure(each == name) for name in sorted(set(names))}


def _counts(examples: Sequence[Example]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for example in examples:
        counts[example.source] = counts.get(example.source, 0) + 1
    return counts


def _f1(labels: NDArray[np.intp], told: NDArray[np.intp]) -> float:
    return round(float(f1_score(labels, told, average="macro", labels=np.unique(labels))), 4)


def _share(holds: NDArray[np.bool_] | Scores) -> float:
    return round(float(holds.mean()), 4) if len(holds) else 0.0
