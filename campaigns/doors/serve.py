"""The process that serves: opens every door of a home, and closes them when it is to end."""

import asyncio
import os
import resource
import signal
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

from campaigns.assemble import Tell
from campaigns.clock import Clock, SharedClock
from campaigns.doors.beats import BEATS_EVERY_SECONDS, beat
from campaigns.doors.door import LOOK_SECONDS, Door
from campaigns.doors.opening import doors_of
from campaigns.errors import CampaignsError, DoorShut
from campaigns.settings import Home

AGAIN_SECONDS = 5.0  # until a door that could not be opened is tried again
END_SECONDS = 8.0  # a process that has not closed its doors by then is ended all the same
THREADS = 32  # that wait for the database or for argon2
DESCRIPTORS = 4096  # for connections, if this machine allows so many
NICE = 5  # calls go first where there is not enough of the processor


def serve(home: Home, tell: Tell, *, beside: bool) -> None:
    """Serve until told to end.

    beside: an engine started us. Then we end when it does, whatever signals say, and a door that cannot be
    opened is tried again; else that is raised as DoorShut. Raises DatabaseError when there is no database.
    """
    _allow_descriptors()
    if beside:
        os.nice(NICE)
    deadline = Deadline()
    with ExitStack() as stack:
        stack.callback(deadline.met)
        clock, doors = doors_of(home, tell, stack)
        asyncio.run(_serve(doors, clock, tell, deadline, beside=beside))


class Deadline:
    """Ends the process when something of ours does not end in time. leave: how."""

    def __init__(self, seconds: float = END_SECONDS, leave: Callable[[int], object] = os._exit) -> None:
        self._timer = threading.Timer(seconds, leave, (1,))
        self._timer.daemon = True

    def begin(self) -> None:
        """From now on it must end; idempotent."""
        with suppress(RuntimeError):  # it runs already
            self._timer.start()

    def met(self) -> None:
        """It has ended."""
        self._timer.cancel()


async def _serve(
    doors: Sequence[Door], clock: Clock, tell: Tell, deadline: Deadline, *, beside: bool
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, "door"))
    over = asyncio.Event()
    if beside:
        _end_with_engine(loop, over, deadline)
    else:
        for heeded in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(heeded, over.set)
    beating = loop.create_task(_beat()) if beside else None
    try:
        await attend(doors, clock, tell, over, stay=beside)
    finally:
        deadline.begin()
        if beating is not None:
            beating.cancel()
        await asyncio.gather(*(door.close() for door in doors), return_exceptions=True)


async def attend(doors: Sequence[Door], clock: Clock, tell: Tell, over: asyncio.Event, *, stay: bool) -> None:
    """Open the doors and look after them until it is over; see `serve` for `stay`."""
    if not stay:
        for door in doors:
            await door.open()
            tell(f"Open: {door.place}.")
    async with asyncio.TaskGroup() as group:
        for door in doors:
            group.create_task(_look_after(door, tell, over, opened=not stay))
        group.create_task(_keep_time(clock, over))


async def _look_after(door: Door, tell: Tell, over: asyncio.Event, *, opened: bool) -> None:
    said = ""
    while not over.is_set():
        fault = await _fault_of(door.look() if opened else door.open())
        if not fault and not opened:
            opened = True
            tell(f"Open: {door.place}.")
        if fault and fault != said:
            tell(f"{fault} It is tried again every few seconds, and calls go on.")
        said = fault
        await _pause(over, LOOK_SECONDS if opened else AGAIN_SECONDS)


async def _fault_of(deed: Coroutine[Any, Any, None]) -> str:
    try:
        await deed
    except DoorShut as error:
        return str(error)
    return ""


async def _keep_time(clock: Clock, over: asyncio.Event) -> None:
    """The clock that all nodes share is asked now and then; when it cannot be, the last answer holds."""
    while isinstance(clock, SharedClock) and not over.is_set():
        await _pause(over, LOOK_SECONDS)
        try:
            await asyncio.to_thread(clock.measure)
        except CampaignsError:
            continue


async def _beat() -> None:
    """From the loop that serves: when that hangs, there is no beat."""
    while True:
        beat()
        await asyncio.sleep(BEATS_EVERY_SECONDS)


async def _pause(over: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        return


def _end_with_engine(loop: asyncio.AbstractEventLoop, over: asyncio.Event, deadline: Deadline) -> None:
    """The engine holds the other end of our standard input: it ends when the engine does, however that is."""
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # they are for the engine, whose last calls we outlast

    def wait() -> None:
        while os.read(0, 1):
            pass
        deadline.begin()
        loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait, name="engine", daemon=True).start()


def _allow_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
