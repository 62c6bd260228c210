"""From examples to a model: the same every time, and of what it was given alone."""

import numpy as np
import pytest
from msgspec import structs

from backend.precheck.context import in_context
from backend.precheck.learned.features import FACTS
from backend.precheck.learned.insight import Eye
from backend.precheck.learned.model import Model, dump, parse
from backend.precheck.learned.verdict import COLUMNS, TASKS
from backend.precheck.training.examples import Example, Kept, read
from backend.precheck.training.fit import Bench, fit, task_margins
from backend.precheck.training.lexicon import read_lexicon
from shared.precheck import Category
from tests.backend.precheck.training.tiny import NEEDING, Folders


def told(model: Model, examples: list[Example]) -> list[Category]:
    eye = Eye(model)
    seen = [in_context(eye, eye.look(e.text, e.text.lower()), e.before) for e in examples]
    return [TASKS[int(each.tasks.argmax())] for each in seen]


def test_the_same_folders_give_the_same_bytes(folders: Folders, fitted: Model) -> None:
    again = Bench(read([folders.data]), read_lexicon(folders.concepts))
    assert dump(fit(again, again.where(lambda e: not e.held_back))) == dump(fitted)


def test_what_is_held_back_does_not_count(bench: Bench, fitted: Model) -> None:
    trained = [e for e in bench.examples if not e.held_back]
    assert 0 < len(trained) < len(bench.examples)
    less = Bench(trained, bench.lexicon)
    assert dump(fit(less, less.where(lambda _: True))) == dump(fitted)


def test_what_was_trained_on_is_known_and_the_rest_told_far_better_than_by_chance(bench: Bench, fitted: Model) -> None:
    alone = [e for e in bench.examples if e.own and e.kept is None and not e.before]
    for held_back, least in ((False, 0.95), (True, 0.5)):
        examples = [e for e in alone if e.held_back is held_back]
        right = [task is e.task for task, e in zip(told(fitted, examples), examples, strict=True)]
        assert sum(right) / len(right) >= least


def test_a_model_survives_its_artefact(bench: Bench, fitted: Model) -> None:
    examples = [e for e in bench.examples if e.kept is None]
    same = [
        one is other for one, other in zip(told(fitted, examples), told(parse(dump(fitted)), examples), strict=True)
    ]
    assert sum(same) / len(same) >= 0.98


def test_follow_ups_are_told_from_the_rest(bench: Bench, fitted: Model) -> None:
    eye = Eye(fitted)
    odds = {
        follows: np.mean(
            [eye.look(e.text, e.text.lower()).follows for e in bench.examples if e.own and e.follows is follows]
        )
        for follows in (False, True)
    }
    assert odds[True] > 1
    assert odds[False] < -1


def test_needs_are_told_where_they_were_labelled(bench: Bench, fitted: Model) -> None:
    eye = Eye(fitted)
    needing = [e for e in bench.examples if "image_input" in e.traits and not e.held_back]
    assert len(needing) >= NEEDING / 2
    found = ["vision" in eye.look(e.text, e.text.lower()).needs for e in needing]
    plain = [e for e in bench.examples if e.own and not e.traits][:60]
    wrongly = ["vision" in eye.look(e.text, e.text.lower()).needs for e in plain]
    assert sum(found) / len(found) > 0.5 > sum(wrongly) / len(wrongly)


def test_the_model_has_a_number_for_everything(bench: Bench, fitted: Model) -> None:
    assert fitted.names == bench.lexicon.names
    assert fitted.table.facts.shape == (len(FACTS), COLUMNS)
    assert fitted.table.present.shape == (len(bench.lexicon.names), COLUMNS)
    assert 0 < fitted.steps[0] < fitted.steps[1] < 1
    assert np.abs(fitted.table.leading).max() > 0


def test_margins_are_by_models_that_have_not_seen_the_prompt(bench: Bench) -> None:
    alone = bench.where(lambda e: e.own and not e.follows and e.kept is None)
    x = bench.design.matrix(bench.design.rarity(alone))
    margins, labels = task_margins(bench, x, alone), bench.tasks_of(alone)
    assert margins.shape == (len(alone), len(TASKS))
    right = (margins.argmax(1) == labels).mean()
    assert 0.4 < right < 0.9  # by a model that has seen them nearly all would be right


def test_without_examples_of_a_task_nothing_is_fitted(bench: Bench) -> None:
    with pytest.raises(ValueError, match="Every task needs examples"):
        fit(bench, bench.where(lambda e: e.task is not Category.MATH))


def test_what_people_marked_without_its_text_counts(bench: Bench, fitted: Model) -> None:
    row = 77_777
    marks = [
        Example(
            id=f"m{number}",
            text="",
            source="marks",
            language="en",
            task=Category.TRANSLATION,
            complexity=None,
            kept=Kept(pieces=[(row, 2)]),
        )
        for number in range(8)
    ]
    more = Bench([*bench.examples, *marks], bench.lexicon)
    model = fit(more, more.where(lambda e: not e.held_back))
    weights = model.table.rows[row, : len(TASKS)]
    assert TASKS[int(weights.argmax())] is Category.TRANSLATION
    assert weights.max() > fitted.table.rows[row, TASKS.index(Category.TRANSLATION)]


def test_a_marked_follow_up_is_no_example_of_its_task(bench: Bench) -> None:
    row = 77_777
    mark = Example(
        id="m", text="", source="marks", language="en", task=Category.TRANSLATION, kept=Kept(pieces=[(row, 2)])
    )
    alone = Bench([*bench.examples, *(structs.replace(mark, id=f"m{n}") for n in range(8))], bench.lexicon)
    after = Bench(
        [
            *bench.examples,
            *(structs.replace(mark, id=f"m{n}", traits=frozenset({"follow_up"})) for n in range(8)),
        ],
        bench.lexicon,
    )
    counted, not_counted = (
        fit(b, b.where(lambda e: not e.held_back)).table.rows[row, TASKS.index(Category.TRANSLATION)]
        for b in (alone, after)
    )
    assert counted > not_counted
    assert after.examples[-1].follows
