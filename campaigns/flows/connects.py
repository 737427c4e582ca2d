"""How a campaign connects people with operators: `connect` in the policy of a campaign file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast, get_args

from campaigns.flows.reader import Node
from campaigns.flows.times import in_words, read_duration
from campaigns.rules.policy import Connect
from campaigns.words import ConnectMode, Pacing

MOST_ABANDONED_PERCENT = 3  # over 24 h: what the strictest regulators let pass
WAITS: Mapping[str, tuple[timedelta, timedelta]] = {
    "answer": (timedelta(seconds=5), timedelta(seconds=60)),  # shorter is no ringing, longer is no operator
    "wrap_up": (timedelta(seconds=1), timedelta(hours=1)),
    "patience": (timedelta(seconds=5), timedelta(minutes=5)),  # nobody listens longer to a tune
}
"""Shortest and longest, both included."""
_NAMES = ("mode", "pacing", "groups", *WAITS, "abandoned", "transfer")


def read_connect(node: Node) -> Connect:
    """The rules of connecting, as usual where the file says nothing; complaints about what cannot be."""
    entries = node.record(required=("mode",), optional=_NAMES[1:])
    found = Connect()
    if "mode" in entries:
        found = replace(found, mode=cast(ConnectMode, entries["mode"].one_of(get_args(ConnectMode))))
    if "pacing" in entries:
        found = replace(found, pacing=cast(Pacing, entries["pacing"].one_of(get_args(Pacing))))
    if "groups" in entries:
        found = replace(found, groups=_groups(entries["groups"]))
    if "abandoned" in entries:
        found = replace(found, abandoned=entries["abandoned"].share(1, MOST_ABANDONED_PERCENT))
    if "transfer" in entries:
        found = replace(found, transfer=entries["transfer"].yes_no())
    waits = {name: _wait(entries[name], name) for name in WAITS if name in entries}
    found = replace(
        found,
        answer=waits.get("answer", found.answer),
        wrap_up=waits.get("wrap_up", found.wrap_up),
        patience=waits.get("patience", found.patience),
    )
    _contradictions(found, entries)
    return found


def _groups(node: Node) -> tuple[str, ...]:
    names = node.strings()
    for name in sorted({name for name in names if names.count(name) > 1}):
        node.complain(f'groups has "{name}" twice: write each group once, in the order of their turn')
    if node.value == []:
        node.complain("groups is an empty list: name groups of operators, or leave it out for all of them")
    return names


def _wait(node: Node, name: str) -> timedelta:
    least, most = WAITS[name]
    wait = read_duration(node)
    if wait is not None and not least <= wait <= most:
        node.complain(f"{node.what} must be from {in_words(least)} to {in_words(most)}")
    return wait or least


def _contradictions(connect: Connect, entries: Mapping[str, Node]) -> None:
    """What reads well and cannot be meant."""
    if "pacing" in entries and connect.mode != "patient_first":
        entries["pacing"].complain(f"pacing is for mode: patient_first, and this one is {connect.mode}")
    if "abandoned" in entries and connect.pacing != "predictive":
        entries["abandoned"].complain("abandoned is the cap of pacing: predictive: write that as well")
    if connect.transfer and connect.mode == "operator_first":
        entries["transfer"].complain(
            "transfer hands a patient over, but with operator_first the operator is there before the patient"
        )
    if connect.patience < connect.answer:
        entries.get("patience", entries.get("answer", entries["mode"])).complain(
            f"patience is {in_words(connect.patience)}, shorter than the {in_words(connect.answer)} "
            "that an operator's phone rings (answer)"
        )
