"""Every page of the web app: its file, address, name, icon, and who may see it."""

from enum import Enum
from pathlib import Path
from typing import NamedTuple

from shared.accounts import UserRole

_PAGES = Path(__file__).parent / "app_pages"
_RANKS = {UserRole.USER: 0, UserRole.SUPPORT: 1, UserRole.ADMIN: 2}


class Desk(Enum):
    """Which sidebar a page belongs to. `DOOR` is for people who are not signed in."""

    CHAT = "chat"
    ADMIN = "admin"
    DOOR = "door"


class Entry(NamedTuple):
    """One page. `role` is the least that may open it; `listed` puts a link into its desk's sidebar."""

    file: str
    path: str
    title: str
    icon: str
    desk: Desk
    role: UserRole = UserRole.USER
    listed: bool = True

    @property
    def source(self) -> Path:
        """The page's script, run anew on every visit; nothing of it is imported before."""
        return _PAGES / self.file

    def open_to(self, role: UserRole) -> bool:
        """Whether somebody of this role may open the page."""
        return _RANKS[role] >= _RANKS[self.role]


CHAT = Entry("chat.py", "", "Chat", "chat_bubble", Desk.CHAT)
USAGE = Entry("usage.py", "usage", "Usage", "bar_chart", Desk.CHAT)
PLANS = Entry("plans.py", "plans", "Plans", "layers", Desk.CHAT)
ACCOUNT = Entry("account.py", "account", "Account", "account_circle", Desk.CHAT, listed=False)
OVERVIEW = Entry("admin_overview.py", "admin", "Overview", "monitoring", Desk.ADMIN, UserRole.SUPPORT)
MODELS = Entry("admin_models.py", "admin-models", "Models", "deployed_code", Desk.ADMIN, UserRole.ADMIN)
CALLS = Entry("admin_calls.py", "admin-calls", "Model calls", "receipt_long", Desk.ADMIN, UserRole.SUPPORT)
REQUESTS = Entry("admin_requests.py", "admin-requests", "Plan requests", "inbox", Desk.ADMIN, UserRole.ADMIN)
PROVIDERS = Entry("admin_providers.py", "admin-providers", "Providers", "dns", Desk.ADMIN, UserRole.ADMIN)
USERS = Entry("admin_users.py", "admin-users", "Users", "group", Desk.ADMIN, UserRole.SUPPORT)
ABUSE = Entry("admin_abuse.py", "admin-abuse", "Abuse", "gpp_maybe", Desk.ADMIN, UserRole.SUPPORT)
AUDIT = Entry("admin_audit.py", "admin-audit", "Audit log", "history", Desk.ADMIN, UserRole.SUPPORT)
RISK = Entry("admin_risk.py", "admin-risk", "Risk", "shield", Desk.ADMIN, UserRole.ADMIN)
BENCH = Entry("admin_bench.py", "admin-bench", "Test bench", "science", Desk.ADMIN, UserRole.ADMIN)
MARKS = Entry("admin_marks.py", "admin-marks", "Marks", "rule", Desk.ADMIN, UserRole.ADMIN)
RESET = Entry("reset.py", "reset", "New password", "key", Desk.DOOR, listed=False)

ENTRIES = (
    *(CHAT, USAGE, PLANS, ACCOUNT),
    *(OVERVIEW, MODELS, PROVIDERS, CALLS, REQUESTS, USERS, RISK, ABUSE, BENCH, MARKS, AUDIT),
    RESET,
)


def desk_pages(desk: Desk, role: UserRole) -> list[Entry]:
    """What the sidebar of a desk lists for somebody of this role, in order."""
    return [entry for entry in ENTRIES if entry.desk is desk and entry.listed and entry.open_to(role)]
