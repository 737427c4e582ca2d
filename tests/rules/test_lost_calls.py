"""Events of an inbound queue's log, folded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.lost_calls import (
    UNENDED,
    AgentNow,
    Connected,
    Entered,
    Event,
    Fold,
    Folded,
    Left,
    Loss,
    Lost,
    OpenCall,
    Restarted,
    fate_of,
)
from campaigns.words import LostCallFate

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
ANNA, IVAN = "+79123456789", "+79123456780"


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def entered(
    key: str, seconds: float, phone: str = ANNA, queue: str = "desk", withheld: bool = False
) -> Entered:
    return Entered(key, queue, phone, withheld, at(seconds))


def abandoned(key: str, seconds: float, waited: float | None = 30.0, queue: str = "desk") -> Lost:
    return Lost(key, queue, "ABANDON", waited, at(seconds))


def folded(*events: Event, open_calls: dict[str, OpenCall] | None = None) -> Folded:
    fold = Fold(open_calls or {})
    for event in events:
        fold.take(event)
    return fold.done()


def test_a_loss_is_joined_with_the_caller_by_the_id_of_the_call() -> None:
    result = folded(
        entered("1", 0), entered("2", 5, IVAN), abandoned("1", 40, 40.0), abandoned("2", 50, 45.0)
    )
    assert [(loss.phone, loss.lost_at, loss.waited_seconds) for loss in result.losses] == [
        (ANNA, at(40), 40.0),
        (IVAN, at(50), 45.0),
    ]
    assert result.open_calls == {}
    assert result.last_event_at == at(50)


def test_what_the_log_does_not_say_of_the_wait_is_measured() -> None:
    (loss,) = folded(entered("1", 0), abandoned("1", 33, None)).losses
    assert loss.waited_seconds == 33.0
    (loss,) = folded(entered("1", 60), abandoned("1", 33, None)).losses  # the clock went back
    assert loss.waited_seconds == 0.0


@pytest.mark.parametrize(
    ("events", "got_through"),
    [
        ([entered("1", 0), abandoned("1", 9), entered("2", 20), Connected("2", "desk", "A", at(30))], [True]),
        (  # in another queue
            [
                entered("1", 0),
                abandoned("1", 9),
                entered("2", 20, queue="b"),
                Connected("2", "b", "A", at(30)),
            ],
            [True],
        ),
        (  # before it was lost
            [entered("1", 0), Connected("1", "desk", "A", at(5)), entered("2", 20), abandoned("2", 30)],
            [False],
        ),
        (
            [entered("1", 0), abandoned("1", 9), entered("2", 20, IVAN), Connected("2", "desk", "A", at(30))],
            [False],
        ),
        (  # the order of the log holds, not its clock
            [entered("1", 0), abandoned("1", 9), entered("2", -90), Connected("2", "desk", "A", at(-80))],
            [True],
        ),
        (
            [
                *(entered("1", 0), abandoned("1", 9), entered("2", 20), Connected("2", "desk", "A", at(30))),
                *(Left("2", at(60)), entered("3", 90), abandoned("3", 99)),
            ],
            [True, False],
        ),
    ],
)
def test_who_got_through_later_is_known(events: list[Event], got_through: list[bool]) -> None:
    assert [loss.got_through for loss in folded(*events).losses] == got_through


def test_a_number_that_was_connected_is_told_with_the_last_time() -> None:
    result = folded(
        *(entered("1", 0), Connected("1", "desk", "A", at(5)), Left("1", at(9))),
        *(
            entered("2", 20),
            Connected("2", "desk", "A", at(25)),
            entered("3", 30, ""),
            Connected("3", "d", "B", at(31)),
        ),
    )
    assert result.reached == {ANNA: at(25)}
    back = folded(
        *(entered("1", 0), Connected("1", "desk", "A", at(25)), Left("1", at(26))),
        *(entered("2", -99), Connected("2", "desk", "A", at(-90))),
    )
    assert back.reached == {ANNA: at(25)}  # the clock went back


def test_a_call_that_waits_is_handed_on_to_the_next_reading() -> None:
    first = folded(entered("1", 0), entered("2", 1, "", withheld=True))
    assert first.open_calls == {
        "1": OpenCall("desk", ANNA, False, at(0)),
        "2": OpenCall("desk", "", True, at(1)),
    }
    second = folded(abandoned("1", 50), abandoned("2", 51), open_calls=dict(first.open_calls))
    assert [(loss.phone, loss.withheld) for loss in second.losses] == [(ANNA, False), ("", True)]


def test_in_pieces_or_at_once_it_comes_to_the_same() -> None:
    events: list[Event] = [
        entered("1", 0),
        entered("2", 3, IVAN),
        Connected("2", "desk", "A", at(9)),
        abandoned("1", 12),
        Left("2", at(30)),
        entered("3", 40, IVAN),
        Lost("3", "desk", "EXITEMPTY", 0.0, at(41), False),
    ]
    losses: list[Loss] = []
    still_open: dict[str, OpenCall] = {}
    for event in events:
        piece = folded(event, open_calls=still_open)
        losses += piece.losses
        still_open = dict(piece.open_calls)
    assert tuple(losses) == folded(*events).losses
    assert still_open == {}


_KEYS, _AGENTS, _SECONDS = st.sampled_from("123"), st.sampled_from("AB"), st.integers(0, 3600).map(at)
_EVENTS = st.one_of(
    st.builds(Entered, _KEYS, st.just("desk"), st.sampled_from([ANNA, IVAN, ""]), st.booleans(), _SECONDS),
    st.builds(Connected, _KEYS, st.just("desk"), _AGENTS, _SECONDS),
    st.builds(Left, _KEYS, _SECONDS),
    st.builds(Lost, _KEYS, st.just("desk"), st.just("ABANDON"), st.none(), _SECONDS),
    st.builds(Restarted, st.just("QUEUESTART"), _SECONDS),
)


@given(st.lists(st.lists(_EVENTS, max_size=6), max_size=6))
def test_wherever_a_log_is_cut_nothing_is_lost_or_counted_twice(pieces: list[list[Event]]) -> None:
    losses: list[Loss] = []
    agents: dict[str, AgentNow] = {}
    still_open: dict[str, OpenCall] = {}
    for piece in pieces:
        part = folded(*piece, open_calls=still_open)
        losses += part.losses
        agents |= part.agents
        still_open = dict(part.open_calls)
    whole = folded(*(event for piece in pieces for event in piece))
    assert [replace(loss, got_through=False) for loss in losses] == [
        replace(loss, got_through=False) for loss in whole.losses
    ]
    assert (still_open, agents) == (whole.open_calls, whole.agents)
    talking = {call.agent for call in still_open.values() if call.agent}
    assert {name for name, now in agents.items() if now.call} <= talking


@pytest.mark.parametrize(
    ("events", "agents"),
    [
        ([entered("1", 0), Connected("1", "desk", "A", at(5))], {"A": AgentNow("1", at(5))}),
        (
            [entered("1", 0), Connected("1", "desk", "A", at(5)), Left("1", at(60))],
            {"A": AgentNow("", at(60))},
        ),
        (  # the end of the first call came late, or not at all
            [Connected("1", "desk", "A", at(5)), Connected("2", "desk", "A", at(9)), Left("1", at(10))],
            {"A": AgentNow("2", at(9))},
        ),
        (  # handed on to another queue
            [Connected("1", "desk", "A", at(5)), entered("1", 30, queue="doctors")],
            {"A": AgentNow("", at(30))},
        ),
        ([Connected("1", "desk", "A", at(5)), Restarted("QUEUESTART", at(9))], {"A": AgentNow("", at(9))}),
        ([Connected("1", "desk", "", at(5))], {}),
        ([entered("1", 0), abandoned("1", 9)], {}),
    ],
)
def test_the_log_says_who_talks(events: list[Event], agents: dict[str, AgentNow]) -> None:
    assert folded(*events).agents == agents


def test_a_restart_loses_who_waited() -> None:
    result = folded(
        *(entered("1", 0), entered("2", 5, IVAN), Connected("2", "desk", "A", at(9))),
        Restarted("QUEUESTART", at(60)),
    )
    (loss,) = result.losses
    assert (loss.phone, loss.how, loss.waited_seconds, loss.hung_up) == (ANNA, "QUEUESTART", 60.0, False)
    assert result.open_calls == {}


def test_a_call_whose_end_is_missing_ends_some_time() -> None:
    result = folded(
        *(entered("1", 0), entered("2", 1, IVAN), Connected("2", "desk", "A", at(2))),
        entered("3", 7 * 3600, "+79123456781"),
    )
    assert [(loss.phone, loss.how) for loss in result.losses] == [(ANNA, UNENDED)]
    assert list(result.open_calls) == ["3"]
    assert result.agents["A"].call == ""


def test_a_loss_whose_beginning_was_not_read_counts() -> None:
    (loss,) = folded(abandoned("1", 40)).losses
    assert (loss.phone, loss.withheld, loss.queue) == ("", False, "desk")


def test_a_call_handed_on_without_its_number_keeps_it() -> None:
    (loss,) = folded(
        entered("1", 0), entered("1", 20, "", "doctors", withheld=True), abandoned("1", 50)
    ).losses
    assert (loss.phone, loss.withheld) == (ANNA, False)


def test_each_stay_in_a_queue_that_is_lost_has_a_key_of_its_own() -> None:
    timeout = Lost("1", "desk", "EXITWITHTIMEOUT", 60.0, at(60), False)
    losses = folded(
        entered("1", 0), timeout, entered("1", 61, queue="b"), abandoned("1", 99, queue="b")
    ).losses
    assert len({loss.key for loss in losses}) == 2


LOSS = Loss("1 desk 0", "desk", ANNA, False, NINE, 40.0, "ABANDON")


@pytest.mark.parametrize(
    ("loss", "hours_later", "fate"),
    [
        (LOSS, 1, "callback"),
        (replace(LOSS, waited_seconds=4.9), 1, "misdial"),
        (replace(LOSS, waited_seconds=5.0), 1, "callback"),
        (replace(LOSS, waited_seconds=0.0, how="EXITEMPTY", hung_up=False), 1, "callback"),
        (replace(LOSS, phone="", withheld=True), 1, "withheld"),
        (replace(LOSS, phone="", withheld=True, waited_seconds=1.0), 1, "misdial"),
        (replace(LOSS, phone=""), 1, "unusable"),
        (replace(LOSS, got_through=True), 30, "got_through"),
        (LOSS, 23.9, "callback"),
        (LOSS, 24, "too_late"),
    ],
)
def test_each_loss_has_one_fate(loss: Loss, hours_later: float, fate: LostCallFate) -> None:
    assert fate_of(loss, timedelta(hours=24), NINE + timedelta(hours=hours_later)) == fate
