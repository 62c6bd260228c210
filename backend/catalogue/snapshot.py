"""The whole configuration as one immutable value: what a request is decided with.

Every process keeps the newest snapshot in memory; admission refuses a decision made with an older one.
"""

from decimal import Decimal
from uuid import UUID

from msgspec import Struct, structs

from backend.precheck.risk.policy import RiskPolicy
from backend.precheck.tokens.estimate import Size
from backend.precheck.tokens.tokenizers import USUAL, Tokenizer
from backend.providers.calls import Limits
from shared.abuse import AbuseRules
from shared.catalogue import Capability, LatencyTier
from shared.plans import PlanLimits
from shared.precheck import Category, Complexity, PersonalData
from shared.risks import GuardSettings

ONE = Decimal(1)
DEFAULT_ABUSE_RULES = AbuseRules()


class Endpoint(Struct, frozen=True):
    """An address of a provider."""

    id: UUID
    base_url: str


class Provider(Struct, frozen=True, kw_only=True):
    """A provider as calls need it. `why` says why it cannot be used, None when it can.

    `endpoints` are the enabled ones, in the order in which they are tried; there is at least one. `collects_data`: it
    may keep what it is sent.
    """

    id: UUID
    name: str
    display_name: str
    dialect: str
    endpoints: tuple[Endpoint, ...]
    api_key: str | None
    allow_private_network: bool
    why: str | None
    collects_data: bool = True

    def __repr__(self) -> str:
        return f"Provider({self.name})"


class Price(Struct, frozen=True, kw_only=True):
    """Dollars per million tokens of each disjoint bucket; `request` and `image` are dollars each.

    `ranking_input` and `ranking_output` are the dearest of their side as floats: for comparing, never for charging.
    """

    version: int
    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    reasoning: Decimal | None = None
    audio: Decimal | None = None
    image: Decimal | None = None
    request: Decimal | None = None
    ranking_input: float = 0.0
    ranking_output: float = 0.0

    def __post_init__(self) -> None:
        structs.force_setattr(self, "ranking_input", float(max(self.input, self.cache_write or 0)))
        structs.force_setattr(self, "ranking_output", float(max(self.output, self.reasoning or 0)))


class Model(Struct, frozen=True, kw_only=True):
    """A model with the price in force; `price` is None while a needed bucket has none.

    `token_ratio` is how many tokens its provider counts for each that is estimated by its tokenizer.
    """

    id: UUID
    name: str
    display_name: str
    upstream_name: str
    family: str
    model_type: str
    provider: Provider
    context_window: int
    max_output_tokens: int
    capabilities: frozenset[Capability]
    latency_tier: LatencyTier
    quality: float
    active: bool
    price: Price | None
    limits: Limits = Limits()
    tokenizer: Tokenizer = USUAL
    token_ratio: float = 1.0

    def tokens(self, size: Size) -> int:
        """How many tokens something is likely to have as this model counts them."""
        return size.tokens(self.tokenizer, self.token_ratio)

    @property
    def usable(self) -> bool:
        """Whether a call can be made now, by somebody whose plan allows it."""
        return self.active and self.price is not None and self.provider.why is None


class Assistant(Struct, frozen=True, kw_only=True):
    """An assistant family. `task_categories` are the tasks it takes, None for all."""

    id: UUID
    family: str
    name: str
    purpose: str
    icon: str
    system_prompt: str
    task_types: frozenset[Category]
    preferred_traits: frozenset[Capability]
    enabled: bool
    task_categories: frozenset[Category] | None = None


class Plan(Struct, frozen=True, kw_only=True):
    """A plan. `models` None means every active model, `task_categories` None every task."""

    id: UUID
    slug: str
    name: str
    rank: int
    monthly_credits: Decimal
    models: frozenset[str] | None
    families: frozenset[str]
    max_context: int
    limits: PlanLimits
    task_categories: frozenset[Category] | None = None
    personal_data: PersonalData = PersonalData.WARN


class Catalogue(Struct, frozen=True, kw_only=True, eq=False):
    """All of it, at one version. Assistants and plans are in their rank's order.

    `aliases` are by organisation (None: of all) and name, `service_types` the families that handle them. `abuse` are
    rules by organisation, where it has its own, and of everybody (None).
    `answer_lengths` are tokens that nine of ten answers to a task exceeded and stayed below, where enough were seen.
    """

    version: int
    models: tuple[Model, ...]
    providers: tuple[Provider, ...]
    assistants: tuple[Assistant, ...]
    plans: tuple[Plan, ...]
    multipliers: dict[tuple[str, str], Decimal]
    aliases: dict[tuple[UUID | None, str], str] = {}
    service_types: dict[str, str] = {}
    abuse: dict[UUID | None, AbuseRules] = {}
    risks: RiskPolicy = RiskPolicy()
    guard: GuardSettings = GuardSettings()
    answer_lengths: dict[tuple[Category, Complexity], tuple[int, int]] = {}
    _models: dict[str, Model] = {}
    _assistants: dict[str, Assistant] = {}
    _plans: dict[str, Plan] = {}

    def __post_init__(self) -> None:
        self._models.update({str(m.id): m for m in self.models} | {m.name: m for m in self.models})
        enabled = [a for a in self.assistants if a.enabled]
        self._assistants.update({str(a.id): a for a in enabled} | {a.family: a for a in enabled})
        self._plans.update({str(p.id): p for p in self.plans} | {p.slug: p for p in self.plans})

    def multiplier(self, kind: str, target: str) -> Decimal:
        """The factor set for a `plan`, `model` or `family`; 1 where none is."""
        return self.multipliers.get((kind, target), ONE)

    def meant_by(self, name: str, organisation_id: UUID) -> str:
        """What an alias stands for in an organisation, or else everywhere; another name stands for itself."""
        own = self.aliases.get((organisation_id, name))
        return own if own is not None else self.aliases.get((None, name), name)

    def abuse_rules(self, organisation_id: UUID | None) -> AbuseRules:
        """By what scores rise and fall in an organisation, or by default."""
        return self.abuse.get(organisation_id) or self.abuse.get(None) or DEFAULT_ABUSE_RULES

    def model(self, id_or_name: str) -> Model | None:
        """A model by its id or catalogue name."""
        return self._models.get(id_or_name)

    def assistant(self, id_or_family: str) -> Assistant | None:
        """An enabled assistant by its id or family."""
        return self._assistants.get(id_or_family)

    def plan(self, id_or_slug: str | UUID) -> Plan | None:
        """A plan by its id or slug."""
        return self._plans.get(str(id_or_slug))
