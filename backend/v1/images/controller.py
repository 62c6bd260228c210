"""POST /v1/images/generations, /edits and /variations."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body, JSONBody
from litestar.types import ASGIApp
from msgspec import Raw, Struct

from backend.accounts.guards import signed_in
from backend.errands.pipeline import ErrandPipeline
from backend.errors import InvalidRequest
from backend.providers.calls import Upload
from backend.v1.asking import AnyRequest, IdempotencyKey
from backend.v1.chat.reading import extra_fields
from backend.v1.documents import OPENAI_REFUSALS
from backend.v1.doing import carry_out
from backend.v1.images.reading import edit_of, generation_of, upload_of, variation_of
from backend.v1.images.wire import EditForm, GenerationRequest, ImageList, VariationForm
from backend.v1.refusals import openai_error, reshaped
from shared.paths import IMAGES

_PARTS = 64
_ANSWERS = {
    200: ResponseSpec(data_container=ImageList, description="The pictures", generate_examples=False),
    **OPENAI_REFUSALS,
}


class ImagesController(Controller):
    """OpenAI's pictures."""

    path = IMAGES
    guards = [signed_in]
    tags = ["OpenAI"]
    exception_handlers = reshaped(openai_error)

    @post(
        "/generations",
        operation_id="GenerateImages",
        summary="Make pictures from words",
        status_code=200,
        responses=_ANSWERS,
    )
    async def generate(
        self,
        request: AnyRequest,
        data: JSONBody[GenerationRequest],
        errands: NamedDependency[ErrandPipeline],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """Up to ten pictures. What the risk filter refuses is not sent to a model."""
        errand = generation_of(data, extra_fields(await request.body(), GenerationRequest))
        return await carry_out(request, errands, errand, idempotency_key)

    @post(
        "/edits",
        operation_id="EditImages",
        summary="Make pictures from pictures and words",
        status_code=200,
        responses=_ANSWERS,
    )
    async def edit(
        self,
        request: AnyRequest,
        data: Annotated[EditForm, Body(media_type=RequestEncodingType.MULTI_PART, multipart_form_part_limit=_PARTS)],
        errands: NamedDependency[ErrandPipeline],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """A form with up to 16 files, 10 MB together; what is transparent in `mask` is to be changed."""
        pictures = await _uploads(data.image, data.images)
        mask = await _uploads(data.mask)
        if len(mask) > 1:
            raise InvalidRequest("Give one file as mask.")
        errand = edit_of(data, pictures, mask[0] if mask else None, await _extra(request, EditForm))
        return await carry_out(request, errands, errand, idempotency_key)

    @post(
        "/variations",
        operation_id="VaryImage",
        summary="Make pictures from a picture",
        status_code=200,
        responses=_ANSWERS,
    )
    async def vary(
        self,
        request: AnyRequest,
        data: Annotated[
            VariationForm, Body(media_type=RequestEncodingType.MULTI_PART, multipart_form_part_limit=_PARTS)
        ],
        errands: NamedDependency[ErrandPipeline],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """A form with one file. Few providers still have this."""
        errand = variation_of(data, await _uploads(data.image), await _extra(request, VariationForm))
        return await carry_out(request, errands, errand, idempotency_key)


async def _uploads(*fields: Any) -> list[Upload]:
    """The files of form fields. Raises `InvalidRequest` for what is no file."""
    found: list[Upload] = []
    for field in fields:
        for file in field if isinstance(field, list) else [field] if field is not None else []:
            if not isinstance(file, UploadFile):
                raise InvalidRequest("image and mask must be files.")
            try:
                found.append(upload_of(file.filename, await file.read()))
            finally:
                await file.close()
    return found


async def _extra(request: AnyRequest, known: type[Struct]) -> dict[str, Raw]:
    """The fields of a form that its type does not have."""
    names = known.__struct_encode_fields__
    return {
        name: Raw(msgspec.json.encode(value))
        for name, value in (await request.form()).items()
        if name not in names and isinstance(value, str)
    }
