"""The account page, and the page of one-time links."""

import pytest
from streamlit.testing.v1 import AppTest

from shared.accounts import SigninOptions
from shared.errors import ErrorCode
from shared.paths import PASSWORD, SESSIONS
from tests.frontend.conftest import Visitor
from tests.frontend.fake_api import Refused


def fill(at: AppTest, **fields: str) -> AppTest:
    """Fills the fields named by their labels (with underscores) and submits the form."""
    for name, text in fields.items():
        label = name.replace("_", " ").capitalize()
        next(field for field in at.text_input if field.label == label).set_value(text)
    return next(button for button in at.button if button.label in ("Change password", "Set password")).click().run()


def trouble(at: AppTest) -> list[str]:
    return [error.value for error in at.error]


def test_the_account_names_the_person_and_the_sessions(visitor: Visitor) -> None:
    at = visitor.visit("account")
    assert not at.exception
    told = " ".join(element.value for element in at.markdown)
    assert "**This browser**" in told
    assert "**Script**" in told
    assert [title.value for title in at.title] == ["Account"]


def test_sessions_that_cannot_be_loaded_leave_the_password_changeable(visitor: Visitor) -> None:
    visitor.api.broken.add(SESSIONS)
    at = visitor.visit("account")
    assert "Try again" in [button.label for button in at.button]
    assert "Change password" in [button.label for button in at.button]


@pytest.mark.parametrize(
    ("new", "again", "problem"),
    [("short", "short", "at least 10 characters"), ("long enough 1", "long enough 2", "differ")],
)
def test_an_unusable_password_is_not_sent(visitor: Visitor, new: str, again: str, problem: str) -> None:
    at = fill(visitor.visit("account"), current_password="old", new_password=new, new_password_again=again)
    assert problem in trouble(at)[0]
    assert PASSWORD not in visitor.api.paths


def test_where_passwords_are_off_there_is_none_to_change(visitor: Visitor) -> None:
    visitor.api.options = SigninOptions(password="off", signup="closed")
    at = visitor.visit("account")
    assert "Change password" not in [button.label for button in at.button]
    assert "single sign-on" in " ".join(caption.value for caption in at.caption)


def test_a_password_is_changed(visitor: Visitor) -> None:
    fields = {"current_password": "old", "new_password": "long enough", "new_password_again": "long enough"}
    at = fill(visitor.visit("account"), **fields)
    assert [success.value for success in at.success] == ["The password is changed. Every other session has ended."]
    assert visitor.api.paths.count(PASSWORD) == 1


def test_a_refused_password_says_why(visitor: Visitor) -> None:
    visitor.api.refused[PASSWORD] = Refused(401, ErrorCode.WRONG_CREDENTIALS, "The current password is wrong.")
    fields = {"current_password": "old", "new_password": "long enough", "new_password_again": "long enough"}
    assert trouble(fill(visitor.visit("account"), **fields)) == ["The current password is wrong\\."]


@pytest.mark.parametrize(
    ("label", "said"),
    [("Sign out", "Session ended"), ("Sign out everywhere else", "Every other session has ended")],
)
def test_sessions_can_be_ended(visitor: Visitor, label: str, said: str) -> None:
    at = visitor.visit("account")
    next(button for button in at.button if button.label == label).click().run()
    assert [toast.value for toast in at.toast] == [said]


def test_a_session_that_cannot_be_ended_says_so(visitor: Visitor) -> None:
    at = visitor.visit("account")
    visitor.api.refused[SESSIONS] = Refused(409, ErrorCode.CONFLICT, "That session is gone.")
    visitor.api.refused_methods = {"DELETE"}
    next(button for button in at.button if button.label == "Sign out").click().run()
    assert trouble(at) == ["That session is gone\\."]


def test_a_reset_link_works_without_a_session(visitor: Visitor) -> None:
    visitor.token = None
    at = visitor.visit("reset", token="good")
    assert not at.exception
    fill(at, new_password="long enough", new_password_again="long enough")
    assert "The password is set." in at.success[0].value


def test_a_spent_link_says_what_to_do(visitor: Visitor) -> None:
    fields = {"new_password": "long enough", "new_password_again": "long enough"}
    at = fill(visitor.visit("reset", token="spent"), **fields)
    assert "no longer valid" in trouble(at)[0]


def test_a_link_without_its_code_offers_no_fields(visitor: Visitor) -> None:
    at = visitor.visit("reset")
    assert not at.text_input
    assert any("Open the whole link" in element.proto.body for element in at.get("html"))


def test_a_weak_password_is_not_taken_with_a_link_either(visitor: Visitor) -> None:
    at = fill(visitor.visit("reset", token="good"), new_password="short", new_password_again="short")
    assert "at least 10 characters" in trouble(at)[0]
