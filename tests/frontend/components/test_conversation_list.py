"""Renaming and deleting conversations."""

from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.conftest import Visitor


def rename_script(conversation: str) -> None:
    from uuid import UUID

    from frontend.client import conversations
    from frontend.components import conversation_list

    conversation_list._rename(conversations.conversation(UUID(conversation)))


def delete_script() -> None:
    import streamlit as st

    from frontend import state
    from frontend.client import conversations
    from frontend.components import conversation_list

    known = conversations.conversations().items
    if known:
        conversation_list._delete(known[0])
    st.write(f"{len(known)} left, {state.said()}, {state.conversation()}")


@pytest.fixture
def kept(visitor: Visitor) -> UUID:
    return visitor.api.keep(visitor.me, "Old *title*", ("hi", "yo"))


def opened(script: object, *args: str) -> AppTest:
    return AppTest.from_function(script, default_timeout=20, args=args).run()  # type: ignore[arg-type]


def pressed(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label == label).click().run()


def test_a_conversation_is_renamed(visitor: Visitor, kept: UUID) -> None:
    at = opened(rename_script, str(kept))
    at.text_input[0].set_value("  New title ")
    pressed(at, "Rename")
    assert visitor.api.conversations[kept].title == "New title"


def test_a_blank_title_is_refused(visitor: Visitor, kept: UUID) -> None:
    at = opened(rename_script, str(kept))
    at.text_input[0].set_value("   ")
    assert pressed(at, "Rename").error[0].value == "A title needs at least one character."
    assert visitor.api.conversations[kept].title == "Old *title*"


def test_cancelling_changes_nothing(visitor: Visitor, kept: UUID) -> None:
    at = opened(rename_script, str(kept))
    at.text_input[0].set_value("New")
    pressed(at, "Cancel")
    assert visitor.api.conversations[kept].title == "Old *title*"


def test_a_rename_that_fails_says_why(visitor: Visitor, kept: UUID) -> None:
    at = opened(rename_script, str(kept))
    visitor.api.refused_methods = {"PATCH"}
    visitor.api.broken.add(f"/api/conversations/{kept}")
    at.text_input[0].set_value("New")
    assert pressed(at, "Rename").error[0].value == "Something broke\\."


def test_deleting_names_what_will_be_gone_and_leaves_the_open_conversation(visitor: Visitor, kept: UUID) -> None:
    at = AppTest.from_function(delete_script, default_timeout=20)
    at.query_params["c"] = str(kept)
    at.run()
    assert any("Old \\*title\\*" in element.value for element in at.markdown)
    pressed(at, "Delete conversation")
    assert not visitor.api.conversations
    assert at.markdown[-1].value == "0 left, ['Conversation deleted'], None"


def test_a_delete_can_be_cancelled_or_fail(visitor: Visitor, kept: UUID) -> None:
    at = pressed(opened(delete_script), "Cancel")
    assert visitor.api.conversations
    visitor.api.broken.add(f"/api/conversations/{kept}")
    assert pressed(at, "Delete conversation").error[0].value == "Something broke\\."
