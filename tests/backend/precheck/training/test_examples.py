"""Which rows become examples, and what is known of each."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.training.examples import HELD_BACK, UNKNOWN, Example, read
from shared.precheck import Category, Complexity
from tests.backend.precheck.training.tiny import Folders, Row, row, write

FEATURES = {"pieces": [[3, 2]], "concepts": ["please"]}
ROUTER = "ulab-uiuc/LLMRouter dcrouter"
QUERIES = "ulab-uiuc/LLMRouter queries"
VICUNA = "lm-sys/FastChat vicuna_bench"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def examples(folder: Path, *rows: Row) -> list[Example]:
    write(folder / "rows.jsonl", rows)
    return read([folder])


def public(id: str = "1", prompt: str | None = "2 + 2?", **more: Any) -> Row:
    return {"id": id, "prompt": prompt, "source": ROUTER, "label": "gsm8k"} | more


@pytest.mark.parametrize(
    "unknown",
    [
        public(source="somebody/else"),
        public(source=""),
        public(label="unheard_of"),
        public(label=None),
        public(prompt=None),
        public(prompt=""),
        public(prompt=None, features=FEATURES),
        {"id": "vicuna-0", "prompt": "hello", "source": VICUNA},
        row("no words and no features"),
        row("no words and no features", ""),
    ],
)
def test_rows_of_which_too_little_is_known_are_left_out(folder: Path, unknown: Row) -> None:
    assert [e.id for e in examples(folder, unknown, row("kept", "hello"))] == ["kept"]


@pytest.mark.parametrize(
    "wrong",
    [
        row("1", "hello", label="unheard_of"),
        row("1", "hello", meta={"language": "en", "complexity": "unheard_of"}),
        row("1", "hello", meta={}),
        {"prompt": "hello"},
    ],
)
def test_rows_of_its_own_must_be_right(folder: Path, wrong: Row) -> None:
    with pytest.raises(ValueError, match=r"unheard_of|missing required field"):
        examples(folder, wrong)


def test_what_is_no_json_is_refused(folder: Path) -> None:
    write(folder / "rows.jsonl", [])
    (folder / "rows.jsonl").write_text("{", "utf-8")
    with pytest.raises(msgspec.DecodeError):
        read([folder])


def test_an_own_row_says_all_it_knows(folder: Path) -> None:
    meta = {
        "language": "de",
        "complexity": "complex",
        "traits": ["json", "follow_up"],
        "before": ["Sch\u200breib", "weiter"],
        "look_alike": "malware",
    }
    (found,) = examples(folder, row("1", "k\u00fcr\u200bzer", label="writing", meta=meta))
    assert found == Example(
        id="1",
        text="k\u00fcrzer",
        source="fairlead_1",
        language="de",
        task=Category.WRITING,
        complexity=Complexity.COMPLEX,
        traits=frozenset({"json", "follow_up"}),
        before=("Schreib", "weiter"),
        look_alike="malware",
    )


def test_an_unknown_language_is_said_to_be_unknown(folder: Path) -> None:
    (found,) = examples(folder, row("1", "hm", meta={"language": None, "complexity": "simple"}))
    assert found.language == UNKNOWN


def test_public_labels_are_put_into_own_words(folder: Path) -> None:
    scores = {"gemma-2-9b-it": 1.0, "qwen2.5-7b-instruct": 0.0, "gpt-4": 0.0}
    tried, untried = examples(folder, public("1", scores=scores), public("2", "3 + 3?", source=QUERIES))
    assert (tried.source, tried.task, tried.language, tried.complexity) == ("dcrouter", Category.MATH, "en", None)
    assert (tried.cheap, untried.cheap) == (0.5, None)
    assert tried.benchmark
    assert untried.benchmark
    assert not tried.own


def test_what_people_read_in_a_public_prompt_goes_before_its_own_label(folder: Path) -> None:
    (found,) = examples(folder, {"id": "vicuna-3", "prompt": "hello", "source": VICUNA, "label": "generic"})
    assert (found.source, found.task, found.complexity) == ("vicuna", Category.CODING, Complexity.STANDARD)
    assert not found.benchmark


@pytest.mark.parametrize("name", ["arena_hard_v01", "seed", "selfinstruct_user", "vicuna"])
def test_judged_labels_are_of_prompts_each_once(name: str) -> None:
    path = Path(__file__).parents[4] / f"backend/precheck/training/labels/{name}.tsv"
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    assert len({prompt for prompt, _, _ in lines}) == len(lines) >= 75
    assert all(Category(task) and Complexity(complexity) for _, task, complexity in lines)


def test_each_text_is_there_once(folder: Path) -> None:
    write(
        folder / "a/one.jsonl", [row("first", "hello"), row("after", "hello", meta={"language": "en", "before": ["x"]})]
    )
    write(folder / "b/two.jsonl", [row("second", "hel\u200blo"), row("third", "hello!")])
    assert sorted(e.id for e in read([folder])) == ["after", "first", "third"]
    assert sorted(e.id for e in read([folder / "b", folder / "a"])) == ["after", "first", "third"]


def test_marks_with_features_alone_are_kept_by_their_ids(folder: Path) -> None:
    found = examples(folder, *(row(id, source="marks", features=FEATURES) for id in ("m1", "m2", "m2")))
    assert [e.id for e in found] == ["m1", "m2"]
    assert all(e.own and not e.held_back and e.text == "" for e in found)
    assert found[0].kept is not None
    assert (found[0].kept.pieces, found[0].kept.concepts) == ([(3, 2)], ["please"])


def test_of_a_mark_with_its_text_the_text_is_read(folder: Path) -> None:
    (found,) = examples(folder, row("m1", "hello", source="marks", features=FEATURES))
    assert (found.text, found.kept) == ("hello", None)


def test_a_marked_follow_up_follows_though_what_it_follows_is_not_kept(folder: Path) -> None:
    after, alone = {"language": "en", "traits": ["follow_up"]}, {"language": "en", "traits": ["json"]}
    found = examples(
        folder,
        row("1", "go on", source="marks", meta=after),
        row("2", "hello", source="marks", meta=alone),
        row("3", "go on", meta={"language": "en", "before": ["hello"]}),
    )
    assert {e.id: e.follows for e in found} == {"1": True, "2": False, "3": True}


@given(st.text(st.characters(codec="utf-8")), st.sampled_from(["fairlead_1", "fairlead_3", "marks"]), st.text())
def test_a_prompt_is_held_back_by_its_text_alone(text: str, source: str, id: str) -> None:
    one = Example(id="1", text=text, source="fairlead_1", language="en")
    other = Example(id=id, text=text, source=source, language=UNKNOWN, task=Category.CHAT, before=(text,))
    assert one.held_back is other.held_back is (hashlib.sha256(text.encode()).digest()[0] % HELD_BACK == 0)
    assert not Example(id=id, text=text, source="vicuna", language="en").held_back


def test_about_one_in_so_many_is_held_back() -> None:
    held = [Example(id="", text=f"prompt {n}", source="fairlead_1", language="en").held_back for n in range(6000)]
    assert 0.8 < sum(held) / 6000 * HELD_BACK < 1.2


def test_the_order_is_the_same_whatever_the_order_of_the_files(folders: Folders, tmp_path: Path) -> None:
    found = read([folders.data])
    paths = sorted(folders.data.rglob("*.jsonl"))
    for number, path in enumerate(reversed(paths)):
        write(tmp_path / f"{number}.jsonl", map(msgspec.json.decode, path.read_bytes().splitlines()))
    assert read([tmp_path]) == found == sorted(found, key=lambda e: (e.source, e.id))
    assert {e.source for e in found} == {"fairlead_1", "fairlead_2", "dcrouter", "marks"}
