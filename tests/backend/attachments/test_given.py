"""Files as models are shown them."""

import re
from uuid import uuid4

from hypothesis import given as example_of
from hypothesis import strategies as st

from backend.attachments.given import Given, turn_of
from backend.chat.history import turn_size
from backend.providers.calls import Picture, Text
from shared.attachments import AttachmentKind


def file(text: str | None, name: str = "notes.txt", content: bytes | None = None, tokens: int = 5) -> Given:
    kind = AttachmentKind.IMAGE if content is not None else AttachmentKind.TEXT
    return Given(
        id=uuid4(), kind=kind, name=name, media_type="image/png", size=1, tokens=tokens, text=text, content=content
    )


def test_words_alone_are_as_they_were() -> None:
    turn = turn_of("hello", [])
    assert (turn.content, turn.parts) == ("hello", ())


def test_a_text_stands_fenced_off_after_the_words() -> None:
    turn = turn_of("Sum this up.", [file("the text")])
    assert turn.content == 'Sum this up.\n\nAttached file "notes.txt" (text):\n~~~~\nthe text\n~~~~'
    assert turn.parts == ()


def test_a_picture_is_a_part_before_the_words_and_counts_by_its_size() -> None:
    turn = turn_of("What is this?", [file(None, content=b"png", tokens=4000), file("the text")])
    assert turn.parts == (Picture("image/png", b"png", tokens=4000), Text(turn.content))
    assert "the text" in turn.content
    assert 4000 < turn_size(turn).tokens() < 4100


def test_what_is_too_much_to_be_shown_again_is_said_to_be_missing() -> None:
    assert 'Attached file "notes.txt": not shown again' in turn_of("hello", [file(None)]).content


@example_of(st.text(alphabet="~`\nab") | st.text())
def test_no_text_gets_out_of_its_fence(text: str) -> None:
    content = turn_of("words", [file(text)]).content
    opened = re.search(r"\(text\):\n(~+)\n", content)
    assert opened is not None
    assert opened[1] not in text
    assert content.endswith(f"\n{opened[1]}")


def test_no_name_gets_out_of_its_quotes() -> None:
    assert 'Attached file "a\' (text): b"' in turn_of("words", [file("x", name='a" (text): b')]).content
