"""The model card: what it was made of, how good it is, where it ends."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from backend.precheck.training.examples import HELD_BACK, Example
from backend.precheck.training.figures import SURE, Figures, LeftOut, Report

_LIMITS = """\
## Limits

- It tells what a prompt looks like, from its beginning (400 characters) and end (200). What is asked for in the middle
  of a long text is not seen.
- Fifteen languages were trained: others are told by what they share with those, and by form (code, tables, formulas).
- Labels are softest between `chat` and `research` (mild worries about health), `chat` and `reasoning` (personal
  decisions), `math` and `data_analysis` (the mean of a short list), `simple` and `standard`. So is the model.
- The effort was learned from what people judged and, on public exam questions, from whether small models failed. It
  says how much a prompt asks for, not whether it is answered well.
- Prompts were written for the purpose by few hands. Figures on prompts of strangers are nearer to those with a source
  left out than to those on prompts kept back."""


def card(report: Report, examples: Sequence[Example], size: int) -> str:
    """Markdown. `size` is that of the artefact in bytes."""
    return "\n".join(
        (
            "# Model card: the precheck's model of tasks",
            "",
            "A linear model over hashed runs of two to five signs, what a text begins and ends with, concepts with",
            "their words in fifteen languages, and the form of a text. It tells the task (twelve), the effort, whether",
            "a prompt takes up what came before, and what a model must be able to do.",
            f"{size / 1e6:.1f} MB; written by `make precheck`, which also writes this page.",
            "",
            "## Trained on",
            "",
            *_trained_on(examples),
            "",
            f"Of Fairlead's own prompts (`tests/data/`), one in {HELD_BACK} is kept back. The public sets are no part",
            "of the project: LLMRouter (MIT), arena-hard-auto, FastChat and self-instruct (Apache-2.0).",
            "",
            "## How good it is",
            "",
            "| on | prompts | macro F1 | right | calibration error | sure | right when sure | levels, macro F1 |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
            _line("prompts kept back", report.held_back),
            _line("everyday prompts by a third hand", report.measure),
            _line("follow-ups, in their conversation", report.follow_ups),
            "",
            f"*Sure* is a confidence of {SURE} and more: from there on another assistant is recommended.",
            "",
            "Everyday prompts by language: " + _listed(report.measure.by_language) + ".",
            "",
            "By task: " + _listed(report.measure.by_task) + ".",
            "",
            *_cheap(report),
            "## With something left out",
            "",
            "Trained without a source or language and measured on it: what to expect of prompts unlike those it knows.",
            "",
            "| left out | prompts | macro F1 | right |",
            "| --- | ---: | ---: | ---: |",
            *map(_left_out, (*report.sources, *report.languages)),
            "",
            _LIMITS,
            "",
        )
    )


def _trained_on(examples: Iterable[Example]) -> Iterator[str]:
    counts = Counter((e.source, e.language) for e in examples)
    sources = sorted({source for source, _ in counts})
    yield "| source | prompts | languages |"
    yield "| --- | ---: | --- |"
    for source in sources:
        languages = {language: count for (name, language), count in sorted(counts.items()) if name == source}
        told = ", ".join(f"{language} {count:,}" for language, count in languages.items())
        yield f"| {source} | {sum(languages.values()):,} | {told} |"


def _line(name: str, f: Figures) -> str:
    cells = (f.f1, f.accuracy, f.calibration_error, f.sure, f.right_when_sure, f.levels_f1)
    return f"| {name} | {f.prompts:,} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |"


def _cheap(report: Report) -> Iterator[str]:
    if report.small_models_fail is not None:
        yield "Effort, learned from judged labels alone, against whether small models (7 to 9 B) failed a public exam"
        yield f"question: area under the curve {report.small_models_fail:.2f}. (The model was trained on both.)"
        yield ""


def _left_out(left: LeftOut) -> str:
    return f"| {left.name} | {left.prompts:,} | {left.f1:.3f} | {left.accuracy:.3f} |"


def _listed(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {figure:.2f}" for name, figure in figures.items())
