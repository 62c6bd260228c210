"""What programs can do with an API key: these operations and no others. Pure.

A key makes no keys, reads no sessions, asks for no plan and administers nothing, whoever its person is: whatever is
not named here needs a person.
"""

from backend.accounts.identity import Identity
from backend.errors import NotAllowed
from shared.api_keys import Scope
from shared.paths import (
    ANTHROPIC_MESSAGES,
    ASSISTANTS,
    CHAT,
    CHAT_COMPLETIONS,
    COMPLETIONS,
    EMBEDDINGS,
    IMAGES,
    MODEL_NAMES,
    MODELS,
    PRECHECK,
    PROCESS,
    PROGRAM_USAGE,
    PROVIDERS,
    PROVIDERS_HEALTH,
    RESPONSES,
    USAGE,
)

REACH: dict[tuple[str, str], Scope] = {
    ("POST", CHAT): Scope.CHAT,
    ("POST", f"{CHAT}/{{request_id}}/cancel"): Scope.CHAT,
    ("GET", f"{CHAT}/{{request_id}}/events"): Scope.CHAT,
    ("POST", CHAT_COMPLETIONS): Scope.CHAT,
    ("POST", COMPLETIONS): Scope.CHAT,
    ("POST", RESPONSES): Scope.CHAT,
    ("POST", ANTHROPIC_MESSAGES): Scope.CHAT,
    ("POST", f"{ANTHROPIC_MESSAGES}/count_tokens"): Scope.CHAT,
    ("POST", PRECHECK): Scope.CHAT,
    ("POST", PROCESS): Scope.CHAT,
    ("POST", EMBEDDINGS): Scope.EMBEDDINGS,
    ("POST", f"{IMAGES}/generations"): Scope.IMAGES,
    ("POST", f"{IMAGES}/edits"): Scope.IMAGES,
    ("POST", f"{IMAGES}/variations"): Scope.IMAGES,
    ("GET", ASSISTANTS): Scope.MODELS,
    ("GET", MODELS): Scope.MODELS,
    ("GET", MODEL_NAMES): Scope.MODELS,
    ("GET", f"{MODEL_NAMES}/{{model_id}}"): Scope.MODELS,
    ("GET", PROVIDERS): Scope.MODELS,
    ("GET", PROVIDERS_HEALTH): Scope.MODELS,
    ("GET", USAGE): Scope.USAGE,
    ("GET", PROGRAM_USAGE): Scope.USAGE,
}
"""The scope of each operation, by method and address as OpenAPI writes it."""


def requires_scope(identity: Identity, method: str, path: str) -> None:
    """Refuses a key at an operation that is not within its scopes, and lets people through.

    Raises `NotAllowed`.
    """
    if identity.key is None:
        return
    scope = REACH.get((method, path))
    if scope is None:
        raise NotAllowed("An API key cannot be used here. Sign in for this.")
    if scope not in identity.key.scopes:
        raise NotAllowed(f"This API key does not have the scope {scope.value}.", details={"scope": scope.value})
