"""Wire formats of providers, one file each."""

from backend.simulator.dialects.dialect import Dialect
from backend.simulator.dialects.openai import OpenAI

DIALECTS: tuple[Dialect, ...] = (OpenAI(),)
"""The first that owns a path answers it; the last one also answers what nobody owns."""
