"""Which network addresses a provider may live at."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_LOCAL = (
    IPv6Network("64:ff9b:1::/48"),  # RFC 8215: translation within one's own network
    IPv6Network("::/96"),  # RFC 4291 §2.5.5.1: deprecated embedding of IPv4
)

AddressInfo = tuple[int, int, int, str, tuple[str | int, ...]]
"""One entry of `socket.getaddrinfo`."""


class PrivateAddress(OSError):
    """The address is not a public one."""


def is_public(host: str) -> bool:
    """Whether `host`, a literal IP address, is of the public internet.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, NAT64) is as public as that.
    """
    address: IPv4Address | IPv6Address = ip_address(host)
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local or any(address in network for network in _LOCAL):
            return False
    return address.is_global and not address.is_multicast


def open_public_socket(info: AddressInfo) -> socket.socket:
    """A socket for connecting to `info`, which must be public. Raises `PrivateAddress`.

    This sees the very address that is connected to, after names, redirecting DNS and odd notations are resolved.
    """
    host = str(info[4][0])
    if not is_public(host):
        raise PrivateAddress(f"{host} is not a public address")
    return socket.socket(info[0], info[1], info[2])
