"""OpenAI's dialect, which most providers and servers speak."""
