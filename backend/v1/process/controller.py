"""POST /v1/ai/process."""

from litestar import Controller, Request, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.types import ASGIApp

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.chat.service import Chats
from backend.database import Database
from backend.v1.asking import AnyRequest, IdempotencyKey, caller_for
from backend.v1.documents import refusals
from backend.v1.process.answer import ProcessAnswer
from backend.v1.process.answering import Processing
from backend.v1.process.envelope import refused
from backend.v1.process.names import in_camel
from backend.v1.process.reading import inquiry_of
from backend.v1.process.request import ProcessRequest
from backend.v1.refusals import reshaped
from shared.paths import PROCESS


class EitherName(Request[Identity, str, State]):
    """A request whose body may name its fields in camelCase or in snake_case."""

    async def json(self) -> object:
        """The body, in camelCase."""
        return in_camel(await self.body())


class ProcessController(Controller):
    """One question, one envelope, by the same pipeline as chat. The guard asks who it is before a body is read."""

    path = PROCESS
    guards = [signed_in]
    tags = ["Unified endpoint"]
    request_class = EitherName
    exception_handlers = reshaped(refused)

    @post(
        operation_id="Process",
        summary="Have something written",
        status_code=200,
        responses={
            200: ResponseSpec(
                data_container=ProcessAnswer, description="Without options.stream", generate_examples=False
            ),
            **refusals(ProcessAnswer),
        },
    )
    async def process(
        self,
        request: AnyRequest,
        data: JSONBody[ProcessRequest],
        chats: NamedDependency[Chats],
        catalogue: NamedDependency[CatalogueCache],
        database: NamedDependency[Database],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """Fields may be named in camelCase or in snake_case; a field given by both names is refused.

        `serviceType` picks the assistant (an admin says which; without one it is `custom`). `costPreference` and
        `qualityPreference` pick what is favoured, by the first of these that is given: `best` the strongest answer for
        its cost, `low` the lowest cost that will do, `fast` the fastest answer, `high-quality` again the strongest;
        otherwise it is a balance. A model that cannot answer within `maxCost` is not asked, and no more than that is
        ever charged, alternatives included.
        Streamed, it is server-sent events: `delta` with `text`, `restart` when what was shown is replaced by what
        follows, and last `result` with the envelope. An error has the same envelope, with `success` false; an answer
        that should be JSON and is not (502) or was stopped (409) is one, with its text in `data` and what it cost.
        Alternatives are the models that came next, with what the same answer would cost there; `options.alternatives`
        of them are asked, too, when the answer is whole, each as a paid request of its own.
        """
        caller = caller_for(request, idempotency_key)
        inquiry = inquiry_of(data, catalogue.current, caller.identity.organisation_id)
        return await Processing(
            chats=chats,
            catalogue=catalogue,
            database=database,
            caller=caller,
            inquiry=inquiry,
            alternatives=data.options.alternatives,
        ).respond()
