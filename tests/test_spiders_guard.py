"""No request goes inside: every form of an inside address is known for what it is."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address as TwistedIPv4

from spiders.guard import GuardedResolver
from spiders.inside import carried, is_own_loopback, may_dial, read_literal, read_networks

INSIDE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "１２７.0.0.1",
    "127。0。0。1",
    "127.0.0.1.",
    "[::1]",
    "::",
    "[::ffff:127.0.0.1]",
    "::ffff:7f00:1",
    "::ffff:0:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "fe80::1%eth0",
    "fe80::5efe:10.0.0.1",
    "2400:cb00::5efe:10.0.0.1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "0.0.0.0",
    "0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "::ffff:169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.0.8",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "198.18.0.1",
    "2001:db8::1",
]
NEVER = [
    "169.254.169.254",
    "fe80::1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
]
PUBLIC = ["8.8.8.8", "223.5.5.5", "2400:3200::1", "0x08080808", "::ffff:8.8.8.8"]
EVERYTHING = read_networks(["0.0.0.0/0", "::/0"])


@pytest.mark.parametrize("host", INSIDE)
def test_an_inside_address_is_refused_however_it_is_written(host: str) -> None:
    address = read_literal(host)
    assert address is not None
    assert not may_dial(address)


@pytest.mark.parametrize("host", NEVER)
def test_metadata_and_link_local_stay_shut_whatever_is_opened(host: str) -> None:
    address = read_literal(host)
    assert address is not None
    assert not may_dial(address, EVERYTHING)


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_is_dialled(host: str) -> None:
    address = read_literal(host)
    assert address is not None
    assert may_dial(address)


def test_a_network_of_the_configuration_opens_just_itself() -> None:
    opened = read_networks(["127.0.0.0/8", "::1/128", "10.2.0.0/16"])
    assert may_dial(ip_address("127.0.0.1"), opened)
    assert may_dial(ip_address("::1"), opened)
    assert may_dial(ip_address("::ffff:10.2.3.4"), opened)
    assert not may_dial(ip_address("10.3.0.1"), opened)
    assert not may_dial(ip_address("169.254.1.1"), opened)


@pytest.mark.parametrize(
    "host", ["www.example.gov.cn", "a-1.cn", "1.2.3.4.5", "0x7f.example", "", "deadbeef"]
)
def test_a_name_is_no_literal(host: str) -> None:
    assert read_literal(host) is None


def test_localhost_names_always_mean_loopback() -> None:
    assert all(map(is_own_loopback, ("localhost", "a.localhost", "A.B.LOCALHOST.", "localhost.")))
    assert not any(map(is_own_loopback, ("localhost.example.com", "notlocalhost", "")))


@given(st.integers(0, 2**32 - 1))
def test_what_ipv6_carries_is_judged_as_the_ipv4_it_is(number: int) -> None:
    inner = IPv4Address(number)
    forms = [
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x0064FF9B << 96 | number),
        IPv6Address(0x2002 << 112 | number << 80),
    ]
    for form in forms:
        assert carried(form) == (inner,)
        assert may_dial(form) <= may_dial(inner)


@given(st.integers(0, 2**32 - 1))
def test_every_spelling_of_an_ipv4_address_is_read(number: int) -> None:
    address = IPv4Address(number)
    octets = str(address).split(".")
    spelled = [
        str(number),
        hex(number),
        ".".join(hex(int(octet)) for octet in octets),
        ".".join(f"0{int(octet):o}" for octet in octets),
    ]
    assert {read_literal(text) for text in spelled} == {address}


@given(st.ip_addresses())
def test_nothing_that_is_opened_by_name_opens_what_is_never_opened(
    address: IPv4Address | IPv6Address,
) -> None:
    shut = ip_network("169.254.0.0/16")
    if address in shut:
        assert not may_dial(address, EVERYTHING)


class FakeNames:
    """A resolver below ours, that answers from a table and counts how often it is asked."""

    def __init__(self, answers: list[list[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def resolveHostName(self, receiver: Any, host: str) -> None:  # noqa: N802  (Twisted's interface)
        self.asked.append(host)
        for text in self.answers[min(len(self.asked), len(self.answers)) - 1]:
            receiver.addressResolved(TwistedIPv4("TCP", text, 0))
        receiver.resolutionComplete()


class Receiver:
    """Collects what may be dialled."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int]] = []
        self.done = 0

    def resolutionBegan(self, lookup: Any) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.found.append((address.host, address.port))

    def resolutionComplete(self) -> None:  # noqa: N802
        self.done += 1


def resolve(resolver: GuardedResolver, host: str) -> list[str]:
    receiver = Receiver()
    resolver.resolveHostName(receiver, host, 80)
    assert receiver.done == 1
    assert {port for _, port in receiver.found} <= {80}
    return [text for text, _ in receiver.found]


def make_resolver(*answers: list[str], opened: tuple[str, ...] = ()) -> tuple[GuardedResolver, FakeNames]:
    names = FakeNames(list(answers))
    return GuardedResolver(SimpleNamespace(nameResolver=names), read_networks(opened)), names  # type: ignore[arg-type]


def test_a_name_that_points_inside_gives_nothing_to_dial_and_is_named() -> None:
    resolver, _ = make_resolver(["10.0.0.7"])
    assert resolve(resolver, "Evil.example") == []
    assert resolver.refused == {"evil.example": "10.0.0.7"}


def test_a_name_with_both_kinds_of_address_is_dialled_at_its_public_one() -> None:
    resolver, _ = make_resolver(["127.0.0.1", "223.5.5.5"])
    assert resolve(resolver, "both.example") == ["223.5.5.5"]
    assert resolver.refused == {}


def test_a_name_cannot_change_its_address_between_two_requests() -> None:
    resolver, names = make_resolver(["223.5.5.5"], ["127.0.0.1"])
    assert [resolve(resolver, "rebind.example") for _ in range(3)] == [["223.5.5.5"]] * 3
    assert names.asked == ["rebind.example"]


def test_localhost_is_never_asked_for_and_stays_shut_unless_opened() -> None:
    shut, names = make_resolver(["223.5.5.5"])
    assert resolve(shut, "a.localhost") == []
    opened, _ = make_resolver([], opened=("127.0.0.0/8",))
    assert resolve(opened, "a.localhost") == ["127.0.0.1"]
    both, _ = make_resolver([], opened=("127.0.0.0/8", "::1/128"))
    assert resolve(both, "localhost") == ["127.0.0.1", "::1"]
    assert names.asked == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"])
def test_a_literal_never_reaches_the_name_service(host: str) -> None:
    resolver, names = make_resolver(["223.5.5.5"])
    assert resolve(resolver, host) == []
    assert names.asked == []
