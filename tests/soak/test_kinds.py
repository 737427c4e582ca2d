"""The mix of calls of the endurance tests."""

from collections import Counter

from dialer.messages import Answered, Collect, Collected, HangUp, Play, Played
from tests.soak.kinds import KEY, KINDS, PATIENTS, Talk, dealt


def test_a_hundred_calls_hold_each_kind_by_its_share_and_mixed() -> None:
    kinds = dealt()
    assert Counter(kind.name for kind in kinds) == {kind.name: kind.share for kind in KINDS}
    assert len(kinds) == 100
    assert {kind.name for kind in kinds[:10]} == {kind.name for kind in KINDS}
    assert len(PATIENTS) == len(KINDS)


def test_each_kind_is_driven_to_its_end_and_judged() -> None:
    answered = {kind.ours: Talk("c", kind, "p.wav") for kind in KINDS if kind.cause == "answered"}
    assert answered["waits"].reply(Answered("c")) == []
    assert [type(command) for command in answered["asks"].reply(Answered("c"))] == [Play, Collect]
    assert not answered["asks"].as_it_must("answered"), "its key was not caught"
    assert answered["asks"].reply(Collected("c", "question", KEY, "full")) == [HangUp("c")]
    assert answered["asks"].as_it_must("answered")
    answered["speaks"].reply(Answered("c"))
    assert answered["speaks"].reply(Played("c", "prompt", finished=True)) == [HangUp("c")]
    assert not answered["speaks"].as_it_must("media")
