"""A script that is replaced while the engine runs: nobody hears old sentences, or none, in the new call."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from campaigns.errors import DatabaseUnusable
from campaigns.flows.approval import texts_said
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.settings import TrunkTable
from campaigns.store import approvals
from dialer.fake import Patient
from dialer.messages import Ended, Event
from tests.engine.world import COVID, NUMBER, World

KNOWS_NOBODY = Patient(keys=("3",))
SHIPPED = find_scripts(LIBRARY)[COVID].read_text()
REPLACED = (("    say: sorry", "    say: regret"), ("\n  sorry:\n", "\n  regret:\n"))


def replaced() -> str:
    """The campaign with a text that is called otherwise."""
    text = SHIPPED
    for old, new in REPLACED:
        assert old in text
        text = text.replace(old, new)
    return text


class Edited:
    """A campaign of the home's own, on two trunks of which the first one fails."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder, {NUMBER: KNOWS_NOBODY}, trunks=[_trunk("first", 1), _trunk("second", 2)])
        self._path = self.world.home.own_campaigns / f"{COVID}.yaml"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(SHIPPED)
        self.world.start()
        self.world.queue(COVID, "A-1", NUMBER)
        self.world.launch(COVID)

    def edit(self) -> None:
        """Replace the file, and have its texts approved while the campaign runs."""
        self._path.write_text(replaced())
        said = texts_said(load_script(self._path))
        approvals.launch(self.world.database, COVID, said, None, self.world.clock.now())

    def is_told_anew(self) -> bool:
        for _ in range(200):
            self.world.pass_once()
            if self.world.contact(COVID, "A-1").state == "done":
                break
        contact = self.world.contact(COVID, "A-1")
        assert (contact.state, contact.outcome) == ("done", "wrong_person")
        return "regret" in self.world.played() and "sorry" not in self.world.played()


def _trunk(name: str, priority: int) -> TrunkTable:
    return TrunkTable(
        name=name, uri="sip:127.0.0.1:5060", max_calls=4, calls_per_second=100.0, priority=priority
    )


def later(receive: Callable[[float], Sequence[Event]], edit: Callable[[], None]) -> Callable[..., Any]:
    """The first refusal is heard only some passes after the file was replaced."""
    held: list[Event] = []
    passes = 0

    def received(timeout_seconds: float) -> Sequence[Event]:
        nonlocal passes
        events = receive(timeout_seconds)
        held.extend(event for event in events if isinstance(event, Ended) and passes < 10)
        passes += bool(held)
        if passes == 1 and held[0] in events:
            edit()
        now = [event for event in events if event not in held]
        if passes == 10:
            now += held
            held.clear()
            passes += 1
        return now

    return received


def test_a_call_that_another_trunk_takes_over_says_the_new_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = Edited(tmp_path)
    lines = edited.world.lines
    lines.failing = {"first": Ended("", "congestion", 503, False, False, 0.0)}
    monkeypatch.setattr(lines, "receive", later(lines.receive, edited.edit))
    assert edited.is_told_anew()
    assert [dial.trunk for dial in lines.dials][-1] == "second"


@pytest.mark.parametrize("fails", [False, True])
def test_who_was_taken_before_is_called_with_the_new_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    edited = Edited(tmp_path)
    ready, renderer = [False], edited.world.renderer
    finished = renderer.finished
    monkeypatch.setattr(renderer, "finished", lambda: finished() if ready[0] else [])
    for _ in range(3):
        edited.world.pass_once()
    assert renderer.rendered
    edited.edit()
    revoke, asked = approvals.revoke_leases, []

    def revoked(*args: Any) -> int:
        asked.append(args)
        if fails and len(asked) == 1:
            raise DatabaseUnusable("The database is kept busy.")
        return revoke(*args)

    monkeypatch.setattr(approvals, "revoke_leases", revoked)
    for _ in range(3):
        edited.world.pass_once()
    ready[0] = True
    assert edited.is_told_anew()
    assert len(asked) == 1 + fails


def test_the_script_in_force_stays_until_what_it_made_is_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = Edited(tmp_path)
    edited.world.pass_once()
    edited.edit()

    def away(*_args: Any) -> int:
        raise DatabaseUnusable("The database is kept busy.")

    before = edited.world.engine._rulebook.script(edited.world.contact(COVID, "A-1")).digest
    monkeypatch.setattr(approvals, "revoke_leases", away)
    edited.world.pass_once()
    assert edited.world.engine._rulebook.script(edited.world.contact(COVID, "A-1")).digest == before
