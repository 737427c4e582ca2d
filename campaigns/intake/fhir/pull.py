"""Follows the reports of a FHIR server, page by page, from where it was last."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import httpx
from sqlmodel import Session

from campaigns.clock import Clock
from campaigns.courier.outward import KIND, Outward, Reply, Server, Unanswered, fault_of
from campaigns.courier.port import Fault
from campaigns.errors import CampaignsError, ReadElsewhere, UnknownCampaign, as_clause
from campaigns.flows.complaints import ScriptError
from campaigns.intake.fhir.bundle import Placed
from campaigns.intake.fhir.page import (
    Page,
    alone,
    first_page,
    missing_of,
    page_of,
    version_of,
    with_more,
)
from campaigns.intake.fhir.reading import Desk, read_pulled
from campaigns.intake.fhir.resource import Unreadable, parsed
from campaigns.intake.lab.codes import LabCodes
from campaigns.intake.lab.desk import LabDesk
from campaigns.intake.lab.result import LabReading, LabVerdict
from campaigns.store import pull_positions
from campaigns.store.pull_positions import Place
from campaigns.store.together import Together

OVERLAP: Final = timedelta(minutes=1)
"""Read again each time: a server may show a report a little after the moment that it gives it."""
LONGEST_REST_SECONDS: Final = 900.0  # between two tries of a server that fails
MOST_FETCHED: Final = 4 * 50  # resources that did not come with the reports of one page
AT_ONCE: Final = 4  # of these
MOST_PAGES: Final = 1000  # of one round; the next goes on from there
MOST_IDLE_PAGES: Final = 100  # in a row with nothing new: a server whose pages have no end
MOST_REMEMBERED: Final = 20_000  # versions of reports that need no second look
ACCEPTED: Final = {"accept": "application/fhir+json, application/json;q=0.9"}

T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """What reports are read into. holder: a name of this process and of no other."""

    together: Together
    lab_desk: LabDesk
    codes: Callable[[], LabCodes]
    zone: ZoneInfo
    clock: Clock
    holder: str
    tell: Callable[[str], None]


class Puller:
    """Reads one server as long as it is open. campaign: whose contacts its reports become."""

    def __init__(
        self,
        campaign: str,
        every_seconds: float,
        ask: Callable[[], Outward],
        server: Server,
        reading: Reading,
    ) -> None:
        """ask: makes what asks the server, on the event loop that it is for."""
        self._campaign, self._every_seconds = campaign, every_seconds
        self._new_outward, self._server, self._reading = ask, server, reading
        self._base = str(server.url).rstrip("/")
        self._seen: dict[str, None] = {}
        self._task: asyncio.Task[None] | None = None
        self._said = ""

    async def open(self) -> None:
        """Begin to read."""
        if self._task is None:
            self._task = asyncio.create_task(self._follow())

    async def close(self) -> None:
        """End at once; what was read and not kept is read again."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _follow(self) -> None:
        outward, failures = self._new_outward(), 0
        try:
            while True:
                fault = await self.read_once(outward)
                failures = failures + 1 if fault else 0
                await asyncio.sleep(self.pause(failures, fault))
        finally:
            await outward.close()
            with contextlib.suppress(CampaignsError, TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._leave("")), 1)

    def pause(self, failures: int, fault: Fault | None) -> float:
        """Seconds until the server is asked again. failures: in a row."""
        if fault is None:
            return self._every_seconds
        doubled = self._every_seconds * 2.0 ** min(failures - 1, 10)
        return max(min(doubled, LONGEST_REST_SECONDS), self._every_seconds, fault.retry_after_seconds or 0.0)

    async def read_once(self, outward: Outward) -> Fault | None:
        """Read all that is new; what kept us from it. Whatever happens is told once and tried again."""
        try:
            fault = await self._round(outward)
        except ReadElsewhere:
            return None
        except CampaignsError as error:
            fault = Fault(f"{KIND} {self._server.name!r} is not read for the moment: {as_clause(str(error))}")
        except Exception as error:  # noqa: BLE001  it goes on; what the error says may hold a patient's value
            logging.error("reading of a FHIR server failed: %s", type(error).__name__)
            fault = Fault(f"Reading {KIND} {self._server.name!r} met a fault of the program.")
            with contextlib.suppress(CampaignsError):
                await self._leave(fault.sentence)
        sentence = "" if fault is None else fault.sentence
        if sentence and sentence != self._said:
            self._reading.tell(f"{sentence} It is tried again.")
        elif self._said and not sentence:
            self._reading.tell(f"{KIND} {self._server.name!r} is read again.")
        self._said = sentence
        return fault

    async def _round(self, outward: Outward) -> Fault | None:
        name, holder = self._server.name, self._reading.holder
        place = await self._kept(lambda session: pull_positions.claim(session, name, holder, self._now()))
        if place is None:
            return None
        fault = await self._hindered(outward, place)
        await self._leave("" if fault is None else fault.sentence)
        return fault

    async def _hindered(self, outward: Outward, place: Place) -> Fault | None:
        """Read on from there; what kept us from it, on the server's side or in a file of ours."""
        try:
            await self._pages(outward, place)
        except Unanswered as error:
            return error.fault
        except Unreadable as error:
            return self._fault(f"answers what cannot be used: {error}")
        except ScriptError as error:
            return self._fault(f"is not read on: {str(error.complaints[0]).rstrip('.')}")
        except UnknownCampaign as error:
            return self._fault(f"is not read on: {as_clause(str(error)).rstrip('.')}")
        return None

    async def _pages(self, outward: Outward, place: Place) -> None:
        idle, asked = 0, set[str]()
        for _ in range(MOST_PAGES):
            resumed = place.next_page and not asked
            url = place.next_page or first_page(self._base, place.since - OVERLAP)
            reply = await outward.ask("GET", httpx.URL(url), ACCEPTED)
            if resumed and reply.status in (400, 404, 410):  # a server forgets pages: begin with their first
                place = Place(place.since)
                continue
            page = page_of(self._well(reply), url)
            asked.add(url)
            taken = await self._take(await self._whole(outward, page))
            idle = 0 if taken else idle + 1
            newest = max(filter(None, (place.newest, page.newest)), default=None)
            endless = page.next_page in asked or idle >= MOST_IDLE_PAGES
            if page.next_page and not endless:
                place = Place(place.since, page.next_page, newest)
                await self._move(place)
                continue
            newest = min(newest or place.since, self._now())  # a date in the future would end all reading
            await self._move(Place(max(place.since, newest)))
            if endless:
                raise Unanswered(self._fault("has pages without an end: ask whoever runs it"))
            return

    async def _whole(self, outward: Outward, page: Page) -> list[tuple[Placed, bytes]]:
        """The new reports of a page, each with all that it leads to; what did not come along is asked for."""
        new = [each for each in page.reports if version_of(each) not in self._seen]
        gathered, tried = page.gathered, set[str]()
        while wanted := [url for url in missing_of(new, gathered, self._base) if url not in tried][
            : MOST_FETCHED - len(tried)
        ]:
            tried |= set(wanted)
            gathered = with_more(gathered, await self._fetched(outward, wanted))
        return [(report, alone(report, gathered)) for report in new]

    async def _fetched(self, outward: Outward, urls: list[str]) -> list[tuple[str, Any]]:
        """Those of the resources that are there. Raises Unanswered where the server fails."""
        turn = asyncio.Semaphore(AT_ONCE)

        async def fetch(url: str) -> tuple[str, Any] | None:
            async with turn:
                reply = await outward.ask("GET", httpx.URL(url), ACCEPTED)
            if reply.status in (403, 404, 410):  # then the report says that it points to nothing
                return None
            return url, parsed(self._well(reply))

        found = await asyncio.gather(*map(fetch, urls))
        return [each for each in found if each is not None]

    async def _take(self, reports: list[tuple[Placed, bytes]]) -> int:
        """Enter the reports of a page, each by itself; how many there were."""
        refused = 0
        desk = Desk(self._reading.codes(), self._reading.zone, self._now())
        for report, content in reports:
            version = version_of(report)
            reading = await asyncio.to_thread(
                read_pulled, content, f"{pull_positions.READ}{self._server.name}", version, desk
            )
            verdict = await self._received(reading)
            if verdict.answer == "AR":
                raise Unanswered(self._fault(f"is not read on: {verdict.faults[0].sentence}"))
            refused += verdict.answer == "AE"
            if version:
                self._remember(version)
        if refused:
            what = f"sent {refused} reports that cannot be used; they are kept: see dialer hl7 kept"
            self._reading.tell(self._fault(what).sentence)
        return len(reports)

    async def _received(self, reading: LabReading) -> LabVerdict:
        return await self._kept(
            lambda session: self._reading.lab_desk.receive(
                session, self._campaign, reading, reading.sender, self._now()
            )
        )

    def _remember(self, version: str) -> None:
        self._seen[version] = None
        while len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def _well(self, reply: Reply) -> bytes:
        if fault := fault_of(self._server, reply, self._now()):
            raise Unanswered(fault)
        return reply.body

    def _fault(self, what: str) -> Fault:
        return Fault(f'{KIND} "{self._server.name}" {what}.')

    async def _move(self, place: Place) -> None:
        name, holder = self._server.name, self._reading.holder
        await self._kept(lambda session: pull_positions.move(session, name, holder, place, self._now()))

    async def _leave(self, fault: str) -> None:
        name, holder = self._server.name, self._reading.holder
        await self._kept(lambda session: pull_positions.leave(session, name, holder, fault))

    async def _kept(self, work: Callable[[Session], T]) -> T:
        return await asyncio.wrap_future(self._reading.together.submit(work))

    def _now(self) -> datetime:
        return self._reading.clock.now()
