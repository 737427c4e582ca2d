"""What the scripts and rules say of one contact: may it be called, what may be said, what follows."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import cast

from campaigns.engine.shelf import Shelf
from campaigns.flows.followups import followups
from campaigns.flows.run import Conversation, sayable
from campaigns.flows.script import Script
from campaigns.flows.turns import TaskRaised
from campaigns.models import Contact
from campaigns.rules.due import Candidate, Decision, judge
from campaigns.rules.retries import Next
from campaigns.words import ContactState, Outcome
from prompts.studio import Text, Value, ValueKind


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

    def judge(self, contact: Contact, opted_out: bool, now: datetime) -> Decision:
        """May this contact be called at `now`?"""
        candidate = Candidate(
            contact.time_zone,
            contact.not_before,
            contact.deadline,
            contact.outcome,
            contact.delivered_at is not None,
        )
        return judge(self.script(contact).policy, candidate, opted_out, now)

    def followups(
        self, contact: Contact, state: ContactState, outcome: Outcome | None
    ) -> Sequence[TaskRaised]:
        """Work for humans that remains when the contact is closed."""
        facts = {**contact.fields, **self._answers(contact.id)}
        return followups(self.script(contact), facts, state, outcome)

    def followups_of(self, contact: Contact, following: Next) -> Sequence[TaskRaised]:
        """The same after an attempt; nothing remains while the contact goes on waiting."""
        if following.state == "waiting":
            return ()
        return self.followups(contact, following.state, following.outcome)

    def conversation(self, contact: Contact) -> Conversation:
        """A call to this contact, from its beginning."""
        return Conversation(self.script(contact), self._values(contact), contact.verification_failures)

    def texts(self, contact: Contact) -> Mapping[str, Text]:
        """Every text that the call could need; each holds just the values that it speaks."""
        script, values, language = self.script(contact), self._values(contact), contact.language
        return {name: _text(script, name, language, values) for name in sayable(script, values)}

    def _values(self, contact: Contact) -> Mapping[str, str]:
        return {
            **contact.fields,
            "full_name": contact.full_name,
            "institution": self._institution[contact.language],
            "call_back": self._call_back,
        }


def _text(script: Script, name: str, language: str, values: Mapping[str, str]) -> Text:
    spoken = script.spoken_values(name, language, values)
    return Text(
        language,
        script.texts[name].wording[language],
        {value: Value(cast(ValueKind, kind), raw) for value, (kind, raw) in spoken.items()},
    )
