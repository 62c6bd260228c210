"""The API as a process, with a provider from its environment."""

from pathlib import Path

import httpx

from shared.paths import ME, SESSION_COOKIE
from tests.fixtures.openid import TOKEN, Claims, OpenIdServer
from tests.fixtures.processes import serving, settings_of

SECRET = "a secret of the client's own"


async def test_it_signs_people_in_and_logs_nothing_secret(
    openid: OpenIdServer, database_url: str, simulator_url: str, tmp_path: Path
) -> None:
    openid.person("mara", email="mara@example.org", email_verified=True)
    given: list[str] = []

    def note(answer: Claims) -> Claims:
        given.extend(answer[name] for name in ("access_token", "id_token", "refresh_token"))
        return answer

    def spoil(answer: Claims) -> Claims:
        return {**note(answer), "id_token": answer["id_token"][:-40] + "A" * 40}

    environment = settings_of(
        database_url,
        simulator_url,
        FAIRLEAD_LOG_LEVEL="debug",
        FAIRLEAD_OIDC_ACME_ISSUER=openid.issuer,
        FAIRLEAD_OIDC_ACME_CLIENT_ID="us",
        FAIRLEAD_OIDC_ACME_CLIENT_SECRET=SECRET,
        FAIRLEAD_OIDC_ACME_SIGNUP="open",
        FAIRLEAD_OIDC_ACME_ALLOW_PRIVATE_NETWORK="true",
    )
    with serving(tmp_path, environment) as process:
        process.wait_until_ready()
        async with httpx.AsyncClient(base_url=process.url, timeout=30) as browser:
            for change in (note, spoil):
                openid.changes[TOKEN] = change
                begun = await browser.get("/v1/auth/oidc/acme/start")
                back = await openid.sign_in(begun.headers["location"], "mara")
                given += [back.params["code"], back.params["state"], *browser.cookies.values()]
                await browser.get(back)
            assert (await browser.get(ME)).json()["email"] == "mara@example.org"
            given.append(browser.cookies[SESSION_COOKIE])
        log = process.log
    given += [form["code_verifier"] for path, form, _ in openid.seen if path == TOKEN]
    assert '"trouble":"provider_fault"' in log
    assert len(given) > 12
    assert not [each for each in (*given, SECRET, "mara@example.org") if each in log]
