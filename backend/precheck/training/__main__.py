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


_FOLDER = {"exists": True, "file_okay": False}


def main(
    data: Annotated[
        list[Path],
        typer.Option(help="Folder of labelled JSON Lines to learn from; give as many as there are", **_FOLDER),
    ],
    concepts: Annotated[
        Path, typer.Option(help="Folder with the words of each concept, a file for each language", **_FOLDER)
    ],
    measure: Annotated[Path, typer.Option(help="Folder of prompts that are only measured on", **_FOLDER)],
    out: Annotated[Path, typer.Option(help="Folder to write into", **_FOLDER)] = Path(learned.__path__[0]),
) -> None:
    """The same folders and the same versions of the libraries give the same artefact, byte for byte."""
    bench = Bench(read(data), read_lexicon(concepts))
    artefact = dump(fit(bench, bench.where(lambda e: not e.held_back)))
    if len(artefact) > LARGEST:
        raise typer.BadParameter(f"The artefact has {len(artefact):,} bytes, more than {LARGEST:,}.")
    found = report(bench, parse(artefact), read([measure]))
    figures = msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"
    page = card(found, bench.examples, len(artefact))
    (out / ARTEFACT).write_bytes(artefact)
    (out / "figures.json").write_bytes(figures)
    (out / "MODEL_CARD.md").write_text(page, "utf-8")


if __name__ == "__main__":
    typer.run(main)
