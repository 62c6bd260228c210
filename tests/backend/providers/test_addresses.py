import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.addresses import PrivateAddress, is_public, open_public_socket

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "2001:db8::1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b:1::808:808",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::", "64:ff9b::808:808", "2606:4700:4700::1111"]


@pytest.mark.parametrize("host", PRIVATE)
def test_addresses_within_a_network_are_not_public(host):
    assert not is_public(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with pytest.raises(PrivateAddress, match="not a public address"):
        open_public_socket((family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, 443)))


@pytest.mark.parametrize("host", PUBLIC)
def test_addresses_of_the_internet_are_public(host):
    assert is_public(host)


def test_a_socket_for_a_public_address_is_of_its_family():
    with open_public_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 443))) as opened:
        assert (opened.family, opened.type) == (socket.AF_INET, socket.SOCK_STREAM)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_clothes_is_as_public_as_itself(address):
    for clothes in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(clothes) == is_public(str(address))
