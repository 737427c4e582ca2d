import contextlib
import ipaddress
import os
import socket
import struct
from collections.abc import Iterator, Sequence

import pytest

from dialer.pjsip import sockets
from dialer.pjsip.doorkeeper import (
    JUMP_IF_EQUAL,
    LOAD_WORD,
    MASK,
    RETURN,
    SOURCE_ADDRESS,
    Doorkeeper,
    Instruction,
    Network,
    NotGuarded,
    attach,
    encoded,
    only_from,
)
from dialer.pjsip.sockets import bound_sockets

HOST, STRANGER = "127.0.0.1", "127.0.0.66"


def lets_in(program: Sequence[Instruction], source: str) -> bool:
    """What the kernel would do with a packet from there."""
    register = at = 0
    while True:
        step = program[at]
        at += 1
        match step.code:
            case code if code == LOAD_WORD:
                assert step.value == SOURCE_ADDRESS
                register = int(ipaddress.IPv4Address(source))
            case code if code == MASK:
                register &= step.value
            case code if code == JUMP_IF_EQUAL:
                at += step.if_true if register == step.value else step.if_false
            case code if code == RETURN:
                return step.value > 0
            case other:
                pytest.fail(f"unknown instruction {other:#x}")


@pytest.mark.parametrize(
    ("networks", "source", "comes_in"),
    [
        ([], "10.0.0.1", False),
        (["10.0.0.1"], "10.0.0.1", True),
        (["10.0.0.1"], "10.0.0.2", False),
        (["10.0.0.1"], "1.0.0.10", False),
        (["10.0.0.0/24", "192.0.2.7"], "10.0.0.255", True),
        (["10.0.0.0/24", "192.0.2.7"], "10.0.1.0", False),
        (["10.0.0.0/24", "192.0.2.7"], "192.0.2.7", True),
        (["10.0.0.0/24", "192.0.2.7"], "192.0.2.6", False),
        (["0.0.0.0/0"], "203.0.113.9", True),
        ([f"10.{n}.0.0/16" for n in range(200)], "10.199.3.4", True),
        ([f"10.{n}.0.0/16" for n in range(200)], "10.200.3.4", False),
    ],
)
def test_only_the_named_networks_come_in(networks: list[str], source: str, comes_in: bool) -> None:
    assert lets_in(only_from(Network(text) for text in networks), source) == comes_in


def test_a_program_is_encoded_as_linux_wants_it() -> None:
    program = [Instruction(JUMP_IF_EQUAL, 0x0A000001, 2, 3), Instruction(RETURN, 0)]
    assert encoded(program) == struct.pack("=HBBIHBBI", 0x15, 2, 3, 167772161, 6, 0, 0, 0)


@contextlib.contextmanager
def bound(address: str = HOST) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.bind((address, 0))
        plain.settimeout(2)
        yield plain


def keeper(guarded: socket.socket) -> Doorkeeper:
    return Doorkeeper(guarded.getsockname()[1], 1, 2)


def test_a_stranger_does_not_reach_the_sip_socket_and_the_trunk_does() -> None:
    with bound() as guarded, bound() as trunk, bound(STRANGER) as stranger:
        stranger.sendto(b"before the filter", guarded.getsockname())
        door = keeper(guarded)
        door.admit({Network(HOST)})
        stranger.sendto(b"after it", guarded.getsockname())
        trunk.sendto(b"the trunk", guarded.getsockname())
        assert guarded.recv(100) == b"the trunk"
        door.admit({Network(HOST), Network(STRANGER)})  # the name has another address now
        stranger.sendto(b"no stranger any more", guarded.getsockname())
        assert guarded.recv(100) == b"no stranger any more"


def test_a_stranger_cannot_connect_to_the_tcp_listener() -> None:
    with socket.create_server((HOST, 0)) as listener, socket.socket() as trunk, socket.socket() as stranger:
        Doorkeeper(listener.getsockname()[1], 1, 2).admit({Network(HOST)})
        stranger.bind((STRANGER, 0))
        stranger.settimeout(0.3)
        with pytest.raises(TimeoutError):
            stranger.connect(listener.getsockname())
        trunk.settimeout(2)
        trunk.connect(listener.getsockname())


def test_rtp_sockets_are_guarded_when_they_come_and_keep_their_first_guard() -> None:
    with bound() as first, bound() as second, bound(STRANGER) as stranger, bound() as trunk:
        ports = sorted(sock.getsockname()[1] for sock in (first, second))
        door = Doorkeeper(1, ports[0], ports[1])
        door.admit_media((Network(HOST),))  # both are new
        door.admit_media(())  # another trunk's call, without a guard
        door.admit_media((Network(STRANGER),))
        for sock in (first, second):
            stranger.sendto(b"stranger", sock.getsockname())
            trunk.sendto(b"trunk", sock.getsockname())
            assert sock.recv(100) == b"trunk"
        with bound() as outside:
            door.admit_media((Network(HOST),))
            if not ports[0] <= outside.getsockname()[1] <= ports[1]:
                stranger.sendto(b"not our business", outside.getsockname())
                assert outside.recv(100) == b"not our business"


def test_our_sockets_are_found_and_told_once() -> None:
    with bound() as one, socket.socket(socket.AF_UNIX) as other:
        known: set[int] = set()
        found = {sock.descriptor: sock.port for sock in bound_sockets(known)}
        assert found[one.fileno()] == one.getsockname()[1]
        assert other.fileno() not in found
        assert list(bound_sockets(known)) == []
        with bound() as two:
            assert [sock.descriptor for sock in bound_sockets(known)] == [two.fileno()]


def test_a_kernel_that_refuses_is_told_plainly() -> None:
    with bound() as guarded, pytest.raises(NotGuarded, match="keep strangers from our sockets"):
        attach(guarded.fileno(), encoded([Instruction(0xFFFF, 0)]))


def test_a_socket_that_was_closed_meanwhile_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that look up names open and close sockets of their own."""
    closed = os.open(os.devnull, os.O_RDONLY)
    os.close(closed)
    monkeypatch.setattr(sockets, "_sockets", lambda: [(closed, 1)])
    assert list(bound_sockets()) == []
    attach(closed, encoded(only_from([])))
