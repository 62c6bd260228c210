"""Rate windows: who counts where, and what callers are told."""

import time
from typing import get_args
from uuid import UUID, uuid4

import pytest

from backend.accounts.identity import Identity, KeyFacts
from backend.metering.rates import (
    ADDRESS_REQUESTS_PER_MINUTE,
    UNLIMITED,
    UPLOADS_PER_MINUTE,
    Kind,
    WindowState,
    rate_headers,
    windows,
)
from shared.accounts import UserRole
from shared.api_keys import KeyLimits, Scope
from shared.plans import Overrides, PlanLimits

USER = UUID("01900000-0000-7000-8000-000000000001")
LIMITS = PlanLimits(requests_per_minute=20, tokens_per_minute=1000, prechecks_per_minute=60, images_per_minute=2)


def identity(key: KeyFacts | None = None) -> Identity:
    return Identity(
        user_id=USER,
        organisation_id=uuid4(),
        email="mara@example.org",
        name="Mara",
        role=UserRole.USER,
        version=1,
        plan_id=uuid4(),
        overrides=Overrides(),
        session_id=uuid4(),
        credential="cookie",
        caller=USER if key is None else key.id,
        key=key,
    )


KEY = KeyFacts(
    id=UUID("01900000-0000-7000-8000-000000000002"),
    scopes=frozenset(Scope),
    allowed_models=None,
    limits=KeyLimits(per_minute=5, per_hour=50, per_day=500),
    monthly_credits=None,
)


class TestWindows:
    @pytest.mark.parametrize(
        ("kind", "requests", "tokens"), [("chat", 20, 1000), ("precheck", 60, UNLIMITED), ("image", 2, UNLIMITED)]
    )
    def test_each_kind_has_its_own(self, kind: Kind, requests: int, tokens: int) -> None:
        [mine] = windows(kind, identity(), LIMITS, "")
        assert (mine.key, mine.seconds) == (f"{kind} user {USER}", 60)
        assert (mine.requests, mine.tokens) == (requests, tokens)

    @pytest.mark.parametrize("kind", sorted(set(get_args(Kind)) - {"upload"}))
    def test_a_plan_without_a_limit_has_none(self, kind: Kind) -> None:
        [mine] = windows(kind, identity(), PlanLimits(), "")
        assert (mine.requests, mine.tokens) == (UNLIMITED, UNLIMITED)

    def test_uploads_are_limited_in_every_plan(self) -> None:
        [mine] = windows("upload", identity(), PlanLimits(), "")
        assert (mine.requests, mine.tokens) == (UPLOADS_PER_MINUTE, UNLIMITED)

    @pytest.mark.parametrize("kind", get_args(Kind))
    def test_a_known_address_counts_as_well(self, kind: Kind) -> None:
        _, theirs = windows(kind, identity(), LIMITS, "203.0.113.7")
        assert theirs.key == f"{kind} address 203.0.113.7"
        assert (theirs.requests, theirs.tokens) == (ADDRESS_REQUESTS_PER_MINUTE[kind], UNLIMITED)

    def test_what_the_guard_is_asked_about_is_counted_for_the_key_already(self) -> None:
        assert not any(" key " in window.key for window in windows("guard", identity(KEY), LIMITS, "203.0.113.7"))

    @pytest.mark.parametrize("kind", [kind for kind in get_args(Kind) if kind != "guard"])
    def test_a_key_has_one_set_for_all_kinds_beside_the_persons(self, kind: Kind) -> None:
        mine, *of_key, theirs = windows(kind, identity(KEY), LIMITS, "203.0.113.7")
        assert " user " in mine.key
        assert " address " in theirs.key
        assert [(w.seconds, w.requests, w.tokens) for w in of_key] == [
            (60, 5, UNLIMITED),
            (3600, 50, UNLIMITED),
            (86400, 500, UNLIMITED),
        ]
        assert [w.key for w in of_key] == [f"any key {KEY.id} {w.seconds}" for w in of_key]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
            ("203.0.113.7", "203.0.113.8", False),
            ("203.0.113.7", "::ffff:203.0.113.7", True),
            ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
            ("fe80::1%eth0", "fe80::2%eth1", True),
            ("testclient", "testclient", True),
            ("testclient", "203.0.113.7", False),
        ],
    )
    def test_an_address_is_what_one_customer_has(self, one: str, other: str, same: bool) -> None:
        keys = [windows("chat", identity(), LIMITS, address)[1].key for address in (one, other)]
        assert (keys[0] == keys[1]) is same


def state(key: str, left: int, of: int = 20, seconds: int = 60, reset: float = 0) -> WindowState:
    return WindowState(
        key=key,
        seconds=seconds,
        reset=int(time.time() + reset),
        requests=of,
        requests_left=left,
        tokens=1000,
        tokens_left=-5,
    )


class TestHeaders:
    def test_nothing_is_said_of_no_window(self) -> None:
        assert rate_headers([]) == {}

    def test_the_persons_window_and_the_tightest_are_told_apart(self) -> None:
        mine, theirs = state("chat user 1", 19), state("chat address a", 3, of=600)
        told = rate_headers([mine, theirs])
        assert (told["x-ratelimit-limit-requests"], told["x-ratelimit-remaining-requests"]) == ("20", "19")
        assert (told["x-ratelimit-limit"], told["x-ratelimit-remaining"]) == ("600", "3")
        assert told["x-ratelimit-window"] == "60"
        assert told["x-ratelimit-reset"] == str(theirs.reset)

    def test_of_a_key_its_minute_is_told_with_the_persons_tokens(self) -> None:
        minute, hour = state(f"any key {KEY.id} 60", 4, of=5), state(f"any key {KEY.id} 3600", 1, of=50, seconds=3600)
        told = rate_headers([hour, minute, state("chat user 1", 19)])
        assert (told["x-ratelimit-limit-requests"], told["x-ratelimit-remaining-requests"]) == ("5", "4")
        assert (told["x-ratelimit-limit-tokens"], told["x-ratelimit-remaining-tokens"]) == ("1000", "0")
        assert (told["x-ratelimit-limit"], told["x-ratelimit-remaining"]) == ("50", "1")
        assert told["x-ratelimit-window"] == "3600"

    def test_nothing_is_left_rather_than_less(self) -> None:
        told = rate_headers([state("chat user 1", -1)])
        assert told["x-ratelimit-remaining-requests"] == told["x-ratelimit-remaining-tokens"] == "0"

    @pytest.mark.parametrize(("reset", "told"), [(-5, "0s"), (0, "0s"), (59, "59s"), (60, "1m0s"), (360, "6m0s")])
    def test_the_reset_is_a_duration(self, reset: int, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backend.metering.rates.time", lambda: 1_000_000.0)
        window = WindowState(
            key="chat user 1",
            seconds=60,
            reset=1_000_000 + reset,
            requests=20,
            requests_left=1,
            tokens=9,
            tokens_left=9,
        )
        assert rate_headers([window])["x-ratelimit-reset-requests"] == told
