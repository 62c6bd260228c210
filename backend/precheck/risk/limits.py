"""What no admin can allow. Pure."""

from backend.errors import InvalidRequest
from backend.precheck.risk.policy import Actions
from shared.precheck import RiskCategory
from shared.risks import PolicyAction


def check_actions(category: RiskCategory, actions: Actions) -> None:
    """Raises `InvalidRequest` for actions that are never right for a kind of risk."""
    match category:
        case RiskCategory.SEXUAL_MINORS if actions.high is not PolicyAction.BLOCK:
            raise InvalidRequest("Sexual content with minors is always blocked where it is clear (high).")
        case RiskCategory.SEXUAL_MINORS if PolicyAction.ALLOW in (actions.low, actions.medium):
            raise InvalidRequest("What may be sexual content with minors (low, medium) cannot be set to allow.")
        case RiskCategory.SELF_HARM if PolicyAction.ALLOW in (actions.medium, actions.high):
            raise InvalidRequest("Who may mean to harm themselves is always shown help: not allow at medium and high.")
