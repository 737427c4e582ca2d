"""A simulated person presses after the robot has spoken and fallen silent, as people do."""

from collections.abc import Iterable, Sequence

import pytest

from dialer.phones.listener import (
    KEY_SECONDS,
    LONGEST_CALL_SECONDS,
    LONGEST_SPEECH_SECONDS,
    MIDDLE_SECONDS,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    HangUp,
    Listener,
    Press,
    Say,
    Speak,
)
from dialer.phones.patients import ANSWER_SECONDS, BEHAVIOURS, CONNECTED, OPERATOR, SAYS, Behaviour, Patient

STEP = 0.02
Sound = tuple[float, bool]  # seconds, loud


def patient(behaviour: str = "confirms", keys: Sequence[str] = ()) -> Patient:
    return Patient("+70000000000", BEHAVIOURS[behaviour], tuple(keys))


def steps(sounds: Iterable[Sound]) -> Iterable[bool]:
    for seconds, loud in sounds:
        for _ in range(round(seconds / STEP)):
            yield loud


def play(listener: Listener, sounds: Iterable[Sound]) -> list[tuple[float, str]]:
    """When and what the person did; "-" is hanging up, "..." is beginning to speak for good."""
    done, now = [], 0.0
    for loud in steps(sounds):
        now += STEP
        action = listener.hear(now, loud)
        if isinstance(action, Press):
            done.append((round(now, 2), action.keys))
        elif isinstance(action, Say):
            done.append((round(now, 2), "said"))
        elif isinstance(action, Speak):
            done.append((round(now, 2), "..."))
        elif isinstance(action, HangUp):
            return [*done, (round(now, 2), "-")]
    return done


def test_presses_once_a_turn_and_only_after_the_pause() -> None:
    listener = Listener(patient(keys=("1", "1984")), now=0.0)
    done = play(listener, [(3.0, True), (0.6, False), (2.0, True), (1.5, False), (2.0, True), (3.0, False)])
    assert [keys for _, keys in done] == ["1", "1984"]
    assert [at for at, _ in done] == pytest.approx([5.6 + PAUSE_SECONDS, 9.1 + PAUSE_SECONDS], abs=0.05)
    assert listener.pressed == ["1", "1984"]


def test_who_is_asked_to_speak_hears_nothing_meanwhile_and_goes_on_then() -> None:
    listener = Listener(patient(keys=("2", SAYS, "1")), now=0.0)
    asked = [(2.0, True), (1.5, False)]
    done = play(listener, [*asked, *asked, (ANSWER_SECONDS - 0.5, True), *asked])
    assert [what for _, what in done] == ["2", "said", "1"]
    assert [at for at, _ in done] == pytest.approx([3.0, 6.5, 15.3], abs=0.05)


def test_the_rest_of_the_old_prompt_is_not_taken_for_the_next() -> None:
    listener = Listener(patient(keys=("12", "3")), now=0.0)
    done = play(listener, [(1.0, True), (1.02, False), (0.2, True), (5.0, False), (1.0, True), (2.0, False)])
    assert [keys for _, keys in done] == ["12", "3"]
    assert done[1][0] > 8.2 + PAUSE_SECONDS - 0.05


def test_a_click_is_no_speech() -> None:
    listener = Listener(patient(keys=("1",)), now=0.0)
    assert play(listener, [(0.1, True), (PATIENCE_SECONDS - 1, False)]) == []


def test_presses_anyway_when_nothing_is_said() -> None:
    ((at, keys),) = play(Listener(patient(keys=("1",)), 0.0), [(PATIENCE_SECONDS + 5, False)])
    assert keys == "1"
    assert at == pytest.approx(PATIENCE_SECONDS, abs=0.05)


def test_presses_at_last_into_endless_speech() -> None:
    ((at, _),) = play(Listener(patient(keys=("1",)), 0.0), [(LONGEST_SPEECH_SECONDS + 5, True)])
    assert at == pytest.approx(LONGEST_SPEECH_SECONDS, abs=0.05)


@pytest.mark.parametrize("behaviour", ["no key", "machine"])
def test_without_keys_the_call_is_left_to_the_caller(behaviour: str) -> None:
    assert play(Listener(patient(behaviour), 0.0), [(30, True), (60, False)]) == []


def test_a_machine_presses_nothing_even_when_its_owner_would() -> None:
    assert play(Listener(patient("machine", ("1",)), 0.0), [(2, True), (30, False)]) == []


def test_nobody_stays_for_ever() -> None:
    ((at, what),) = play(Listener(patient("no key"), 0.0), [(LONGEST_CALL_SECONDS + 5, False)])
    assert what == "-"
    assert at == pytest.approx(LONGEST_CALL_SECONDS, abs=0.05)


def test_hangs_up_in_the_middle_of_what_is_said() -> None:
    listener = Listener(patient("hangs up", ("1",)), 0.0)
    done = play(listener, [(2.0, True), (1.5, False), (10.0, True)])
    assert [what for _, what in done] == ["1", "-"]
    assert [at for at, _ in done] == pytest.approx([3.0, 3.5 + MIDDLE_SECONDS], abs=0.05)


def test_hangs_up_at_once_without_keys() -> None:
    ((at, what),) = play(Listener(patient("hangs up"), 0.0), [(0.5, False), (10.0, True)])
    assert what == "-"
    assert at == pytest.approx(0.5 + MIDDLE_SECONDS, abs=0.05)


def test_counts_what_was_heard() -> None:
    listener = Listener(patient(), now=0.0)
    play(listener, [(0.3, False), (2.0, True), (1.0, False), (1.0, True)])
    assert listener.first_speech_seconds == pytest.approx(0.32)
    assert listener.speech_seconds == pytest.approx(3.0, abs=0.05)


def test_a_machine_counts_only_what_it_recorded() -> None:
    listener = Listener(patient("machine"), now=0.0, deaf_seconds=3.0)
    play(listener, [(2.0, True), (2.0, False), (4.0, True)])
    assert listener.first_speech_seconds == pytest.approx(STEP)
    assert listener.speech_seconds == pytest.approx(4.0, abs=0.05)


def test_an_operator_takes_the_call_speaks_and_hangs_up() -> None:
    listener = Listener(Patient("101", OPERATOR, ("1",)), 0.0)
    done = play(listener, [(2.0, True), (3.0, False), (4.0, True), (30.0, False)])
    assert [what for _, what in done] == ["1", "...", "-"]
    begun = 2.0 + PAUSE_SECONDS + KEY_SECONDS
    assert [at for at, _ in done[1:]] == pytest.approx([begun, begun + OPERATOR.talks_seconds], abs=0.05)
    assert listener.heard_in_talk_seconds == pytest.approx(4.0, abs=0.05)
    assert listener.speech_seconds == pytest.approx(6.0, abs=0.05)


@pytest.mark.parametrize(("behaviour", "begins"), [(CONNECTED, [(STEP, "...")]), (BEHAVIOURS["no key"], [])])
def test_who_is_connected_at_once_speaks_until_the_caller_hangs_up(
    behaviour: Behaviour, begins: list[tuple[float, str]]
) -> None:
    listener = Listener(Patient("+70000000000", behaviour), 0.0)
    assert play(listener, [(5.0, True), (60.0, False)]) == begins
    assert (listener.heard_in_talk_seconds > 4.9) == bool(begins)
