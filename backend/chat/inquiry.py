"""What somebody wants answered, in one shape, whichever API it came by."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Raw, Struct

from backend.entitlements.plans import AUTO
from backend.errors import InvalidRequest
from backend.policy.preferences import ANY, Preferences
from backend.providers.calls import AnswerFormat, ChatCall, Tool, ToolChoice, Turn
from shared.catalogue import Capability
from shared.chat import ChatRequest, MetadataName, MetadataValue, NewMessage, OnDisconnect, Strategy
from shared.messages import Role


class Manner(Struct, frozen=True, kw_only=True):
    """How an answer is to be given; see `ChatCall`. `max_tokens` is what the caller allows, None for the usual."""

    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    format: AnswerFormat | None = None
    top_logprobs: int | None = None
    extra: Mapping[str, Raw] | None = None

    @property
    def needs(self) -> frozenset[Capability]:
        """What a model must be able to do for it."""
        tools = {Capability.TOOLS} if self.tools else set()
        return frozenset(tools | ({Capability.JSON} if self.format is not None else set()))

    @property
    def particular(self) -> bool:
        """Whether it says anything that not every provider understands."""
        return self != Manner(max_tokens=self.max_tokens, temperature=self.temperature)

    def call(self, model: str, turns: tuple[Turn, ...], max_tokens: int) -> ChatCall:
        """The request to a provider."""
        return ChatCall(
            model=model,
            messages=turns,
            max_tokens=max_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            stop=self.stop,
            seed=self.seed,
            tools=self.tools,
            tool_choice=self.tool_choice,
            parallel_tool_calls=self.parallel_tool_calls,
            format=self.format,
            top_logprobs=self.top_logprobs,
            extra=self.extra,
        )


PLAIN = Manner()


class Inquiry(Struct, frozen=True, kw_only=True):
    """One request for an answer.

    `assistant` is an id, a family, `auto` (the precheck recommends one) or `direct` (none: the model is spoken to as
    it is). `models` are names in the order of preference; with none the policy chooses. `requested` is what the caller
    called the model. Give `turns` (kept nowhere) or `message` (in a conversation). `keeps_shown`: what was streamed
    cannot be taken back by this API, so that an answer which would have to be begun anew fails instead.
    `prefills`: the last turn may be the beginning of the answer. `body` is what the caller sent: a repeated
    idempotency key must come with the same. `needs` are capabilities that a model must have whatever is asked.
    `within` is how many seconds after the request came the answer has to be whole: it fails then, and costs nothing.
    `mask`: personal data are not sent, but names in their place.
    """

    body: Struct
    assistant: str = AUTO
    models: tuple[str, ...] = ()
    requested: str | None = None
    turns: tuple[Turn, ...] | None = None
    conversation_id: UUID | None = None
    message: NewMessage | None = None
    replace_from: UUID | None = None
    manner: Manner = PLAIN
    preferences: Preferences = ANY
    stream: bool = True
    strategy: Strategy | None = None
    on_disconnect: OnDisconnect | None = None
    metadata: Mapping[MetadataName, MetadataValue] = {}
    keeps_shown: bool = False
    prefills: bool = False
    needs: frozenset[Capability] = frozenset()
    within: float | None = None
    mask: bool = False


def from_chat(request: ChatRequest) -> Inquiry:
    """What `POST /api/ai/chat` asks. Raises `InvalidRequest`."""
    params = request.params
    if request.messages is not None and any(m.role is Role.TOOL for m in request.messages):
        raise InvalidRequest("messages may have the roles system, user and assistant here. /v1 takes results of tools.")
    return Inquiry(
        body=request,
        assistant=request.assistant,
        models=(request.model,) if request.model is not None else (),
        requested=request.model,
        turns=tuple(Turn(m.role, m.content) for m in request.messages) if request.messages is not None else None,
        conversation_id=request.conversation_id,
        message=request.message,
        replace_from=request.replace_from,
        manner=Manner(
            max_tokens=params.max_tokens,
            temperature=params.temperature,
            top_p=params.top_p,
            stop=tuple(params.stop) if params.stop else None,
            seed=params.seed,
        ),
        stream=request.stream,
        strategy=request.strategy,
        on_disconnect=request.on_disconnect,
        metadata=request.metadata,
        mask=request.mask,
    )
