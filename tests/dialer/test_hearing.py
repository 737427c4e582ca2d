"""The beep of an answering machine, heard on the wire, also when the far end falls silent with it."""

import pytest

from dialer.messages import Answered, Dial, Heard
from dialer.pool import LinePool
from dialer.settings import Trunk
from tests.dialer.peer import Behaviour, Call, Peer
from tests.dialer.rig import Rig, settings
from tests.dialer_listen.sounds import Samples, speech, tones
from tests.sipp.g711 import encode

BEEP_AT_SECONDS, BEEP_SECONDS = 0.5, 0.5
RATE_HZ = 8000
HEARD_SECONDS = BEEP_AT_SECONDS + BEEP_SECONDS + 0.5  # after the answer
WORDS_PACKETS = 150  # until the words have been said


def machine(sound: Samples) -> Behaviour:
    return Behaviour(tones=[(BEEP_AT_SECONDS, encode(sound, "PCMA"))])


BEEPS, TALKS = "101", "102"
SAYS = {
    BEEPS: machine(tones([1000], BEEP_SECONDS)),
    TALKS: machine(speech("ru", "Оставьте сообщение после сигнала")),
}


class FallsSilent(Peer):
    """Sends no packet after the beep."""

    def _send(self, call: Call, kind: int, timestamp: int, body: bytes) -> None:
        if timestamp < (BEEP_AT_SECONDS + BEEP_SECONDS) * RATE_HZ:
            super()._send(call, kind, timestamp, body)


@pytest.mark.parametrize("kind", [Peer, FallsSilent])
def test_a_beep_is_told_soon_and_once_and_words_are_not(kind: type[Peer]) -> None:
    with kind(SAYS.__getitem__) as peer:
        pool = LinePool(settings(Trunk("main", peer.uri)))
        pool.start()
        try:
            rig = Rig(pool)
            for name in SAYS:
                pool.send(Dial(name, "main", name, "", 10, 60))
            rig.until(lambda: all(Answered(name) in rig.events for name in SAYS))
            rig.until(lambda: Heard(BEEPS, "beep") in rig.events, HEARD_SECONDS)
            rig.until(lambda: all(len(call.rtp) > WORDS_PACKETS for call in peer.calls.values()))
            assert [event for event in rig.events if isinstance(event, Heard)] == [Heard(BEEPS, "beep")]
        finally:
            pool.stop()
