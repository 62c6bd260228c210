"""What a wire dialect has to offer: pure translation, no input or output."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from backend.providers.calls import (
    ChatCall,
    EmbeddingCall,
    Embeddings,
    Moderated,
    ModerationCall,
    PictureCall,
    Pictures,
    Piece,
    Reply,
)
from backend.providers.errors import ProviderError
from backend.providers.vendors import Vendor
from shared.messages import FinishReason


class Encoded(NamedTuple):
    """A request ready to send: `path` follows the target's base URL; the credential is not among the headers.

    Without a body it is a GET, with one a POST.
    """

    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


class Decoder(Protocol):
    """Reads one streamed answer, however its bytes are split."""

    malformed: int
    """Frames skipped because they could not be understood."""

    progress: int
    """Frames so far that carried a token, shown or not."""

    finish_reason: FinishReason | None
    """Set as soon as the answer is whole, though more facts about it may follow."""

    done: bool
    """Nothing that matters follows."""

    fault: ProviderError | None
    """What the provider reported within the stream; `feed` and `finish` raise it once the text before it is out."""

    request_id: str | None
    """The provider's name for the call."""

    def feed(self, data: bytes) -> Piece:
        """What these bytes bring. Raises `ProviderError` for a fault, after the text that preceded it was given."""

    def finish(self) -> None:
        """Call at the end of the stream. Raises `Truncated` when that was not the end of the answer."""


class Dialect(Protocol):
    """One wire format; a module can be one."""

    def encode_request(self, call: ChatCall, *, stream: bool, vendor: Vendor) -> Encoded:
        """The request for `call`."""

    def encode_probe(self, vendor: Vendor) -> Encoded:
        """A request that costs nothing and that a provider in working order answers."""

    def decode_reply(self, body: bytes) -> Reply:
        """The answer in a whole response. Raises `ProviderError`."""

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
        """What a response other than a success means. Header names are looked up in lower case."""

    def open_decoder(self) -> Decoder:
        """A decoder for one stream."""

    def unspoken(self, call: ChatCall, vendor: Vendor) -> tuple[str, ...]:
        """What of a call cannot be said to this vendor, as names of OpenAI's request fields, in alphabetical order."""


class EmbeddingDialect(Protocol):
    """A wire format for embeddings; errors are those of the chat dialect of the same name."""

    def encode_embedding(self, call: EmbeddingCall, vendor: Vendor) -> Encoded:
        """The request for `call`."""

    def decode_embeddings(self, body: bytes) -> Embeddings:
        """The vectors in a response. Raises `ProviderError`."""

    def unspoken(self, call: EmbeddingCall, vendor: Vendor) -> tuple[str, ...]:
        """What of a call cannot be said to this vendor, as names of OpenAI's request fields, in alphabetical order."""


class ModerationDialect(Protocol):
    """A wire format for telling risks; errors are those of the chat dialect of the same name."""

    def encode_moderation(self, call: ModerationCall, vendor: Vendor) -> Encoded:
        """The request for `call`."""

    def decode_moderation(self, body: bytes) -> Moderated:
        """What was flagged. Raises `ProviderError`."""


class PictureDialect(Protocol):
    """A wire format for making pictures; errors are those of the chat dialect of the same name."""

    def encode_picture(self, call: PictureCall, vendor: Vendor) -> Encoded:
        """The request for `call`; its headers name the media type when it is not JSON."""

    def decode_pictures(self, body: bytes) -> Pictures:
        """The pictures in a response. Raises `ProviderError`."""

    def unspoken(self, call: PictureCall, vendor: Vendor) -> tuple[str, ...]:
        """What of a call cannot be said to this vendor, as names of OpenAI's request fields, in alphabetical order."""
