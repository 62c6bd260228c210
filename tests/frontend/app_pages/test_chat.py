"""The chat page, from an empty one to refusals and broken answers."""

from datetime import timedelta
from uuid import uuid4

from msgspec.structs import replace
from streamlit.testing.v1 import AppTest

from frontend.memory import ChatMemory
from shared.accounts import UserRole
from shared.chat import OnDisconnect
from shared.errors import ErrorCode
from shared.marks import MarkRequest
from shared.messages import MessageState, Role
from shared.precheck import Category
from tests.frontend.conftest import Visitor
from tests.frontend.fake_api import Refused
from tests.frontend.samples import answer, person, prompt


def texts(at: AppTest) -> str:
    """Everything that markdown and HTML say."""
    return "\n".join([element.value for element in at.markdown] + [element.proto.body for element in at.get("html")])


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def memory(at: AppTest) -> ChatMemory:
    found: ChatMemory = at.session_state["_chat"]
    return found


def messages(at: AppTest) -> list[tuple[str, str]]:
    return [(message.name, message.markdown[0].value if message.markdown else "") for message in at.chat_message]


def pressed(at: AppTest, label: str) -> AppTest:
    """The last button with this label, pressed."""
    return [button for button in at.button if button.label == label][-1].click().run()


def test_without_a_session_the_sign_in_form_stands_in_place_of_the_page(visitor: Visitor) -> None:
    visitor.token = None
    at = visitor.visit()
    assert not at.exception
    assert not at.chat_input
    assert at.get("bidi_component")


def test_a_session_that_ended_meanwhile_shows_the_sign_in_form(visitor: Visitor) -> None:
    at = visitor.visit()
    assert at.chat_input
    visitor.api.people.clear()
    at.run()
    assert not at.exception
    assert not at.chat_input


def test_an_api_that_fails_is_said_with_its_request_id(visitor: Visitor) -> None:
    visitor.api.broken.add("/v1/auth/me")
    at = visitor.visit()
    assert "Fairlead could not be loaded" in texts(at)
    assert "Try again" in labels(at)
    visitor.api.broken.clear()
    assert pressed(at, "Try again").chat_input


def test_assistants_that_cannot_be_loaded_leave_the_conversations_readable(visitor: Visitor) -> None:
    visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    visitor.api.broken.add("/api/ai/assistants")
    at = visitor.visit()
    assert "could not be loaded" in texts(at)
    assert "Kept" in labels(at)


def test_the_empty_chat_offers_every_family_and_marks_the_locked_ones(visitor: Visitor) -> None:
    at = visitor.visit()
    assert {"Auto", "General", "Code", "Reasoning", "Images"} <= set(labels(at))
    assert "Pro plan" in texts(at)
    assert not at.chat_message


def test_a_locked_family_can_be_asked_for(visitor: Visitor) -> None:
    at = pressed(visitor.visit(), "Reasoning")
    assert len(at.get("dialog")) == 1
    assert {"Cancel", "Send request"} <= set(labels(at))


def test_a_suggestion_writes_into_the_composer_and_sends_nothing(visitor: Visitor) -> None:
    at = pressed(visitor.visit(), "Shorten a text to half without losing a point")
    assert at.chat_input[0].proto.value.startswith("Shorten this text")
    assert not visitor.api.asked


