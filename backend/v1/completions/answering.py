"""An answer as the completion of a text, whole or in chunks: platform.openai.com/docs/api-reference/completions."""

import time
from collections.abc import Callable, Sequence
from uuid import UUID

from backend.v1.chat.wire import AnsweredBy
from backend.v1.chunks import ChunkVoice, usage_of
from backend.v1.completions.reading import IN_WORDS
from backend.v1.completions.wire import TextChoice, TextCompletion, TextLogprobs
from backend.v1.refusals import NOWHERE, in_words
from shared.chat import ChatAnswer, TokenLikelihood
from shared.events import ChatEvent, Logprobs
from shared.messages import FinishReason
from shared.routing import Routing


def text_id(request_id: UUID) -> str:
    """The answer's name."""
    return f"cmpl-{request_id.hex}"


def text_completion(echoed: str) -> Callable[[ChatAnswer], TextCompletion]:
    """A whole answer after what is echoed."""

    def whole(answer: ChatAnswer) -> TextCompletion:
        return TextCompletion(
            id=text_id(answer.request_id),
            created=int(time.time()),
            model=answer.model,
            choices=[
                TextChoice(
                    text=echoed + answer.text,
                    finish_reason=answer.finish_reason.value,
                    logprobs=text_logprobs(answer.logprobs, len(echoed)) if answer.logprobs else None,
                )
            ],
            usage=usage_of(answer.usage),
            routing_metadata=in_words(answer.routing or NOWHERE, IN_WORDS),
            provider=AnsweredBy(name=answer.provider, model=answer.model, latency_ms=answer.latency_ms),
        )

    return whole


def text_logprobs(tokens: Sequence[TokenLikelihood], offset: int) -> TextLogprobs:
    """Log probabilities of tokens, the first of which stands at `offset`; alternatives have the chosen one too."""
    offsets = []
    for token in tokens:
        offsets.append(offset)
        offset += len(token.token)
    return TextLogprobs(
        tokens=[token.token for token in tokens],
        token_logprobs=[token.logprob for token in tokens],
        top_logprobs=[
            {**{other.token: other.logprob for other in token.top_logprobs}, token.token: token.logprob}
            for token in tokens
        ],
        text_offset=offsets,
    )


class TextVoice(ChunkVoice):
    """Tells one reader an answer in chunks of a text; what is echoed comes first."""

    kind = "text_completion"

    def __init__(self, request_id: UUID, *, echoed: str, include_usage: bool) -> None:
        super().__init__(text_id(request_id), include_usage=include_usage)
        self._echoed = echoed
        self._offset = len(echoed)

    def _opening(self) -> TextChoice | None:
        return self._words(self._echoed) if self._echoed else None

    def _words(self, text: str) -> TextChoice:
        return TextChoice(text=text)

    def _finish(self, reason: FinishReason) -> TextChoice:
        return TextChoice(text="", finish_reason=reason.value)

    def _more(self, event: ChatEvent) -> TextChoice | None:
        """Log probabilities of text that was told: with no text of their own."""
        if not isinstance(event, Logprobs):
            return None
        told = text_logprobs(event.content, self._offset)
        self._offset += sum(map(len, told.tokens))
        return TextChoice(text="", logprobs=told)

    def _named(self, routing: Routing) -> Routing:
        return in_words(routing, IN_WORDS)
