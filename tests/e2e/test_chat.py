"""Asking and reading answers: streamed, stopped, reloaded, changed, judged and explained."""

import re
from decimal import Decimal
from uuid import uuid4

from playwright.sync_api import expect

from shared.paths import MODELS
from tests.e2e.chat_page import ChatPage, credits_in
from tests.e2e.conftest import Join, Open
from tests.e2e.people import Person
from tests.e2e.provider import Provider, counted
from tests.e2e.visit import keyed

SLOW_MS = 40.0


def words() -> str:
    """A prompt that is nobody else's."""
    return f"Tell me of {uuid4().hex[:8]}"


def test_an_answer_appears_while_it_is_written_and_says_what_it_cost(
    join: Join, visit: Open, provider: Provider
) -> None:
    person, prompt, answer = join(), words(), counted(60)
    provider.when(prompt, says=answer, spacing_ms=SLOW_MS)
    chat = ChatPage(visit(person).open())
    chat.send(prompt)
    expect(chat.answers).to_contain_text("word5 ")
    expect(chat.stop).to_be_visible()
    expect(chat.composer).to_be_disabled()
    expect(chat.answers).not_to_contain_text("end.")
    chat.rests()
    expect(chat.routes).to_have_text(re.compile(r"General assistant · .+ · [\d.<]+ credits · why\?"))
    expect(chat.answers).to_have_text("".join(answer))
    assert re.search(r"\?c=[0-9a-f-]{36}$", chat.page.url)
    expect(chat.sidebar.get_by_role("button", name=prompt, exact=True)).to_be_visible()
    assert Decimal(1000) - person.balance() > 0


def test_stop_ends_the_answer_here_and_at_the_provider_and_keeps_what_was_written(
    join: Join, visit: Open, provider: Provider
) -> None:
    person, prompt = join(), words()
    provider.when(prompt, says=counted(500), spacing_ms=SLOW_MS)
    chat = ChatPage(visit(person).open())
    chat.send(prompt)
    expect(chat.answers).to_contain_text("word5 ")
    chat.stop.click()
    chat.rests()
    expect(chat.routes).to_contain_text("Stopped · ")
    expect(chat.answers).to_contain_text("word5 ")
    expect(chat.answers).not_to_contain_text("end.")
    assert provider.asked(prompt)[0]["outcome"] == "disconnected"
    written = chat.answers.inner_text()
    chat.page.reload()
    expect(chat.answers).to_have_text(written)
    expect(chat.routes).to_contain_text("Stopped · ")
    assert person.balance() < 1000
    chat.ask("And now briefly", answers=2)


