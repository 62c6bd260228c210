"""Who may come back with an answer, and how often."""

import pytest

from tests.backend.accounts.oidc.conftest import CALLBACK, Door, Doors, trouble_of
from tests.fixtures.openid import TOKEN


class TestState:
    async def test_one_works_once(self, door: Door) -> None:
        async with door.client() as client:
            address = await door.begin(client)
            kept = dict(client.cookies)
            door.openid.person("mara", email="mara@example.org", email_verified=True)
            back = await door.openid.sign_in(address, "mara")
            assert trouble_of(await client.get(back)) == ""
            asked = door.openid.asked(TOKEN)
            header = "; ".join(f"{name}={value}" for name, value in kept.items())
            async with door.client() as thief:
                assert trouble_of(await thief.get(back, headers={"cookie": header})) == "expired"
            assert door.openid.asked(TOKEN) == asked

    async def test_anothers_does_not_sign_a_browser_in(self, door: Door) -> None:
        """Else somebody could make a person work in an account of theirs."""
        async with door.client() as attacker, door.client() as victim:
            back = await door.openid.sign_in(await door.begin(attacker), "attacker")
            await door.begin(victim)
            assert trouble_of(await victim.get(back)) == "expired"
            assert await door.whoever(victim) is None
        assert door.openid.asked(TOKEN) == 0

    @pytest.mark.parametrize("state", [None, "", "x", "\u00e9", "x" * 200, "%00"])
    async def test_none_of_ours_is_expired(self, door: Door, state: str | None) -> None:
        async with door.client() as client:
            await door.begin(client)
            query = {"code": "x"} | ({} if state is None else {"state": state})
            assert trouble_of(await client.get(CALLBACK, params=query)) == "expired"

    async def test_a_cookie_that_was_made_up_is_expired(self, door: Door) -> None:
        async with door.client() as client:
            for value in ("", "x", "AAAA" * 50, "%%%"):
                cookie = {"cookie": f"oidc_abcdefghijkl={value}"}
                answer = await client.get(CALLBACK, params={"code": "x", "state": "abcdefghijklm"}, headers=cookie)
                assert trouble_of(answer) == "expired"

    async def test_a_slow_one_is_expired(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        async with door.client() as client:
            back = await door.openid.sign_in(await door.begin(client), "mara")
            monkeypatch.setattr("backend.accounts.oidc.attempt.LASTS_SECONDS", -1)
            assert trouble_of(await client.get(back)) == "expired"

    async def test_of_another_provider_is_expired(self, doors: Doors, door: Door) -> None:
        given = {"issuer": door.openid.issuer, "client_id": "us", "allow_private_network": True}
        async with doors(house={"oidc": {"acme": given, "other": given}}) as two, two.client() as client:
            back = await two.openid.sign_in(await two.begin(client), "mara")
            elsewhere = back.copy_with(path=CALLBACK.replace("acme", "other"))
            name, value = next(iter(client.cookies.items()))
            assert trouble_of(await client.get(elsewhere, headers={"cookie": f"{name}={value}"})) == "expired"

    async def test_an_answer_that_names_another_issuer_is_refused(self, door: Door) -> None:
        async with door.client() as client:
            back = await door.openid.sign_in(await door.begin(client), "mara")
            answer = await client.get(back.copy_merge_params({"iss": "https://somebody.example"}))
            assert trouble_of(answer) == "provider_fault"
        assert door.openid.asked(TOKEN) == 0

    async def test_two_tabs_at_once_both_work(self, door: Door) -> None:
        async with door.client() as client:
            first, second = await door.begin(client, return_to="/usage"), await door.begin(client)
            door.openid.person("mara", email="mara@example.org", email_verified=True)
            for address, page in ((second, "/"), (first, "/usage")):
                back = await door.openid.sign_in(address, "mara")
                assert (await client.get(back)).headers["location"] == page

    async def test_somebody_who_changes_their_mind_is_told_so(self, door: Door) -> None:
        async with door.client() as client:
            back = await door.openid.deny(await door.begin(client))
            assert trouble_of(await client.get(back)) == "cancelled"
