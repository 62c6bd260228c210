"""From a completion request to an inquiry. Pure."""

from collections.abc import Mapping

from msgspec import Raw

from backend.assistants.pick import DIRECT
from backend.chat.inquiry import Inquiry, Manner
from backend.errors import InvalidRequest
from backend.providers.calls import Turn
from backend.v1.chat.reading import Sent, labels_of, preferences_of, stops_of
from backend.v1.completions.wire import CompletionRequest
from shared.messages import Role

USUAL_TOKENS = 16
"""What an answer may have when nothing is said: platform.openai.com/docs/api-reference/completions/create."""

IN_WORDS = {"top_logprobs": "logprobs"}
"""Names of this API for fields that chat completions name otherwise."""


def inquiry_of(request: CompletionRequest, extra: Mapping[str, Raw] | None) -> Inquiry:
    """What is asked. Raises `InvalidRequest` for what cannot be done."""
    _refuse(request)
    preferences, strategy = preferences_of(request.provider)
    return Inquiry(
        body=Sent(request, dict(extra or {})),
        assistant=DIRECT.family,
        models=(request.model, *(request.models or ())),
        requested=request.model,
        turns=(Turn(Role.USER, prompt_of(request)),),
        manner=Manner(
            max_tokens=request.max_tokens or USUAL_TOKENS,
            temperature=request.temperature,
            top_p=request.top_p,
            stop=stops_of(request.stop),
            seed=request.seed,
            top_logprobs=request.logprobs,
            extra=extra,
        ),
        preferences=preferences,
        stream=request.stream is True,
        strategy=strategy,
        metadata=labels_of(request.metadata, request.user),
        keeps_shown=True,
    )


def prompt_of(request: CompletionRequest) -> str:
    """The text. Raises `InvalidRequest` for several, and for tokens."""
    given = request.prompt
    if isinstance(given, str):
        return given
    if any(not isinstance(part, str) for part in given):
        raise InvalidRequest("prompt must be text: tokens cannot be read here, for each model has its own.")
    [*others, text] = given
    if others or not isinstance(text, str):
        raise InvalidRequest("prompt must be one text: one answer is given to each request.")
    return text


def _refuse(request: CompletionRequest) -> None:
    for name in ("n", "best_of"):
        if getattr(request, name) not in (None, 1):
            raise InvalidRequest(f"{name} must be 1: one answer is given to each request.")
    if request.suffix:
        raise InvalidRequest("suffix cannot be used: models are asked to go on from a text, not to fill a gap.")
    if request.echo and request.logprobs is not None:
        raise InvalidRequest("echo cannot be used with logprobs: those of the prompt are not known.")
