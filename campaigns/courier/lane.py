"""The threads that send to one receiver, and the claims that wait for one of them."""

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence

from campaigns.courier.patience import AT_ONCE
from campaigns.store.outbox import Claim

Begin = Callable[[Callable[[], None]], None]
"""Has something done, at once and beside."""


class Lane:
    """So many threads at most as deliveries may be under way to one receiver; they end when nothing waits."""

    def __init__(self, send: Callable[[Claim], None], begin: Begin) -> None:
        self._send = send
        self._begin = begin
        self._lock = threading.Lock()
        self._waiting: deque[Claim] = deque()
        self._threads = 0

    def add(self, claims: Collection[Claim]) -> None:
        """Have them sent, in this order, as threads come free."""
        with self._lock:
            self._waiting.extend(claims)
            new = min(AT_ONCE - self._threads, len(self._waiting))
            self._threads += new
        for _ in range(new):
            self._begin(self._work)

    def take_back(self) -> Sequence[Claim]:
        """Those that no thread has begun with."""
        with self._lock:
            left = list(self._waiting)
            self._waiting.clear()
        return left

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                claim = self._waiting.popleft()
            self._send(claim)


def in_thread(work: Callable[[], None]) -> None:
    """In a thread that no program waits for when it ends."""
    threading.Thread(target=work, name="delivery", daemon=True).start()
