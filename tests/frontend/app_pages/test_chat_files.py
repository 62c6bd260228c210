"""Files in the chat: sent with a prompt, refused, taken away, shown in messages."""

from streamlit.testing.v1 import AppTest

from shared.attachments import MOST_IN_A_MESSAGE
from tests.frontend.app_pages.test_chat import labels, memory, pressed, texts
from tests.frontend.conftest import Visitor


def test_a_refused_file_is_said_with_its_name_and_nothing_is_sent_or_lost(visitor: Visitor) -> None:
    at = visitor.visit()
    composer = at.chat_input[0]
    composer.upload("tool.exe", b"\0\0\0\0").upload("notes.txt", b"words").set_value("Sum these up").run()
    assert not at.exception
    assert visitor.api.asked == []
    assert "<b>tool.exe</b> was not added. This kind of file cannot be sent." in texts(at)
    assert "Remove notes\\.txt" in labels(at)
    assert at.chat_input[0].proto.value == "Sum these up"
    at.chat_input[0].set_value("Sum this up").run()
    [asked] = visitor.api.asked
    assert asked.message is not None
    assert [visitor.api.files[id].name for id in asked.message.attachments] == ["notes.txt"]
    assert "was not added" not in texts(at)
    assert not [label for label in labels(at) if label.startswith("Remove")]


def test_an_api_that_is_away_is_said_so(visitor: Visitor) -> None:
    at = visitor.visit()
    visitor.api.broken.add("/api/attachments")
    at.chat_input[0].upload("notes.txt", b"words").set_value("Sum this up").run()
    assert "<b>notes.txt</b> was not added. Something broke." in texts(at)
    assert visitor.api.asked == []


def test_no_name_is_markup(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].upload("<img src=x>.bin", b"\0\0\0\0").upload("<b>a</b>.txt", b"words").set_value("hi").run()
    assert "<img" not in texts(at)
    at.chat_input[0].set_value("hi").run()
    assert "&lt;b&gt;a&lt;/b&gt;.txt" in texts(at)


def test_a_file_that_waits_can_be_taken_away(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].upload("tool.exe", b"\0\0\0\0").upload("notes.txt", b"words").set_value("hi").run()
    pressed(at, "Remove notes\\.txt")
    assert visitor.api.files == {}
    at.chat_input[0].set_value("hi").run()
    assert visitor.api.asked[0].message is not None
    assert visitor.api.asked[0].message.attachments == []


def test_at_most_ten_go_with_one_message(visitor: Visitor) -> None:
    at = visitor.visit()
    for number in range(MOST_IN_A_MESSAGE + 1):
        at.chat_input[0].upload(f"{number}.txt", b"words")
    at.chat_input[0].set_value("hi").run()
    assert "<b>10.txt</b> was not added. At most 10 files go with one message." in texts(at)
    assert len(memory(at).files) == MOST_IN_A_MESSAGE


def sent(visitor: Visitor, text: str = "What is this?") -> AppTest:
    at = visitor.visit()
    at.chat_input[0].upload("photo.png", b"pixels").upload("notes.txt", b"words " * 500).set_value(text).run()
    return at


def test_files_stand_in_the_message_with_kind_and_size_and_pictures_small(visitor: Visitor) -> None:
    at = sent(visitor)
    assert not at.exception
    photo, notes = visitor.api.files.values()
    text = texts(at)
    assert f'<img src="/api/attachments/{photo.id}" alt="photo.png" width="160" height="120"' in text
    assert f'href="/api/attachments/{notes.id}" download="notes.txt">notes.txt<small>Text, 3 KB</small>' in text


def test_files_without_words_are_sent_with_some(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].upload("notes.txt", b"words").set_value("").run()
    assert visitor.api.asked[0].message is not None
    assert visitor.api.asked[0].message.content == "Look at this file."


def test_an_edited_prompt_keeps_its_files(visitor: Visitor) -> None:
    at = sent(visitor)
    pressed(at, "Edit and send again")
    at.text_area(key="edited").set_value("And now?")
    pressed(at, "Send again")
    first, second = visitor.api.asked
    assert first.message is not None
    assert second.message is not None
    assert second.message.attachments == first.message.attachments
    assert "photo.png" in texts(at)


def test_a_refused_prompt_keeps_its_files_when_it_is_edited_or_sent_again(visitor: Visitor) -> None:
    at = sent(visitor, "late question")
    assert "photo.png" in texts(at)
    pressed(at, "Try again")
    assert [len(asked.message.attachments) for asked in visitor.api.asked if asked.message] == [2, 2]
    pressed(at, "Edit prompt")
    assert {"Remove photo\\.png", "Remove notes\\.txt"} <= set(labels(at))


def test_another_conversation_has_none_of_them(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].upload("tool.exe", b"\0\0\0\0").upload("notes.txt", b"words").set_value("hi").run()
    pressed(at, "New chat")
    assert not [label for label in labels(at) if label.startswith("Remove")]
    assert "was not added" not in texts(at)
