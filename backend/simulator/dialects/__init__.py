"""Wire formats of providers, a folder each."""

from backend.simulator.dialects.anthropic.dialect import Anthropic
from backend.simulator.dialects.cohere.dialect import Cohere
from backend.simulator.dialects.dialect import Dialect
from backend.simulator.dialects.gemini.dialect import Gemini
from backend.simulator.dialects.openai.dialect import OpenAI

DIALECTS: tuple[Dialect, ...] = (Anthropic(), Gemini(), Cohere(), OpenAI())
"""The first that owns a request answers it; the last one also answers what nobody owns."""
