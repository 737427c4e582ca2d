"""The one thread that owns the library: it waits for SIP, for commands and for what callbacks post."""

import collections
import contextlib
import functools
import os
import select
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from dialer.pjsip.lifetime import Grave
from dialer.pjsip.sockets import bound_sockets

WAIT_SECONDS = 0.25  # timers of the library run this late at worst; at 0.1 s a call-second took 0.4 ms more
CONNECTING_SECONDS = 2.0  # a TCP connection is made in this time, or hardly ever
CONNECTING_WAIT_SECONDS = 0.01  # it comes up unseen: until then we look often
CLOSED = -1  # instead of a descriptor, whose number may soon be another's

PostedEvent = tuple[Any, ...]


class CallbackFailed(Exception):
    """A callback raised: a fault of our own. Holds the names of callback and error, never their data."""


class Loop:
    """Waits in epoll, runs the library, returns what was posted.

    Callbacks come from threads of the library too. They may only `post` keys and plain values, never objects,
    and must be wrapped in `guarded`. An event for a call that is gone has to be ignored: late ones do arrive.
    """

    def __init__(self, handle_events: Callable[[int], object], sip_port: int, tcp: bool = False) -> None:
        self.grave = Grave()
        self._handle_events = handle_events
        self._tcp = tcp
        self._connecting_until = 0.0
        self._known_sockets: set[int] = set()
        self._events: collections.deque[PostedEvent] = collections.deque()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.epoll()
        self._poll.register(self._wake, select.EPOLLIN)
        self._poll.register(_udp_descriptor(sip_port), select.EPOLLIN)
        self.expect_connection()

    def expect_connection(self) -> None:
        """Something is sent to a trunk: over TCP the library may make a connection for it."""
        if self._tcp:
            self._connecting_until = time.monotonic() + CONNECTING_SECONDS

    def watch(self, descriptor: int) -> None:
        """Wake up for a descriptor of the caller as well."""
        self._poll.register(descriptor, select.EPOLLIN)

    def ignore(self, descriptor: int) -> None:
        """Wake up for it no longer; one that has reached its end would wake us all the time."""
        self._poll.unregister(descriptor)

    def post(self, *event: Any) -> None:
        """From any thread: hand an event to the loop's thread."""
        if self._wake == CLOSED:
            return  # a slow look-up of a name outlives its endpoint
        self._events.append(event)
        os.eventfd_write(self._wake, 1)

    def once(self, wait_seconds: float = WAIT_SECONDS) -> tuple[set[int], Sequence[PostedEvent]]:
        """One round: wait, run the library, bury players. Returns readable descriptors and posted events.

        Raises CallbackFailed when a callback raised since the last round.
        """
        connecting = self._tcp and time.monotonic() < self._connecting_until
        longest_wait = CONNECTING_WAIT_SECONDS if connecting else WAIT_SECONDS
        ready = {fd for fd, _ in self._poll.poll(max(0.0, min(wait_seconds, longest_wait)))}
        if self._wake in ready:
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._wake)  # before draining, so that nothing posted meanwhile is slept over
        self._handle_events(0)
        if self._tcp:
            self._watch_connections()
        self.grave.bury()
        return ready, [self._checked(self._events.popleft()) for _ in range(len(self._events))]

    def _watch_connections(self) -> None:
        """Wake up for TCP connections that have come; one that is closed leaves by itself."""
        for bound in bound_sockets(self._known_sockets):
            if bound.stream:
                with contextlib.suppress(OSError):
                    self._poll.register(bound.descriptor, select.EPOLLIN)

    @staticmethod
    def _checked(event: PostedEvent) -> PostedEvent:
        if event and event[0] is CallbackFailed:
            raise CallbackFailed(event[1])
        return event

    def close(self) -> None:
        """Give back the descriptors; the library must have been destroyed before."""
        self._poll.close()
        wake, self._wake = self._wake, CLOSED
        os.close(wake)


class HasLoop(Protocol):
    """An object with callbacks: it knows the loop it posts to."""

    loop: Loop


Result = TypeVar("Result")


def guarded(callback: Callable[..., Result]) -> Callable[..., Result | None]:
    """Wrap a callback of the library: an exception that left it could hang the process, so it is posted."""

    @functools.wraps(callback)
    def safely(self: HasLoop, *arguments: Any) -> Result | None:
        try:
            return callback(self, *arguments)
        except BaseException as error:  # noqa: BLE001  SystemExit in a foreign thread hangs the process
            self.loop.post(CallbackFailed, f"{callback.__name__}: {type(error).__name__}")
            return None

    return safely


def _udp_descriptor(port: int) -> int:
    for bound in bound_sockets():
        if bound.port == port and not bound.stream:
            return bound.descriptor
    raise LookupError(f"No UDP socket is bound to port {port} in this process.")
