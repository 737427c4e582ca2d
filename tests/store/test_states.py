"""The states of contacts and campaigns: one table each, obeyed everywhere and drawn in the README."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from campaigns.errors import IllegalMove
from campaigns.models import Contact
from campaigns.store import decisions
from campaigns.store.database import Database
from campaigns.words import CAMPAIGN_MOVES, CONTACT_MOVES, TASK_MOVES, CampaignState, ContactState, TaskState
from tests.store.people import NOW, person

ROOT = Path(__file__).parents[2]
DRAWINGS = re.compile(r"```mermaid\nstateDiagram-v2\n(.*?)```", re.DOTALL)
ARROW = re.compile(r"^ *(\w+|\[\*\]) --> (\w+|\[\*\])(?:: .+)?$", re.MULTILINE)
START_OR_END = "[*]"
HOMES = {"Contact": Path("campaigns/store/decisions.py")}  # where the state of such a row may be written
NEW_ROWS = {Path("campaigns/store/queueing.py")}  # enter contacts in bulk, waiting

STATES: tuple[ContactState, ...] = get_args(ContactState)


def contact_in(state: ContactState) -> Contact:
    return Contact(**vars(person("A")), id=7, state=state, rank=0, queued_at=NOW)


@pytest.mark.parametrize(("before", "to"), list(product(STATES, STATES)))
def test_only_what_the_table_allows_is_done(before: ContactState, to: ContactState) -> None:
    contact = contact_in(before)
    if to in CONTACT_MOVES[before]:
        decisions.move(contact, to)
        assert contact.state == to
        return
    with pytest.raises(IllegalMove, match=f"^Contact number 7 is {before} and cannot become {to}: "):
        decisions.move(contact, to)
    assert contact.state == before


@pytest.mark.parametrize("state", [state for state in STATES if not CONTACT_MOVES[state]])
def test_who_is_closed_is_not_closed_again(db: Database, state: ContactState) -> None:
    contact = contact_in(state)
    contact.outcome = "completed"
    with db.write() as session, pytest.raises(IllegalMove, match="no other state follows"):
        decisions.settle(session, contact, "exhausted", "failed", NOW)
    assert (contact.state, contact.outcome, contact.closed_at) == (state, "completed", None)


def test_the_tables_know_every_state_and_no_other() -> None:
    for moves, states in ((CONTACT_MOVES, STATES), (CAMPAIGN_MOVES, get_args(CampaignState))):
        assert set(moves) == set(states)
        assert {to for legal in moves.values() for to in legal} <= set(states)


TASKS: dict[str, frozenset[str]] = {  # what happens and changes no state is not drawn
    state: frozenset(moves[state] for moves in TASK_MOVES.values() if moves.get(state, state) != state)
    for state in get_args(TaskState)
}


@pytest.mark.parametrize(
    ("place", "moves", "first"),
    [(0, CONTACT_MOVES, "waiting"), (1, CAMPAIGN_MOVES, "draft"), (2, TASKS, "open")],
)
def test_the_readme_draws_the_table(place: int, moves: Mapping[str, frozenset[str]], first: str) -> None:
    drawings = DRAWINGS.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(drawings) == 3, "the README draws the states of contacts, of campaigns, and of tasks"
    drawn = ARROW.findall(drawings[place])
    assert len(drawn) == len(set(drawn)) == len(drawings[place].strip().splitlines()), "each arrow once"
    ends = {(state, START_OR_END) for state, legal in moves.items() if not legal}
    table = {(state, to) for state, legal in moves.items() for to in legal}
    assert set(drawn) == {(START_OR_END, first), *table, *ends}


def test_nobody_else_writes_the_state_of_a_contact() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "campaigns").rglob("*.py"))
        if path.relative_to(ROOT) not in {HOMES["Contact"], *NEW_ROWS}
        for line in writes(path)
    ]
    assert not wrong, "use store.decisions.move"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ('contact.state = "done"', [1]),
        ('x = 1\ncontact.outcome, contact.state = None, "done"', [2]),
        ('update(Contact).where(a).values(leased=False, state="done")', [1]),
        ('update(Contact).values({"state": "done"})', [1]),
        ('Contact(id=1, state="done")', [1]),
        ('if contact.state == "done":\n    campaign.state = "done"', []),
        ('task.state, select(Contact).where(Contact.state == "done")', []),
    ],
)
def test_a_write_is_noticed(code: str, lines: list[int], tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text(code)
    assert list(writes(path)) == lines


def writes(path: Path) -> Iterator[int]:
    """The lines of a file that write the state of a contact, as far as names tell."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Assign(targets=targets) if any(map(_is_state, targets)):
                yield node.lineno
            case ast.Call(func=ast.Name("Contact"), keywords=keywords) if _names_state(keywords, ()):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="values") as what, args=args, keywords=keywords):
                if "Contact" in ast.dump(what) and _names_state(keywords, args):
                    yield node.lineno


def _is_state(target: ast.expr) -> bool:
    match target:
        case ast.Tuple(elts=targets):
            return any(map(_is_state, targets))
        case ast.Attribute(value=ast.Name(name), attr="state"):
            return "contact" in name
    return False


def _names_state(keywords: list[ast.keyword], args: list[ast.expr] | tuple[()]) -> bool:
    keys = [key for arg in args if isinstance(arg, ast.Dict) for key in arg.keys]
    named = any(isinstance(key, ast.Constant) and key.value == "state" for key in keys)
    return named or any(keyword.arg == "state" for keyword in keywords)
