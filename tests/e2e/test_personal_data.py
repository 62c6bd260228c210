"""Personal data: the strip warns, one press masks, and only its owner sees it again."""

from uuid import uuid4

from playwright.sync_api import expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open
from tests.e2e.provider import Provider
from tests.e2e.visit import settled

PHONE = "+34 612 345 678"


def test_what_looks_like_a_phone_number_is_masked_in_one_press(join: Join, visit: Open, provider: Provider) -> None:
    mark = uuid4().hex[:8].translate(str.maketrans("0123456789", "ghijklmnop"))
    provider.when(mark, says=["Call ", "[PHO", "NE_1]", " at noon."])
    prompt = f"Please remind me to call Lena Brandt, her mobile is {PHONE}, {mark}"
    chat = ChatPage(visit(join()).open())
    chat.type(prompt)
    expect(chat.strip).to_contain_text("Looks like it holds a phone number.")
    chat.strip.get_by_role("button", name="Mask it").click()
    expect(chat.strip).to_contain_text("Masked when sent: a phone number.")
    expect(chat.composer).to_have_value(prompt)
    chat.strip.get_by_role("button", name="Send as is").click()
    expect(chat.strip).to_contain_text("Looks like it holds a phone number.")
    chat.strip.get_by_role("button", name="Mask it").click()
    expect(chat.strip).to_contain_text("Masked when sent: a phone number.")
    settled(chat.page)
    chat.composer.press("Enter")
    chat.rests()
    expect(chat.answers.last).to_contain_text(f"Call {PHONE} at noon.")
    chat.page.reload()
    expect(chat.answers.last).to_contain_text(f"Call {PHONE} at noon.")
    expect(chat.page.get_by_text(prompt)).to_be_visible()
    [call] = provider.asked(mark)
    assert "[PHONE_1]" in str(call["body"])
    assert PHONE not in str(call["body"])
