"""Ports that are free, taken, forbidden or elsewhere."""

import socket
import threading

import pytest

from backend.running import ports
from backend.running.ports import PortUnavailable, base_url, check_free, free_port, listen

SETTING = "FAIRLEAD_API_PORT"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "HANDOVER_SECONDS", 0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("take", [listen, check_free])
def test_a_port_in_use_is_named_with_the_setting_that_changes_it(take: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortUnavailable, match=rf"Port {port} on 127\.0\.0\.1 is in use .* {SETTING}\."):
            take("127.0.0.1", port, SETTING)  # type: ignore[operator]


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(PortUnavailable, match=rf"{host} is not an address of this machine\."):
        listen(host, 8000, SETTING)


def test_a_port_that_a_dying_process_gives_up_is_waited_for() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    threading.Timer(0.2, taken.close).start()
    with listen("127.0.0.1", port, SETTING) as listener:
        assert listener.getsockname()[1] == port


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()
    check_free("127.0.0.1", port, SETTING)
    listen("127.0.0.1", port, SETTING).close()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_the_url_is_one_that_this_machine_can_reach(host: str, url: str) -> None:
    assert base_url(host, 80) == url
