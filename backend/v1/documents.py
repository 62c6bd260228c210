"""The OpenAPI document of the APIs that speak in others' shapes."""

from litestar.openapi.datastructures import ResponseSpec
from msgspec import Struct

from backend.openapi import REFUSALS
from backend.v1.refusals import OpenAIError


def refusals(shape: type[Struct]) -> dict[int, ResponseSpec]:
    """Everything a model call may answer, with errors in a shape."""
    return {
        status: ResponseSpec(data_container=shape, description=known.description, generate_examples=False)
        for status, known in REFUSALS.items()
    }


OPENAI_REFUSALS = refusals(OpenAIError)
