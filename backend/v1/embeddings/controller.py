"""POST /v1/embeddings."""

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.types import ASGIApp

from backend.accounts.guards import signed_in
from backend.errands.pipeline import ErrandPipeline
from backend.v1.asking import AnyRequest, IdempotencyKey
from backend.v1.chat.reading import extra_fields
from backend.v1.documents import OPENAI_REFUSALS
from backend.v1.doing import carry_out
from backend.v1.embeddings.reading import errand_of
from backend.v1.embeddings.wire import EmbeddingList, EmbeddingRequest
from backend.v1.refusals import openai_error, reshaped
from shared.paths import EMBEDDINGS


class EmbeddingsController(Controller):
    """OpenAI's embeddings."""

    path = EMBEDDINGS
    guards = [signed_in]
    tags = ["OpenAI"]
    exception_handlers = reshaped(openai_error)

    @post(
        operation_id="CreateEmbeddings",
        summary="Turn texts into vectors",
        status_code=200,
        responses={
            200: ResponseSpec(data_container=EmbeddingList, description="The vectors", generate_examples=False),
            **OPENAI_REFUSALS,
        },
    )
    async def create(
        self,
        request: AnyRequest,
        data: JSONBody[EmbeddingRequest],
        errands: NamedDependency[ErrandPipeline],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """A vector for each text. What the risk filter refuses is not sent to a model."""
        errand = errand_of(data, extra_fields(await request.body(), EmbeddingRequest))
        return await carry_out(request, errands, errand, idempotency_key)
