"""What Claude models refuse although the API has a field for it, told by their names.

Sources: platform.claude.com/docs/en/build-with-claude/thinking (sampling parameters), /effort, and
docs.anthropic.com/en/docs/about-claude/models/overview for how names are built. A model of another name, as those of
compatible servers, is taken to accept everything.
"""

import re

_CLAUDE = re.compile(r"\bclaude-")
_OF_THE_TIME_BEFORE = re.compile(
    r"\bclaude-(?:instant|[123]\b|(?:opus|sonnet|haiku)-4(?:-[0-6])?(?![0-9-])|(?:opus|sonnet|haiku)-4(?:-[0-6])?-20\d{6})"
)


def is_sampled(model: str) -> bool:
    """Whether it takes `temperature`, `top_p` and `top_k`; from Claude 4.7 on all but their defaults are errors."""
    return not _CLAUDE.search(model) or _OF_THE_TIME_BEFORE.search(model) is not None


def takes_effort(model: str) -> bool:
    """Whether it takes `output_config.effort`, as models do that cannot be sampled otherwise."""
    return _CLAUDE.search(model) is not None and not is_sampled(model)
