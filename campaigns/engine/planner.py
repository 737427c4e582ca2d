"""Takes contacts that are due, has their prompts rendered, and places their calls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from campaigns.clock import Clock
from campaigns.engine.conversation import Talk
from campaigns.engine.renderer import Clips, Order, Renderer
from campaigns.engine.rulebook import Rulebook
from campaigns.models import Contact
from campaigns.rules.due import Decision
from campaigns.rules.pacing import Pacer
from campaigns.store import attempts, contacts
from campaigns.store.database import Database
from dialer.lines import Lines
from dialer.messages import Dial
from dialer.settings import Trunk

RENDERED_AHEAD = 4  # contacts kept ready beyond the free lines, so that no line waits for speech
RENDER_PROBLEM_SECONDS = 600  # a contact whose prompts cannot be made is tried again after so long


@dataclass(frozen=True)
class CallSettings:
    """How every call is placed."""

    ring_seconds: float
    limit_seconds: float
    recordings: Path


@dataclass
class Gate:
    """One trunk and how fast it may be used."""

    trunk: Trunk
    pacer: Pacer


@dataclass(frozen=True)
class Placed:
    """A call that was just placed: the attempt is in the database, `Dial` is sent."""

    attempt: int
    contact: Contact
    trunk: str
    talk: Talk


@dataclass
class _Prepared:
    contact: Contact
    clips: Clips | None = None


class Planner:
    """From due contacts to placed calls; holds in memory only contacts that it has leased."""

    def __init__(
        self,
        database: Database,
        lines: Lines,
        rulebook: Rulebook,
        renderer: Renderer,
        gates: Sequence[Gate],
        clock: Clock,
        settings: CallSettings,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._lines = lines
        self._rulebook = rulebook
        self._renderer = renderer
        self._gates: Mapping[str, Gate] = {gate.trunk.name: gate for gate in gates}
        self._clock = clock
        self._settings = settings
        self._tell = tell
        self._prepared: dict[str, _Prepared] = {}  # by owner, oldest first

    @property
    def preparing(self) -> int:
        """How many leased contacts wait for their prompts or for a line."""
        return len(self._prepared)

    @property
    def trunks_rest(self) -> bool:
        """Whether every trunk rests after failures of its own."""
        now = self._clock.seconds()
        return all(gate.pacer.resting and not gate.pacer.may_start(now) for gate in self._gates.values())

    def take(self) -> None:
        """Lease contacts that are due, as many as lines will soon be free, and order their prompts."""
        if self.trunks_rest:
            self.let_go()
            return
        wanted = self._lines.free + RENDERED_AHEAD - self.preparing
        if wanted <= 0:
            return
        now = self._clock.now()
        for contact in contacts.take(
            self._database,
            wanted,
            now,
            self._judge_at(now),
            self._rulebook.followups,
            only=self._rulebook.campaigns,
        ):
            owner = str(contact.id)
            self._prepared[owner] = _Prepared(contact)
            self._renderer.order(Order(owner, self._rulebook.texts(contact)))

    def place(self) -> Iterator[Placed]:
        """Place the calls whose prompts are ready, while there is room; each is told of at once."""
        for clips in self._renderer.finished():
            if clips.owner in self._prepared:
                self._prepared[clips.owner].clips = clips
        for owner, prepared in list(self._prepared.items()):
            if prepared.clips is None:
                continue
            if prepared.clips.problem:
                self._postpone(owner, prepared.contact, prepared.clips.problem)
                continue
            gate = self._open_gate()
            if gate is None:
                break
            attempt, recording = self._begin(prepared.contact, gate)
            del self._prepared[owner]
            if attempt is not None:  # else paused, opted out or out of hours since it was taken
                yield self._dial(attempt, prepared.contact, prepared.clips, gate, recording)

    def ended(self, trunk: str, *, trunk_failed: bool) -> None:
        """A call placed through the trunk is over."""
        self._gates[trunk].pacer.ended(trunk_failed, self._clock.seconds())

    def let_go(self) -> None:
        """Give back every contact that is not being called yet."""
        for prepared in self._prepared.values():
            contacts.release(self._database, prepared.contact.id, prepared.contact.token)
        self._prepared.clear()

    def _open_gate(self) -> Gate | None:
        if self._lines.free < 1:
            return None
        now = self._clock.seconds()
        return next((gate for gate in self._gates.values() if gate.pacer.may_start(now)), None)

    def _begin(self, contact: Contact, gate: Gate) -> tuple[int | None, Path | None]:
        now = self._clock.now()
        recording = self._recording(contact)
        path = str(recording) if recording else None
        judge, trunk = self._judge_at(now), gate.trunk.name
        attempt = attempts.begin(self._database, contact.id, contact.token, trunk, now, judge, path)
        return attempt, recording

    def _dial(
        self, attempt: int, contact: Contact, clips: Clips, gate: Gate, recording: Path | None
    ) -> Placed:
        talk = Talk(str(attempt), self._rulebook.conversation(contact), clips.paths, recording)
        gate.pacer.started(self._clock.seconds())
        self._lines.send(
            Dial(
                str(attempt),
                gate.trunk.name,
                contact.phone,
                gate.trunk.caller_id,
                self._settings.ring_seconds,
                self._settings.limit_seconds,
            )
        )
        return Placed(attempt, contact, gate.trunk.name, talk)

    def _postpone(self, owner: str, contact: Contact, problem: str) -> None:
        del self._prepared[owner]
        self._tell(f"Contact {contact.external_id} of {contact.campaign} has no prompts: {problem}")
        at = self._clock.now() + timedelta(seconds=RENDER_PROBLEM_SECONDS)
        contacts.postpone(self._database, contact.id, contact.token, at, "own_failure")

    def _judge_at(self, now: datetime) -> Callable[[Contact, bool], Decision]:
        return lambda contact, opted_out: self._rulebook.judge(contact, opted_out, now)

    def _recording(self, contact: Contact) -> Path | None:
        """A name of its own for each call: the token grows with every lease."""
        if not self._rulebook.script(contact).record:
            return None
        return self._settings.recordings / f"contact-{contact.id}-{contact.token}.wav"
