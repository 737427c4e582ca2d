"""A world with operators: callbacks in every mode, over pretend lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from campaigns.engine.engine import TICKS, Engine
from campaigns.flows.loader import LIBRARY, find_scripts
from campaigns.models import Operator, OperatorCall
from campaigns.settings import GroupTable, TrunkTable
from campaigns.store import staff
from campaigns.store.staff import NewOperator
from dialer.fake import Patient
from dialer.messages import Play
from tests.engine.world import CALLBACK, NUMBER, World

ANNA, BORIS, VERA = (f"sip:{name}@127.0.0.1" for name in ("anna", "boris", "vera"))
TAKES = Patient(keys=("1",), answer_seconds=3.0)
TALKS = Patient(answer_seconds=4.0, talks_seconds=60.0)  # the patient, who ends the talk
WANTS = Patient(keys=("1",), answer_seconds=4.0, talks_seconds=60.0)  # presses 1 in the menu
FIELDS = {"called_at": "2026-03-02T11:05:00+05:00"}
PASS_SECONDS = 0.25  # virtual, of one pass in which nothing happens
SHIPPED = "connect: {mode: operator_first}"


class DeskWorld(World):
    """Operators by address, all on; `rules` replaces the campaign's `connect`, `edits` other texts."""

    def __init__(
        self,
        folder: Path,
        operators: Mapping[str, Patient],
        patients: Mapping[str, Patient],
        rules: str = "{mode: operator_first}",
        groups: Mapping[str, str] | None = None,
        configured: Sequence[GroupTable] = (),
        edits: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> None:
        own = folder / "campaigns"
        own.mkdir(parents=True, exist_ok=True)
        text = find_scripts(LIBRARY)[CALLBACK].read_text(encoding="utf-8")
        for old, new in {SHIPPED: f"connect: {rules}", **(edits or {})}.items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (own / f"{CALLBACK}.yaml").write_text(text, encoding="utf-8")
        settings = {"lines": 8} | settings
        self.configured = tuple(configured)
        super().__init__(folder, {**operators, **patients}, **settings)
        for address in operators:
            name = address.removeprefix("sip:").partition("@")[0]
            group = (groups or {}).get(address, "main")
            staff.enter(self.database, NewOperator(name, address, group), self.clock.now())
            staff.put(self.database, name, "on", self.clock.now())

    def start(self) -> Engine:
        """A new engine, with the groups of this desk."""
        file = self.home.file.model_copy(update={"groups": self.configured})
        self.home = replace(self.home, file=file)
        return super().start()

    def callback(self, *phones: str, **changes: Any) -> None:
        """One lost call of each number, and the campaign runs."""
        for phone in phones or (NUMBER,):
            self.queue(CALLBACK, phone, phone, **{"fields": FIELDS} | changes)
        self.launch(CALLBACK)

    def operator(self, name: str) -> Operator:
        return next(each for each in staff.listing(self.database) if each.name == name)

    def operator_calls(self) -> Sequence[OperatorCall]:
        with self.database.read() as session:
            return list(session.exec(select(OperatorCall).order_by(col(OperatorCall.id))))

    def results(self) -> list[str | None]:
        return [call.result for call in self.operator_calls()]

    def run_until(self, seen: Callable[[], bool], seconds: float = 400.0) -> None:
        """Until that is seen; duties are due at their intervals of virtual time."""
        end = self.clock.seconds() + seconds
        while not seen():
            assert self.clock.seconds() < end, "it did not happen"
            self.engine.step(PASS_SECONDS)
            for duty, every in TICKS.items():
                if self.clock.seconds() >= self._due_at.get(duty, 0.0):
                    self._due_at[duty] = self.clock.seconds() + every
                    self.ticks.force(duty)

    def run_until_idle(self) -> None:
        """As `dialer run --until-idle`."""
        self.run_until(lambda: self.engine.idle(until_idle=True))
        self.pass_once()

    def run_until_released(self, count: int = 1) -> None:
        """Until so many calls of operators' phones are over, and no patient's call runs."""
        self.run_until(
            lambda: sum(result is not None for result in self.results()) >= count and not self.engine.live
        )

    def heard_by(self, call: str) -> list[str]:
        """What was played to one call, in order."""
        played = (command for command in self.lines.commands if isinstance(command, Play))
        return [Path(play.path).stem for play in played if play.call == call]

    def talking(self) -> bool:
        """Whether somebody was bridged."""
        return bool(self.lines.bridged)


def trunk(name: str, **settings: Any) -> TrunkTable:
    return TrunkTable(
        name=name, uri="sip:127.0.0.1:5060", **{"max_calls": 8, "calls_per_second": 50.0} | settings
    )
