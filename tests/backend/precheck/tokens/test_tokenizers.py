import pytest

from backend.catalogue.defaults import default_catalogue
from backend.precheck.tokens.tokenizers import USUAL, Tokenizer, tokenizer_of


@pytest.mark.parametrize("name", ["", "sim-fast", "phi-5", "\0", "x" * 10_000])
def test_a_name_that_tells_nothing_gets_the_usual_one(name: str) -> None:
    assert tokenizer_of(name) is USUAL


@pytest.mark.parametrize(
    ("name", "tokenizer"),
    [
        ("gpt-5.1", Tokenizer.O200K),
        ("gpt-4o-mini", Tokenizer.O200K),
        ("gpt-4.1", Tokenizer.O200K),
        ("o4-mini", Tokenizer.O200K),
        ("openai/gpt-oss-120b", Tokenizer.O200K),
        ("gpt-4", Tokenizer.CL100K),
        ("gpt-4-turbo", Tokenizer.CL100K),
        ("gpt-3.5-turbo", Tokenizer.CL100K),
        ("text-embedding-3-small", Tokenizer.CL100K),
        ("claude-2.1", Tokenizer.CLAUDE),
        ("claude-3-5-sonnet-20241022", Tokenizer.CLAUDE),
        ("anthropic/claude-3.7-sonnet", Tokenizer.CLAUDE),
        ("claude-sonnet-4-20250514", Tokenizer.CLAUDE),
        ("claude-haiku-4-5-20251001", Tokenizer.CLAUDE),
        ("claude-sonnet-4-6", Tokenizer.CLAUDE),
        ("claude-opus-4-7", Tokenizer.CLAUDE_4_7),
        ("anthropic/claude-opus-4.8", Tokenizer.CLAUDE_4_7),
        ("claude-sonnet-5", Tokenizer.CLAUDE_4_7),
        ("claude-latest", Tokenizer.CLAUDE_4_7),
        ("gemini-2.5-flash", Tokenizer.GEMINI),
        ("google/gemma-3-27b-it", Tokenizer.GEMINI),
        ("meta-llama/Llama-3.3-70B-Instruct-Turbo", Tokenizer.LLAMA3),
        ("meta-llama/llama-4-maverick", Tokenizer.O200K),
        ("deepseek-r1-distill-llama-70b", Tokenizer.LLAMA3),
        ("deepseek-r1-distill-qwen-32b", Tokenizer.QWEN),
        ("deepseek-v4-flash", Tokenizer.DEEPSEEK),
        ("mistral-small-latest", Tokenizer.TEKKEN),
        ("codestral-latest", Tokenizer.TEKKEN),
        ("Qwen/Qwen3-32B", Tokenizer.QWEN),
        ("command-a-03-2025", Tokenizer.COMMAND),
        ("embed-v4.0", Tokenizer.COMMAND),
    ],
)
def test_names_tell(name: str, tokenizer: Tokenizer) -> None:
    assert tokenizer_of(name) is tokenizer


def test_every_tokenizer_counts_for_a_model() -> None:
    """Those of the default catalogue use all but the oldest of OpenAI's, which its embeddings use."""
    assert {tokenizer_of(model.called) for model in default_catalogue().models} >= set(Tokenizer) - {Tokenizer.CLAUDE}
