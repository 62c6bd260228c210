"""Tool uses of the OpenAI dialect, put together from the fragments in which they are streamed.

On the wire (platform.openai.com/docs/api-reference/chat/streaming) a fragment has an `index`, the first of a use also
its `id` and name. Met in copies: no index (older Gemini), the same index for all of several uses that come whole
(Ollama, Gemini), no id or an empty one (Gemini, Ollama), the name in every fragment, arguments as an object instead
of its JSON (Ollama, some of OpenRouter's).
"""

from hashlib import blake2b

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.providers.calls import ToolUse
from backend.providers.errors import Endless

MAX_ARGUMENTS = 4 * 1024 * 1024
"""Characters of arguments in one answer beyond which it is taken to be endless."""

MAX_USES = 1024

_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)


class _Function(Struct, gc=False):
    name: str | None = None
    arguments: Raw | UnsetType = UNSET


class _Fragment(Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


_NO_FUNCTION = _Function()


class _Use:
    __slots__ = ("arguments", "id", "index", "name")

    def __init__(self, index: int | None, id: str | None) -> None:
        self.index, self.id = index, id
        self.name = ""
        self.arguments: list[str] = []


_decode_fragments = msgspec.json.Decoder(list[_Fragment]).decode
_decode_string = msgspec.json.Decoder(str).decode
_decode_anything = msgspec.json.Decoder(Raw).decode


class ToolUses:
    """The uses of one answer as they come about."""

    __slots__ = ("_size", "_told", "_uses")

    def __init__(self) -> None:
        self._uses: list[_Use] = []
        self._told = 0
        self._size = 0

    def __bool__(self) -> bool:
        return bool(self._uses)

    def feed(self, raw: Raw) -> None:
        """Takes the fragments of one chunk, or the whole uses of a reply.

        Raises `msgspec.DecodeError` for what are none, `Endless` for more than any answer has.
        """
        for fragment in _decode_fragments(raw):
            function = fragment.function or _NO_FUNCTION
            said = "" if function.arguments is UNSET else _arguments(function.arguments)
            use = self._use_of(fragment, function.name, said)
            use.name = use.name or function.name or ""
            if said:
                use.arguments.append(said)
                self._size += len(said)
            if self._size > MAX_ARGUMENTS or len(self._uses) > MAX_USES:
                raise Endless("tool uses without an end")

    def tell(self, request_id: str | None, *, cut: bool) -> tuple[ToolUse, ...]:
        """The uses not told yet, when no more of them follows. Of an answer that was `cut`, only the whole ones."""
        begun, self._told = self._told, len(self._uses)
        uses = []
        for number, use in enumerate(self._uses[begun:], begun):
            arguments = "".join(use.arguments) or "{}"
            if use.name and not (cut and not _is_whole(arguments)):
                uses.append(ToolUse(use.id or _made_id(request_id, number), use.name, arguments))
        return tuple(uses)

    def _use_of(self, fragment: _Fragment, name: str | None, said: str) -> _Use:
        id = fragment.id if fragment.id != "null" else None  # Mistral's, of old
        use = self._known(fragment.index, id)
        if use is None or (name and _is_another(use, id, said)):
            use = _Use(fragment.index, id)
            self._uses.append(use)
        elif id and not use.id:
            use.id = id
        return use

    def _known(self, index: int | None, id: str | None) -> _Use | None:
        """The use a fragment belongs to as far as its index tells, else its id, else the latest one."""
        latest = reversed(self._uses)
        if index is not None:
            return next((use for use in latest if use.index == index), None)
        if id:
            return next((use for use in latest if use.id == id), None)
        return next(latest, None)


def _is_another(use: _Use, id: str | None, said: str) -> bool:
    """Whether a fragment with a name begins another use although its index says it belongs to this one."""
    if id and use.id:
        return id != use.id
    if id or use.id or not (said and use.arguments):
        return False
    return use.arguments[-1].endswith("}") and _is_whole("".join(use.arguments))


def _arguments(raw: Raw) -> str:
    said = bytes(raw)
    if said[:1] == b'"':
        return _decode_string(said)
    return "" if said == b"null" else said.decode()


def _is_whole(arguments: str) -> bool:
    try:
        _decode_anything(arguments)
    except _UNREADABLE:
        return False
    return True


def _made_id(request_id: str | None, number: int) -> str:
    """An id for a use that came without: the same for the same answer."""
    return f"call_{blake2b(f'{request_id}:{number}'.encode(), digest_size=12).hexdigest()}"


def whole_uses(raw: Raw, request_id: str | None, *, cut: bool) -> tuple[ToolUse, ...]:
    """The uses in a reply that is not streamed. Raises as `feed` does."""
    uses = ToolUses()
    uses.feed(raw)
    return uses.tell(request_id, cut=cut)
