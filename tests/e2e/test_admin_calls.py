"""Finding out why one answer came out as it did, without reading anybody's prompt."""

import re
from decimal import Decimal
from uuid import uuid4

from playwright.sync_api import Page, WebSocket, expect

from shared.accounts import UserRole
from shared.paths import CHAT
from tests.e2e.chat_page import ChatPage, credits_in
from tests.e2e.conftest import Join, Open
from tests.e2e.provider import Provider
from tests.e2e.visit import keyed


def received(page: Page) -> list[bytes]:
    """Everything that the web app sends this page from now on."""
    frames: list[bytes] = []

    def note(payload: str | bytes) -> None:
        frames.append(payload.encode() if isinstance(payload, str) else payload)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", note)

    page.on("websocket", listen)
    return frames


def test_a_call_is_shown_from_precheck_to_charge_and_never_its_prompt_or_answer(
    join: Join, visit: Open, provider: Provider
) -> None:
    prompt, answer = f"secretprompt{uuid4().hex}", f"secretanswer{uuid4().hex}"
    person, support = join(name="Ines Duarte"), join(role=UserRole.SUPPORT)
    provider.when(prompt, says=[f"{answer} "] * 150, spacing_ms=1)
    chat = ChatPage(visit(person).open())
    credits = credits_in(chat.ask(f"Good morning {prompt}").text_content())
    desk = visit(support)
    frames = received(desk.page)
    page = desk.open(f"/admin-calls?q={person.email}")
    panel = keyed(page, "inspector")
    expect(panel.get_by_role("heading")).to_contain_text(["Answered by "])
    for step in ("Precheck", "Route", "Admission", "Attempt 1", "Settled"):
        expect(panel).to_contain_text(step)
    expect(panel).to_contain_text("150 written, usage from the provider")
    chain = panel.locator(".fl-chain")
    expect(chain).to_contain_text("Raw cost")
    expect(chain).to_contain_text("Credits per $")
    assert shown_cost(chain.inner_text()) == credits
    everything = b"".join(frames) + page.content().encode()
    assert person.email.encode() in everything
    assert prompt.encode() not in everything
    assert answer.encode() not in everything


def shown_cost(chain: str) -> Decimal:
    """What the chain of factors comes to, after checking that it does."""
    factors = [Decimal(found) for found in re.findall(r"[\d.]+", chain.replace(",", "").replace("$", " "))]
    *given, shown = factors
    product = Decimal(1)
    for factor in given:
        product *= factor
    assert abs(product - shown) <= Decimal("0.006"), chain
    return shown


def test_a_call_that_fell_back_tells_every_attempt(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt = join(), f"Tell me of {uuid4().hex[:8]}"
    provider.when(prompt, fault="404", times=1)
    body = {"message": {"content": prompt}, "assistant": "general", "stream": False}
    request_id = person.http.post(CHAT, json=body).raise_for_status().json()["request_id"]
    page = visit(join(role=UserRole.SUPPORT)).open(f"/admin-calls?q={request_id}")
    panel = keyed(page, "inspector")
    expect(panel.get_by_role("heading")).to_contain_text(["on the second attempt"])
    expect(panel).to_contain_text("Attempt 2")
    expect(panel).to_contain_text("Not charged")
    panel.get_by_text("Candidates", exact=True).click()
    expect(panel.get_by_role("table", name="Candidates in the order they were to be tried")).to_be_visible()
