"""The OpenAPI document: what every operation may answer beside success."""

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import SecurityRequirement

from shared.errors import ErrorEnvelope

OPEN: list[SecurityRequirement] = [{}]
"""`security` of an operation that wants no credential."""

_MEANING = {
    400: "Malformed or invalid",
    401: "Not signed in",
    402: "Out of credits",
    403: "Not allowed",
    404: "Absent, or not yours",
    409: "Conflict",
    413: "Too large",
    415: "A kind of body or file that is not taken",
    422: "Refused by a risk filter",
    429: "A limit is reached",
    502: "Provider fault",
    503: "No route available",
    504: "Provider too slow",
}


def errors(*statuses: int) -> dict[int, ResponseSpec]:
    """Documents the error responses of an operation. Whatever wants a credential may refuse an API key."""
    told = {*statuses, 403} if 401 in statuses else {*statuses}
    return {
        status: ResponseSpec(data_container=ErrorEnvelope, description=_MEANING[status], generate_examples=False)
        for status in sorted(told)
    }


REFUSALS = errors(*_MEANING)
"""Everything a model call may answer."""
