"""Tools in the Gemini API: ai.google.dev/gemini-api/docs/function-calling and /thought-signatures.

Two things are carried in the id of a tool use, which every client gives back: the provider's own id, or one made here
when it gave none, and after a tilde the thought signature. From Gemini 3 on a use without its signature is refused;
one that another model made is sent with the words that the provider gives for that.
"""

import re

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.providers.calls import ToolUse
from backend.providers.dialects.arguments import NO_ARGUMENTS, as_object, is_object

_SIGNED = "~"
_UNSIGNED = "skip_thought_signature_validator"
_UNSIGNED_IS_FINE = re.compile(r"\bgemini-(?:1|2|pro|flash)")


class FunctionCall(Struct, omit_defaults=True):
    """A tool use on the wire."""

    name: str
    args: Raw | UnsetType = UNSET
    id: str | None = None


class FunctionResponse(Struct, omit_defaults=True):
    """The result of a tool on the wire; `response` is an object."""

    name: str
    response: Raw
    id: str | None = None


_decode = msgspec.json.Decoder(FunctionCall).decode
_plain = msgspec.json.Decoder(str).decode


def read_use(raw: Raw, signature: Raw | UnsetType, place: str) -> ToolUse | None:
    """The tool use in a `functionCall`; None for one whose arguments are no object.

    `place` names it within its conversation, for when the provider does not. Raises `msgspec.DecodeError`.
    """
    call = _decode(raw)
    arguments = NO_ARGUMENTS if call.args is UNSET or bytes(call.args) == b"null" else bytes(call.args).decode()
    if not call.name or not is_object(arguments.encode()):
        return None
    own = call.id or place
    return ToolUse(own if signature is UNSET else f"{own}{_SIGNED}{_plain(signature)}", call.name, arguments)


def say_use(use: ToolUse, model: str, *, first: bool) -> tuple[FunctionCall, str | None]:
    """A tool use as the model's own, and its signature; only the `first` of several has to have one."""
    own, _, signature = use.id.partition(_SIGNED)
    needed = first and not signature and _UNSIGNED_IS_FINE.search(model) is None
    return FunctionCall(use.name, as_object(use.arguments), own), signature or (_UNSIGNED if needed else None)


def say_result(tool_use_id: str, name: str, content: str) -> FunctionResponse:
    """A tool's result. What is no object becomes the `output` of one, as the documentation advises."""
    wire = content.encode(errors="replace")
    response = Raw(wire) if is_object(wire) else Raw(msgspec.json.encode({"output": content}))
    return FunctionResponse(name, response, tool_use_id.partition(_SIGNED)[0])
