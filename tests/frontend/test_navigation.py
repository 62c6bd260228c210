"""Pages, and who may open them."""

from pathlib import Path

from frontend.navigation import ENTRIES, OVERVIEW, Desk, desk_pages
from shared.accounts import UserRole

FRONTEND = Path(__file__).parents[2] / "frontend"


def test_every_page_has_a_script_that_compiles_and_an_address_of_its_own() -> None:
    for entry in ENTRIES:
        compile(entry.source.read_text(), str(entry.source), "exec")
    assert len({entry.path for entry in ENTRIES}) == len(ENTRIES)
    assert {entry.file for entry in ENTRIES} == {
        file.name for file in (FRONTEND / "app_pages").glob("*.py") if file.name != "__init__.py"
    }


def test_a_desk_lists_only_what_its_visitor_may_open() -> None:
    assert not desk_pages(Desk.ADMIN, UserRole.USER)
    support, admin = desk_pages(Desk.ADMIN, UserRole.SUPPORT), desk_pages(Desk.ADMIN, UserRole.ADMIN)
    assert OVERVIEW in support
    assert set(support) < set(admin)
    assert desk_pages(Desk.CHAT, UserRole.USER) == desk_pages(Desk.CHAT, UserRole.ADMIN)
