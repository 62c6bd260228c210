"""The lists of concepts have the same concepts in every language, each with words of its own."""

from collections import Counter
from pathlib import Path

import pytest

from tests.data.test_prompts import LANGUAGES

FOLDER = Path(__file__).parent / "concepts"


def entries(name: str, mark: str) -> dict[str, str]:
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(mark, 1) for line in lines if line and not line.startswith("#")]
    assert len({concept for concept, _ in pairs}) == len(pairs)
    return {concept.strip(): text for concept, text in pairs}


GLOSSES = entries("glosses", " - ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_concept_in_words_of_its_own(language: str) -> None:
    concepts = entries(language, ":")
    assert list(concepts) == list(GLOSSES)
    forms = Counter(form.strip() for text in concepts.values() for form in text.split(",") if form.strip())
    assert forms.most_common(1)[0][1] == 1
    assert all(form == form.lower() for form in forms)
    assert len(forms) > 5_000


def test_there_are_no_others() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {*LANGUAGES, "glosses"}
