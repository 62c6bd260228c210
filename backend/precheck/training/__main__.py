"""Learns the precheck anew: reads folders of labelled prompts, writes the artefact, its figures and its card."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from backend.precheck import learned
from backend.precheck.learned.model import ARTEFACT, dump, parse
from backend.precheck.training.card import card
from backend.precheck.training.examples import read
from backend.precheck.training.figures import report
from backend.precheck.training.fit import Bench, fit
from backend.precheck.training.lexicon import read_lexicon

LARGEST = 5_000_000
"""Bytes that an artefact has at most."""


def main(
    data: Annotated[
        list[Path], typer.Option(help="Folder of labelled JSON Lines to learn from; give as many as there are")
    ],
    concepts: Annotated[Path, typer.Option(help="Folder with the words of each concept, a file for each language")],
    measure: Annotated[Path, typer.Option(help="Folder of prompts that are only measured on")],
    out: Annotated[Path, typer.Option(help="Folder to write into")] = Path(learned.__path__[0]),
) -> None:
    """The same folders and the same versions of the libraries give the same artefact, byte for byte."""
    bench = Bench(read(data), read_lexicon(concepts))
    artefact = dump(fit(bench, bench.where(lambda e: not e.held_back)))
    if len(artefact) > LARGEST:
        raise typer.BadParameter(f"The artefact has {len(artefact):,} bytes, more than {LARGEST:,}.")
    found = report(bench, parse(artefact), read([measure]))
    (out / ARTEFACT).write_bytes(artefact)
    (out / "figures.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    (out / "MODEL_CARD.md").write_text(card(found, bench.examples, len(artefact)), "utf-8")


if __name__ == "__main__":
    typer.run(main)
