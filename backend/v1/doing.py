"""Having errands done by an API that is not ours."""

from litestar.response.base import ASGIResponse

from backend.errands.order import Errand
from backend.errands.pipeline import ErrandPipeline
from backend.metering.rates import rate_headers
from backend.v1.asking import AnyRequest, caller_for
from shared.paths import REQUEST_ID_HEADER


async def carry_out(request: AnyRequest, errands: ErrandPipeline, errand: Errand, key: str | None) -> ASGIResponse:
    """The whole answer. Raises every refusal and failure as `AppError`.

    The errand goes on when whoever asked has gone: what a provider did is paid for.
    """
    begun = await errands.begin(caller_for(request, key), errand)
    if isinstance(begun, bytes):
        return ASGIResponse(body=begun, media_type="application/json")
    ended = await begun.wait()
    if ended.error is not None:
        raise ended.error
    headers = {REQUEST_ID_HEADER: str(begun.order.request_id), **rate_headers(begun.order.windows)}
    return ASGIResponse(body=ended.body, media_type="application/json", headers=headers)
