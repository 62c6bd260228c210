"""What an errand costs and what is kept of it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from backend.catalogue.snapshot import Price
from backend.errands.drawing import Drawing
from backend.errands.embedding import Embedding
from backend.errands.outcome import MOST_KEPT, ErrandEnded, charge, settlement
from backend.errands.trying import Tried
from backend.errands.work import Counts, Made
from backend.errors import AppError
from backend.precheck.tokens.estimate import size_of
from backend.providers.calls import EmbeddingCall, Embeddings, MadePicture, PictureCall, Pictures, TokenUsage
from backend.providers.errors import ProviderError, Rejected, ServerFault
from shared.errors import ErrorCode
from tests.fixtures.errands import errand_order
from tests.fixtures.orders import route

PRICE = Price(version=1, input=Decimal(5), output=Decimal(40), image=Decimal("0.04"))
ROUTE = structs.replace(route(), price=PRICE)
TEXTS = Embedding(EmbeddingCall(model="", texts=("a secret rope", "b")))
PICTURES = Drawing(PictureCall(kind="generate", model="", prompt="a rope", count=2))
VECTORS = Embeddings(vectors=([1.0], [2.0]), usage=TokenUsage(input=7))


def ended(
    error: AppError | None = None, *, failure: ProviderError | None = None, made: Made = VECTORS, body: bytes = b"{}"
) -> ErrandEnded:
    """An errand that went wrong if there is an error; `failure` is of a first attempt, with another after it."""
    order = errand_order(TEXTS, ROUTE, keep_result=True)
    tried = [Tried(number=1, route=ROUTE, began=0.0, ended=0.5, failure=failure)] if failure is not None else []
    last = error if isinstance(error, ProviderError) else None
    tried.append(Tried(number=len(tried) + 1, route=ROUTE, began=0.5, ended=1.0, failure=last))
    return ErrandEnded(
        order=order,
        tried=tried,
        made=made if error is None else None,
        charge=charge(order, ROUTE, made) if error is None else None,
        body=body,
        error=error,
        cancelled=False,
        latency_ms=1000,
    )


class TestCharge:
    @given(tokens=st.integers(0, 10**7), held=st.decimals(0, 100, places=3))
    def test_it_is_never_more_than_was_held(self, tokens: int, held: Decimal) -> None:
        order = errand_order(TEXTS, ROUTE, held=held)
        owed = charge(order, ROUTE, structs.replace(VECTORS, usage=TokenUsage(input=tokens)))
        assert owed.charged == min(owed.display_cost, held)
        assert owed.raw.total == Decimal(tokens) * 5 / 1_000_000
        assert not owed.pieces.estimated

    def test_pictures_that_came_are_paid_not_those_that_were_wanted(self) -> None:
        made = Pictures(items=(MadePicture(base64="aGk="),), usage=TokenUsage(input=0))
        assert charge(errand_order(PICTURES, ROUTE), ROUTE, made).raw.total == Decimal("0.04")

    def test_what_is_not_reported_is_estimated(self) -> None:
        owed = charge(
            errand_order(TEXTS, ROUTE, counts=Counts((size_of("", 30), size_of("", 12)))),
            ROUTE,
            structs.replace(VECTORS, usage=None),
        )
        assert owed.pieces.estimated
        assert owed.pieces.usage == TokenUsage(input=42)


class TestSettlement:
    @pytest.mark.parametrize("error", [ServerFault("HTTP 500"), AppError("a bug")])
    def test_a_failure_costs_nothing(self, error: AppError) -> None:
        settled = settlement(ended(error))
        assert (settled.cost, settled.usage) == (None, None)
        assert [attempt.status for attempt in settled.attempts] == ["failed"]

    def test_only_the_attempt_that_was_answered_is_counted(self) -> None:
        first, last = settlement(ended(failure=ServerFault("HTTP 500"))).attempts
        assert (first.status, first.final, first.input_tokens) == ("failed", False, None)
        assert (last.status, last.final, last.input_tokens) == ("answered", True, 7)

    def test_no_words_of_the_caller_are_kept_of_a_providers_reason(self) -> None:
        reason = "HTTP 400 cannot embed 'a secret rope'"
        [attempt] = settlement(ended(Rejected(reason, provider_status=400))).attempts
        assert attempt.fault is not None
        assert "Rejected" in attempt.fault
        assert "secret" not in attempt.fault


class TestResult:
    def test_it_is_the_whole_body(self) -> None:
        result = settlement(ended(body=b'{"data": []}')).result
        assert result is not None
        assert result.error is UNSET
        assert bytes(result.body) == b'{"data": []}'  # type: ignore[arg-type]

    @pytest.mark.parametrize("body", [b'"' + b"x" * MOST_KEPT + b'"', b'"a\\u0000b"'])
    def test_what_cannot_be_kept_is_not_done_again(self, body: bytes) -> None:
        result = settlement(ended(body=body)).result
        assert result is not None
        assert result.body is UNSET
        assert result.error.code is ErrorCode.CONFLICT  # type: ignore[union-attr]

    def test_a_failure_is_kept_with_the_way_it_went(self) -> None:
        result = settlement(ended(ServerFault("HTTP 500"))).result
        assert result is not None
        assert result.error.routing.attempts[0].status == "failed"  # type: ignore[union-attr]