def test_a_prompt_is_answered_and_its_conversation_stands_in_the_address(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("hello there").run()
    assert not at.exception
    (asked,) = visitor.api.asked
    assert (asked.assistant, asked.conversation_id, asked.on_disconnect) == ("auto", None, OnDisconnect.CONTINUE)
    (kept,) = visitor.api.conversations
    assert at.query_params["c"] == str(kept)
    assert messages(at)[0] == ("user", "hello there")
    assert messages(at)[1][1].startswith("This answers: hello there.")
    assert "hello there" in labels(at)


def test_the_chosen_family_answers_and_stays_chosen(visitor: Visitor) -> None:
    at = pressed(visitor.visit(), "Code")
    at.chat_input[0].set_value("first").run()
    at.chat_input[0].set_value("second").run()
    assert [asked.assistant for asked in visitor.api.asked] == ["code", "code"]
    assert visitor.api.asked[1].conversation_id in visitor.api.conversations


def test_another_family_can_be_picked_in_mid_conversation(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    at = visitor.visit(c=kept)
    at.radio(key="assistant_auto").set_value("writing").run()
    at.chat_input[0].set_value("go on").run()
    assert visitor.api.asked[0].assistant == "writing"


def test_the_prompt_carries_the_address_of_the_browser(visitor: Visitor) -> None:
    visitor.visit().chat_input[0].set_value("hello").run()
    assert {headers.get("x-forwarded-for") for headers in visitor.api.headers} == {"192.0.2.7"}


def test_blank_prompts_are_not_sent(visitor: Visitor) -> None:
    visitor.visit().chat_input[0].set_value("   \n ").run()
    assert not visitor.api.asked


def test_a_blocked_prompt_is_kept_for_editing_and_never_shown_as_an_answer(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("block me").run()
    assert messages(at) == [("user", "block me")]
    assert "Not sent" in texts(at)
    assert "Not charged." in texts(at)
    assert "Try again" not in labels(at)
    pressed(at, "Edit prompt")
    assert at.chat_input[0].proto.value == "block me"
    assert "Not sent" not in texts(at)


def test_a_prompt_without_a_route_can_be_tried_again(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("late").run()
    assert "This could not be answered" in texts(at)
    pressed(at, "Try again")
    assert len(visitor.api.asked) == 2


def test_running_out_of_credits_offers_a_higher_plan(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("broke").run()
    assert "No credits left until 1 December" in texts(at)
    assert "Request a higher plan" in labels(at)


def test_without_credits_nothing_can_be_sent_and_conversations_stay_readable(visitor: Visitor) -> None:
    visitor.become(person("Otto Null", balance="0"))
    kept = visitor.api.keep(visitor.me, "Old", ("hi", "yo"))
    at = visitor.visit(c=kept)
    assert at.chat_input[0].disabled
    assert at.chat_input[0].placeholder == "No credits left this month"
    assert messages(at) == [("user", "hi"), ("assistant", "yo")]
    assert "No credits left until 1 December" in texts(at)


def test_a_rate_limited_prompt_waits_and_can_send_itself(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("busy").run()
    assert "Ready again in 3 s." in texts(at)
    pressed(at, "Send when ready")
    assert memory(at).resend
    assert "Do not send" in labels(at)
    refusal = memory(at).refusal
    assert refusal is not None
    memory(at).refusal = refusal._replace(at=refusal.at - timedelta(seconds=10))
    at.run()
    assert len(visitor.api.asked) == 2


def test_a_prompt_whose_time_has_come_can_be_sent_by_hand(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("busy").run()
    refusal = memory(at).refusal
    assert refusal is not None
    memory(at).refusal = refusal._replace(at=refusal.at - timedelta(seconds=10))
    at.run()
    assert "Ready now." in texts(at)
    pressed(at, "Send now")
    assert len(visitor.api.asked) == 2


def test_an_answer_that_breaks_off_says_so_in_the_words_of_the_api(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("fail please").run()
    assert "This answer is incomplete" in texts(at)
    assert "no other model in your plan could continue" in texts(at)
    assert "You were charged 0.03 credits" in texts(at)
    assert not any("connection to the model" in text for _, text in messages(at))


def test_retry_replaces_the_broken_answer(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("fail please").run()
    (stored,) = visitor.api.messages.values()
    broken = stored[-1].id
    pressed(at, "Retry")
    assert visitor.api.asked[-1].replace_from == broken
    assert visitor.api.asked[-1].message is None


def test_an_answer_can_be_continued_from_where_it_broke_off(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("fail please").run()
    pressed(at, "Continue from here")
    assert visitor.api.asked[-1].message is not None
    assert visitor.api.asked[-1].replace_from is None


def test_regenerate_answers_the_same_prompt_anew(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    old = visitor.api.messages[kept][-1].id
    at = pressed(visitor.visit(c=kept), "Regenerate answer")
    assert visitor.api.asked[0].replace_from == old
    assert messages(at) == [("user", "hi"), ("assistant", "This answers: hi. This answers: hi. This answers: hi.")]


def test_an_edited_prompt_replaces_all_that_followed_it(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("one", "first"), ("two", "second"))
    at = visitor.visit(c=kept)
    next(button for button in at.button if button.label == "Edit and send again").click().run()
    at.text_area(key="edited").set_value("uno").run()
    pressed(at, "Send again")
    assert [text for name, text in messages(at) if name == "user"] == ["uno"]
    assert visitor.api.asked[0].message is not None


def test_an_editor_closes_without_a_trace(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("one", "first"))
    at = pressed(visitor.visit(c=kept), "Edit and send again")
    pressed(at, "Cancel")
    assert messages(at)[0] == ("user", "one")
    assert not visitor.api.asked


def test_a_judgement_reaches_the_api_and_is_shown(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    at = pressed(visitor.visit(c=kept), "Poor answer")
    assert [asked.rating for asked in visitor.api.feedback] == ["down"]
    assert "Poor answer, chosen" in labels(at)


def test_a_judgement_that_fails_is_a_toast(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    visitor.api.broken.add(f"/api/messages/{visitor.api.messages[kept][-1].id}/feedback")
    at = pressed(visitor.visit(c=kept), "Good answer")
    assert [toast.value for toast in at.toast] == ["Something broke\\."]


def test_a_fallback_is_a_notice_above_the_answer(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("switch over").run()
    assert "Switched to Sonnet after GPT-5 mini did not start within 8 s." in texts(at)


def test_a_restarted_answer_shows_only_what_came_after(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("restart it").run()
    (stored,) = visitor.api.messages.values()
    assert messages(at)[1][1] == stored[-1].content.strip()
    assert not stored[-1].content.startswith("This answers: restart it. This answers: restart it. This answers")


def test_pictures_in_an_answer_become_links(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "see ![it](http://198.51.100.1/?q=secret)"))
    assert messages(visitor.visit(c=kept))[1] == ("assistant", "see [it](http://198.51.100.1/?q=secret)")


def test_why_tells_reasons_and_use_but_no_price(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    told = texts(visitor.visit(c=kept))
    assert "Why this answer came from Code · Sonnet" in told
    assert "1,204 tokens" in told
    assert "0.42 credits" in told
    assert "$" not in told


def test_somebody_elses_conversation_does_not_exist(visitor: Visitor) -> None:
    kept = visitor.api.keep(person("Eve"), "Secret", ("hi", "the answer"))
    for address in (kept, uuid4(), "no-id"):
        at = visitor.visit(c=address)
        assert "does not exist or is not yours" in texts(at)
        assert not at.chat_message
    pressed(at, "New chat")
    assert not at.query_params


def test_an_answer_that_is_being_written_is_followed_after_a_reload(visitor: Visitor) -> None:
    first = visitor.visit()
    first.chat_input[0].set_value("hello").run()
    (kept,) = visitor.api.conversations
    generation = next(iter(visitor.api.generations.values()))
    done = visitor.api.messages[kept][-1]
    visitor.api.messages[kept][-1] = answer(kept).__class__(
        id=done.id,
        conversation_id=kept,
        role=Role.ASSISTANT,
        content="",
        state=MessageState.STREAMING,
        created_at=done.created_at,
        request_id=generation.message.request_id,
    )
    at = visitor.visit(c=kept)
    assert "The answer is being completed" in texts(at)
    assert f"/api/ai/chat/{generation.message.request_id}/events" in visitor.api.paths
    visitor.api.messages[kept][-1] = done
    assert messages(at.run())[1][1].startswith("This answers: hello.")


def test_an_answer_lost_by_a_restarted_server_is_waited_for_without_a_loop(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept")
    visitor.api.messages[kept] = [prompt(kept, "hi"), answer(kept)]
    at = visitor.visit(c=kept)
    assert not at.exception
    assert "The answer is being completed" in texts(at)
    assert at.chat_input[0].disabled


def test_conversations_are_grouped_searched_and_opened(visitor: Visitor) -> None:
    visitor.api.keep(visitor.me, "Alpha", ("a", "b"))
    beta = visitor.api.keep(visitor.me, "Beta *two*", ("a", "b"), days_ago=40)
    at = visitor.visit()
    assert "Today" in texts(at)
    at.text_input(key="search").set_value("beta").run()
    assert "Alpha" not in labels(at)
    at.text_input(key="search").set_value("nothing").run()
    assert "No conversation matches" in texts(at)
    at.text_input(key="search").set_value("").run()
    at.button(key=f"open_{beta}").click().run()
    assert at.query_params["c"] == str(beta)


def test_a_list_that_fails_leaves_the_chat_usable(visitor: Visitor) -> None:
    visitor.api.broken.add("/api/conversations")
    at = visitor.visit()
    assert "Conversations could not be loaded." in texts(at)
    assert at.chat_input


def test_simulated_replies_are_said_to_be_simulated(visitor: Visitor) -> None:
    assert "simulated" not in texts(visitor.visit())
    visitor.become(person("Sim", simulated=True))
    assert "Replies are simulated" in texts(visitor.visit())


def test_only_people_of_the_desk_see_its_pages(visitor: Visitor) -> None:
    at = visitor.visit("admin_models")
    assert "belongs to the admin desk" in texts(at)
    visitor.become(person("Ada", UserRole.SUPPORT))
    assert "belongs to the admin desk" in texts(visitor.visit("admin_models"))


def test_a_refusal_is_forgotten_when_another_conversation_is_opened(visitor: Visitor) -> None:
    visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    at = visitor.visit()
    at.chat_input[0].set_value("block me").run()
    pressed(at, "Kept")
    assert "Not sent" not in texts(at)


def test_a_session_that_ends_half_way_through_a_page_leaves_nothing_of_it(visitor: Visitor) -> None:
    visitor.api.refused["/api/ai/assistants"] = Refused(401, ErrorCode.NOT_SIGNED_IN, "Sign in.")
    at = visitor.visit()
    assert not at.exception
    assert at.get("bidi_component")
    assert not at.chat_input
    visitor.api.refused.clear()
    assert at.run().chat_input


def test_a_prompt_that_was_read_wrongly_is_marked_without_its_text(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    check = visitor.api.messages[kept][-1].precheck_id
    at = visitor.visit(c=kept)
    at.selectbox(key=f"mark_task_{check}").select(Category.CODING)
    pressed(at, "Send")
    assert visitor.api.marks == [(check, MarkRequest(category=Category.CODING))]
    assert [toast.value for toast in at.toast] == ["Noted\\. It helps to read prompts better\\."]


def test_only_a_tick_lets_the_text_be_kept(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    check = visitor.api.messages[kept][-1].precheck_id
    at = visitor.visit(c=kept)
    assert not at.checkbox(key=f"mark_share_{check}").value
    at.checkbox(key=f"mark_share_{check}").check()
    pressed(at, "Send")
    assert visitor.api.marks == [], "no task was chosen"
    at.selectbox(key=f"mark_task_{check}").select(Category.MATH)
    pressed(at, "Send")
    assert [asked.share_text for _, asked in visitor.api.marks] == [True]


def test_a_mark_that_fails_is_a_toast(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    check = visitor.api.messages[kept][-1].precheck_id
    visitor.api.broken.add(f"/api/ai/prechecks/{check}/mark")
    at = visitor.visit(c=kept)
    at.selectbox(key=f"mark_task_{check}").select(Category.MATH)
    pressed(at, "Send")
    assert [toast.value for toast in at.toast] == ["Something broke\\."]


def test_an_answer_whose_prompt_was_not_checked_has_no_form(visitor: Visitor) -> None:
    kept = visitor.api.keep(visitor.me, "Kept", ("hi", "yo"))
    visitor.api.messages[kept][-1] = replace(visitor.api.messages[kept][-1], precheck_id=None)
    assert "Send" not in labels(visitor.visit(c=kept))


def test_a_wrong_block_is_reported_with_the_prompt_and_without_keeping_it(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("block me").run()
    pressed(at, "Report a wrong block")
    assert [asked for _, asked in visitor.api.marks] == [MarkRequest(risky=False, prompt="block me")]
    assert [toast.value for toast in at.toast] == ["Reported\\. A block by mistake does not count against you"]
    assert "Not sent" in texts(at)


def test_what_was_not_blocked_cannot_be_reported(visitor: Visitor) -> None:
    at = visitor.visit()
    at.chat_input[0].set_value("late").run()
    assert "Report a wrong block" not in labels(at)
