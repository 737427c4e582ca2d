"""Where webhooks may go, and where never."""

import ipaddress
import socket
import threading

import pytest

from campaigns.courier import guard
from campaigns.courier.guard import Refused, is_public, look_up, permitted


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450:4010::1", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),  # of a carrier's own network
        ("169.254.169.254", False),  # a cloud's metadata
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("239.1.1.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2002:7f00:1::", False),
        ("2001:db8::1", False),
        ("fe80::1%lo", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
    ],
)
def test_only_somebodys_address_on_the_internet_is_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    ("found", "networks", "encrypted", "usable"),
    [
        (["8.8.8.8"], [], True, ["8.8.8.8"]),
        (["10.0.0.5"], ["10.0.0.0/24"], False, ["10.0.0.5"]),
        (["10.0.0.5"], ["10.0.0.5/32"], True, ["10.0.0.5"]),
        (["10.0.1.5", "10.0.0.5"], ["10.0.0.0/24"], False, ["10.0.0.5"]),
        (["127.0.0.1", "8.8.8.8"], [], True, ["8.8.8.8"]),  # a name with a private address among public ones
        (["8.8.8.8", "10.0.0.5"], ["10.0.0.0/24"], False, ["10.0.0.5"]),
        (["8.8.8.8", "10.0.0.5"], ["10.0.0.0/24"], True, ["8.8.8.8", "10.0.0.5"]),
        (["::ffff:10.0.0.5"], ["10.0.0.0/24"], False, ["::ffff:10.0.0.5"]),
        ([f"8.8.8.{n}" for n in range(9)], [], True, [f"8.8.8.{n}" for n in range(guard.MOST_ADDRESSES)]),
    ],
)
def test_what_may_be_connected_to(
    found: list[str], networks: list[str], encrypted: bool, usable: list[str]
) -> None:
    assert permitted("registry", "host.example", found, networks, encrypted=encrypted) == usable


@pytest.mark.parametrize(
    ("found", "networks", "encrypted", "reason"),
    [
        ([], [], True, "the host host.example does not resolve: correct its url"),
        (["10.0.0.5"], [], True, "has the address 10.0.0.5, which is not public"),
        (["10.0.1.5"], ["10.0.0.0/24"], True, "add its network to networks in dialer.toml"),
        (["::ffff:10.0.0.5"], [], True, "which is not public"),
        (["fe80::1%lo"], [], True, "which is not public"),
        (["8.8.8.8"], [], False, "http can be read on the way: use https"),
        (["8.8.8.8"], ["10.0.0.0/24"], False, "http can be read on the way: use https"),
    ],
)
def test_what_is_refused_and_why(found: list[str], networks: list[str], encrypted: bool, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        permitted("registry", "host.example", found, networks, encrypted=encrypted)


@pytest.mark.parametrize("disguise", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost"])
def test_however_a_private_address_is_written_it_is_known(disguise: str) -> None:
    found = look_up(disguise, 5.0)
    assert found
    assert not any(is_public(ipaddress.ip_address(each)) for each in found)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".example", "..", "\udcff"])
def test_what_has_no_address(host: str) -> None:
    assert look_up(host, 5.0) == ()


def test_a_name_service_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def hangs(*_: object, **__: object) -> list[object]:
        answered.wait(10.0)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    assert look_up("slow.example", 0.01) == ()
    answered.set()
