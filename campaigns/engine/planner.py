"""Takes contacts that are due, has their prompts rendered, and places their calls."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from campaigns.clock import Clock
from campaigns.engine.companions import Companions
from campaigns.engine.conversation import Dictation, Talk
from campaigns.engine.gate import OPERATOR_WAITS, Admission, Gate
from campaigns.engine.live import Placed
from campaigns.engine.prepared import Prepared
from campaigns.engine.renderer import Clips, Order, Renderer
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.switchboard import Switchboard
from campaigns.errors import TrunkFull, Unspeakable, as_clause
from campaigns.models import Contact
from campaigns.rules.due import CallNow, Decision, Standing, WaitUntil
from campaigns.rules.retries import OWN_FAILURE_FIRST, backoff
from campaigns.rules.trunks import shown_number
from campaigns.store import attempts, contacts, nodes
from campaigns.store.database import Database
from campaigns.store.trunk_use import TrunkLimit
from campaigns.words import ConnectMode, WaitReason
from dialer.lines import Lines
from dialer.messages import Dial
from dialer.settings import Trunk

RENDERED_AHEAD = 4  # contacts kept ready beyond the free lines, so that no line waits for speech
AHEAD_SECONDS = 0.5  # on fast trunks, as many as start until the next look at the database, and its length
LEASED_SECONDS = 3.0  # and never more than start in so long: who is leased is out of reach for all others
SHORTEST_WAIT_SECONDS = 0.001  # clocks count no finer, and waiting for less would be to spin
RENDER_PROBLEM_SECONDS = 600  # a contact whose prompts cannot be made is tried again after so long


@dataclass(frozen=True)
class CallSettings:
    """How every call is placed."""

    ring_seconds: float
    limit_seconds: float
    recordings: Path
    tone: Path  # a WAV after which people speak, where they are listened to
    node: str = ""  # as the leases of this engine are marked
    talk_seconds: float = 3600.0  # the longest call in which an operator may talk with the patient


class Planner:
    """From due contacts to placed calls; holds in memory only contacts that it has leased."""

    def __init__(
        self,
        database: Database,
        lines: Lines,
        rulebook: Rulebook,
        renderer: Renderer,
        switchboard: Switchboard,
        gate: Gate,
        clock: Clock,
        settings: CallSettings,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._lines = lines
        self._rulebook = rulebook
        self._renderer = renderer
        self._switchboard = switchboard
        self._gate = gate
        self._clock = clock
        self._settings = settings
        self._tell = tell
        self._prepared: dict[str, Prepared] = {}  # by owner, oldest first
        self._companions = Companions(database, rulebook, renderer)
        self._dictation = Dictation(settings.recordings, settings.tone)

    @property
    def preparing(self) -> int:
        """How many leased contacts wait for their prompts or for a line."""
        return len(self._prepared)

    @property
    def _held(self) -> int:
        """How many of them hold nobody else back: they wait for another trunk, or for an operator."""
        return sum(
            bool(prepared.tried) or prepared.mode == "operator_first" for prepared in self._prepared.values()
        )

    @property
    def _moving(self) -> int:
        """How many of them wait for another trunk than the one that failed."""
        return sum(bool(prepared.tried) for prepared in self._prepared.values())

    def takes_over(self, failed: Placed) -> bool:
        """Whether another trunk can be tried for this contact, soon enough to hold on to it."""
        most = self._switchboard.starts_within(LEASED_SECONDS)
        return self._moving < most and self._switchboard.another(failed.tried)

    def patience(self, longest_seconds: float) -> float:
        """How long the engine may wait for events before somebody can be called, at most so long."""
        ready = {
            (prepared.tried, prepared.keeps, prepared.mode == "operator_first")
            for owner, prepared in self._prepared.items()
            if self._ready(owner) and (prepared.mode != "operator_first" or self._is_taken(owner))
        }
        waits = (self._switchboard.wait_seconds(*call) for call in ready)
        soonest = min((wait for wait in waits if wait is not None), default=longest_seconds)
        return min(max(soonest, SHORTEST_WAIT_SECONDS), longest_seconds) if soonest > 0 else 0.0

    def take(self) -> None:
        """Lease contacts that are due, as many as will soon be called, and order their prompts."""
        if not self._switchboard.usable:
            self.let_go()
            return
        ahead = max(RENDERED_AHEAD, self._switchboard.starts_within(AHEAD_SECONDS))
        soon = max(RENDERED_AHEAD, self._switchboard.starts_within(LEASED_SECONDS))
        wanted = min(self._switchboard.room + ahead, soon) - (self.preparing - self._held)
        if wanted <= 0:
            return
        now = self._clock.now()
        self._gate.look()
        allowances = self._gate.allowances(
            Counter(
                prepared.contact.campaign
                for owner, prepared in self._prepared.items()
                if self._gate.leg(owner) is None
            )
        )
        taken: list[Contact] = []
        for campaign, most in allowances.items():
            if (few := min(most, wanted - len(taken))) > 0:
                taken += self._lease(few, [campaign], now)
        if wanted > len(taken):
            others = self._rulebook.campaigns
            others = [name for name in others if name not in allowances] if allowances else others
            taken += self._lease(wanted - len(taken), others, now)
        speakable = [contact for contact in taken if self._prepare(contact)]
        for contact in speakable:  # the database may fail in it, and by now all that are leased are known
            self._companions.find(contact, now)

    def _lease(self, most: int, campaigns: Collection[str], now: datetime) -> list[Contact]:
        return contacts.take(
            self._database,
            most,
            now,
            self._judge_waiting(now),
            self._rulebook.followups,
            only=campaigns,
            node=self._settings.node,
            paces=self._rulebook.paces,
        )

    def _prepare(self, contact: Contact) -> bool:
        """Hold the contact and order its prompts; whether there can be any."""
        owner = str(contact.id)
        prepared = self._prepared[owner] = Prepared(contact, self._rulebook.script(contact).digest)
        prepared.mode = self._gate.mode(contact)
        prepared.keeps = self._gate.keeps(contact) and prepared.mode != "operator_first"
        try:
            self._renderer.order(Order(owner, self._rulebook.texts(contact)))
        except Unspeakable as error:
            prepared.clips = Clips(owner, {}, str(error))
            return False
        return True

    def place(self) -> Iterator[Placed]:
        """Place the calls whose prompts are ready, while there is room; each is told of at once."""
        for clips in self._renderer.finished():
            if clips.owner in self._prepared:
                self._prepared[clips.owner].clips = clips
            else:
                self._companions.rendered(clips)
        self._companions.keep(self._prepared.keys())
        for owner, prepared in list(self._prepared.items()):
            if prepared.clips is None or not self._ready(owner) or self._dropped(owner, prepared):
                continue
            admission = self._admission(owner, prepared, prepared.clips)
            if admission == "no_room":
                break  # who comes after this one would take what it waits for
            if admission != "call":
                continue
            leg = self._gate.leg(owner)
            trunk = self._switchboard.choose(prepared.tried, prepared.keeps, promised=leg is not None)
            if trunk is not None:
                yield from self._call(owner, prepared, prepared.clips, trunk)
            elif prepared.tried and not self._switchboard.another(prepared.tried):
                self._gate.let_go(owner)
                self._postpone_failed(owner, prepared.contact)
            elif leg is None and not prepared.tried:
                break  # then nobody after this one can be called either

    def _dropped(self, owner: str, prepared: Prepared) -> bool:
        """Whether nobody is called with these prompts, and the contact is given back."""
        if self._is_outdated(prepared.contact, prepared.script):
            self._give_back(owner, prepared.contact)
            return True
        if prepared.clips is not None and prepared.clips.problem:
            self._postpone_silent(owner, prepared.contact, prepared.clips.problem)
            return True
        return False

    def again(self, contact: Contact, failed: Placed) -> None:
        """Call a contact through another trunk, before those who were not called yet; the prompts remain.

        Where the script has changed meanwhile they say what is no longer in it: then it is due as before. So
        it is when the operator for whom it was called has gone.
        """
        gone = bool(failed.operator) and self._gate.leg(str(contact.id)) is None
        if gone or self._is_outdated(contact, failed.script):
            self._give_back(str(contact.id), contact)
            return
        moving = {owner: prepared for owner, prepared in self._prepared.items() if prepared.tried}
        mode: ConnectMode = "operator_first" if failed.operator else "robot_first"  # admitted already
        keeps = not failed.operator and self._gate.keeps(contact)
        prepared = Prepared(contact, failed.script, failed.clips, failed.tried, mode, keeps)
        moved = {str(contact.id): prepared}
        self._prepared = {**moving, **moved, **self._prepared}
        self._companions.again(str(contact.id), failed.companions)

    def look_after(self) -> None:
        """Give back whom the database says were taken, when its answer did not arrive."""
        held = [prepared.contact.id for prepared in self._prepared.values()]
        nodes.free_unheld(self._database, self._settings.node, held)

    def let_go(self) -> None:
        """Give back every contact that is not being called yet."""
        for owner, prepared in list(self._prepared.items()):
            self._give_back(owner, prepared.contact)

    def _give_back(self, owner: str, contact: Contact) -> None:
        """It is due as before; an operator who was called for it is let go."""
        contacts.release(self._database, contact.id, contact.token)
        self._gate.let_go(owner)
        self._prepared.pop(owner, None)

    def _admission(self, owner: str, prepared: Prepared, clips: Clips) -> Admission:
        """Whether it is called now, as far as operators go; who cannot have one makes way for others."""
        admission = self._gate.admits(prepared.contact, clips, prepared.mode, prepared.asked)
        if admission == "nobody":
            self._postpone(owner, prepared.contact, OPERATOR_WAITS["busy"], "operator")
        return admission

    def _is_outdated(self, contact: Contact, script: str) -> bool:
        """Whether the prompts were made for a script that is not in force any more."""
        return self._rulebook.script(contact).digest != script

    def _is_taken(self, owner: str) -> bool:
        """Whether an operator waits for the call to this contact."""
        leg = self._gate.leg(owner)
        return leg is not None and leg.state == "taken"

    def _ready(self, owner: str) -> bool:
        """Whether nothing is waited for but a line."""
        return self._prepared[owner].clips is not None and self._companions.ready(owner)

    def _call(self, owner: str, prepared: Prepared, clips: Clips, trunk: Trunk) -> Iterator[Placed]:
        """Dial, unless the campaign was paused, or the number opted out, since the contact was taken."""
        contact, now = prepared.contact, self._clock.now()
        recording = self._recording(contact)
        path, judge = str(recording) if recording else None, self._judge_at(now)
        why = self._switchboard.why(trunk.name, prepared.tried)
        limit = TrunkLimit(trunk.name, trunk.max_calls, trunk.calls_per_second)
        try:
            attempt = attempts.begin(
                self._database, contact.id, contact.token, trunk.name, now, judge, path, why, limit
            )
        except TrunkFull as full:  # other nodes use it; it is chosen again when it may be free
            self._switchboard.taken(trunk.name, full.seconds)
            return
        del self._prepared[owner]
        if attempt is None:
            self._gate.let_go(owner)
            return
        leg = self._gate.leg(owner)
        operator = leg.call if leg else ""
        conversation = self._rulebook.conversation(contact)
        talk = Talk(
            str(attempt),
            conversation,
            clips.paths,
            recording,
            attended=leg is not None,
            dictation=self._dictation,
        )
        longest = self._settings.talk_seconds if operator or prepared.keeps else self._settings.limit_seconds
        begun = self._switchboard.started(trunk.name)
        self._lines.send(
            Dial(
                str(attempt),
                trunk.name,
                contact.phone,
                shown_number(trunk.caller_ids, contact.phone),
                self._rulebook.ring_seconds(contact, self._settings.ring_seconds, now),
                longest,
                prepared.keeps,
                operator,
            )
        )
        yield Placed(
            attempt,
            contact,
            trunk.name,
            talk,
            clips,
            prepared.tried | {trunk.name},
            begun,
            longest,
            prepared.script,
            self._companions.of(owner),
            operator,
        )

    def _postpone_silent(self, owner: str, contact: Contact, problem: str) -> None:
        self._postpone(owner, contact, timedelta(seconds=RENDER_PROBLEM_SECONDS), "speech")
        who = f"Contact {contact.external_id} of {contact.campaign}"
        self._tell(f"{who} is not called now: {as_clause(problem)}")

    def _postpone_failed(self, owner: str, contact: Contact) -> None:
        """The trunks that were left have gone to rest meanwhile."""
        self._postpone(owner, contact, backoff(OWN_FAILURE_FIRST, contact.own_failures))

    def _postpone(
        self, owner: str, contact: Contact, wait: timedelta, reason: WaitReason = "own_failure"
    ) -> None:
        at = self._clock.now() + wait
        contacts.postpone(self._database, contact.id, contact.token, at, reason)
        del self._prepared[owner]

    def _judge_at(self, now: datetime) -> Callable[[Contact, Standing], Decision]:
        return lambda contact, standing: self._rulebook.judge(contact, standing, now)

    def _judge_waiting(self, now: datetime) -> Callable[[Contact, Standing], Decision]:
        """As it is judged who is to be leased: not for an operator who is not there."""
        judge = self._judge_at(now)

        def with_operator(contact: Contact, standing: Standing) -> Decision:
            decision = judge(contact, standing)
            wait = self._gate.wait(contact) if isinstance(decision, CallNow) else None
            return decision if wait is None else WaitUntil(now + wait, "operator")

        return with_operator

    def _recording(self, contact: Contact) -> Path | None:
        """A name of its own for each call: the token grows with every lease."""
        if not self._rulebook.script(contact).record:
            return None
        return self._settings.recordings / f"contact-{contact.id}-{contact.token}.wav"
