"""Which operators a campaign's contacts may have now: by its mode, its groups, and who is free."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from campaigns.clock import Clock
from campaigns.engine.bench import Bench, Outlook, UnderWay
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.switchboard import Switchboard
from campaigns.flows.reach import connects
from campaigns.flows.script import Script
from campaigns.models import Contact, Operator
from campaigns.rules.operators import ON_ANOTHER_CALL, Group, Wanted, or_one, order_of_groups, trunks_now
from campaigns.rules.policy import Connect
from campaigns.store import nodes, operators, queue_talk, staff, under_way
from campaigns.store.database import Database
from campaigns.store.operators import Seat
from campaigns.words import ConnectMode

LOOK_SECONDS = 0.5  # the age at which a look at the operators is taken again before anybody is called
SOON = ON_ANOTHER_CALL + timedelta(seconds=1)  # a rest that is over by then is worth waiting for


@dataclass(frozen=True)
class DeskSettings:
    """node: as this engine's operators are marked. zone: IANA, of their shifts. groups: as configured.

    outlived: no call runs any more of an engine that was not heard of for so long.
    """

    node: str
    zone: str
    groups: Sequence[Group] = ()
    outlived: timedelta = timedelta(hours=1)


class Desk:
    """Asks the database; knows no call. `tell` takes one plain sentence for the supervisor."""

    def __init__(
        self,
        database: Database,
        rulebook: Rulebook,
        switchboard: Switchboard,
        clock: Clock,
        settings: DeskSettings,
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._rulebook = rulebook
        self._switchboard = switchboard
        self._clock = clock
        self._settings = settings
        self._groups = or_one(settings.groups)
        self._tell = tell
        self._told: set[str] = set()
        self.staffed = False
        """Whether any operator is registered; without one nobody is connected, and the robot calls first."""
        self.elsewhere: Sequence[UnderWay] = ()
        """Patients whom other engines call before they have an operator, as of the last look."""
        self._bench = Bench[Operator]((), (), clock.now(), settings.zone)
        self._outlooks: dict[Wanted, Outlook] = {}
        self._looked_at = float("-inf")

    def look(self) -> None:
        """Which operators there are, and who may want one; only where a script connects anybody."""
        named = self._rulebook.campaigns
        if not any(connects(self._rulebook.script_named(name)) for name in named):
            return
        there = staff.listing(self._database)
        self.staffed = bool(there)
        first = [name for name, mode in self.held_back().items() if mode == "patient_first"]
        called = under_way.elsewhere(self._database, self._settings.node, first)
        self.elsewhere = [UnderWay(each.campaign, self._wanted(*each)) for each in called]
        led_to = trunks_now(self._groups, self._switchboard.leads_to_operators(patient_waits=True))
        self._see(Bench(there, tuple(led_to), self._clock.now(), self._settings.zone))
        self._looked_at = self._clock.seconds()

    def look_again(self, for_all: bool = False) -> None:
        """Look, unless that was done a moment ago. for_all: what other engines just did matters too."""
        if (for_all and self._database.shared) or self._clock.seconds() - self._looked_at >= LOOK_SECONDS:
            self.look()

    def outlook(self, contact: Contact) -> Outlook:
        """Whether an operator suits this contact, and is free, as of the last look."""
        wanted = self.wanted(contact)
        if wanted not in self._outlooks:
            self._outlooks[wanted] = self._bench.outlook(wanted)
        return self._outlooks[wanted]

    def spare(self, campaign: str, others: Iterable[Wanted]) -> int:
        """How many operators were free for this campaign at the last look, when each of `others` has one."""
        return self._bench.spare(self._wanted_by(campaign), others)

    def wanted(self, contact: Contact) -> Wanted:
        """Which operator suits this contact."""
        return self._wanted(contact.campaign, contact.language, contact.institution)

    def rules(self, contact: Contact) -> Connect:
        """How its campaign connects."""
        return self._rulebook.script(contact).policy.connect

    def mode(self, contact: Contact) -> ConnectMode:
        """Who is called first for this contact."""
        return self._mode_of(self._rulebook.script(contact))

    def may_connect(self, contact: Contact) -> bool:
        """Whether a call to this contact may need a second line, for an operator."""
        return self.staffed and connects(self._rulebook.script(contact))

    def held_back(self) -> Mapping[str, ConnectMode]:
        """The campaigns that call only as many as there are operators for."""
        if not self.staffed:
            return {}
        modes = {name: self._mode_of(self._rulebook.script_named(name)) for name in self._rulebook.campaigns}
        return {name: mode for name, mode in modes.items() if mode != "robot_first"}

    def free(self, campaign: str, after: timedelta = timedelta()) -> int:
        """How many operators could be seized now, or after that time, for contacts of this campaign."""
        wanted = self._wanted_by(campaign)
        trunks = trunks_now(self._groups, self._switchboard.leads_to_operators(patient_waits=True))
        now = self._clock.now() + after
        return operators.free(self._database, wanted, trunks, now, self._settings.zone)

    def hopeless(self) -> list[str]:
        """The campaigns for whose contacts no operator is free now, nor will be soon."""
        return [name for name in self.held_back() if not self.free(name, SOON)]

    def seize(
        self, contact: Contact, attempt: int | None, asked: Collection[int], patient_waits: bool
    ) -> Seat | None:
        """Hold an operator for this contact; None: nobody suitable is free, or no trunk leads there."""
        trunks = trunks_now(self._groups, self._switchboard.leads_to_operators(patient_waits))
        if not trunks:
            return None
        seat = operators.seize(
            self._database,
            self.wanted(contact),
            contact.id,
            contact.campaign,
            self.mode(contact),
            attempt,
            trunks,
            self._settings.node,
            self._clock.now(),
            self._settings.zone,
            asked,
        )
        if seat is not None:
            self._see(self._bench.without(seat.operator))
        return seat

    def recover(self) -> None:
        """Close what an engine of this name left open when it died."""
        operators.recover(self._database, self._settings.node, self._clock.now())

    def recover_of_dead(self) -> None:
        """Close what engines left open of which nobody has heard for longer than any call lasts.

        Nor does anybody talk any more whom a log left talking that nobody reads.
        """
        now = self._clock.now()
        queue_talk.forget(self._database, now)
        for node in nodes.listing(self._database) if self._database.shared else ():
            if node.name != self._settings.node and node.beat_at < now - self._settings.outlived:
                operators.recover(self._database, node.name, now)

    def give_back_all_but(self, calls: Collection[int]) -> None:
        """Free whom the database says were seized by this engine, when its answer did not arrive."""
        for open_call in operators.open_calls(self._database, self._settings.node):
            if open_call.id not in calls:
                operators.give_back(self._database, open_call.id)

    def _see(self, bench: Bench[Operator]) -> None:
        self._bench, self._outlooks = bench, {}

    def _wanted(self, campaign: str, language: str, institution: str) -> Wanted:
        groups = self._rulebook.script_named(campaign).policy.connect.groups
        return Wanted(language, institution, order_of_groups(self._groups, institution, groups))

    def _wanted_by(self, campaign: str) -> Collection[Wanted]:
        """Which operators suit any contacts of this campaign."""
        languages = self._rulebook.script_named(campaign).languages
        return [self._wanted(campaign, language, "") for language in languages]

    def _mode_of(self, script: Script) -> ConnectMode:
        mode = script.policy.connect.mode
        if mode == "robot_first" or not connects(script):
            return "robot_first"
        if self.staffed:
            return mode
        if script.name not in self._told:
            self._told.add(script.name)
            self._tell(
                f"No operator is registered, so calls of {script.name} are begun by the robot: add operators "
                "with dialer operators add."
            )
        return "robot_first"
