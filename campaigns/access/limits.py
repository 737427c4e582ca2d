"""How often somebody may come: a bucket of tokens for each, filled evenly."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

KEPT: Final = 10_000  # buckets; who was not seen for longest is forgotten, and begins with a full one


@dataclass
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """Token buckets by name. Each holds what `burst_seconds` bring, one token at least. Threads share it."""

    def __init__(self, burst_seconds: float = 1.0) -> None:
        self._burst_seconds = burst_seconds
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, per_second: float, now: float) -> float:
        """Take a token: 0.0; or the seconds until there is one. now: monotonic seconds."""
        most = max(1.0, per_second * self._burst_seconds)
        with self._lock:
            bucket = self._buckets.setdefault(name, _Bucket(most, now))
            self._buckets.move_to_end(name)
            bucket.tokens = min(most, bucket.tokens + max(0.0, now - bucket.at) * per_second)
            bucket.at = now
            if len(self._buckets) > KEPT:
                self._buckets.popitem(last=False)
            if bucket.tokens < 1:
                return (1 - bucket.tokens) / per_second
            bucket.tokens -= 1
            return 0.0

    def give_back(self, name: str) -> None:
        """A token that was taken is not used after all; at the next `take` no bucket is more than full."""
        with self._lock:
            bucket = self._buckets.get(name)
            if bucket is not None:
                bucket.tokens += 1
