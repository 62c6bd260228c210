"""The answer to an ask: its pieces, its ending and its bill, free of any dialect."""

from collections.abc import Sequence
from enum import Enum, auto
from hashlib import blake2b
from random import Random

import msgspec
from msgspec.structs import replace

from backend.simulator import calling, prose, sight, tokens
from backend.simulator.ask import Ask
from backend.simulator.calling import Call
from backend.simulator.personas import Persona, Script
from backend.simulator.refusal import Kind, Refusal, Window

CACHED_FROM_TOKENS = 1024
CACHED_STEP_TOKENS = 128
"""Prompt caching starts at 1,024 tokens and grows in steps of 128 (OpenAI's prompt caching guide)."""

_REASONING = (
    "The person wants an answer to this prompt. I am a simulation, so I only pretend to weigh the options. "
    "First the scope, then the order of the steps, then a check of the result. That seems to be enough. "
)
_RESULT = "The tool's answer is:\n\n{result}\n\nThis is a simulated answer: nobody thought about it."
_NOTHING_MORE = "This is a simulated answer: I only looked at the header of the file."


class Finish(Enum):
    """Why an answer ended."""

    STOP = auto()
    STOP_SEQUENCE = auto()
    CALLS = auto()
    """Tools were called."""
    LENGTH = auto()
    CONTENT_FILTER = auto()


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one call. `prompt` includes `cached` and `cache_write`, `completion` includes `reasoning`."""

    prompt: int
    cached: int
    completion: int
    reasoning: int
    cache_write: int = 0


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What is said. `finish` and `usage` are None when the provider keeps them to itself."""

    texts: Sequence[str]
    reasoning: Sequence[str] = ()
    calls: Sequence[Call] = ()
    stopped_by: str | None = None
    """The stop sequence that ended it."""
    finish: Finish | None = Finish.STOP
    usage: Usage | None
    usage_with_finish: bool = False
    """Whether a stream reports usage together with the finish reason instead of after it."""

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.texts)


def compose(ask: Ask, persona: Persona, script: Script | None) -> Reply:
    """The reply, the same for the same conversation, seed and persona.

    Raises Refusal when prompt and `max_tokens` together do not fit the persona's context window, when the persona
    cannot see and is shown a picture, and when no value satisfies the schema of the answer or of a tool.
    """
    if ask.pictures and not persona.sees:
        raise Refusal(Kind.INVALID, f"The model `{ask.model}` takes no pictures.", field="messages")
    prompt = prompt_tokens(ask)
    if prompt + (ask.max_tokens or 0) > persona.context_window:
        raise too_long(persona.context_window, prompt, ask.max_tokens or 0)
    room = persona.max_output if ask.max_tokens is None else min(ask.max_tokens, persona.max_output)
    stopped_by = None
    reasoning: Sequence[str] = ()
    called: Sequence[Call] = ()
    if script is not None:
        texts: Sequence[str] = script.pieces()
    else:
        reasoning = tokens.split(_REASONING * persona.reasoning)
        called = calling.calls(ask)
        text, stopped_by = _stopped("" if called else _text(ask, persona), ask.stop)
        texts = tokens.split(text)
    reply = Reply(texts=texts, reasoning=reasoning, calls=called, stopped_by=stopped_by, usage=None)
    return _bounded(reply, room, Usage(prompt, _cached(ask), 0, 0, _cache_write(ask, prompt)))


def seed(*parts: bytes) -> Random:
    """Randomness that is the same for the same parts, on every machine."""
    digest = blake2b(b"\0".join(parts), digest_size=8).digest()
    return Random(int.from_bytes(digest, "big"))  # noqa: S311


def prompt_tokens(ask: Ask) -> int:
    """Tokens of the conversation and of the tools on offer."""
    turns = sum(
        tokens.count(turn.text)
        + (tokens.count(turn.uses) if turn.uses else 0)
        + tokens.TURN_TOKENS
        + len(turn.pictures) * tokens.IMAGE_TOKENS
        for turn in ask.turns
    )
    tools = sum(tokens.count(tool.name) + tokens.count(str(tool.schema)) for tool in ask.tools)
    return turns + tools + tokens.TURN_TOKENS


