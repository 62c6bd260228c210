"""Files with a prompt: chosen, refused, taken away, shown, given back, and kept by an edited prompt."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import FilePayload, Page, expect

from shared.paths import ATTACHMENTS
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import ARTEFACTS, Join, Open
from tests.e2e.provider import Provider
from tests.e2e.test_looks import SCREENS
from tests.e2e.visit import photograph, settled
from tests.fixtures import files

LONG_NAME = "the minutes of the meeting in November with everything that was said and by whom.pdf"


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def choose_files(page: Page, *chosen: FilePayload) -> None:
    """Gives files to the composer and waits until the browser has sent them."""
    settled(page)
    page.locator("[data-testid=stChatInput] input[type=file]").set_input_files(list(chosen))
    expect(page.get_by_test_id("stFileChip")).to_have_count(len(chosen))
    expect(page.get_by_test_id("stFileChipIconSpinner")).to_have_count(0)


def words() -> str:
    return f"Tell me of {uuid4().hex[:8]}"


def test_a_picture_and_a_document_go_with_a_prompt_and_come_back(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt = join(), words()
    provider.when(prompt, says=["Seen."])
    chat = ChatPage(visit(person).open())
    choose_files(
        chat.page,
        payload("photo.png", files.picture(size=(900, 600))),
        payload("plan.pdf", files.document("The secret word is bowline.")),
    )
    chat.ask(prompt)
    question = chat.questions.last
    expect(question).to_contain_text(prompt)
    expect(question.get_by_role("link", name="plan.pdf")).to_contain_text("PDF, 1 page")
    picture = question.get_by_role("img", name="photo.png")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 900
    with chat.page.expect_download() as download:
        question.get_by_role("link", name="plan.pdf").click()
    assert download.value.suggested_filename == "plan.pdf"
    assert b"bowline" in download.value.path().read_bytes()
    chat.page.reload()
    expect(chat.questions.last.get_by_role("img", name="photo.png")).to_be_visible()
    asked = provider.asked(prompt)
    assert len(asked) == 1


def test_a_file_that_is_refused_stops_nothing_but_itself(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt = join(), words()
    provider.when(prompt, says=["Read."])
    chat = ChatPage(visit(person).open())
    choose_files(chat.page, payload("tool.exe", b"MZ\0\0\0\0"), payload("notes.txt", b"some words"))
    chat.send(prompt)
    alert = chat.page.get_by_role("alert").filter(has_text="tool.exe")
    expect(alert).to_contain_text("was not added. This kind of file cannot be sent.")
    expect(chat.composer).to_have_value(prompt)
    expect(chat.page.get_by_role("button", name="Remove notes.txt")).to_be_visible()
    settled(chat.page)
    chat.composer.press("Enter")
    chat.rests()
    expect(chat.questions.last.get_by_role("link", name="notes.txt")).to_be_visible()
    expect(alert).to_be_hidden()


def test_a_file_that_waits_is_taken_away_here_and_at_the_server(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt = join(), words()
    provider.when(prompt, says=["Well."])
    chat = ChatPage(visit(person).open())
    choose_files(chat.page, payload("tool.exe", b"MZ\0\0\0\0"), payload("notes.txt", b"some words"))
    chat.send(prompt)
    remove = chat.page.get_by_role("button", name="Remove notes.txt")
    remove.click()
    expect(remove).to_be_hidden()
    chat.ask(prompt)
    expect(chat.questions.last.get_by_role("link")).to_have_count(0)


def test_an_edited_prompt_keeps_its_files(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt, again = join(), words(), words()
    provider.when(prompt, says=["Read."])
    provider.when(again, says=["Read again."])
    chat = ChatPage(visit(person).open())
    choose_files(chat.page, payload("notes.txt", b"some words"))
    chat.ask(prompt)
    chat.questions.last.hover()
    chat.page.get_by_role("button", name="Edit and send again").click()
    chat.page.get_by_role("textbox", name="Edit and send again").fill(again)
    chat.page.get_by_role("button", name="Send again", exact=True).click()
    expect(chat.answers.last).to_contain_text("Read again.")
    chat.rests()
    expect(chat.questions.last.get_by_role("link", name="notes.txt")).to_be_visible()


def test_somebody_elses_file_is_not_shown(join: Join, visit: Open) -> None:
    owner, other = join(), join()
    added = owner.http.post(ATTACHMENTS, files={"file": ("photo.png", files.picture(), "image/png")})
    assert added.status_code == 201
    address = f"{ATTACHMENTS}/{added.json()['id']}"
    assert visit(owner).context.request.get(address).status == 200
    assert visit(other).context.request.get(address).status == 404
    assert visit().context.request.get(address).status == 401


@pytest.mark.parametrize(("theme", "options"), SCREENS)
def test_files_fit(join: Join, visit: Open, provider: Provider, theme: str, options: dict[str, Any]) -> None:
    person, prompt = join(), words()
    provider.when(prompt, says=["Read."])
    chat = ChatPage(visit(person, color_scheme=theme, **options).open())
    size = options["viewport"]["width"]
    choose_files(
        chat.page,
        payload("photo.png", files.picture(size=(600, 900))),
        payload(LONG_NAME, files.document("words", "words")),
        payload("table.csv", b"a,b\n1,2\n"),
        payload("tool.exe", b"MZ\0\0\0\0"),
    )
    chat.send(prompt)
    expect(chat.page.get_by_role("alert").filter(has_text="tool.exe")).to_be_visible()
    settled(chat.page)
    photograph(chat.page, ARTEFACTS / "looks" / f"files-waiting-{theme}-{size}.png")
    assert fits(chat.page)
    chat.composer.press("Enter")
    chat.rests()
    photograph(chat.page, ARTEFACTS / "looks" / f"files-sent-{theme}-{size}.png")
    assert fits(chat.page)


def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    fitting: bool = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return fitting
