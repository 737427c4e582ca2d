"""Plays a plan: the product in its own processes, SIPp as trunk and patients, and who breaks things."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import assert_never

from sqlmodel import and_, col, not_, or_, select, update

from bench.machine import descendants
from campaigns.demo.stage import zone_at_noon
from campaigns.errors import DatabaseUnusable
from campaigns.models import LEASED, Contact
from campaigns.store import campaigns, contacts
from campaigns.store.contacts import NewContact
from campaigns.store.database import Database, open_database
from campaigns.words import WaitReason
from tests.chaos.outages import Keeper
from tests.chaos.plan import CAMPAIGN, Harm, Person, Plan
from tests.sipp.patients import Seen, SippPatients
from tests.system.commands import DIALER
from tests.system.families import line_processes, still_there

LINES = 8  # of two processes
LOOK_SECONDS, HURRY_SECONDS = 0.1, 0.5
FIRST_CALL_SECONDS = 40.0  # three engines may start at once on two cores
SETTLE_SECONDS = 120.0  # all who are left, one after the other where two have one number
GONE_SECONDS = 15.0  # also for what a hanging line process leaves
HURRIED = ("own_failure", "interrupted", "retry", "pause")  # nobody waits a minute here
SPANS = 100  # ports for each scene that is played at the same time


@dataclass(frozen=True)
class Blow:
    """What was broken, from when to when, in milliseconds since SIPp began."""

    harm: Harm
    from_ms: float
    to_ms: float


@dataclass(frozen=True)
class Evidence:
    """What is left to judge by when everything has ended."""

    plan: Plan
    seen: Sequence[Seen]
    blows: Sequence[Blow]
    said: str  # by all engines together
    settled: bool  # nobody waits but for tomorrow
    orphans: int  # processes of killed engines that did not end
    code: int  # of the last engine


@dataclass
class Scene:
    """One campaign; `slot` tells scenes apart that are played at once.

    speaking: a home with the campaign's file, its rule pack and all that it says, spoken already.
    """

    plan: Plan
    folder: Path
    speaking: Path
    keeper: Keeper
    slot: int = 0
    _begun: float = 0.0
    _blows: list[Blow] = field(default_factory=list)
    _families: list[int] = field(default_factory=list)
    _away_until: float | None = None
    _hurry_at: float = 0.0

    def play(self) -> Evidence:
        """Bounded in time, whatever happens."""
        self._begun = time.monotonic()
        self._home = self.folder / "H"
        self._database = open_database(self.keeper.url, LOOK_SECONDS)
        with SippPatients(self.plan.patients, seconds=200) as sipp:
            self._furnish(sipp.uri)
            self._chance = random.Random(self.plan.seed)
            self._engine = self._start()
            try:
                self._until(lambda: bool(sipp.seen()), FIRST_CALL_SECONDS)
                for harm in self.plan.harms:
                    self._live(harm.after_seconds)
                    self._do(harm)
                settled = self._until(self._settled, SETTLE_SECONDS)
            finally:
                self._give_back()
                code = self._stop()
                self._database.close()
            left = self._orphans()
            seen = sipp.report().seen
        said = (self._home / "engine.log").read_text(encoding="utf-8", errors="replace")
        return Evidence(self.plan, seen, tuple(self._blows), said, settled, left, code)

    def _furnish(self, trunk: str) -> None:
        """A home, and everybody queued in a campaign that runs."""
        shutil.copytree(self.speaking, self._home)
        sip, rtp = 14000 + SPANS * self.slot, 17000 + SPANS * self.slot
        (self._home / "dialer.toml").write_text(
            f'[[trunks]]\nname = "sipp"\nuri = "{trunk}"\nmax_calls = {LINES}\ncalls_per_second = 20\n'
            f"[lines]\ncount = {LINES}\nsip_ports = [{sip}, {sip + SPANS - 1}]\n"
            f"rtp_ports = [{rtp}, {rtp + SPANS - 1}]\n"
            f'[engine]\nring_seconds = 15\n[database]\nurl = "{self.keeper.url}"\n'
        )
        now = datetime.now(UTC)
        contacts.add(self._database, [queued(who, zone_at_noon(now)) for who in self.plan.people], now)
        campaigns.move(self._database, CAMPAIGN, "running", now)

    def _start(self) -> subprocess.Popen[bytes]:
        with (self._home / "engine.log").open("ab") as log:
            command = [os.fspath(DIALER), "run", "--home", os.fspath(self._home)]
            return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def _stop(self) -> int:
        """Politely, then not."""
        family = descendants(self._engine.pid)
        for word, seconds in ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0)):
            self._engine.send_signal(word)
            try:
                self._engine.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        self._families += family
        return self._engine.wait()

    def _live(self, seconds: float) -> None:
        self._until(lambda: False, seconds)

    def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Time passes; an engine that ended is started again, as a service would be."""
        until = time.monotonic() + seconds
        while not condition():
            now = time.monotonic()
            if now >= until:
                return False
            if self._away_until is not None:
                self.keeper.take_away()
                if now >= self._away_until:
                    self._give_back()
            if self._engine.poll() is not None:
                self._engine = self._start()
            if now >= self._hurry_at:
                self._hurry()
                self._hurry_at = now + HURRY_SECONDS
            time.sleep(LOOK_SECONDS)  # the product is another process: there is nothing to wait on
        return True

    def _do(self, harm: Harm) -> None:
        now_ms = self._ms()
        to_ms = now_ms
        match harm.kind:
            case "engine":
                self._families += descendants(self._engine.pid)
                self._engine.kill()
                self._engine.wait()
            case "line" | "hang":
                words = [signal.SIGSTOP] if harm.kind == "hang" else [signal.SIGKILL, signal.SIGABRT]
                for pid in line_processes(self._engine.pid)[:1]:
                    self._families.append(pid)
                    os.kill(pid, self._chance.choice(words))
            case "database":
                self.keeper.take_away()
                self._away_until = time.monotonic() + harm.lasts_seconds
                to_ms += 1000 * harm.lasts_seconds
            case _:
                assert_never(harm.kind)
        self._blows.append(Blow(harm, now_ms, to_ms))

    def _give_back(self) -> None:
        if self._away_until is not None:
            self._away_until = None
            self.keeper.give_back()

    def _settled(self) -> bool:
        try:
            return self._away_until is None and settled(self._database)
        except DatabaseUnusable:
            return False

    def _hurry(self) -> None:
        if self._away_until is None:
            with suppress(
                DatabaseUnusable
            ):  # the engine writes, or it is on its way back: the next look will do
                hurry(self._database)

    def _orphans(self) -> int:
        """How many processes of engines that were killed are there still, after a while."""
        until = time.monotonic() + GONE_SECONDS
        while (left := still_there(self._families)) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return len(left)

    def _ms(self) -> float:
        return 1000 * (time.monotonic() - self._begun)


def settled(database: Database, *others: WaitReason) -> bool:
    """Whether nobody of the campaign waits but for another day, or for one of the `others`."""
    reasons = ("cap", *others)
    waits = and_(col(Contact.state) == "waiting", col(Contact.wait_reason).not_in(reasons))
    left = select(Contact.id).where(or_(waits, LEASED, col(Contact.state) == "calling"))
    with database.read() as session:
        return session.exec(left).first() is None


def hurry(database: Database) -> None:
    """Waits of minutes are over now; those for a cap are what is tested."""
    now = datetime.now(UTC)
    asleep = and_(col(Contact.state) == "waiting", not_(LEASED), col(Contact.next_at) > now)
    hurried = update(Contact).where(asleep, col(Contact.wait_reason).in_(HURRIED))
    with database.write() as session:
        session.exec(hurried.values(next_at=now))


def queued(who: Person, zone: str, campaign: str = CAMPAIGN) -> NewContact:
    """Somebody who is called in English."""
    name, language = "Mary Brown", "en"
    return NewContact(campaign, who.external_id, who.number, name, language, zone, {}, digest="first")
