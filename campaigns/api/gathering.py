"""Single contacts that many send at once are entered as one: a statement for all costs as much as for one."""

import asyncio
import threading
from dataclasses import dataclass, field

from fastapi import FastAPI
from sqlmodel import Session

from campaigns.api.doorway import Doorway
from campaigns.api.once import kept
from campaigns.api.sent_rows import Sent
from campaigns.errors import CampaignsError
from campaigns.store.arrivals import Arrived, arrive

MOST_GATHERED = 200  # in one statement: some hundredths of a second

Place = tuple[asyncio.AbstractEventLoop, str]


@dataclass
class _Group:
    """Contacts of one campaign, until the transaction begins that enters them."""

    sent: list[Sent] = field(default_factory=list)
    arrived: "asyncio.Future[list[Arrived]] | None" = None

    @property
    def is_over(self) -> bool:
        """Whether its transaction has ended, or could not begin: whoever joined would share its old error."""
        return self.arrived is not None and self.arrived.done()


class Gatherer:
    """One for an application."""

    def __init__(self, here: Doorway) -> None:
        self._here = here
        self._open: dict[Place, _Group] = {}
        self._lock = threading.Lock()  # groups are filled in the loop, and taken in the thread that writes

    async def arrive(self, campaign: str, sent: Sent) -> Arrived:
        """What became of the contact, once that is kept. Raises DatabaseError."""
        place = asyncio.get_running_loop(), campaign
        with self._lock:
            group = self._open.get(place)
            if group is None or group.is_over:
                group = self._open[place] = _Group()
            index = len(group.sent)
            group.sent.append(sent)
            if len(group.sent) >= MOST_GATHERED:
                del self._open[place]
        if group.arrived is None:
            group.arrived = asyncio.ensure_future(
                kept(self._here, lambda session: self._enter(session, place, group))
            )
        try:
            return (await asyncio.shield(group.arrived))[index]
        except CampaignsError:
            raise
        except Exception:  # noqa: BLE001  one of them spoiled it for all: each is tried by itself
            return (await kept(self._here, lambda session: self._alone(session, sent)))[0]

    def _enter(self, session: Session, place: Place, group: _Group) -> list[Arrived]:
        with self._lock:
            if self._open.get(place) is group:
                del self._open[place]
        return arrive(session, group.sent, self._here.clock.now())

    def _alone(self, session: Session, sent: Sent) -> list[Arrived]:
        return arrive(session, [sent], self._here.clock.now())


def gatherer_of(app: FastAPI, here: Doorway) -> Gatherer:
    """The application's own."""
    if not hasattr(app.state, "gatherer"):
        app.state.gatherer = Gatherer(here)
    gatherer: Gatherer = app.state.gatherer
    return gatherer
