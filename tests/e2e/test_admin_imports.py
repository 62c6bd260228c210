"""A provider's model list, from the menu of the provider to models in the catalogue; and how its dialog looks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from shared.accounts import UserRole
from shared.paths import ADMIN
from tests.backend.catalogue.imports.listing import LLAMA, entry
from tests.e2e.conftest import ARTEFACTS, Join, Open
from tests.e2e.installation import Installation
from tests.e2e.test_looks import SCREENS, fits
from tests.e2e.visit import choose, keyed, photograph, settled

WHY = {"reason": "A scenario."}


@dataclass
class House:
    """A provider of the scenario's own. `models` is what it lists, `status` how it answers."""

    name: str
    base_url: str
    models: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name.title()


@pytest.fixture
def house(installation: Installation) -> Iterator[House]:
    """It lists the models that the test gives it, and is turned off afterwards."""
    it = House(f"house-{uuid4().hex[:6]}", "")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"data": it.models} if it.status == 200 else {"error": {"message": "No."}}).encode()
            self.send_response(it.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    it.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    facts = {"dialect": "openai", "api_base_url": it.base_url, "allow_private_network": True}
    body = {"name": it.name, "display_name": it.title, **facts, **WHY}
    made = installation.admin.post(f"{ADMIN}/providers", json=body).raise_for_status().json()
    yield it
    off = {"status": "disabled", **WHY}
    installation.admin.patch(f"{ADMIN}/providers/{made['id']}", json=off).raise_for_status()
    server.shutdown()
    server.server_close()
    thread.join()


def refresh(page: Page, house: House) -> Locator:
    """Opens the dialog from the provider's menu."""
    settled(page)
    choose(page, f"Options for {house.title}", "Refresh models")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Models of {house.title}")
    return dialog


def box(dialog: Locator, model: str) -> Locator:
    """The box of a model's line, to be pressed."""
    found = dialog.get_by_role("checkbox", name=f"Apply to {model}", exact=True)
    expect(found).to_have_count(1)
    return found.locator("xpath=ancestor::label")


def test_a_list_is_read_chosen_from_and_applied(
    join: Join, visit: Open, installation: Installation, house: House
) -> None:
    mark = house.name.rpartition("-")[2]
    claude, llama = entry(id=f"claude-{mark}"), entry(LLAMA, id=f"llama-{mark}:free")
    house.models, house.status = [claude, llama], 503
    desk = visit(join(role=UserRole.ADMIN)).open("/admin-providers")
    dialog = refresh(desk, house)
    expect(dialog).to_contain_text("The list could not be read")
    house.status = 200
    dialog.get_by_role("button", name="Read again").click()
    expect(dialog).to_contain_text("2 new.")
    box(dialog, claude["id"]).click()
    dialog.get_by_label("Reason, kept in the audit log").fill("The first of the month")
    dialog.get_by_role("button", name="Apply 1 line", exact=True).click()
    expect(desk.get_by_text(f"1 line of the list of {house.title} applied")).to_be_visible()
    expect(dialog).to_be_hidden()
    (model,) = installation.get(f"{ADMIN}/models", provider=house.name)["items"]
    assert (model["name"], model["active"], model["prices"]["input"]) == (claude["id"], False, "3")

    house.models = [entry(claude, pricing={"prompt": "0.00005"}), llama]
    dialog = refresh(desk, house)
    expect(dialog).to_contain_text("The price for input moves by more than 10 times")
    expect(dialog.get_by_role("button", name="Apply", exact=True)).to_be_disabled()
    box(dialog, claude["id"]).click()
    dialog.get_by_label("Reason, kept in the audit log").fill("They mean it")
    dialog.get_by_role("button", name="Apply 1 line", exact=True).click()
    expect(dialog).to_be_hidden()
    (model,) = installation.get(f"{ADMIN}/models", provider=house.name)["items"]
    assert (model["prices"]["input"], model["price_version"]) == ("50", 2)

    house.models = [house.models[0]]
    expect(refresh(desk, house)).to_contain_text("Nothing differs")


@pytest.mark.parametrize(("theme", "options"), SCREENS)
def test_the_dialog_fits(
    join: Join,
    visit: Open,
    installation: Installation,
    house: House,
    theme: str,
    options: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    folder = ARTEFACTS / "pages" / request.node.callspec.id
    mark = house.name.rpartition("-")[2]
    there = [entry(id=f"there-{mark}-{number}", name=f"Vendor: There {number}") for number in range(3)]
    house.models = there
    desk = visit(join(role=UserRole.ADMIN), color_scheme=theme, **options).open("/admin-models")
    found = installation.admin.post(
        f"{ADMIN}/providers/{provider_id(installation, house)}/imports", json={}
    ).raise_for_status().json()  # fmt: skip
    body = {"all": True, **WHY}
    installation.admin.post(f"{ADMIN}/imports/{found['id']}/apply", json=body).raise_for_status()
    house.models = [
        entry(there[0], pricing={"prompt": "0.000002", "completion": "0.00001", "input_cache_read": None}),
        entry(there[1], pricing={"prompt": "0"}, supported_parameters=["tools"]),
        {"id": f"tts-{mark}"},
        entry(id=f"odd-{mark}", pricing={"prompt": "-7"}),
        *(
            entry(
                id=f"vendor/a-model-with-a-long-name-{number}-instruct-preview-{mark}", name=f"Vendor: Fresh {number}"
            )
            for number in range(40)
        ),
    ]
    settled(desk)
    desk.get_by_role("button", name="Import models").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Provider").click()
    desk.get_by_role("option", name=house.title).click()
    expect(dialog).to_contain_text("with other prices")
    settled(desk)
    photograph(desk, folder / "import-prices.png")
    fits(desk)
    dialog.get_by_role("radio", name="New 41").click()
    expect(dialog).to_contain_text("Vendor: Fresh 12")
    settled(desk)
    photograph(desk, folder / "import-new.png")
    fits(desk)
    expect(keyed(desk, "dialog_done")).to_be_visible()


def provider_id(installation: Installation, house: House) -> str:
    """The id of the scenario's provider."""
    providers = installation.get(f"{ADMIN}/providers")["items"]
    return str(next(each["id"] for each in providers if each["name"] == house.name))
