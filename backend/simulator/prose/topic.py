"""What a prompt is about, in a few of its own words."""

import re

_LOOKED_AT = 600
_MOST_WORDS = 7
_MARKUP = re.compile(r"```.*?(```|\Z)|[*_#<>|\[\](){}`\\~^$]", re.DOTALL)
_LENGTH = re.compile(
    r"\b(in|with|about|of|using)?\s*(\d[\d,.]*|one|two|three|a few)[\s-]*(words?|sentences?|paragraphs?)\b", re.I
)
_OPENING = re.compile(
    r"\A(?:\s*(?:please|kindly|can|could|would|will|you|i|want|need|to|hi|hello|hey|tell|show|give|me|us|write|explain|describe|"
    r"summari[sz]e|create|make|draft|generate|implement|translate|compare|list|analy[sz]e|what|which|who|is|are|was|were|"
    r"how|do|does|why|when|where|a|an|the|some|about|for|of|on|that|detailed|short|brief|python|function|essay|text|that|"
    r"table|program|script|code)\b[\s,:;!]*)+",
    re.IGNORECASE,
)


def find(prompt: str) -> str:
    """A phrase of at most seven words without markup; `your question` when nothing is left."""
    text = _LENGTH.sub(" ", _MARKUP.sub(" ", prompt[:_LOOKED_AT]))
    first = re.split(r"[.!?\n]", text.strip(), maxsplit=1)[0]
    words = _OPENING.sub("", first).split()[:_MOST_WORDS]
    while len(words) > 1 and words[-1].lower() in {
        "a",
        "an",
        "the",
        "and",
        "or",
        "of",
        "in",
        "to",
        "that",
        "with",
        "for",
    }:
        words.pop()
    return " ".join(words).strip(" ,;:-\"'") or "your question"


def title(topic: str) -> str:
    """The phrase as a heading."""
    return topic[:1].upper() + topic[1:]
