"""People, assistants and conversations that the web app's tests look at."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from msgspec.structs import replace

from shared.accounts import Me, OrganisationView, PlanBrief, UserRole
from shared.catalogue import AssistantView
from shared.conversations import Conversation
from shared.messages import FinishReason, Message, MessageState, Role
from shared.plans import EntitlementView, PlanLimits

PASSWORD = "correct horse battery"
FAMILIES = (
    ("auto", "Auto", "Picks the assistant and model for each prompt.", "route", None),
    ("general", "General", "Questions, plans and everyday text.", "forum", None),
    ("code", "Code", "Write, explain and repair programs.", "code", None),
    ("writing", "Writing", "Draft, edit and change tone.", "edit_note", None),
    ("research", "Research", "Longer answers that name their sources.", "travel_explore", None),
    ("data", "Data", "Tables, formulas, SQL and charts.", "table_chart", None),
    ("reasoning", "Reasoning", "Slower, step by step, for hard problems.", "account_tree", "Pro"),
    ("translation", "Translation", "Between 40 languages, keeping layout.", "translate", None),
    ("images", "Images", "Describe pictures, plan new ones.", "image", "Team"),
)
ASSISTANTS = [
    AssistantView(
        id=UUID(int=number),
        family=family,
        name=name,
        purpose=purpose,
        icon=icon,
        locked=f"Your plan does not include {name}." if plan else None,
        plan=plan,
    )
    for number, (family, name, purpose, icon, plan) in enumerate(FAMILIES, 1)
]
REASONS = [
    "The prompt looks like code, standard: it holds a Python function and asks for a fix.",
    "Auto chose the Code assistant.",
    "Your plan allows three models for Code. Sonnet had the best quality within 1 credit.",
]
RICH = """The handler retries every exception, so a `400` from the provider is sent again until the queue gives up. \
Retry only what can succeed later, and spread the waits:

```python
RETRYABLE = {408, 429, 500, 502, 503, 504}

def deliver(event: Event, attempt: int = 0) -> None:
    response = client.post(event.url, json=event.body, timeout=5)
    if response.status_code in RETRYABLE and attempt < 5:
        delay = random.uniform(0, min(60, 2 ** attempt))
        queue.enqueue_in(delay, deliver, event, attempt + 1)
    elif response.is_error:
        dead_letter(event, response.status_code)
```

Two things changed. Client errors go to the dead letter table at once, and the wait is drawn at random up to a cap, \
so a provider that comes back is not hit by every worker in the same second.
"""


def person(name: str, role: UserRole = UserRole.USER, balance: str = "412.4", *, simulated: bool = False) -> Me:
    """Somebody on the Starter plan."""
    return Me(
        id=uuid4(),
        email=f"{name.split()[0].lower()}@harbourworks.example",
        name=name,
        role=role,
        organisation=OrganisationView(id=uuid4(), name="Harbour Works"),
        plan=PlanBrief(
            id=UUID(int=1), name="Starter", monthly_credits=Decimal(1000), period_end=datetime(2026, 12, 1, tzinfo=UTC)
        ),
        balance=Decimal(balance),
        entitlement=EntitlementView(
            plan_slug="starter",
            families=["general", "code"],
            models=None,
            max_context=32_000,
            monthly_credits=Decimal(1000),
            limits=PlanLimits(requests_per_minute=20, concurrent_chats=2),
            overrides=[],
        ),
        simulated=simulated,
    )


def conversation(title: str, *, days_ago: float = 0, now: datetime | None = None) -> Conversation:
    """A conversation of two messages, last written in some days ago."""
    moment = (now or datetime.now(UTC)) - timedelta(days=days_ago)
    return Conversation(
        id=uuid4(),
        title=title,
        assistant_id=None,
        created_at=moment,
        updated_at=moment,
        message_count=2,
        credits=Decimal("0.42"),
    )


def prompt(conversation_id: UUID, content: str) -> Message:
    """What somebody asked."""
    return Message(
        id=uuid4(),
        conversation_id=conversation_id,
        role=Role.USER,
        content=content,
        state=MessageState.COMPLETE,
        created_at=datetime.now(UTC),
    )


def answer(conversation_id: UUID, content: str = "", state: MessageState = MessageState.STREAMING) -> Message:
    """An answer that has just begun, or `content` in another state."""
    begun = Message(
        id=uuid4(),
        conversation_id=conversation_id,
        role=Role.ASSISTANT,
        content=content,
        state=state,
        created_at=datetime.now(UTC),
        request_id=uuid4(),
        precheck_id=uuid4(),
    )
    return begun if state is MessageState.STREAMING else finished(begun, state)


def finished(message: Message, state: MessageState = MessageState.COMPLETE) -> Message:
    """The answer as it is stored once it has ended."""
    return replace(
        message,
        state=state,
        assistant_id=ASSISTANTS[2].id,
        assistant_name="Code",
        model="Sonnet",
        reasons=REASONS,
        prompt_tokens=1204,
        completion_tokens=486,
        credits=Decimal("0.42"),
        finish_reason=FinishReason.STOP if state is MessageState.COMPLETE else FinishReason.CANCELLED,
        latency_ms=1900,
        first_token_ms=420,
    )
