"""People who use an installation: each signs up at its API and has no data yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from uuid import uuid4

import httpx

from shared.accounts import UserRole
from shared.paths import ADMIN, SESSION_COOKIE, SIGNUP
from tests.e2e.installation import Installation

PASSWORD = "a password of some length"
_REASON = "A test needs it."
_addresses: Iterator[int] = count()


@dataclass(frozen=True)
class Person:
    """Somebody with a session. `http` asks the API as them."""

    id: str
    email: str
    name: str
    session: str
    http: httpx.Client

    def balance(self) -> Decimal:
        """What they can spend now."""
        return Decimal(self.http.get("/v1/auth/me").raise_for_status().json()["balance"])


def join(
    installation: Installation,
    *,
    name: str = "Mara Lindqvist",
    role: UserRole = UserRole.USER,
    plan: str | None = None,
    credits: Decimal | None = None,
) -> Person:
    """Somebody new, with what an administrator gives them."""
    email = f"{uuid4().hex[:12]}@example.org"
    body = {"email": email, "password": PASSWORD, "name": name, "session": "cookie"}
    answer = httpx.post(
        f"{installation.api}{SIGNUP}", json=body, headers={"x-forwarded-for": _address()}, timeout=30
    ).raise_for_status()
    user, session = answer.json()["user"], answer.cookies[SESSION_COOKIE]
    http = httpx.Client(base_url=installation.api, headers={"authorization": f"Bearer {session}"}, timeout=30)
    person = Person(user["id"], email, name, session, http)
    if role is not UserRole.USER:
        _write(installation, "PATCH", "users", {"id": person.id, "role": role})
    if plan is not None:
        _write(installation, "PATCH", "entitlements", {"user_id": person.id, "plan": plan})
    if credits is not None:
        difference = credits - person.balance()
        _write(installation, "POST", f"users/{person.id}/grants", {"credits": str(difference)})
    return person


def _write(installation: Installation, method: str, path: str, body: dict[str, str]) -> None:
    installation.admin.request(method, f"{ADMIN}/{path}", json={**body, "reason": _REASON}).raise_for_status()


def _address() -> str:
    """Everybody comes from elsewhere, because sign-ups are counted by address (RFC 2544 gives the network)."""
    number = next(_addresses)
    return f"198.18.{number // 250}.{number % 250 + 1}"
