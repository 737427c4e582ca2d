"""What is decided when a contact is closed: `afterwards` in a campaign file."""

from typing import cast, get_args

from campaigns.flows.reader import Node
from campaigns.flows.script import Afterwards, Verdict
from campaigns.flows.verbs.task import read_check, read_urgency
from campaigns.words import CheckVerdict


def read_rules(node: Node) -> tuple[Afterwards | Verdict, ...]:
    """Every rule, in the order of the file."""
    return tuple(rule for entry in node.items() if (rule := _rule(entry)))


def _rule(node: Node) -> Afterwards | Verdict | None:
    node.what = "the rule"
    if "verdict" in node.entries():
        return _verdict(node)
    entries = node.record(required=("when", "task", "urgency"), optional=("details", "check"))
    if not all(key in entries for key in ("when", "task", "urgency")):
        return None
    details = entries["details"].names() if "details" in entries else ()
    check = read_check(entries["check"]) if "check" in entries else ""
    urgency = read_urgency(entries["urgency"])
    return Afterwards(_when(entries["when"]), entries["task"].name(), urgency, details, check, node.line)


def _verdict(node: Node) -> Verdict | None:
    entries = node.record(required=("when", "verdict"))
    if "when" not in entries:
        return None
    verdict = cast(CheckVerdict, entries["verdict"].one_of(get_args(CheckVerdict)))
    return Verdict(_when(entries["when"]), verdict, node.line)


def _when(node: Node) -> dict[str, tuple[str, ...]]:
    return {name: entry.strings() for name, entry in node.entries().items()}
