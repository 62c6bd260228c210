"""Estimates corrected by what providers report."""

import math
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metering import jobs
from backend.metering.estimates_repository import add_samples
from backend.metering.token_ratios import FEWEST, HIGHEST, LOWEST, SHORTEST, Sample, TokenBook, moved, ratio_in_force
from backend.services import Services
from tests.backend.desk import rows
from tests.fixtures.api import Api, Person

ONE, OTHER, GONE = UUID(int=1), UUID(int=2), UUID(int=3)


class TestBook:
    @pytest.mark.parametrize(("estimated", "reported"), [(SHORTEST - 1, 500), (500, 0), (500, -3), (0, 0)])
    def test_what_says_nothing_is_not_noted(self, estimated: float, reported: int) -> None:
        book = TokenBook()
        book.note(ONE, estimated, reported)
        assert book.take() == []

    def test_what_is_absurd_counts_as_the_utmost(self) -> None:
        book = TokenBook()
        book.note(ONE, 100, 1_000_000)
        book.note(OTHER, 1e9, 1)
        assert [math.exp(sample.log_ratio) for sample in book.take()] == pytest.approx([HIGHEST, LOWEST])

    @given(st.lists(st.tuples(st.sampled_from([ONE, OTHER]), st.integers(64, 10_000), st.integers(1, 20_000))))
    def test_what_is_put_back_is_as_if_it_had_not_been_taken(self, noted: list[tuple[UUID, int, int]]) -> None:
        once, twice = TokenBook(), TokenBook()
        for at, (model_id, estimated, reported) in enumerate(noted):
            once.note(model_id, estimated, reported)
            twice.note(model_id, estimated, reported)
            if at % 2:
                twice.put_back(twice.take())
        for found, wanted in zip(twice.take(), once.take(), strict=True):
            assert (found.model_id, found.samples) == (wanted.model_id, wanted.samples)
            assert found.log_ratio == pytest.approx(wanted.log_ratio, abs=1e-9)
        assert once.take() == []


class TestInForce:
    def test_it_takes_enough_answers(self) -> None:
        assert ratio_in_force(math.log(1.5), FEWEST - 1) == 1.0
        assert ratio_in_force(math.log(1.5), FEWEST) == pytest.approx(1.5)

    @given(st.floats(-100, 100), st.integers(1, 10**9))
    def test_it_stays_within_bounds(self, log_ratio: float, samples: int) -> None:
        assert LOWEST <= ratio_in_force(log_ratio, samples) <= HIGHEST

    def test_a_hair_does_not_matter(self) -> None:
        assert not moved(1.0, 1.009)
        assert moved(1.0, 1.02)
        assert moved(1.2, 1.1)


def model_id(api: Api, name: str = "sim-fast") -> UUID:
    [row] = rows(api, f"SELECT id FROM models WHERE name = '{name}'")
    found: UUID = row["id"]
    return found


class TestStored:
    async def test_models_that_are_gone_are_dropped(self, api: Api) -> None:
        assert await add_samples(api.services.database, [Sample(GONE, 0.1, 5)]) == {}

    async def test_first_ones_are_averaged_evenly_and_later_ones_push_out_the_older(self, api: Api) -> None:
        database, model = api.services.database, model_id(api)
        assert (await add_samples(database, [Sample(model, 0.4, 10)]))[model] == (0.4, 10)
        log_ratio, samples = (await add_samples(database, [Sample(model, 0.0, 30)]))[model]
        assert (log_ratio, samples) == (pytest.approx(0.1), 40)
        for _ in range(10):
            log_ratio, samples = (await add_samples(database, [Sample(model, -0.2, 400)]))[model]
        assert (log_ratio, samples) == (pytest.approx(-0.2, abs=0.01), 4040)
        before = log_ratio
        log_ratio, _ = (await add_samples(database, [Sample(model, 0.6, 1)]))[model]
        assert log_ratio == pytest.approx(before + 0.8 * 0.005, abs=1e-3)


class TestJob:
    async def test_a_ratio_reaches_every_estimate_and_admins_see_it(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        services: Services = api.services
        model, version = model_id(api), services.catalogue.current.version
        before = await counted(user)
        for _ in range(FEWEST - 1):
            services.tokens.note(model, 1000, 1500)
        await jobs.correct_estimates(services)
        await services.catalogue.refresh()
        assert await counted(user) == before
        services.tokens.note(model, 1000, 1500)
        await jobs.correct_estimates(services)
        await services.catalogue.refresh()
        assert await counted(user) == pytest.approx(1.5 * before, rel=0.05)
        assert services.catalogue.current.version == version
        shown = (await admin.http.get("/api/admin/models", params={"q": "sim-fast"})).json()["items"][0]
        assert (shown["token_ratio"], shown["token_samples"], shown["tokenizer"]) == (1.5, FEWEST, "o200k")

    async def test_what_cannot_be_written_waits(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        async def away(*_: object) -> None:
            raise ConnectionError

        services, model = api.services, model_id(api)
        services.tokens.note(model, 1000, 1200)
        with monkeypatch.context() as patched:
            patched.setattr("backend.metering.estimates_repository.add_samples", away)
            with pytest.raises(ConnectionError):
                await jobs.correct_estimates(services)
        assert [(sample.model_id, sample.samples) for sample in services.tokens.take()] == [(model, 1)]

    async def test_answers_are_compared_with_their_estimates(self, api: Api, user: Person) -> None:
        words = "Could you tell me which berth is free on Monday, and what the fee for two nights would be? " * 6
        body = {"messages": [{"role": "user", "content": words}], "stream": False, "model": "sim-fast"}
        assert (await user.http.post("/api/ai/chat", json=body)).status_code == 200
        [sample] = api.services.tokens.take()
        assert (sample.model_id, sample.samples) == (model_id(api), 1)


async def counted(person: Person) -> int:
    """What a long prompt would have for the fast model."""
    words = "The harbour master asked for the papers of every ship that had come in since Monday. " * 30
    body = {"model": "sim-fast", "messages": [{"role": "user", "content": words}]}
    answer = await person.http.post("/v1/messages/count_tokens", json=body)
    assert answer.status_code == 200, answer.text
    tokens: int = answer.json()["input_tokens"]
    return tokens
