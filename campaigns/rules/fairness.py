"""Whose turn it is, when several campaigns and institutions want the same lines."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor
from typing import NamedTuple

from campaigns.rules.policy import Pace


class Ticket(NamedTuple):
    """A contact's place in its queue: the lower rank first, then who waits longer, then who came earlier."""

    rank: int
    next_at: datetime
    id: int


class Queue(NamedTuple):
    """Contacts of one campaign; where the campaign shares out its calls, of one of its institutions."""

    campaign: str
    institution: str = ""


@dataclass(frozen=True)
class Lease:
    """A contact that an engine holds, in a call or just before; `mine`: the engine that asks."""

    campaign: str
    institution: str
    mine: bool


class Turns:
    """Decides who is next, counting what is held already.

    paces: of the campaigns that have one. leases: all that are held, by any engine. limit: how many more this
    engine wants; with what it holds that is the whole of which a campaign's `share` is a part, so that a
    share holds for the calls of an engine that has few lines or a slow trunk, too.
    """

    def __init__(self, paces: Mapping[str, Pace], leases: Iterable[Lease], limit: int) -> None:
        held = list(leases)
        self._paces = paces
        self._mine = Counter(lease.campaign for lease in held if lease.mine)
        self._all = Counter(lease.campaign for lease in held)
        self._of = Counter(Queue(lease.campaign, lease.institution) for lease in held)
        self._whole = self._mine.total() + limit

    def next(self, heads: Mapping[Queue, Ticket]) -> Queue | None:
        """The queue whose first contact may be called next; None: none of them may call more at present.

        A campaign with its `max_calls` is passed over. One that has less than its share goes before the
        others, whatever their rank. An institution that has its share of a campaign lets the others of that
        campaign go first; when all have theirs, the one with the fewest calls is next.
        """
        if self._paces:
            heads = {queue: ticket for queue, ticket in heads.items() if not self._full(queue.campaign)}
            short = {queue: ticket for queue, ticket in heads.items() if self._short(queue.campaign)}
            heads = self._fair(short or heads)
        return min(heads, key=lambda queue: heads[queue], default=None)

    def leased(self, campaign: str, institution: str) -> None:
        """One more is held by this engine."""
        self._mine[campaign] += 1
        self._all[campaign] += 1
        self._of[Queue(campaign, institution)] += 1

    def _full(self, campaign: str) -> bool:
        pace = self._paces.get(campaign)
        return pace is not None and pace.max_calls is not None and self._all[campaign] >= pace.max_calls

    def _short(self, campaign: str) -> bool:
        pace = self._paces.get(campaign)
        return pace is not None and self._mine[campaign] < floor(pace.share * self._whole)

    def _fair(self, heads: Mapping[Queue, Ticket]) -> Mapping[Queue, Ticket]:
        """Without the institutions that have to let others go first."""
        among: dict[str, list[Queue]] = {}
        for queue in heads:
            among.setdefault(queue.campaign, []).append(queue)
        fair = [queue for name, queues in among.items() for queue in self._entitled(name, queues)]
        return {queue: heads[queue] for queue in fair}

    def _entitled(self, campaign: str, queues: list[Queue]) -> list[Queue]:
        if len(queues) < 2:  # nobody else waits
            return queues
        most = ceil(self._paces[campaign].institution_share * (self._all[campaign] + 1))
        below = [queue for queue in queues if self._of[queue] < most]
        fewest = min(self._of[queue] for queue in queues)
        return below or [queue for queue in queues if self._of[queue] == fewest]
