"""Code blocks with a remark."""

import re
from random import Random

from backend.simulator.prose import topic
from backend.simulator.prose.length import Length
from backend.simulator.prose.sentences import BODY, NOTICE
from backend.simulator.prose.snippets import SNIPPETS

_NAMES = {
    "python": r"python|django|pandas|pytest",
    "typescript": r"typescript|angular|tsx",
    "javascript": r"javascript|node(\.?js)?|react|jsx",
    "sql": r"sql|postgres(ql)?|mysql|sqlite|quer(y|ies)",
    "bash": r"bash|shell|zsh|command line",
    "rust": r"rust|cargo",
    "go": r"golang|go (program|function|code)|in go",
}
_WORDS_OF_A_SNIPPET = 60


def write(prompt: str, length: Length, random: Random) -> str:
    """A code block in the language the prompt names (else Python), and what to know about it."""
    language = _language(prompt[:4_000])
    subject = topic.find(prompt)
    name = "_".join(re.findall(r"[a-z]+", subject.lower())[:3]) or "answer"
    remarks = [sentence.format(topic=subject) for sentence in random.sample(BODY, 6)]
    room = max(1, min(6, (length.words - _WORDS_OF_A_SNIPPET) // 15))
    code = SNIPPETS[language].replace("NAME", name)
    return (
        f"## {topic.title(subject)}\n\n{NOTICE}\n\n```{language}\n{code.strip()}\n```\n\n"
        f"### How it works\n\n"
        + "\n".join(f"- {remark}" for remark in remarks[:room])
        + "\n\n### Before you use it\n\n1. Read it line by line.\n2. Add a test for the empty input.\n"
        "3. Remember that it was simulated: it fits the prompt only by its looks."
    )


def _language(prompt: str) -> str:
    return next(
        (name for name, pattern in _NAMES.items() if re.search(rf"\b({pattern})\b", prompt, re.IGNORECASE)),
        "python",
    )