def test_a_reload_in_mid_answer_finds_the_rest_of_it(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt, answer = join(), words(), counted(160)
    provider.when(prompt, says=answer, spacing_ms=SLOW_MS)
    chat = ChatPage(visit(person).open())
    chat.send(prompt)
    expect(chat.answers).to_contain_text("word5 ")
    chat.page.reload()
    expect(chat.answers).to_contain_text("word5 ")
    expect(chat.stop).to_be_visible()
    chat.rests()
    expect(chat.answers).to_have_text("".join(answer))
    assert len(provider.asked(prompt)) == 1
    chat.page.reload()
    chat.rests()
    expect(chat.answers).to_have_text("".join(answer))
    expect(chat.questions).to_have_text(prompt)


def test_an_answer_is_completed_for_somebody_who_went_away(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt, answer = join(), words(), counted(60)
    provider.when(prompt, says=answer, spacing_ms=SLOW_MS)
    gone = visit(person)
    chat = ChatPage(gone.open())
    chat.send(prompt)
    expect(chat.answers).to_contain_text("word5 ")
    address = chat.page.url
    gone.close()
    later = ChatPage(visit(person).open(address))
    later.rests()
    expect(later.answers).to_have_text("".join(answer))


def test_an_edited_prompt_replaces_the_old_one_and_what_followed(join: Join, visit: Open, provider: Provider) -> None:
    first, second = words(), words()
    provider.when(first, says=["The first answer."])
    provider.when(second, says=["The second answer."])
    chat = ChatPage(visit(join()).open())
    chat.ask(first)
    expect(chat.answers).to_have_text("The first answer.")
    chat.questions.hover()
    chat.page.get_by_role("button", name="Edit and send again").click()
    editor = keyed(chat.page, "edited").get_by_role("textbox")
    expect(editor).to_have_value(first)
    editor.fill(second)
    chat.page.get_by_role("button", name="Send again", exact=True).click()
    expect(chat.answers.filter(has_text="The second answer.").first).to_be_visible()
    chat.rests()
    expect(chat.questions).to_have_text(second)
    chat.page.reload()
    expect(chat.questions).to_have_text(second)
    expect(chat.answers).to_have_text("The second answer.")


def test_regenerating_asks_again_in_place_of_the_answer(join: Join, visit: Open, provider: Provider) -> None:
    prompt = words()
    provider.when(prompt, says=["One way to say it."], times=1)
    provider.when(prompt, says=["Another way to say it."])
    chat = ChatPage(visit(join()).open())
    chat.ask(prompt)
    expect(chat.answers).to_have_text("One way to say it.")
    chat.page.get_by_role("button", name="Regenerate answer").click()
    expect(chat.answers.filter(has_text="Another way to say it.").first).to_be_visible()
    chat.rests()
    expect(chat.answers).to_have_text("Another way to say it.")
    expect(chat.questions).to_have_text(prompt)


def test_a_judgement_is_remembered(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt = join(), words()
    provider.when(prompt, says=["As good as it gets."])
    chat = ChatPage(visit(person).open())
    chat.ask(prompt)
    chat.page.get_by_role("button", name="Good answer").click()
    expect(chat.page.get_by_role("button", name="Good answer, chosen")).to_be_visible()
    chat.page.reload()
    expect(chat.page.get_by_role("button", name="Good answer, chosen")).to_be_visible()
    chat.page.get_by_role("button", name="Poor answer").click()
    expect(chat.page.get_by_role("button", name="Poor answer, chosen")).to_be_visible()
    expect(chat.page.get_by_role("button", name="Good answer", exact=True)).to_be_visible()


def test_an_answer_is_copied_as_it_was_written(join: Join, visit: Open, provider: Provider) -> None:
    prompt, answer = words(), "A **bold** word and $5.\n\n```python\nprint(1)\n```\n"
    provider.when(prompt, says=[answer])
    opened = visit(join(), permissions=["clipboard-read", "clipboard-write"])
    chat = ChatPage(opened.open())
    chat.ask(prompt)
    chat.page.get_by_role("button", name="Copy answer").click()
    expect(chat.page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert chat.page.evaluate("navigator.clipboard.readText()") == answer


def test_why_tells_who_chose_what_and_how_much_was_used_and_no_prices(
    join: Join, visit: Open, provider: Provider
) -> None:
    person, prompt = join(), f"{words()}: write a Python function that parses it"
    provider.when(prompt, says=counted(200), spacing_ms=1)
    chat = ChatPage(visit(person).open())
    route = chat.ask(prompt)
    used = credits_in(route.text_content())
    assert used == (Decimal(1000) - person.balance()).quantize(Decimal("0.01"))
    route.click()
    why = chat.page.locator(".fl-why")
    expect(why.get_by_role("heading")).to_contain_text("Why this answer came from Code")
    expect(why).to_contain_text("Auto picked the Code assistant.")
    expect(why).to_contain_text("200 tokens")
    expect(why).to_contain_text(f"{used} credits")
    assert not re.search(r"\$|multiplier|per million", why.inner_text())
    assert model_names(person) & set(re.split(r" · ", route.inner_text()))


def model_names(person: Person) -> set[str]:
    """What the models are called that somebody may use."""
    items = person.http.get(MODELS).raise_for_status().json()["items"]
    return {item[key] for item in items for key in ("name", "display_name")}
