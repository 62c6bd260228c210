"""Whose fault a provider's refusal is."""

import pytest

from backend.errands.errors import told
from backend.errors import AppError
from backend.providers.errors import AuthRejected, Rejected, ServerFault
from shared.errors import ErrorCode


@pytest.mark.parametrize(
    "failure",
    [
        Rejected("HTTP 404 no such model", provider_status=404),
        Rejected("HTTP 302", provider_status=302),
        Rejected("odd"),
        AuthRejected("HTTP 401 bad key"),
        ServerFault("HTTP 500"),
    ],
    ids=str,
)
def test_what_is_the_operators_or_the_providers_stays_theirs(failure: AppError) -> None:
    assert told(failure) is failure


@pytest.mark.parametrize(
    ("status", "code", "ours"),
    [(400, ErrorCode.INVALID_REQUEST, 400), (422, ErrorCode.INVALID_REQUEST, 400), (413, ErrorCode.TOO_LARGE, 413)],
)
def test_what_is_said_of_the_request_is_the_callers_with_the_providers_reason(
    status: int, code: ErrorCode, ours: int
) -> None:
    error = told(Rejected(f"HTTP {status} Invalid size.", provider_status=status))
    assert (error.code, error.status, error.retryable) == (code, ours, False)
    assert "Invalid size." in error.message
