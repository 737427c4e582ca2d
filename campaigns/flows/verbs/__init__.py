"""The verbs of a script, one file each; the first line of a step names its verb."""

from collections.abc import Callable, Mapping
from types import ModuleType

from campaigns.flows.reader import Node
from campaigns.flows.script import Step
from campaigns.flows.verbs import ask, branch, connect, end, record, say, task, verify

MODULES: Mapping[str, ModuleType] = {
    "say": say,
    "ask": ask,
    "record": record,
    "verify": verify,
    "branch": branch,
    "task": task,
    "connect": connect,
    "end": end,
}
"""Each module's docstring holds examples, as whole steps of a script; a test reads and plays them."""

READERS: Mapping[str, Callable[[str, Node], Step | None]] = {
    "say": say.read,
    "ask": ask.read,
    "record": record.read,
    "verify": verify.read,
    "branch": branch.read,
    "task": task.read,
    "connect": connect.read,
    "end": end.read,
}
"""Verb -> reader of such a step; a reader complains and returns None when it cannot make sense of it."""


def read_step(name: str, node: Node) -> Step | None:
    """One step of a script by its verb; None after a complaint."""
    verb = next(iter(node.entries()), "")
    if verb in READERS:
        return READERS[verb](name, node)
    node.complain(f'the step "{name}" must begin with one of the verbs: {", ".join(READERS)}')
    return None
