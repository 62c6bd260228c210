"""Files that are given with a prompt."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body, FromPath

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.attachments.service import Attachments
from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.metering.admission import take_rate
from backend.openapi import errors
from shared.attachments import Attachment, AttachmentKind
from shared.paths import ATTACHMENTS


@dataclass
class AttachmentForm:
    """A form with one file; its name is shown to its owner, its kind is told from its bytes."""

    file: UploadFile


class AttachmentsController(Controller):
    """A person's files; somebody else's do not exist."""

    path = ATTACHMENTS
    guards = [signed_in]
    tags = ["Chat"]

    @post(
        operation_id="AddAttachment",
        summary="Send a file to be given with a prompt",
        responses=errors(400, 401, 403, 409, 413, 415, 429, 503),
    )
    async def add(
        self,
        request: Request[Identity, str, State],
        data: Annotated[AttachmentForm, Body(media_type=RequestEncodingType.MULTI_PART, multipart_form_part_limit=8)],
        kept_files: NamedDependency[Attachments],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
    ) -> Attachment:
        """An image (PNG, JPEG, WebP, GIF), a PDF or a file of text, as `multipart/form-data` with a field `file`.

        What is not sent with a prompt is deleted after 24 hours.
        """
        identity = request.user
        limits = identity.entitlement(catalogue.current).limits
        try:
            await take_rate(database, "upload", identity, limits, request.state.address)
            return await kept_files.add(identity, data.file.filename, await data.file.read())
        finally:
            await data.file.close()

    @get(
        "/{attachment_id:uuid}",
        operation_id="GetAttachment",
        summary="A file as it is kept",
        responses={
            200: ResponseSpec(data_container=bytes, description="The file", media_type="*/*", generate_examples=False),
            **errors(400, 401, 404),
        },
    )
    async def read(
        self,
        attachment_id: FromPath[UUID],
        identity: NamedDependency[Identity],
        kept_files: NamedDependency[Attachments],
    ) -> Response[bytes]:
        """Images are shown, other files are downloads. Images have neither place nor time in them."""
        found = await kept_files.read(identity, attachment_id)
        media_type, _, charset = found.media_type.partition("; charset=")
        shown = "inline" if found.kind == AttachmentKind.IMAGE else "attachment"
        return Response(
            found.content,
            media_type=media_type,
            encoding=charset or "utf-8",
            headers={
                "content-disposition": f"{shown}; filename*=UTF-8''{quote(found.name, safe='')}",
                "cache-control": "private, no-store",
            },
        )

    @delete(
        "/{attachment_id:uuid}",
        operation_id="DeleteAttachment",
        summary="Delete a file that was not sent",
        responses=errors(400, 401, 404, 409),
    )
    async def remove(
        self,
        attachment_id: FromPath[UUID],
        identity: NamedDependency[Identity],
        kept_files: NamedDependency[Attachments],
    ) -> None:
        """A file of a message goes with its message."""
        await kept_files.remove(identity, attachment_id)
