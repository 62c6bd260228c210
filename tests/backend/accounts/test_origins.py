import pytest
from litestar.connection import ASGIConnection

from backend.accounts.origins import is_ours, is_secure, page_origin, stated_origin
from tests.fixtures.databases import settings_for

SETTINGS = settings_for("postgresql://nobody@localhost/none", public_origins=("https://app.example.com",))
PROXY, STRANGER = "127.0.0.1", "203.0.113.7"


def _connection(headers: dict[str, str], peer: str = STRANGER, secure: bool = False) -> ASGIConnection:  # type: ignore[type-arg]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "scheme": "http",
        "client": (peer, 1),
        "state": {"secure": secure},
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    return ASGIConnection(scope)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("null", False),
        ("", False),
        ("http://evil.example", False),
        ("http://chat.example.org.evil.example", False),
        ("http://chat.example.org:81", False),
        ("http://chat.example.org@evil.example", False),
        ("http://evil.example/chat.example.org", False),
        ("file://chat.example.org", False),
        ("http://[", False),
        ("http://chat.example.org:99999", False),
        ("https://app.example.com:444", False),
        ("http://app.example.com", False),
        ("http://chat.example.org", True),
        ("http://chat.example.org:80", True),
        ("https://chat.example.org", True),
        ("https://app.example.com", True),
    ],
)
def test_only_our_host_and_the_public_origins_are_ours(origin: str, ours: bool) -> None:
    assert is_ours(origin, _connection({"host": "chat.example.org"}), SETTINGS) is ours


@pytest.mark.parametrize(("peer", "ours"), [(STRANGER, False), ("not an address", False), (PROXY, True)])
def test_only_a_trusted_proxy_says_which_host_was_meant(peer: str, ours: bool) -> None:
    headers = {"host": "127.0.0.1:8000", "x-forwarded-host": "chat.example.org:8501, inner"}
    assert is_ours("http://chat.example.org:8501", _connection(headers, peer), SETTINGS) is ours


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({}, None),
        ({"origin": "HTTP://Chat.example.org"}, "http://chat.example.org"),
        ({"origin": "null", "referer": "http://chat.example.org/"}, "null"),
        ({"referer": "http://chat.example.org/page?x=1"}, "http://chat.example.org"),
        ({"referer": "about:blank"}, "null"),
    ],
)
def test_the_origin_is_read_before_the_referer(headers: dict[str, str], origin: str | None) -> None:
    assert stated_origin(_connection(headers)) == origin


@pytest.mark.parametrize(
    ("headers", "edge", "secure"),
    [
        ({"host": "chat.example.org"}, False, False),
        ({"host": "chat.example.org", "origin": "https://evil.example"}, False, False),
        ({"host": "chat.example.org", "origin": "http://chat.example.org"}, False, False),
        ({"host": "chat.example.org", "origin": "https://chat.example.org"}, False, True),
        ({"host": "chat.example.org"}, True, True),
    ],
)
def test_cookies_are_secure_when_the_browser_speaks_https(headers: dict[str, str], edge: bool, secure: bool) -> None:
    assert is_secure(_connection(headers, secure=edge), SETTINGS) is secure


@pytest.mark.parametrize(
    ("host", "secure", "origin"),
    [
        ("app.example.com", False, "https://app.example.com"),
        ("APP.example.com", True, "https://app.example.com"),
        ("app.example.com:444", True, None),
        ("chat.example.org", True, None),
        ("evil.example", False, None),
        ("", False, None),
        ("127.0.0.1:8501", False, "http://127.0.0.1:8501"),
        ("localhost:8501", True, "https://localhost:8501"),
        ("[::1]:8501", False, "http://[::1]:8501"),
        ("localhost@evil.example", False, None),
        ("[", False, None),
    ],
)
def test_others_are_told_a_public_origin_or_this_machines(host: str, secure: bool, origin: str | None) -> None:
    assert page_origin(_connection({"host": host}, secure=secure), SETTINGS) == origin


@pytest.mark.parametrize(("peer", "origin"), [(STRANGER, "http://internal"), (PROXY, "http://chat.example.org")])
def test_without_public_origins_others_are_told_the_host_that_was_asked(peer: str, origin: str) -> None:
    settings = settings_for("postgresql://nobody@localhost/none")
    headers = {"host": "internal", "x-forwarded-host": "chat.example.org"}
    assert page_origin(_connection(headers, peer), settings) == origin
