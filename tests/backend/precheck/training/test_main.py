"""Training from the command line, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from backend.precheck.learned.model import ARTEFACT, Model, dump, parse
from backend.precheck.training.__main__ import main
from backend.precheck.training.figures import Report
from backend.precheck.training.fit import Bench
from tests.backend.precheck.training.tiny import Folders, row, write

ROOT = Path(__file__).parents[4]


def options(folders: Folders, out: Path) -> list[str]:
    said = {"--data": folders.data, "--measure": folders.measure, "--concepts": folders.concepts, "--out": out}
    return [str(word) for pair in said.items() for word in pair]


def run(arguments: list[str]) -> Result:
    app = Typer()
    app.command()(main)
    return CliRunner().invoke(app, arguments)


def test_a_run_writes_the_model_its_figures_and_its_card(
    folders: Folders, bench: Bench, fitted: Model, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "backend.precheck.training", *options(folders, tmp_path)],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {ARTEFACT, "figures.json", "MODEL_CARD.md"}
    assert (tmp_path / ARTEFACT).read_bytes() == dump(fitted)
    assert parse((tmp_path / ARTEFACT).read_bytes()).names == bench.lexicon.names
    found = msgspec.json.decode((tmp_path / "figures.json").read_bytes(), type=Report)
    assert sum(found.examples.values()) == len(bench.examples)
    page = (tmp_path / "MODEL_CARD.md").read_text("utf-8")
    assert all(f"| {source} | {count} | en {count} |" in page for source, count in found.examples.items())


@pytest.mark.parametrize("option", ["--data", "--measure", "--concepts", "--out"])
def test_a_folder_that_is_not_there_is_refused(folders: Folders, tmp_path: Path, option: str) -> None:
    words = options(folders, tmp_path)
    words[words.index(option) + 1] = str(tmp_path / "nowhere")
    done = run(words)
    assert done.exit_code == 2
    assert "does not exist" in " ".join(done.output.split())
    assert not list(tmp_path.iterdir())


def test_too_few_examples_leave_what_was_there(folders: Folders, tmp_path: Path) -> None:
    write(tmp_path / "data/rows.jsonl", [row(str(number), f"hello {number}") for number in range(30)])
    out = tmp_path / "out"
    out.mkdir()
    (out / ARTEFACT).write_bytes(b"the one before")
    done = run(options(folders._replace(data=tmp_path / "data"), out))
    assert "Every task needs examples." in str(done.exception)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {ARTEFACT: b"the one before"}
