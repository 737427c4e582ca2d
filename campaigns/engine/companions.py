"""Those who share a number with somebody who is about to be called, with their prompts made beforehand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.engine.renderer import Clips, Order, Renderer
from campaigns.engine.rulebook import Rulebook
from campaigns.errors import Unspeakable
from campaigns.models import Contact
from campaigns.rules.due import Decision, Standing
from campaigns.store import follow_on
from campaigns.store.database import Database

MOST_IN_A_CALL = 2  # beside the first: three people in one call is as long as anybody holds the phone


@dataclass(frozen=True)
class Companion:
    """Who may be told in the same call; `script`: digest of the one that the prompts are made for."""

    contact: Contact
    clips: Clips
    script: str


@dataclass
class _Party:
    """Who was found for one call, by owner of the prompts."""

    ordered: dict[str, tuple[Contact, str]] = field(default_factory=dict)
    clips: dict[str, Clips] = field(default_factory=dict)


class Companions:
    """By the owner of the prompts of whoever is called first."""

    def __init__(self, database: Database, rulebook: Rulebook, renderer: Renderer) -> None:
        self._database = database
        self._rulebook = rulebook
        self._renderer = renderer
        self._parties: dict[str, _Party] = {}

    def find(self, first: Contact, now: datetime) -> None:
        """Look for them where the campaign allows it, and order their prompts."""
        if not self._rulebook.script(first).policy.same_call:
            return
        party = self._parties[str(first.id)] = _Party()

        def judge(contact: Contact, standing: Standing) -> Decision:
            return self._rulebook.judge(contact, standing, now)

        for contact in follow_on.companions(self._database, first, now, judge, MOST_IN_A_CALL):
            owner = str(contact.id)
            try:
                self._renderer.order(Order(owner, self._rulebook.texts(contact)))
            except Unspeakable:
                continue  # told when the contact's own turn comes
            party.ordered[owner] = contact, self._rulebook.script(contact).digest

    def rendered(self, clips: Clips) -> None:
        """Prompts came that are of none who is called first."""
        for party in self._parties.values():
            if clips.owner in party.ordered:
                party.clips[clips.owner] = clips

    def ready(self, first: str) -> bool:
        """Whether nothing is waited for."""
        party = self._parties.get(first)
        return party is None or party.ordered.keys() == party.clips.keys()

    def of(self, first: str) -> tuple[Companion, ...]:
        """Those whose prompts were made."""
        party = self._parties.get(first, _Party())
        made = ((owner, clips) for owner, clips in party.clips.items() if not clips.problem)
        return tuple(
            Companion(party.ordered[owner][0], clips, party.ordered[owner][1]) for owner, clips in made
        )

    def again(self, first: str, companions: Iterable[Companion]) -> None:
        """They were ready for a call that is placed once more."""
        known = {str(companion.contact.id): companion for companion in companions}
        ordered = {owner: (companion.contact, companion.script) for owner, companion in known.items()}
        self._parties[first] = _Party(ordered, {owner: companion.clips for owner, companion in known.items()})

    def keep(self, firsts: Collection[str]) -> None:
        """Forget those of all others."""
        self._parties = {first: party for first, party in self._parties.items() if first in firsts}
