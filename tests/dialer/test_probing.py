from dialer.messages import Probed
from dialer.pjsip.probing import PATIENCE_SECONDS, Probing


def sent(now: float = 10.0) -> Probing:
    probing = Probing("t")
    assert probing.ask(now - 1)
    probing.sent(now)
    return probing


def test_a_response_is_told_once_with_its_time() -> None:
    probing = sent(10.0)
    assert probing.over(10.05) == ()
    probing.ended(200, 10.1)
    assert probing.deadline == 10.1
    assert probing.over(10.1) == (Probed("t", 200, 100.0),)
    assert probing.over(20.0) == ()
    assert probing.deadline is None


def test_silence_is_told_as_0_in_time() -> None:
    probing = sent(10.0)
    assert probing.deadline == 10.0 + PATIENCE_SECONDS
    assert probing.over(14.0) == (Probed("t", 0, 4000.0),)
    probing.ended(0, 16.0)
    assert probing.over(20.0) == ()


def test_the_late_end_of_an_earlier_probe_is_not_taken_for_this_one() -> None:
    probing = sent(10.0)
    assert probing.over(14.0)
    assert probing.ask(15.0)
    probing.sent(15.0)
    probing.ended(0, 16.0)  # the library's 408 for the first
    assert probing.over(16.0) == ()
    probing.ended(200, 16.5)
    assert probing.over(16.5) == (Probed("t", 200, 1500.0),)


def test_a_refused_connection_is_told_at_once() -> None:
    probing = sent(10.0)
    probing.ended(0, 10.01)
    assert probing.over(10.01) == (Probed("t", 0, 10.0),)


def test_probes_at_the_same_time_share_one_request_and_are_all_answered() -> None:
    probing = sent(10.0)
    assert not probing.ask(10.5)
    probing.ended(404, 11.0)
    assert probing.over(11.0) == (Probed("t", 404, 1000.0),) * 2


def test_while_the_name_is_looked_up_it_waits_and_its_time_runs() -> None:
    probing = Probing("t")
    assert not probing.waits
    probing.ask(10.0)
    assert probing.waits
    assert probing.over(14.0) == (Probed("t", 0, 4000.0),)
    probing.ask(20.0)
    probing.unsent(20.1)
    assert not probing.waits
    assert probing.over(20.1) == (Probed("t", 0, 100.0),)


def test_at_the_end_nobody_is_left_waiting() -> None:
    probing = sent(10.0)
    probing.give_up(11.0)
    assert probing.over(11.0) == (Probed("t", 0, 1000.0),)
    probing.give_up(12.0)
    assert probing.over(12.0) == ()
