"""Who may reach our sockets: a packet filter in the kernel drops what strangers send, unread.

The library answers whoever speaks to it, and some packets abort it. A classic BPF program on a socket
(SO_ATTACH_FILTER, socket(7)) needs no privilege and costs nothing for packets that never come in.
"""

import contextlib
import ctypes
import errno
import ipaddress
import socket
import struct
from collections.abc import Iterable, Set
from dataclasses import dataclass

from dialer.errors import DialerError
from dialer.pjsip.sockets import borrowed, bound_sockets

SO_ATTACH_FILTER = 26  # asm-generic/socket.h; the socket module does not name it
SOURCE_ADDRESS = (-0x100000 + 12) & 0xFFFFFFFF  # SKF_NET_OFF, then the IPv4 source (RFC 791 section 3.1)
LOAD_WORD, MASK, JUMP_IF_EQUAL, RETURN = 0x20, 0x54, 0x15, 0x06  # linux/bpf_common.h
INSTRUCTION = "=HBBI"  # code, jumps if true and if false, value
WHOLE_PACKET, NOTHING = 0xFFFFFFFF, 0
LONGEST_QUEUE = 10_000  # packets that a socket holds at most when the filter comes; far more than its buffer

Network = ipaddress.IPv4Network


class NotGuarded(DialerError):
    """The kernel refuses packet filters; strangers could use up the lines."""


@dataclass(frozen=True)
class Instruction:
    """One `struct sock_filter`; jumps are relative to the next instruction."""

    code: int
    value: int
    if_true: int = 0
    if_false: int = 0


def only_from(networks: Iterable[Network]) -> tuple[Instruction, ...]:
    """The program that lets in packets from these networks, and from nobody when there are none."""
    program: list[Instruction] = []
    for network in sorted(set(networks)):
        program += [
            Instruction(LOAD_WORD, SOURCE_ADDRESS),
            Instruction(MASK, int(network.netmask)),
            Instruction(JUMP_IF_EQUAL, int(network.network_address), 0, 1),
            Instruction(RETURN, WHOLE_PACKET),
        ]
    return (*program, Instruction(RETURN, NOTHING))


class Doorkeeper:
    """Guards the SIP sockets of one endpoint, and the RTP sockets of calls that ask for it."""

    def __init__(self, sip_port: int, rtp_port_first: int, rtp_port_last: int) -> None:
        self._sip_port = sip_port
        self._rtp_ports = range(rtp_port_first, rtp_port_last + 1)
        self._known: set[int] = set()
        self._programs: dict[tuple[Network, ...], bytes] = {}
        self._admitted: frozenset[Network] | None = None

    def admit(self, networks: Set[Network]) -> None:
        """From now on SIP comes from these networks alone. Raises NotGuarded."""
        if networks == self._admitted:
            return
        first, self._admitted = self._admitted is None, frozenset(networks)
        program = encoded(only_from(networks))
        for bound in bound_sockets():
            if bound.port == self._sip_port:
                attach(bound.descriptor, program)
                if first:
                    _drain(bound.descriptor)

    def admit_media(self, networks: tuple[Network, ...]) -> None:
        """Guard the RTP and RTCP sockets that have come since the last time; () leaves them open."""
        for bound in list(bound_sockets(self._known)):
            if networks and bound.port in self._rtp_ports:
                if networks not in self._programs:
                    self._programs[networks] = encoded(only_from(networks))
                attach(bound.descriptor, self._programs[networks])


def encoded(program: Iterable[Instruction]) -> bytes:
    """The program as an array of `struct sock_filter`."""
    return b"".join(
        struct.pack(INSTRUCTION, step.code, step.if_true, step.if_false, step.value) for step in program
    )


def attach(descriptor: int, program: bytes) -> None:
    """Put a filter on a socket in place of the one it has. Raises NotGuarded."""
    code = ctypes.create_string_buffer(program)
    steps = len(program) // struct.calcsize(INSTRUCTION)
    try:
        with borrowed(descriptor) as guarded:
            guarded.setsockopt(
                socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", steps, ctypes.addressof(code))
            )
    except OSError as error:
        if error.errno == errno.EBADF:
            return  # closed meanwhile
        raise NotGuarded(
            f"The kernel does not let us keep strangers from our sockets ({error.strerror}): "
            "run on Linux without a sandbox that refuses SO_ATTACH_FILTER."
        ) from None


def _drain(descriptor: int) -> None:
    """Throw away what came in before the filter did; a listening socket has nothing to read."""
    with borrowed(descriptor) as guarded, contextlib.suppress(OSError):
        for _ in range(LONGEST_QUEUE):
            guarded.recv(1, socket.MSG_DONTWAIT)
