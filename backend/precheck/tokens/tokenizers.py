"""Which tokenizer counts for a model, as far as its name tells."""

import re
from enum import StrEnum
from functools import lru_cache


class Tokenizer(StrEnum):
    """The tokenizers whose counts are estimated. Their order is that of the weights."""

    O200K = "o200k"
    """OpenAI's since GPT-4o, GPT-OSS too (github.com/openai/tiktoken, tiktoken/model.py)."""
    CL100K = "cl100k"
    """OpenAI's GPT-3.5, GPT-4 and embeddings (github.com/openai/tiktoken, tiktoken/model.py)."""
    CLAUDE = "claude"
    """Anthropic's from Claude 3 to 4.6."""
    CLAUDE_4_7 = "claude_4_7"
    """Anthropic's since Claude Opus 4.7: the same text has more tokens (docs.anthropic.com, about-claude/models)."""
    GEMINI = "gemini"
    """Google's, Gemma 3 too (ai.google.dev/gemma/docs/core)."""
    LLAMA3 = "llama3"
    """Meta's Llama 3 (llama.com/docs/model-cards-and-prompt-formats)."""
    TEKKEN = "tekken"
    """Mistral's since Nemo (docs.mistral.ai/guides/tokenization)."""
    QWEN = "qwen"
    """Alibaba's Qwen 2 and 3 (qwen.readthedocs.io, key concepts)."""
    DEEPSEEK = "deepseek"
    """DeepSeek's since V3 (api-docs.deepseek.com/quick_start/token_usage)."""
    COMMAND = "command"
    """Cohere's Command R (docs.cohere.com/docs/tokens-and-tokenizers)."""


USUAL = Tokenizer.O200K
"""Of a model whose name tells nothing."""

_NAMES = tuple(
    (re.compile(pattern), tokenizer)
    for pattern, tokenizer in (
        (r"llama-?4|gpt-oss|kimi|grok", Tokenizer.O200K),
        (r"llama|hermes|nemotron", Tokenizer.LLAMA3),
        (r"qwen|qwq|qvq", Tokenizer.QWEN),
        (r"deepseek", Tokenizer.DEEPSEEK),
        (r"gemini|gemma", Tokenizer.GEMINI),
        (r"mistral|mixtral|ministral|magistral|codestral|devstral|pixtral|voxtral", Tokenizer.TEKKEN),
        (r"command|cohere|aya-|^embed-|rerank", Tokenizer.COMMAND),
        (r"gpt-3|gpt-4(?![.o\d])|gpt-35|text-embedding-(?:3|ada)", Tokenizer.CL100K),
    )
)


_CLAUDE = re.compile(r"claude(?:-[a-z]+)?(?:-(\d+)(?:[-.](\d{1,2}))?(?!\d))?")
_CLAUDE_SINCE = (4, 7)


@lru_cache(maxsize=4096)
def tokenizer_of(name: str) -> Tokenizer:
    """The tokenizer of a model by the name its provider knows it by; `USUAL` when that tells nothing."""
    called = name.lower()
    claude = _CLAUDE.search(called)
    if claude is not None:
        version = (int(claude[1]), int(claude[2] or 0)) if claude[1] else _CLAUDE_SINCE
        return Tokenizer.CLAUDE_4_7 if version >= _CLAUDE_SINCE else Tokenizer.CLAUDE
    return next((tokenizer for pattern, tokenizer in _NAMES if pattern.search(called)), USUAL)
