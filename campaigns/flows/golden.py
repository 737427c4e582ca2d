"""Golden conversations: calls as YAML that a nurse can read, written down and played again."""

from collections.abc import Mapping
from io import StringIO

from ruamel.yaml import YAML

from campaigns.flows.rehearsal import Exchange, Rehearsal
from campaigns.flows.script import Script

LINE_WIDTH = 4000  # a sentence stays on its line, so that a difference is one line
_PLAIN = YAML(typ="safe")


def golden_text(rehearsal: Rehearsal, title: str) -> str:
    """What was rehearsed, as YAML: who was called, what each side did, what was recorded, what remains."""
    document: dict[str, object] = {
        "title": title,
        "campaign": rehearsal.script.name,
        "language": rehearsal.language,
        "contact": dict(rehearsal.values),
        "talk": [_exchange(exchange) for exchange in rehearsal.exchanges],
        "work if nobody calls again": list(rehearsal.afterwards()),
    }
    out = StringIO()
    yaml = YAML()
    yaml.width = LINE_WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(document, out)
    return out.getvalue()


def replay(script: Script, text: str) -> str:
    """The same calls played again, as YAML; equal to `text` when nothing changed.

    Raises ValueError when the callee does something that is no longer possible.
    """
    document = _PLAIN.load(text)
    rehearsal = Rehearsal(script, document["contact"], document["language"])
    for exchange in document["talk"]:
        rehearsal.play(exchange["callee"])
    return golden_text(rehearsal, document["title"])


def campaign_of(text: str) -> str:
    """The campaign of a golden conversation."""
    return str(_PLAIN.load(text)["campaign"])


def _exchange(exchange: Exchange) -> Mapping[str, object]:
    entry: dict[str, object] = {"callee": exchange.callee}
    if exchange.recorded:
        entry["recorded"] = list(exchange.recorded)
    if exchange.we:
        entry["we"] = list(exchange.we)
    if exchange.ends:
        entry["the call ends"] = exchange.ends
    return entry
