"""What context, preferences and format say to the model: a system turn after the assistant's own. Pure."""

from collections.abc import Iterator

from backend.v1.process.request import EarlierRequest, ProcessRequest

_FORMATS = {
    "json": "Answer with one JSON document and nothing else: no fences, no words around it.",
    "markdown": "Write the answer as Markdown.",
    "text": "Write the answer as plain text, without Markdown.",
}


def instructions(request: ProcessRequest) -> str:
    """One paragraph for each field that is given, in this order; empty when none is."""
    return "\n\n".join(_paragraphs(request))


def _paragraphs(request: ProcessRequest) -> Iterator[str]:
    context, preferences, options = request.context, request.preferences, request.options
    if context.brand_voice is not None:
        yield f"Write in this brand's voice: {context.brand_voice}"
    if context.target_audience is not None:
        yield f"Write for this audience: {context.target_audience}"
    if preferences.style is not None:
        yield f"Write in this style: {preferences.style}"
    if preferences.language is not None:
        yield f"Write in this language: {preferences.language}"
    if options.format is not None:
        yield _FORMATS[options.format]
    if context.previous_requests:
        yield "\n".join(
            ["What was asked before, oldest first, as background:", *map(_earlier, context.previous_requests)]
        )


def _earlier(request: str | EarlierRequest) -> str:
    if isinstance(request, str):
        return f"- {request}"
    return f"- {request.prompt}" + (f"\n  The answer was: {request.answer}" if request.answer is not None else "")
