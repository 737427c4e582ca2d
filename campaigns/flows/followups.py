"""The work for humans that is decided when a contact is closed."""

from collections.abc import Mapping

from campaigns.flows.fields import NOT_KNOWN
from campaigns.flows.script import Afterwards, Script, Verdict
from campaigns.flows.turns import TaskChecked, TaskRaised, Work
from campaigns.words import ContactState, Outcome


def followups(
    script: Script,
    fields: Mapping[str, str],
    state: ContactState,
    outcome: Outcome | None,
    delivered: bool | None = None,
) -> tuple[Work, ...]:
    """The tasks of every `afterwards` rule that fits, in the order of the script; then the one verdict.

    fields: the contact's canonical fields and its stored answers (question -> value), together.
    outcome: None when no call was ever placed. In a rule `none` stands for what is not known.
    delivered: whether the contact heard the message, `yes` or `no` in rules; None: as the outcome says.
    A campaign that asks whether a task is solved always gives a verdict: `unknown` where no rule fits that
    asks for something which the person answered.
    """
    heard = outcome in ("completed", "delivered") if delivered is None else delivered
    told = {DELIVERED: "yes" if heard else "no"}
    facts = {**told, **fields, "state": state, "outcome": outcome or NOT_KNOWN}
    raised = tuple(
        TaskRaised(rule.reason, rule.urgency, _details(rule, facts), rule.check)
        for rule in script.afterwards
        if fits(rule, facts)
    )
    if not script.verdicts:
        return raised
    said = fields.keys() - script.fields.keys()
    fitting = [rule.verdict for rule in script.verdicts if said & rule.when.keys() and fits(rule, facts)]
    return (*raised, TaskChecked(fitting[0] if fitting else "unknown"))


def facts_of(script: Script, fields: Mapping[str, str], answers: Mapping[str, str]) -> dict[str, str]:
    """What `followups` is asked with: the fields that the script declares, and the stored answers.

    A contact that was made to ask about a task has the fields of another campaign: what they are called there
    is no answer here.
    """
    return {**{name: value for name, value in fields.items() if name in script.fields}, **answers}


DELIVERED = "delivered"
"""In rules: whether the contact heard the message; a field of the same name goes first."""


def fits(rule: Afterwards | Verdict, facts: Mapping[str, str]) -> bool:
    """Whether a rule fits a closed contact."""
    return all(facts.get(name, NOT_KNOWN) in accepted for name, accepted in rule.when.items())


def _details(rule: Afterwards, facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, facts[name]) for name in rule.details if name in facts)
