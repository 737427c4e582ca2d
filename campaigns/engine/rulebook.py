"""What the scripts and rules say of one contact: may it be called, what may be said, what follows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.engine.shelf import Shelf
from campaigns.engine.texts import text_of
from campaigns.flows.followups import facts_of, followups
from campaigns.flows.reach import first_connect, sayable
from campaigns.flows.run import Conversation
from campaigns.flows.script import Script
from campaigns.flows.turns import Work
from campaigns.flows.verbs.connect import ConnectStep
from campaigns.models import Contact
from campaigns.rules.due import Decision, Standing, judge
from campaigns.rules.policy import Pace
from campaigns.store.candidates import candidate_of
from campaigns.words import ContactState, Outcome
from prompts.studio import Text


class Rulebook:
    """What is in force.

    institution: who calls, by language. call_back: E.164. answers: what a contact (by id) last said.
    """

    def __init__(
        self,
        shelf: Shelf,
        institution: Mapping[str, str],
        call_back: str,
        answers: Callable[[int], Mapping[str, str]],
    ) -> None:
        self._shelf = shelf
        self._answers = answers
        self._institution = institution
        self._call_back = call_back

    @property
    def campaigns(self) -> Collection[str]:
        """The campaigns whose scripts are at hand."""
        return self._shelf.names

    def script(self, contact: Contact) -> Script:
        """The script of the contact's campaign."""
        return self._shelf.script(contact.campaign)

    def script_named(self, campaign: str) -> Script:
        """The script of one of the campaigns."""
        return self._shelf.script(campaign)

    def judge(self, contact: Contact, standing: Standing, now: datetime) -> Decision:
        """May this contact be called at `now`?"""
        return judge(self.script(contact).policy, candidate_of(contact), standing, now)

    @property
    def paces(self) -> Mapping[str, Pace]:
        """What each campaign may take of the lines."""
        return {name: self._shelf.script(name).policy.pace for name in self._shelf.names}

    def ring_seconds(self, contact: Contact, usual: float, now: datetime) -> float:
        """How long its phone rings: as usual, but never shorter than its rule pack demands that day."""
        pack = self.script(contact).policy.pack
        return max(usual, pack.edition(now.astimezone(ZoneInfo(contact.time_zone)).date()).ring_seconds)

    def followups(self, contact: Contact, state: ContactState, outcome: Outcome | None) -> Sequence[Work]:
        """Work for humans that remains when the contact is closed."""
        script = self.script(contact)
        facts = facts_of(script, contact.fields, self._answers(contact.id))
        return followups(script, facts, state, outcome, contact.delivered_at is not None)

    def conversation(self, contact: Contact) -> Conversation:
        """A call to this contact, from its beginning, or from where an earlier one stopped."""
        script = self.script(contact)
        earlier = self._answers(contact.id) if script.resume else {}
        return Conversation(script, self._values(contact), contact.verification_failures, earlier)

    def first_connect(self, contact: Contact) -> ConnectStep | None:
        """The step whose whisper operators hear that are called for it first; None: none is come to."""
        return first_connect(self.script(contact), self._values(contact))

    def texts(self, contact: Contact) -> Mapping[str, Text]:
        """Every text that the call could need; each holds just the values that it speaks.

        Raises Unspeakable when the campaign no longer speaks the contact's language.
        """
        return contact_texts(self.script(contact), contact, self._house(contact.language))

    def _values(self, contact: Contact) -> Mapping[str, str]:
        return contact_values(contact, self._house(contact.language))

    def _house(self, language: str) -> Mapping[str, str]:
        return {"institution": self._institution.get(language, ""), "call_back": self._call_back}


def contact_texts(script: Script, contact: Contact, house: Mapping[str, str]) -> Mapping[str, Text]:
    """Every text that a call to this contact could need. Raises Unspeakable."""
    values = contact_values(contact, house)
    return {name: text_of(script, name, contact.language, values) for name in sayable(script, values)}


def contact_values(contact: Contact, house: Mapping[str, str]) -> Mapping[str, str]:
    """What the script knows of the contact; house: who calls, and the number to call back."""
    return {**contact.fields, "full_name": contact.full_name, **house}
