"""Which network addresses may be dialled: nothing inside, unless sources.yaml opens it by name."""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Collection
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from sources import NEVER_OPENED

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# What Python's is_global passes although no public site can stand there.
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "fec0::/10", "64:ff9b:1::/48")
)
# IPv6 that carries an IPv4 address: the network, and how many bits stand after the inner address.
_CARRIERS: tuple[tuple[IPv6Network, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::ffff:0:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
    (IPv6Network("::/96"), 0),
)
_TEREDO = IPv6Network("2001::/32")
_ISATAP = (0x00005EFE, 0x02005EFE)
_OLD_IPV4 = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)(\.(0[xX][0-9a-fA-F]*|[0-9]+)){0,3}")


def may_dial(address: Address, opened: Collection[Network] = ()) -> bool:
    """Say whether this very address may be connected to; `opened` are the networks of `allow_networks`.

    An IPv6 address that carries an IPv4 one is judged by what it carries, since is_global passes it.
    """
    if any(address in network for network in NEVER_OPENED):
        return False
    if isinstance(address, IPv6Address) and (inner := carried(address)):
        return all(may_dial(each, opened) for each in inner)
    if any(address in network for network in opened):
        return True
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def carried(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """Name the IPv4 addresses inside an IPv6 one (mapped, compatible, 6to4, NAT64, Teredo, ISATAP)."""
    number = int(address)
    if number in (0, 1):
        return ()
    for network, shift in _CARRIERS:
        if address in network:
            return (IPv4Address(number >> shift & 0xFFFFFFFF),)
    if address in _TEREDO:
        server, client = number >> 64 & 0xFFFFFFFF, ~number & 0xFFFFFFFF
        return IPv4Address(server), IPv4Address(client)
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        return (IPv4Address(number & 0xFFFFFFFF),)
    return ()


def read_literal(host: str) -> Address | None:
    """Read a host that is an address in any form that a resolver takes, or None for a name.

    Decimal (2130706433), hexadecimal, octal and short forms (127.1) count, as do full-width digits and
    ideographic stops, since IDNA folds them before they are dialled.
    """
    folded = unicodedata.normalize("NFKC", host).replace("。", ".").strip().strip("[]").rstrip(".")
    folded = folded.partition("%")[0]
    try:
        return ip_address(folded)
    except ValueError:
        pass
    if not _OLD_IPV4.fullmatch(folded):
        return None
    try:
        return IPv4Address(socket.inet_aton(folded))
    except OSError:
        return None


def is_own_loopback(host: str) -> bool:
    """Say whether a name is `localhost` or ends in `.localhost`, which always mean loopback (RFC 6761)."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


def read_networks(texts: Collection[str]) -> tuple[Network, ...]:
    """Read networks as settings carry them (`127.0.0.0/8`)."""
    return tuple(ip_network(text) for text in texts)