def check_window(longest: int, persona: Persona) -> None:
    """Raises Refusal when so many tokens do not fit the persona's context window."""
    if longest > persona.context_window:
        raise too_long(persona.context_window, longest)


def too_long(window: int, prompt: int, completion: int = 0) -> Refusal:
    """The refusal of what does not fit `window`, with the numbers."""
    return Refusal(
        Kind.CONTEXT_TOO_LONG,
        f"This model's maximum context length is {window} tokens. However, you requested "
        f"{prompt + completion} tokens ({prompt} in the messages, {completion} in the completion). "
        "Please reduce the length of the messages or completion.",
        field="messages",
        window=Window(window, prompt, completion),
    )


def _bounded(reply: Reply, room: int, usage: Usage) -> Reply:
    """The first `room` tokens of the reply, with how it ends then and what it costs."""
    reasoning, texts = reply.reasoning[:room], reply.texts[: max(0, room - len(reply.reasoning))]
    left = room - len(reasoning) - len(texts)
    called: list[Call] = []
    for call in reply.calls if left > 0 else ():
        called.append(Call(call.name, call.pieces[:left]))
        left -= len(called[-1].pieces)
        if left <= 0:
            break
    said = len(reasoning) + len(texts) + sum(len(call.pieces) for call in called)
    meant = len(reply.reasoning) + len(reply.texts) + sum(len(call.pieces) for call in reply.calls)
    if said < meant:
        finish, stopped_by = Finish.LENGTH, None
    else:
        stopped_by = reply.stopped_by
        finish = Finish.CALLS if called else Finish.STOP if stopped_by is None else Finish.STOP_SEQUENCE
    usage = replace(usage, completion=said, reasoning=len(reasoning))
    return replace(
        reply, reasoning=reasoning, texts=texts, calls=called, finish=finish, stopped_by=stopped_by, usage=usage
    )


def _text(ask: Ask, persona: Persona) -> str:
    if (document := calling.document(ask)) is not None:
        return document
    if persona.echo:
        return _echoed(ask)
    turns = ask.turns[:-1] if ask.prefill else ask.turns
    said = (turn.text.encode("utf-8", "surrogatepass") for turn in turns)
    random = seed(persona.voice.encode(), *said, *(() if ask.seed is None else (str(ask.seed).encode(),)))
    if ask.results and not ask.json:
        return _RESULT.format(result="\n".join(ask.results))
    if ask.pictures and not ask.json:
        return f"{sight.describe(ask.pictures)} {_NOTHING_MORE}"
    text = prose.write(ask.prompt, json=ask.json, wordiness=persona.wordiness, random=random)
    return _after(ask.prefill, text) if persona.prefill and ask.prefill else text


def _after(beginning: str, text: str) -> str:
    """What follows `beginning` in `text`; when that begins otherwise, what stands at the same place."""
    if text.startswith(beginning):
        return text[len(beginning) :]
    return "".join(tokens.split(text)[tokens.count(beginning) :])


def _echoed(ask: Ask) -> str:
    text = "\n".join(ask.results) or ask.prompt
    return msgspec.json.encode({"echo": text}).decode() if ask.json else text


def _stopped(text: str, stops: Sequence[str]) -> tuple[str, str | None]:
    ends = [(position, stop) for stop in stops if stop and (position := text.find(stop)) >= 0]
    if not ends:
        return text, None
    position, stop = min(ends)
    return text[:position], stop


def _cache_write(ask: Ask, prompt: int) -> int:
    """What this call adds to the cache: all that was not there."""
    return prompt - _cached(ask) if ask.writes_cache and prompt >= CACHED_FROM_TOKENS else 0


def _cached(ask: Ask) -> int:
    """What an earlier call of the same conversation would have left in the provider's cache."""
    if not ask.caches:
        return 0
    before = sum(tokens.count(turn.text) + tokens.TURN_TOKENS for turn in ask.turns[:-1])
    return before // CACHED_STEP_TOKENS * CACHED_STEP_TOKENS if before >= CACHED_FROM_TOKENS else 0
