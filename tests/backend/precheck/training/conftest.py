"""One small training run that all tests of training look at."""

import pytest

from backend.precheck.learned.model import Model
from backend.precheck.training.examples import read
from backend.precheck.training.fit import Bench, fit
from backend.precheck.training.lexicon import read_lexicon
from tests.backend.precheck.training.tiny import Folders, tiny


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def bench(folders: Folders) -> Bench:
    return Bench(read([folders.data]), read_lexicon(folders.concepts))


@pytest.fixture(scope="session")
def fitted(bench: Bench) -> Model:
    return fit(bench, bench.where(lambda e: not e.held_back))
