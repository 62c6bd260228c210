"""How long answers to each kind of task were, learned from what was settled."""

import pytest

from backend.chat.answer_length import likely_answer
from backend.metering import estimates_repository, jobs
from shared.precheck import Category, Complexity
from tests.backend.requests import ANSWER, attempt, settled
from tests.fixtures.api import Api, Person

TASK = (Category.CODING, Complexity.STANDARD)


async def learned(api: Api) -> dict[tuple[Category, Complexity], tuple[int, int]]:
    await jobs.measure_answers(api.services)
    return (await api.services.catalogue.refresh()).answer_lengths


async def test_a_few_answers_teach_nothing(api: Api, user: Person) -> None:
    await settled(api, user)
    assert await learned(api) == {}


async def test_enough_do_and_failures_do_not_count(api: Api, user: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates_repository, "FEWEST_ANSWERS", 3)
    version = api.services.catalogue.current.version
    for _ in range(3):
        await settled(api, user, raw_cost="0.0001")
    await settled(api, user, raw_cost=None, attempts=[attempt(1, "sim-fast", "failed", final=True)])
    assert await learned(api) == {TASK: (ANSWER, ANSWER)}
    assert likely_answer(*TASK, api.services.catalogue.current.answer_lengths) == (ANSWER, ANSWER)
    assert api.services.catalogue.current.version == version
    assert not await estimates_repository.measure_answers(api.services.database)


@pytest.mark.parametrize("category", Category)
def test_the_table_has_a_span_for_everything_that_grows_with_the_task(category: Category) -> None:
    spans = [likely_answer(category, complexity, {}) for complexity in Complexity]
    assert all(0 < low < high for low, high in spans)
    assert spans == sorted(spans)
