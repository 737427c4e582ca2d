from collections import Counter

import pytest

from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.run import Conversation
from campaigns.flows.script import Script
from campaigns.flows.turns import Ask, Say, Turn
from campaigns.simulation.callees import Callees, Rates, path_through, variant
from campaigns.simulation.people import variants

SCRIPTS = {name: load_script(path) for name, path in find_scripts(LIBRARY).items()}
HOUSE = {"full_name": "x", "institution": "", "call_back": ""}


def listen(call: Conversation, turn: Turn) -> bool:
    """Hear everything; whether a question was asked."""
    for action in turn.actions:
        if isinstance(action, Say) and action.reported:
            call.heard(action.text)
    return any(isinstance(action, Ask) for action in turn.actions)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_every_shipped_script_can_be_completed(script: Script) -> None:
    for values in variants(script):
        call = Conversation(script, {**values, **HOUSE})
        asked = listen(call, call.begin())
        for keys in path_through(script, {**values, **HOUSE}):
            assert asked
            asked = listen(call, call.keys(keys))
        call.unconnected()
        assert call.outcome in ("completed", "delivered")


def test_choices_are_combined() -> None:
    assert [values["result"] for values in variants(SCRIPTS["covid-results"])] == [
        "negative",
        "positive",
        "inconclusive",
    ]


def test_the_same_seed_draws_the_same_calls() -> None:
    one, same, other = (Callees(seed, [("1", "2")], "9") for seed in (1, 1, 2))
    numbers = [f"+7900{number:07d}" for number in range(50)] * 2
    assert [one[number] for number in numbers] == [same[number] for number in numbers]
    assert [one[number] for number in numbers] != [other[number] for number in numbers]


def test_rates_are_kept() -> None:
    callees = Callees(1, [("1", "2")], "9")
    drawn = [callees[f"+79{number:09d}"] for number in range(4000)]
    ends = Counter(patient.ends for patient in drawn)
    assert ends["no_answer"] / 4000 == pytest.approx(Rates().calls["no_answer"], abs=0.03)
    assert sum(patient.beep_seconds is not None for patient in drawn) / 4000 == pytest.approx(0.08, abs=0.02)
    assert any(patient.keys == ("9",) for patient in drawn)
    assert any(patient.keys == ("1", "2") for patient in drawn)


def test_rates_sum_to_one() -> None:
    rates = Rates()
    assert sum(rates.calls.values()) == pytest.approx(1.0)
    assert sum(rates.persons.values()) == pytest.approx(1.0)


def test_a_number_is_always_the_same_person() -> None:
    drawn = {variant(1, "+79000000001", 3) for _ in range(5)}
    assert len(drawn) == 1
    counted = Counter(variant(1, f"+79{number:09d}", 3) for number in range(1000))
    assert set(counted) == {0, 1, 2}
    assert counted[0] > 700
