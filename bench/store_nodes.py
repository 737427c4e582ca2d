"""Engines that take contacts from one database, each in a process of its own."""

import multiprocessing
import statistics
import time
from multiprocessing.synchronize import Barrier
from typing import NamedTuple

from bench.store_people import NOW, close_leased, rules
from campaigns.store import contacts
from campaigns.store.database import open_database

AT_ONCE = 50  # as many as an engine asks for when it has that many free lines
LEASES = 1000  # of all nodes together, in one round; two engines of 480 lines hold no more
ROUNDS = 5  # the median of them counts
ROUND_SECONDS = 20.0  # the longest
WAIT_SECONDS = 120.0  # until all nodes are up, or through a round

_context = multiprocessing.get_context("spawn")


class Taken(NamedTuple):
    """What one node did in one round; monotonic seconds, which all processes share."""

    begun: float
    ended: float
    leases: int


def leases_a_second(url: str, nodes: int) -> float:
    """The median over some rounds; all nodes begin one together, and it ends with the last of them."""
    barrier = _context.Barrier(nodes + 1)
    results: multiprocessing.Queue[Taken] = _context.Queue()
    processes = [
        _context.Process(target=_node, args=(url, f"node{number}", LEASES // nodes, barrier, results))
        for number in range(nodes)
    ]
    for process in processes:
        process.start()
    database = open_database(url)
    try:
        rates = []
        for _ in range(ROUNDS):
            barrier.wait(WAIT_SECONDS)
            rates.append(_rate([results.get(timeout=WAIT_SECONDS) for _ in processes]))
            close_leased(database)
        return statistics.median(rates)
    finally:
        database.close()
        for process in processes:
            process.join(WAIT_SECONDS)


def _node(
    url: str, name: str, leases: int, barrier: Barrier, results: "multiprocessing.Queue[Taken]"
) -> None:
    database, judge = open_database(url), rules()
    for _ in range(ROUNDS):
        barrier.wait(WAIT_SECONDS)
        begun, done = time.monotonic(), 0
        while done < leases and time.monotonic() - begun < ROUND_SECONDS:
            limit = min(AT_ONCE, leases - done)
            done += len(contacts.take(database, limit, NOW, judge, lambda *_: (), node=name))
        results.put(Taken(begun, time.monotonic(), done))
    database.close()


def _rate(taken: list[Taken]) -> float:
    seconds = max(one.ended for one in taken) - min(one.begun for one in taken)
    return sum(one.leases for one in taken) / seconds
