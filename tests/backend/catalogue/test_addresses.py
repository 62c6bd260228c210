"""Where providers may be."""

import pytest

from backend.catalogue.addresses import checked_base_url
from backend.errors import InvalidRequest

NEVER = [
    "",
    "api.example.com",
    "ftp://api.example.com",
    "file:///etc/passwd",
    "https://",
    "https://user@api.example.com",
    "https://user:secret@api.example.com",
    "https://api.example.com/v1?key=1",
    "https://api.example.com/v1#x",
    "https://api.example.com:port",
    "https://api.example.com:99999",
    "https://[::1",
    "https://api.example.com/ v1",
    "https://api.example.com/v1\n",
    "https://\u0430pi.example.com",
    "https://api.example.com/\0",
]
PRIVATE = [
    "http://api.example.com",
    "https://localhost",
    "https://box.local/v1",
    "https://127.0.0.1",
    "https://10.1.2.3",
    "https://192.168.0.9:8080",
    "https://169.254.169.254",
    "https://[::1]/v1",
    "https://[fd00::1]",
    "https://0.0.0.0",
]


@pytest.mark.parametrize("url", NEVER)
@pytest.mark.parametrize("private", [True, False])
def test_what_is_no_plain_http_address_is_refused(url: str, private: bool) -> None:
    with pytest.raises(InvalidRequest):
        checked_base_url(url, allow_private_network=private)


@pytest.mark.parametrize("url", PRIVATE)
def test_the_private_network_must_be_allowed(url: str) -> None:
    with pytest.raises(InvalidRequest):
        checked_base_url(url, allow_private_network=False)
    assert checked_base_url(url, allow_private_network=True) == url


def test_an_address_is_kept_without_its_last_slash() -> None:
    assert checked_base_url("https://api.example.com/v1/", allow_private_network=False) == "https://api.example.com/v1"
