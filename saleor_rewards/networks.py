"""Normal forms of network addresses of one household or office."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Union

#: A household or an office has at least a network of this size to itself.
HOUSEHOLD_BITS = 64
#: What one customer of a provider can have without asking anybody twice: the size of
#: what bounds somebody who has many addresses.
AROUND_BITS = {4: 24, 6: 48}
#: Addresses of a machine itself and of proxies, and those that providers put between
#: themselves and many homes.
SHARED = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::/127",
        "fc00::/7",
        "fe80::/10",
    )
)

#: Some proxies add the port from which a request came, or the brackets around it.
WITH_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?")

Address = Union[IPv4Address, IPv6Address]


def normal_ip(text: str) -> str:
    """Return an address of version 4, or the network of one of version 6.

    Empty where it is no address, and where it says nothing about who uses it.

    >>> normal_ip("203.0.113.7"), normal_ip("::ffff:203.0.113.7")
    ('203.0.113.7', '203.0.113.7')
    >>> normal_ip("2001:db8:1:2:aaaa::1"), normal_ip("2001:db8:1:2::9")
    ('2001:db8:1:2::/64', '2001:db8:1:2::/64')
    >>> normal_ip("10.0.0.5"), normal_ip("router"), normal_ip("203.0.113.7:4711")
    ('', '', '203.0.113.7')
    """
    address = _address(text)
    if address is None or _is_shared(address):
        return ""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, HOUSEHOLD_BITS), strict=False))
    return str(address)


def is_shared(text: str) -> bool:
    """Tell whether it is an address that many have in common, as proxies do.

    >>> is_shared("10.0.0.5"), is_shared("203.0.113.7"), is_shared("router")
    (True, False, False)
    """
    address = _address(text)
    return address is not None and _is_shared(address)


def network_around(network: str) -> str:
    """Return the wider network that something `normal_ip` returned is in.

    >>> network_around("203.0.113.7"), network_around("2001:db8:1:2::/64")
    ('203.0.113.0/24', '2001:db8:1::/48')
    """
    inside = ip_network(network)
    return str(inside.supernet(new_prefix=AROUND_BITS[inside.version]))


def _is_shared(address: Address) -> bool:
    return any(address in network for network in SHARED)


def _address(text: str) -> Address | None:
    plain = text.strip()
    found = WITH_PORT.fullmatch(plain)
    try:
        address = ip_address(found[1] or found[2] if found else plain)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
