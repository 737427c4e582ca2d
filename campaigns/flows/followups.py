"""The work for humans that is decided when a contact is closed."""

from collections.abc import Mapping

from campaigns.flows.fields import NOT_KNOWN
from campaigns.flows.script import Afterwards, Script
from campaigns.flows.turns import TaskRaised
from campaigns.words import ContactState, Outcome


def followups(
    script: Script, fields: Mapping[str, str], state: ContactState, outcome: Outcome | None
) -> tuple[TaskRaised, ...]:
    """The tasks of every `afterwards` rule that fits, in the order of the script.

    fields: the contact's canonical fields and its stored answers (question -> value), together.
    outcome: None when no call was ever placed. In a rule `none` stands for what is not known.
    """
    facts = {**fields, "state": state, "outcome": outcome or NOT_KNOWN}
    return tuple(
        TaskRaised(rule.reason, rule.urgency, _details(rule, facts))
        for rule in script.afterwards
        if all(facts.get(name, NOT_KNOWN) in accepted for name, accepted in rule.when.items())
    )


def _details(rule: Afterwards, facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, facts[name]) for name in rule.details if name in facts)
