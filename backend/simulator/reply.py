"""The answer to an ask: its pieces, its ending and its bill, free of any dialect."""

from collections.abc import Sequence
from enum import Enum, auto
from hashlib import blake2b
from random import Random

import msgspec

from backend.simulator import prose, tokens
from backend.simulator.ask import Ask
from backend.simulator.personas import Persona, Script
from backend.simulator.refusal import Kind, Refusal

CACHED_FROM_TOKENS = 1024
CACHED_STEP_TOKENS = 128
"""Prompt caching starts at 1,024 tokens and grows in steps of 128 (OpenAI's prompt caching guide)."""

_REASONING = (
    "The person wants an answer to this prompt. I am a simulation, so I only pretend to weigh the options. "
    "First the scope, then the order of the steps, then a check of the result. That seems to be enough. "
)


class Finish(Enum):
    """Why an answer ended."""

    STOP = auto()
    LENGTH = auto()
    CONTENT_FILTER = auto()


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one call. `prompt` includes `cached`, `completion` includes `reasoning`."""

    prompt: int
    cached: int
    completion: int
    reasoning: int


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What is said. `finish` and `usage` are None when the provider keeps them to itself."""

    texts: Sequence[str]
    reasoning: Sequence[str] = ()
    finish: Finish | None = Finish.STOP
    usage: Usage | None
    usage_with_finish: bool = False
    """Whether a stream reports usage together with the finish reason instead of after it."""

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.texts)


def compose(ask: Ask, persona: Persona, script: Script | None) -> Reply:
    """The reply, the same for the same conversation and persona.

    Raises Refusal when prompt and `max_tokens` together do not fit the persona's context window.
    """
    prompt_tokens = _prompt_tokens(ask)
    _check_window(prompt_tokens, ask.max_tokens or 0, persona)
    room = persona.max_output if ask.max_tokens is None else min(ask.max_tokens, persona.max_output)
    if script is not None:
        reasoning, texts = [], script.pieces()
    else:
        reasoning = tokens.split(_REASONING * persona.reasoning)
        texts = tokens.split(_stopped(_text(ask, persona), ask.stop))
    finish = Finish.LENGTH if len(reasoning) + len(texts) > room else Finish.STOP
    reasoning = reasoning[:room]
    texts = texts[: room - len(reasoning)]
    usage = Usage(prompt_tokens, _cached(ask), len(reasoning) + len(texts), len(reasoning))
    return Reply(texts=texts, reasoning=reasoning, finish=finish, usage=usage)


def seed(*parts: bytes) -> Random:
    """Randomness that is the same for the same parts, on every machine."""
    digest = blake2b(b"\0".join(parts), digest_size=8).digest()
    return Random(int.from_bytes(digest, "big"))  # noqa: S311


def _text(ask: Ask, persona: Persona) -> str:
    if persona.echo:
        return ask.prompt
    turns = ask.turns[:-1] if ask.prefill else ask.turns
    random = seed(persona.voice.encode(), *(turn.text.encode("utf-8", "surrogatepass") for turn in turns))
    text = prose.write(ask.prompt, json=ask.json, wordiness=persona.wordiness, random=random)
    return _after(ask.prefill, text) if persona.prefill and ask.prefill else text


def _after(beginning: str, text: str) -> str:
    """What follows `beginning` in `text`; when that begins otherwise, what stands at the same place."""
    if text.startswith(beginning):
        return text[len(beginning) :]
    return "".join(tokens.split(text)[tokens.count(beginning) :])


def _stopped(text: str, stops: Sequence[str]) -> str:
    ends = [position for stop in stops if stop and (position := text.find(stop)) >= 0]
    return text[: min(ends)] if ends else text


def _prompt_tokens(ask: Ask) -> int:
    turns = sum(tokens.count(turn.text) + tokens.TURN_TOKENS + turn.images * tokens.IMAGE_TOKENS for turn in ask.turns)
    return turns + tokens.TURN_TOKENS


def _cached(ask: Ask) -> int:
    """What an earlier call of the same conversation would have left in the provider's cache."""
    before = sum(tokens.count(turn.text) + tokens.TURN_TOKENS for turn in ask.turns[:-1])
    return before // CACHED_STEP_TOKENS * CACHED_STEP_TOKENS if before >= CACHED_FROM_TOKENS else 0


def _check_window(prompt: int, completion: int, persona: Persona) -> None:
    if prompt + completion > persona.context_window:
        raise Refusal(
            Kind.CONTEXT_TOO_LONG,
            f"This model's maximum context length is {persona.context_window} tokens. However, you requested "
            f"{prompt + completion} tokens ({prompt} in the messages, {completion} in the completion). "
            "Please reduce the length of the messages or completion.",
            field="messages",
        )
