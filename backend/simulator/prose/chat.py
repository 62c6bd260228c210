"""Small talk."""

from random import Random

from backend.simulator.prose.length import Length

_REPLIES = (
    "Hello! You are talking to Fairlead's **simulator** — no language model was asked. "
    "Try a longer prompt: ask for code, a table, a translation, or a text *in 300 words*.",
    "Hi there! This is a **simulated** answer; everything around it — routing, credits, streaming — is real. "
    "What shall we try?",
    "Good to see you. I am only a **simulation** of a model: ask for a function, a comparison or an essay "
    "and watch it stream.",
)


def write(prompt: str, length: Length, random: Random) -> str:
    """A friendly sentence or two, whatever the prompt and the length."""
    return random.choice(_REPLIES)
