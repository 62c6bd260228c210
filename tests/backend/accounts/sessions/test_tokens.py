import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.accounts.identity import Identity
from backend.accounts.sessions.tokens import ACCESS_SECONDS, LONGEST_TOKEN, AccessTokens, new_token
from backend.columns import new_id
from backend.secrets import Secrets
from shared.accounts import UserRole
from shared.plans import Overrides

NOW = 1_800_000_000
SECRETS = Secrets(b"a master secret of the tests, long enough")
TOKENS = AccessTokens(SECRETS)
PERSON = Identity(
    user_id=new_id(),
    organisation_id=new_id(),
    email="ada@example.org",
    name="Ada",
    role=UserRole.SUPPORT,
    version=7,
    plan_id=new_id(),
    overrides=Overrides(),
    session_id=new_id(),
    credential="token",
    caller=new_id(),
)
TOKEN = TOKENS.issue(PERSON, NOW)


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _unpacked(token: str) -> tuple[dict[str, object], dict[str, object]]:
    header, payload, _ = token.split(".")
    return json.loads(base64.urlsafe_b64decode(header + "==")), json.loads(base64.urlsafe_b64decode(payload + "=="))


def _signed(header: object, payload: object, key: bytes = SECRETS.token_key, hash_: str = "sha256") -> str:
    body = f"{_part(header)}.{_part(payload)}"
    signature = hmac.digest(key, body.encode(), hash_)
    return f"{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


HEADER, CLAIMS = _unpacked(TOKEN)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "..",
        "a.b.c",
        TOKEN + "x",
        TOKEN[:-2],
        TOKEN + " ",
        TOKEN.rpartition(".")[0] + ".",
        f"{_part({'alg': 'none', 'kid': HEADER['kid']})}.{_part(CLAIMS)}.",
        f"{_part({'alg': 'None', 'kid': HEADER['kid']})}.{_part(CLAIMS)}.",
        _signed(HEADER | {"alg": "HS512"}, CLAIMS, hash_="sha512"),
        _signed(HEADER, CLAIMS, key=b"another key, also of 32 bytes...."),
        _signed(HEADER, CLAIMS, key=hashlib.sha256(b"").digest()),
        _signed(HEADER | {"kid": "another"}, CLAIMS),
        _signed({"alg": "HS256"}, CLAIMS),
        _signed(HEADER | {"crit": ["b64"], "b64": False}, CLAIMS),
        _signed([HEADER], CLAIMS),
        _signed(HEADER, [CLAIMS]),
        _signed(HEADER, CLAIMS | {"exp": "never"}),
        _signed(HEADER, CLAIMS | {"exp": 1e400}),
        _signed(HEADER, CLAIMS | {"sub": "somebody"}),
        _signed(HEADER, {name: value for name, value in CLAIMS.items() if name != "exp"}),
        TOKEN + "a" * LONGEST_TOKEN,
        "\ud800",
        "\0",
    ],
)
def test_what_we_did_not_sign_like_this_says_nothing(token: str) -> None:
    assert TOKENS.read(token, NOW) is None


@given(
    st.text(st.characters(), max_size=200)
    | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}")
)
@example("e30.e30.e30")
@example("bnVsbA.bnVsbA.bnVsbA")
def test_no_text_breaks_the_reader(token: str) -> None:
    assert TOKENS.read(token, NOW) is None


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("abcXYZ019-_."))
def test_any_change_of_a_token_makes_it_worthless(position: int, character: str) -> None:
    changed = TOKEN[:position] + character + TOKEN[position + 1 :]
    claims = TOKENS.read(changed, NOW)
    assert claims is None or claims == TOKENS.read(TOKEN, NOW)


@pytest.mark.parametrize(("later", "good"), [(0, True), (ACCESS_SECONDS - 1, True), (ACCESS_SECONDS, False)])
def test_a_token_lasts_fifteen_minutes(later: int, good: bool) -> None:
    assert (TOKENS.read(TOKEN, NOW + later) is not None) is good


def test_the_claims_name_person_organisation_rights_and_session() -> None:
    header, payload = _unpacked(TOKEN)
    assert payload == {
        "sub": str(PERSON.user_id),
        "org": str(PERSON.organisation_id),
        "role": "support",
        "permissions": ["chat", "admin:read"],
        "iat": NOW,
        "exp": NOW + 900,
        "sid": str(PERSON.session_id),
        "ver": 7,
    }
    assert (header["alg"], header["typ"]) == ("HS256", "JWT")
    claims = TOKENS.read(TOKEN, NOW)
    assert claims is not None
    assert claims.sid == PERSON.session_id


def test_another_master_secret_reads_none_of_them() -> None:
    assert AccessTokens(Secrets(b"another master secret of the tests")).read(TOKEN, NOW) is None


def test_opaque_tokens_hold_256_bits_and_say_what_they_are_for() -> None:
    made = {new_token("session") for _ in range(100)}
    assert len(made) == 100
    assert all(token.startswith("fls_") and len(base64.urlsafe_b64decode(token[4:] + "=")) == 32 for token in made)
    assert new_token("refresh")[:4] != new_token("reset")[:4] != "fls_"
