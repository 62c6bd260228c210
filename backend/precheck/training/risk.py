"""Learns the model of risk: `python -m backend.precheck.training.risk --own FOLDER --public FOLDER`."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from backend.precheck import risk
from backend.precheck.learned.concepts import Concepts, numbered, table
from backend.precheck.risk.model import (
    ARTEFACT,
    COLUMNS,
    FIRST_KIND,
    HARM,
    HARM_MEANT,
    INJECTION,
    INJECTION_MEANT,
    KINDS,
    SILENCE,
    Model,
    Weights,
    dump,
)
from backend.precheck.training.risk_design import Floats, RiskDesign, design, worth
from backend.precheck.training.risk_examples import RiskExample, read
from backend.precheck.training.risk_levels import levels, slope

FOLDS = 5
_STRENGTH = 5.0
_KIND_STRENGTH = 3.0
_LANGUAGES = "??.txt"


class RiskBench:
    """Examples with their traits, on which models of risk are fitted."""

    def __init__(self, examples: Sequence[RiskExample], own: Path) -> None:
        self.examples = examples
        self.names, self.keys, self.numbers = _lexicon(own)
        self.design: RiskDesign = design(examples, Concepts(self.keys, self.numbers), len(self.names))
        self.worth = worth(examples)
        self.harm = _told([e.harm for e in examples])
        self.injection = _told([e.injection for e in examples])
        self.dangers = _dangers(own, self.names)
        self.speaks = np.asarray(self.design.meant[:, np.flatnonzero(self.dangers)].sum(1)).ravel() > 0
        self.folds = np.array([_fold(e) for e in examples])

    def margins(self, x: csr_matrix, told: NDArray[np.int8]) -> Floats:
        """The margin of each example by a model that saw neither it nor, of public sets, anything of its source."""
        margins = np.zeros(len(told))
        for fold in range(FOLDS):
            seen, left = np.flatnonzero((self.folds != fold) & (told >= 0)), self.folds == fold
            weights, bias = fitted(x[seen], told[seen], self.worth[seen])
            margins[left] = x[left] @ weights + bias
        return margins


def fitted(x: csr_matrix, told: NDArray[np.int8], weights: Floats) -> tuple[Floats, float]:
    """Weights and bias of one question."""
    model = LogisticRegression(C=_STRENGTH, solver="liblinear", tol=1e-3, random_state=0)
    model.fit(x, told, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def fit(bench: RiskBench) -> Model:
    """The model of all examples; the same examples give the same model, bit for bit."""
    d = bench.design
    weights, bias = np.zeros((sum(d.widths), COLUMNS)), np.zeros(COLUMNS)
    steps, slopes = [], []
    for meant, said, told in ((HARM_MEANT, HARM, bench.harm), (INJECTION_MEANT, INJECTION, bench.injection)):
        known = np.flatnonzero(told >= 0)
        for column, x in ((meant, d.meant), (said, d.said)):
            found, bias[column] = fitted(x[known], told[known], bench.worth[known])
            weights[: len(found), column] = found
        told_by_words = bench.margins(d.said, told)
        if said == HARM:
            told_by_words = told_by_words - SILENCE * ~bench.speaks
        steps.append(levels(bench.examples, told_by_words, bench.margins(d.meant, told)))
        slopes.append(slope(told_by_words, told))
    kinds = _kinds(bench)
    weights[:, FIRST_KIND:], bias[FIRST_KIND:] = kinds
    weights *= d.rarity[:, None]
    concepts, pairs, words = np.split(weights.astype(np.float32), np.cumsum(d.widths)[:2])
    return Model(
        weights=Weights(concepts=concepts, pairs=pairs, words=words, bias=bias.astype(np.float32)),
        keys=bench.keys,
        numbers=bench.numbers,
        dangers=bench.dangers,
        steps=np.array(steps, np.float32),
        slopes=np.array(slopes, np.float32),
    )


def _kinds(bench: RiskBench) -> tuple[Floats, Floats]:
    """Of what kind a harm is: learned from harms of known kinds alone."""
    known = np.array([at for at, e in enumerate(bench.examples) if e.kind is not None])
    labels = [KINDS.index(kind) for at in known if (kind := bench.examples[at].kind)]
    model = LogisticRegression(C=_KIND_STRENGTH, max_iter=300)
    model.fit(bench.design.said[known], labels, sample_weight=np.minimum(bench.worth[known], 3))
    if list(model.classes_) != list(range(len(KINDS))):
        raise ValueError("Every kind of risk needs examples.")
    return model.coef_.T, model.intercept_


def _told(answers: Sequence[bool | None]) -> NDArray[np.int8]:
    return np.array([-1 if answer is None else int(answer) for answer in answers], np.int8)


def _fold(example: RiskExample) -> int:
    return int.from_bytes(sha256(example.group.encode()).digest()[:4]) % FOLDS


def _lexicon(own: Path) -> tuple[list[str], NDArray[np.uint32], NDArray[np.uint16]]:
    """Concepts of risk first: where a word stands for two concepts, it is theirs."""
    names: dict[str, int] = {}
    forms = [
        (form, names.setdefault(name.strip(), len(names)))
        for folder in (own / "risk" / "concepts", own / "concepts")
        for path in sorted(folder.glob(_LANGUAGES))
        for line in path.read_text("utf-8").splitlines()
        if ":" in line and not line.startswith("#")
        for name, words in (line.split(":", 1),)
        for form in map(str.strip, words.split(","))
        if form
    ]
    keys, numbers = table(numbered(forms))
    return list(names), keys, numbers


def _dangers(own: Path, names: Sequence[str]) -> NDArray[np.bool_]:
    lines = (own / "risk" / "dangers.txt").read_text("utf-8").splitlines()
    dangers = {line for line in lines if line and not line.startswith("#")}
    return np.array([name in dangers for name in names])


def main(
    own: Annotated[Path, typer.Option(help="The project's folder of labelled prompts")],
    public: Annotated[Path, typer.Option(help="Folder of public sets")],
    out: Annotated[Path, typer.Option(help="Folder to write into")] = Path(risk.__path__[0]),
) -> None:
    """The same folders and the same versions of the libraries give the same artefact, byte for byte."""
    bench = RiskBench(read(own, public), own)
    (out / ARTEFACT).write_bytes(dump(fit(bench)))


if __name__ == "__main__":
    typer.run(main)
