"""What is done about risks."""

from enum import StrEnum


class PolicyAction(StrEnum):
    """What happens to a prompt that is suspected of something; `guard`: a second tier is asked."""

    ALLOW = "allow"
    WARN = "warn"
    GUARD = "guard"
    BLOCK = "block"
