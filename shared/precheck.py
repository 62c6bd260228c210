"""What the precheck says of a prompt."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from shared.attachments import AttachmentIds
from shared.messages import ChatMessage
from shared.wire import Answer, Credits, Request


class Category(StrEnum):
    """The task a prompt asks for."""

    CHAT = "chat"
    WRITING = "writing"
    CODING = "coding"
    MATH = "math"
    REASONING = "reasoning"
    RESEARCH = "research"
    SUMMARIZATION = "summarization"
    EXTRACTION = "extraction"
    DATA_ANALYSIS = "data_analysis"
    TRANSLATION = "translation"
    IMAGE_GENERATION = "image_generation"
    OTHER = "other"


class Complexity(StrEnum):
    """How strong a model the prompt deserves."""

    SIMPLE = "simple"
    STANDARD = "standard"
    COMPLEX = "complex"
    REASONING = "reasoning"


class RiskLevel(StrEnum):
    """How dangerous carrying the prompt out would be."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class RiskAction(StrEnum):
    """What happens because of the risk."""

    ALLOW = "allow"
    WARN = "warn"
    BLOCK = "block"


class RiskTier(StrEnum):
    """Who decided: the first tier (rules and small models), or the guard that it asked because it was unsure."""

    FIRST = "first"
    GUARD = "guard"


class RiskCategory(StrEnum):
    """Kinds of risk."""

    VIOLENCE = "violence"
    SELF_HARM = "self_harm"
    SEXUAL = "sexual"
    SEXUAL_MINORS = "sexual_minors"
    HATE = "hate"
    HARASSMENT = "harassment"
    ILLEGAL = "illegal"
    MALWARE = "malware"
    PRIVACY = "privacy"
    INJECTION = "injection"
    SECRET = "secret"


class PersonalKind(StrEnum):
    """Kinds of personal data and secrets."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "card"
    NATIONAL_ID = "national_id"
    ADDRESS = "address"
    API_KEY = "api_key"
    TOKEN = "token"
    PASSWORD = "password"
    PRIVATE_KEY = "private_key"


class PersonalData(StrEnum):
    """What a plan does about personal data in what is sent to models."""

    ALLOW = "allow"
    WARN = "warn"
    MASK = "mask"
    REFUSE = "refuse"


class CategoryScore(Answer, frozen=True, kw_only=True):
    """`score` is between 0 and 1; the scores of one check sum to at most 1."""

    name: Category
    score: float


class Risk(Answer, frozen=True, kw_only=True):
    """`message` tells the person what was found and what to do; empty when the action is `allow`."""

    level: RiskLevel = RiskLevel.NONE
    categories: list[RiskCategory] = []
    action: RiskAction = RiskAction.ALLOW
    message: str = ""
    tier: RiskTier = RiskTier.FIRST


class Personal(Answer, frozen=True, kw_only=True):
    """Where personal data or a secret stands: from `start` to before `end`, in characters of the prompt as sent."""

    kind: PersonalKind
    start: int
    end: int


class RecommendedAssistant(Answer, frozen=True, kw_only=True):
    """The assistant that fits the prompt best."""

    id: UUID
    family: str
    name: str


class RunnerUp(Answer, frozen=True, kw_only=True):
    """The model that would answer next, with the likely range of credits and whether a short answer can be paid."""

    model: str
    credits_low: Credits
    credits_high: Credits
    affordable: bool


class Estimate(Answer, frozen=True, kw_only=True):
    """Tokens of the prompt with its history and system prompt, and the likely range of credits.

    `model` is who would answer and `runner_up` the one after it, null where there is none. `spendable` is what this
    request may cost now: the balance within the caps of a day and a request. Where a long answer would cost more,
    `affordable_max_tokens` is the largest `max_tokens` that can be paid, 0 when nothing can; else it is null.
    """

    prompt_tokens: int
    credits_low: Credits
    credits_high: Credits
    model: str | None = None
    runner_up: RunnerUp | None = None
    spendable: Credits | None = None
    affordable_max_tokens: int | None = None


class Precheck(Answer, frozen=True, kw_only=True):
    """The whole finding. `signals` says in words what led there, `obstacle` why it would be refused if it were sent.

    `categories` are the likeliest tasks with their probabilities, `confidence` is how likely it is that the prompt has
    the task named first, low when none can be told. `complexity_score` is the effort behind `complexity`, from 0 to 1.
    `needs` are capabilities that the words suggest: vision, image_output, long_context, tools, json.
    `personal` is told where a prompt is prechecked, and nowhere kept; `personal_data` is what the plan does about it.
    """

    id: UUID
    category: Category
    categories: list[CategoryScore]
    complexity: Complexity
    complexity_score: float = 0.0
    needs: list[str] = []
    risk: Risk
    language: str | None
    recommended_assistant: RecommendedAssistant | None
    confidence: float
    estimate: Estimate
    affordable: bool
    signals: list[str]
    obstacle: str | None = None
    personal: list[Personal] = []
    personal_data: PersonalData | None = None


class PrecheckRequest(Request, frozen=True, kw_only=True):
    """Give `prompt`, perhaps with files, or `messages`. `assistant` is an id or a family name."""

    prompt: str | None = None
    messages: Annotated[list[ChatMessage], Meta(min_length=1)] | None = None
    conversation_id: UUID | None = None
    assistant: str | None = None
    attachments: AttachmentIds = []
