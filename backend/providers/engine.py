"""Calling providers: one client per process. Whether to try again, and where, is for the caller to decide."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Self, TypeVar
from urllib.parse import parse_qsl, urlencode
from weakref import WeakSet

from msgspec.structs import replace

from backend.providers.calls import (
    ChatCall,
    EmbeddingCall,
    Embeddings,
    Moderated,
    ModerationCall,
    PictureCall,
    Pictures,
    Reply,
    Target,
)
from backend.providers.dialects import Dialect, Encoded
from backend.providers.errors import (
    AuthRejected,
    ConnectFailed,
    Malformed,
    ProviderError,
    ServerFault,
    TargetRefused,
    TimedOut,
)
from backend.providers.pacing import Metronome
from backend.providers.registry import dialect, embedding_dialect, moderation_dialect, picture_dialect
from backend.providers.stream import PACE, ProviderStream
from backend.providers.transport import MAX_BODY_BYTES, Exchange, Transport, trusted_roots
from backend.providers.vendors import Vendor, vendor

_HEADERS = {"content-type": "application/json", "accept-encoding": "identity", "user-agent": "fairlead"}
_MAX_ERROR_BYTES = 64 * 1024
PROBE_SECONDS = 5.0
LIST_SECONDS = 20.0
MAX_LIST_BYTES = 16 * 1024 * 1024
"""The longest known list of models, with a description of each, has two."""
MAX_VECTOR_BYTES = 64 * 1024
"""Of one embedding as it is sent: 4,096 numbers have half as many."""
MAX_PICTURE_BYTES = 16 * 1024 * 1024
"""Of one picture in base64: a PNG of 1536 x 1024 has five."""

Whole = TypeVar("Whole", Reply, Embeddings, Pictures, Moderated)


class ProviderClient:
    """Connections to all providers, and calls over them. Start it in the loop that will use it; close it there.

    `pace` is the time between two reads of a stream, in seconds; `tls` replaces the trusted certificate authorities.
    """

    def __init__(self, *, pace: float = PACE, tls: ssl.SSLContext | None = None) -> None:
        self._pace = pace
        self._tls = tls
        self._transports: dict[bool, Transport] = {}
        self._streams: WeakSet[ProviderStream] = WeakSet()
        self._metronome = Metronome()

    async def start(self) -> None:
        """Makes the connection pools. Targets that may be private have their own, so no public one can use it."""
        if not self._transports:
            tls = self._tls or trusted_roots()
            self._transports = {private: Transport(private=private, tls=tls) for private in (False, True)}

    async def close(self) -> None:
        """Closes every connection; whoever still reads a stream gets `ConnectionLost`. May be repeated."""
        transports, self._transports = self._transports, {}
        for stream in list(self._streams):
            await stream.aclose()
        for transport in transports.values():
            await transport.close()
        self._metronome.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def complete(self, target: Target, call: ChatCall, *, within: float | None = None) -> Reply:
        """The whole answer, in at most `within` seconds, else `limits.total`. Raises `ProviderError`."""
        spoken, known = dialect(target), _vendor(target)
        return await self._ask(
            target, known, lambda: spoken.encode_request(call, stream=False, vendor=known), spoken.decode_reply, within
        )

    async def embed(self, target: Target, call: EmbeddingCall, *, within: float | None = None) -> Embeddings:
        """A vector for each text, in at most `within` seconds, else `limits.total`. Raises `ProviderError`."""
        spoken, known = embedding_dialect(target), _vendor(target)
        made = await self._ask(
            target,
            known,
            lambda: spoken.encode_embedding(call, known),
            spoken.decode_embeddings,
            within,
            max(MAX_BODY_BYTES, len(call.texts) * MAX_VECTOR_BYTES),
        )
        if len(made.vectors) != len(call.texts):
            raise Malformed(f"{len(made.vectors)} embeddings for {len(call.texts)} texts")
        return made

    async def moderate(self, target: Target, call: ModerationCall, *, within: float | None = None) -> Moderated:
        """The flags of each text, in at most `within` seconds, else `limits.total`. Raises `ProviderError`."""
        spoken, known = moderation_dialect(target), _vendor(target)
        told = await self._ask(
            target, known, lambda: spoken.encode_moderation(call, known), spoken.decode_moderation, within
        )
        if len(told.texts) != len(call.texts):
            raise Malformed(f"{len(told.texts)} results for {len(call.texts)} texts")
        return told

    async def draw(self, target: Target, call: PictureCall, *, within: float | None = None) -> Pictures:
        """The pictures, in at most `within` seconds, else `limits.total`. Raises `ProviderError`."""
        spoken, known = picture_dialect(target), _vendor(target)
        return await self._ask(
            target,
            known,
            lambda: spoken.encode_picture(call, known),
            spoken.decode_pictures,
            within,
            max(MAX_BODY_BYTES, call.count * MAX_PICTURE_BYTES),
        )

    async def _ask(
        self,
        target: Target,
        known: Vendor,
        encode: Callable[[], Encoded],
        decode: Callable[[bytes], Whole],
        within: float | None,
        most: int = MAX_BODY_BYTES,
    ) -> Whole:
        """A whole response of at most `most` bytes, read; what the provider's headers call it if its body does not."""
        try:
            async with asyncio.timeout(target.limits.total if within is None else within):
                exchange = await self._exchange(target, known, encode())
                try:
                    body = await exchange.read(most)
                finally:
                    exchange.close()
            if exchange.status != 200:
                raise dialect(target).decode_error(exchange.status, exchange.headers, body)
            whole = decode(body)
        except TimeoutError:
            raise TimedOut("total" if within is None else "first_byte") from None
        except ProviderError as error:
            error.redact(target.api_key)
            raise
        if whole.provider_request_id is None:
            return replace(whole, provider_request_id=exchange.headers.get("x-request-id"))
        return whole

    async def open_stream(self, target: Target, call: ChatCall) -> ProviderStream:
        """A stream whose response headers are in and say success. Raises `ProviderError`. Close what you get."""
        spoken = dialect(target)
        try:
            async with asyncio.timeout(target.limits.first_byte):
                exchange = await self._send(spoken, target, call, stream=True)
                try:
                    await _check(spoken, exchange)
                except BaseException:
                    exchange.close()
                    raise
        except TimeoutError:
            raise TimedOut("first_byte") from None
        except ProviderError as error:
            error.redact(target.api_key)
            raise
        stream = ProviderStream(
            exchange, spoken.open_decoder(), target.limits, target.api_key, self._metronome, self._pace
        )
        self._streams.add(stream)
        return stream

    async def probe(self, target: Target) -> None:
        """Asks whether a provider is in working order, in at most `PROBE_SECONDS`. Raises the `ProviderError` if not.

        Any answer counts that is no fault of the server's, also that there is nothing to see (a key may be forbidden
        to see it), but for one that the key is unknown.
        """
        spoken = dialect(target)
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                known = _vendor(target)
                exchange = await self._exchange(target, known, spoken.encode_probe(known))
                try:
                    body = b"" if exchange.status == 200 else await exchange.read(_MAX_ERROR_BYTES)
                finally:
                    exchange.close()
            if exchange.status == 200:
                return
            fault = spoken.decode_error(exchange.status, exchange.headers, body)
            if isinstance(fault, ServerFault) or (isinstance(fault, AuthRejected) and exchange.status != 403):
                raise fault
        except TimeoutError:
            raise TimedOut("first_byte") from None
        except ProviderError as error:
            error.redact(target.api_key)
            raise

    async def list_models(self, target: Target, query: str = "", *, within: float = LIST_SECONDS) -> bytes:
        """A page of the provider's list of models as it comes, in at most `within` seconds. Raises `ProviderError`.

        `query` says which page; what the dialect asks with anyway is kept. A list has at most `MAX_LIST_BYTES`.
        """
        spoken, known = dialect(target), _vendor(target)
        asked = spoken.encode_probe(known)
        path, _, always = asked.path.partition("?")
        wanted = urlencode(dict(parse_qsl(always)) | dict(parse_qsl(query)))
        try:
            async with asyncio.timeout(within):
                exchange = await self._exchange(
                    target, known, asked._replace(path=f"{path}?{wanted}" if wanted else path)
                )
                try:
                    body = await exchange.read(MAX_LIST_BYTES if exchange.status == 200 else _MAX_ERROR_BYTES)
                finally:
                    exchange.close()
            if exchange.status != 200:
                raise spoken.decode_error(exchange.status, exchange.headers, body)
            return body
        except TimeoutError:
            raise TimedOut("total") from None
        except ProviderError as error:
            error.redact(target.api_key)
            raise

    async def _send(self, spoken: Dialect, target: Target, call: ChatCall, *, stream: bool) -> Exchange:
        known = _vendor(target)
        return await self._exchange(target, known, spoken.encode_request(call, stream=stream, vendor=known))

    async def _exchange(self, target: Target, known: Vendor, encoded: Encoded) -> Exchange:
        transport = self._transports.get(target.allow_private_network)
        if transport is None:
            raise ConnectFailed("the client is closed")
        headers = {**_HEADERS, **dict(encoded.headers)}
        if target.api_key:
            if not (target.api_key.isascii() and target.api_key.isprintable()):
                raise TargetRefused("its key has characters that cannot be sent")
            name, value = known.credential(target.api_key)
            headers[name] = value
        url = target.base_url.rstrip("/") + encoded.path
        return await transport.send(url, headers, encoded.body, connect=target.limits.connect)


def _vendor(target: Target) -> Vendor:
    return vendor(target.provider, target.dialect, target.base_url)


async def _check(spoken: Dialect, exchange: Exchange) -> None:
    """Raises what the response's headers mean, unless they announce a stream of events."""
    if exchange.status != 200:
        try:
            body = await exchange.read(_MAX_ERROR_BYTES)
        except ProviderError:
            body = b""
        raise spoken.decode_error(exchange.status, exchange.headers, body)
    media = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in ("application/json", "text/html"):
        spoken.decode_reply(await exchange.read())  # may be a fault reported as a success
        raise Malformed(f"{media} instead of a stream of events")
