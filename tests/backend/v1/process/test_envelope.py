"""What an answer's text is as data."""

import pytest

from backend.v1.process.envelope import NOT_JSON, STOPPED, read
from shared.messages import FinishReason


@pytest.mark.parametrize("text", ["", "no", '{"a": ', '{"a": 1} and more', "```json\n{}\n```", "1e999", "[" * 100_000])
def test_what_should_be_json_and_is_not_stays_text(text: str) -> None:
    assert read(text, FinishReason.STOP, as_json=True) == (text, NOT_JSON)
    assert read(text, FinishReason.STOP, as_json=False) == (text, None)


@pytest.mark.parametrize("as_json", [True, False])
def test_what_was_stopped_stays_text_even_if_it_can_be_read(as_json: bool) -> None:
    assert read("[1]", FinishReason.CANCELLED, as_json=as_json) == ("[1]", STOPPED)


def test_json_is_read() -> None:
    assert read('{"a": [1, null]}', FinishReason.STOP, as_json=True) == ({"a": [1, None]}, None)
