"""How many tokens a conversation has, by the estimate that decides what it may cost."""

from backend.accounts.identity import Identity
from backend.assistants.pick import pick
from backend.catalogue.snapshot import Catalogue
from backend.chat.history import tools_size, whole_size
from backend.chat.inquiry import Inquiry
from backend.chat.plan import wish, with_system_prompt
from backend.chat.prompt import Prompt
from backend.entitlements.plans import AUTO
from backend.precheck.service import Examiner


def prompt_tokens(
    catalogue: Catalogue, identity: Identity, examiner: Examiner, inquiry: Inquiry, prompt: Prompt
) -> int:
    """Estimated tokens of all that the model named first would read, or a usual one when none is named.

    Raises what naming a model or an assistant may.
    """
    entitlement = identity.entitlement(catalogue)
    wished = wish(catalogue, entitlement, inquiry, identity.organisation_id)
    checked = examiner.examine(prompt, assistant_chosen=inquiry.assistant != AUTO)
    picked = pick(catalogue, entitlement, wished.assistant, checked.finding.recommended_family)
    turns = with_system_prompt(picked.assistant, prompt.turns)
    size = whole_size(turns) + tools_size(inquiry.manner.tools)
    return wished.models[0].tokens(size) if wished.models else size.tokens()
