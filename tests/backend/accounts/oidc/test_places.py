"""A browser stays on this site."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.accounts.oidc.places import local_path, with_trouble
from backend.errors import InvalidRequest
from shared.sign_on import SignInTrouble

HERE = "https://chat.example.org"


@given(some.text(alphabet="/\\:@?#.%&=\t\r\n ab") | some.text())
def test_whatever_is_taken_is_a_path_of_this_site(text: str) -> None:
    try:
        path = local_path(text)
    except InvalidRequest:
        return
    for each in (path, with_trouble(path, SignInTrouble.EXPIRED)):
        assert each.startswith("/")
        assert urlsplit(urljoin(HERE, each)).netloc == "chat.example.org"
        assert not set(each) & set("\\\t\r\n ")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", "/?sign_in=expired"),
        ("/usage?from=1&to=2", "/usage?from=1&to=2&sign_in=expired"),
        ("/?sign_in=busy", "/?sign_in=expired"),
        ("/usage#x", "/usage?sign_in=expired"),
    ],
)
def test_trouble_is_told_once(path: str, told: str) -> None:
    assert with_trouble(path, SignInTrouble.EXPIRED) == told
