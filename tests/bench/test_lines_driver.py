"""What the driver says in a call, and what it counts."""

from collections.abc import Sequence

import pytest

from bench.bare import CALLS_A_PROCESS, shares
from bench.lines_driver import Result, Talk
from bench.lines_plan import Plan, read_plan, write_plan
from dialer.messages import Answered, Collect, Collected, Command, Ended, HangUp, Play, Played

PLAN = Plan(
    trunks=("sip:127.0.0.1:1", "sip:127.0.0.1:2"),
    lines=8,
    calls=10,
    calls_per_second=5.0,
    prompts=("a", "b", "c"),
    keys="12",
    call_seconds=20.0,
    sip_ports=(15500, 15990),
    rtp_ports=(20000, 29999),
)


def ended(answered: bool = True) -> Ended:
    return Ended("c", "answered" if answered else "line_lost", 200, True, answered, 1.0)


def kinds(commands: Sequence[Command]) -> list[type[Command]]:
    return [type(command) for command in commands]


def test_a_key_is_answered_by_the_next_prompt_and_the_last_prompt_by_hanging_up() -> None:
    result = Result()
    talk = Talk(PLAN, "c", result)
    assert kinds(talk.reply(Answered("c"))) == [Play, Collect]
    assert talk.reply(Played("c", "0", finished=False)) == []
    play, _ = talk.reply(Collected("c", "0", "1", "full"))
    assert play == Play("c", "1", "b")
    assert talk.reply(Collected("c", "1", "2", "full")) == [Play("c", "2", "c")]
    assert talk.reply(Played("c", "2", finished=True)) == [HangUp("c")]
    talk.reply(ended())
    assert (result.answered, result.completed, result.keys_caught, result.keys_wrong) == (1, 1, 2, 0)


@pytest.mark.parametrize(("keys", "answered"), [("9", True), ("", True), ("1", False)])
def test_what_goes_wrong_is_not_completed(keys: str, answered: bool) -> None:
    result = Result()
    talk = Talk(PLAN, "c", result)
    talk.reply(Answered("c"))
    talk.reply(Collected("c", "0", keys, "full"))
    talk.reply(ended(answered))
    assert result.completed == 0
    assert result.keys_wrong == (keys != "1")


def test_a_plan_crosses_to_the_driver_unchanged() -> None:
    assert read_plan(write_plan(PLAN)) == PLAN


def test_the_bare_library_places_the_same_calls_evenly() -> None:
    dealt = shares(PLAN, 100.0)
    assert [len(share.uris) for share in dealt] == [4, 3, 3]
    assert max(len(share.uris) for share in dealt) <= CALLS_A_PROCESS
    assert sorted(at for share in dealt for at in share.dial_at) == pytest.approx(
        [100 + n / 5 for n in range(10)]
    )
    assert len({uri for share in dealt for uri in share.uris}) == PLAN.calls
    assert len({share.sip_port for share in dealt}) == len({share.rtp_port for share in dealt}) == 3
