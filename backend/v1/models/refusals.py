"""Errors at an address that clients of OpenAI and of Anthropic share, in the shape that each knows."""

from collections.abc import Callable
from typing import cast

from litestar import Response
from litestar.types import ExceptionHandlersMap

from backend.errors import AnyRequest
from backend.v1.messages.refusals import REQUEST_ID_HEADER, anthropic_error
from backend.v1.refusals import openai_error, reshaped

ANTHROPIC_VERSION = "anthropic-version"
"""The header by which a client of Anthropic's is known: docs.anthropic.com/en/api/versioning."""

Handler = Callable[[AnyRequest, Exception], Response[bytes]]


def by_client() -> ExceptionHandlersMap:
    """The one place where errors become responses, with the body that the client expects."""
    others = reshaped(anthropic_error, REQUEST_ID_HEADER)
    return {
        kind: _either(cast("Handler", handler), cast("Handler", others[kind]))
        for kind, handler in reshaped(openai_error).items()
    }


def _either(openais: Handler, anthropics: Handler) -> Handler:
    def answer(request: AnyRequest, error: Exception) -> Response[bytes]:
        return (anthropics if ANTHROPIC_VERSION in request.headers else openais)(request, error)

    return answer
