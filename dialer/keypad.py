"""The keypad of one call: presses as the wire carries them in, answers to questions out (pure)."""

from dataclasses import dataclass, replace

from dialer.digits import LATE_END_KEY_SECONDS, KeyCollector, KeyPacket, Keys, Presses
from dialer.listening import Listening
from dialer.messages import Collect, Collected, Listen, Listened

MOST_EARLY_KEYS = 32  # nobody types further ahead; what comes after is dropped


@dataclass(frozen=True)
class Heeded:
    """What a press, a new question or the time has brought."""

    pressed: bool = False  # a key was pressed: there is somebody
    counted: bool = False  # it answers the question: what plays has to stop
    collected: Collected | Listened | None = None  # the question has ended


class Keypad:
    """The presses and the questions of one call; `now` is monotonic seconds.

    The times of a question run only while nothing plays (first key) and the far end does not hold us.
    Keys that come while no question runs wait for the next one, which counts or drops them; so do those
    that are left over when a question had enough of them. Whoever is listened to is asked a question too,
    which any key ends.
    """

    def __init__(self, call: str) -> None:
        self._call = call
        self._presses = Presses()
        self._collect: Collect | None = None
        self._collector: KeyCollector | None = None
        self._listening: Listening | None = None
        self._early = ""
        self._late_end_key, self._late_until = "", 0.0
        self._held = False

    @property
    def asking(self) -> bool:
        """A question runs, or somebody is listened to."""
        return self._collector is not None or self._listening is not None

    @property
    def hears(self) -> bool:
        """Somebody is listened to, and nothing plays any more."""
        return self._listening is not None and self._listening.begun

    @property
    def deadline(self) -> float | None:
        """When `expire` has something to do."""
        runs = self._collector or self._listening
        return None if runs is None else runs.deadline

    def packet(self, packet: KeyPacket, now: float) -> Heeded:
        """The wire has carried a piece of a press, by whatever way; only its first piece is a press."""
        return self.press(packet.key, now) if self._presses.fresh(packet, now) else Heeded()

    def press(self, key: str, now: float) -> Heeded:
        """A key was pressed."""
        if self._listening is not None and not self._is_late(key, now):
            return Heeded(True, True, self._listened(now, key))
        collector = self._collector
        if collector is None:
            self._keep(key, now)
            return Heeded(pressed=True)
        if not collector.counts(key, now):
            return Heeded(pressed=True)
        return Heeded(True, True, self._answer(collector.press(key, now), now))

    def ask(self, collect: Collect, now: float) -> Heeded:
        """Begin a question; one that runs is replaced. Early keys may answer it at once."""
        early, self._early = self._early if collect.early_keys else "", ""
        self._collect, self._listening = collect, None
        self._collector = collector = KeyCollector(
            collect.max_keys,
            collect.end_key,
            collect.first_key_seconds,
            collect.next_key_seconds,
            self._late_end_key,
            self._late_until,
            collect.escape_key,
        )
        if self._held:
            collector.hold(now)
        return self._heed_early(collector, early, now)

    def listen(self, listen: Listen, now: float, lag_seconds: float = 0.0) -> None:
        """Listen to the person once nothing plays; what is asked now is replaced, early keys are dropped.

        lag_seconds: see `Listening`.
        """
        self._collect = self._collector = None
        self._early = ""
        self._listening = Listening(listen, lag_seconds)
        if self._held:
            self._listening.hold(now)

    def voice(self, seconds: float) -> None:
        """Whoever is listened to was heard last so long after the beginning."""
        if self._listening is not None:
            self._listening.voice(seconds)

    def unhear(self, now: float) -> Listened | None:
        """Whoever is listened to is a machine: nobody has spoken."""
        told = self._listened(now, "")
        return told and replace(told, voice_seconds=0.0)

    def leave(self, now: float) -> Listened | None:
        """The call is over: what was said until then, where somebody was listened to."""
        told = self._listened(now, "") if self.hears else None
        return told and replace(told, left=True)

    def playing(self, sound: bool, now: float) -> None:
        """Whether something plays, or waits to be played."""
        if self._listening is not None and not sound:
            self._listening.begin(now)
        if self._collector is None:
            return
        if sound:
            self._collector.sound()
        elif not self._collector.timing:
            self._collector.silence(now)

    def hold(self, now: float) -> None:
        """The far end holds us: the times of the question stand still; again does nothing."""
        self._held = True
        for runs in (self._collector, self._listening):
            if runs is not None:
                runs.hold(now)

    def resume(self, now: float) -> None:
        """The far end took us back: the times go on where they were."""
        self._held = False
        for runs in (self._collector, self._listening):
            if runs is not None:
                runs.resume(now)

    def expire(self, now: float) -> Collected | Listened | None:
        """Time has passed; the question may have ended for want of keys, or enough was said."""
        if self._listening is not None:
            due = self._listening.deadline
            return None if due is None or now < due else self._listened(now, "")
        return None if self._collector is None else self._answer(self._collector.expire(now), now)

    # ------------------------------------------------------------ inside

    def _keep(self, key: str, now: float) -> None:
        late = not self._early and self._is_late(key, now)
        if not late and len(self._early) < MOST_EARLY_KEYS:
            self._early += key

    def _is_late(self, key: str, now: float) -> bool:
        """It ended the question before, which was full already."""
        return key == self._late_end_key and now < self._late_until

    def _listened(self, now: float, key: str) -> Listened | None:
        listening, self._listening = self._listening, None
        return None if listening is None else listening.ended(now, key)

    def _heed_early(self, collector: KeyCollector, early: str, now: float) -> Heeded:
        counted = False
        for place, key in enumerate(early, 1):
            counts = collector.counts(key, now)
            counted = counted or counts
            ended = collector.press(key, now) if counts else None
            if ended is not None:
                rest = early[place:]
                self._early = rest.removeprefix(collector.end_key) if ended.ended_by == "full" else rest
                return Heeded(counted=True, collected=self._answer(ended, now))
        return Heeded(counted=counted)

    def _answer(self, keys: Keys | None, now: float) -> Collected | None:
        if keys is None or self._collect is None:
            return None
        question, end_key = self._collect.question, self._collect.end_key
        self._collect = self._collector = None
        if keys.ended_by == "full":
            self._late_end_key, self._late_until = end_key, now + LATE_END_KEY_SECONDS
        return Collected(self._call, question, keys.keys, keys.ended_by)
