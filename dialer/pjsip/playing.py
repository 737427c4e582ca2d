"""What is played into one call: a queue of prompts, chained from the loop when one reaches its end."""

import collections
import wave
from typing import Any

from dialer.messages import Play
from dialer.pjsip.library import pj
from dialer.pjsip.lifetime import disconnect
from dialer.pjsip.loop import Loop, guarded

END_OF_FILE = "end of file"
PLAYABLE_RATES_HZ = frozenset({8000, 12000, 16000, 22050, 24000, 32000, 44100, 48000})  # 11,025 Hz aborts


class NotPlayable(Exception):
    """The prompt is no file that the library can play; the message is one plain sentence."""


class PromptPlayer(pj.AudioMediaPlayer):  # type: ignore[misc]
    """One playing of one file; posts `(END_OF_FILE, key, serial)` after its last sample was sent."""

    def __init__(self, loop: Loop, key: str, serial: int) -> None:
        super().__init__()
        self.loop = loop
        self.key = key
        self.serial = serial

    @guarded
    def onEof2(self) -> None:  # noqa: N802
        self.loop.post(END_OF_FILE, self.key, self.serial)


class PlayQueue:
    """The prompts of one call. `sinks` are the call's audio and, when it is recorded, the recorder."""

    def __init__(self, loop: Loop, key: str) -> None:
        self._loop = loop
        self._key = key
        self._waiting: collections.deque[Play] = collections.deque()
        self._player: PromptPlayer | None = None
        self._playing: Play | None = None
        self._serial = 0
        self.unplayable = ""  # the prompt that the last NotPlayable was about
        self._sinks: list[Any] = []

    @property
    def silent(self) -> bool:
        """Nothing plays and nothing waits."""
        return self._player is None and not self._waiting

    def connect(self, sinks: list[Any]) -> None:
        """From now on play into these; what plays goes on into them."""
        self._sinks = sinks
        if self._player is not None:
            for sink in sinks:
                self._player.startTransmit(sink)

    def pause(self) -> None:
        """Nobody hears us: what plays stands still where it is until `connect`, and nothing is started.

        A player without listeners is not read by the bridge.
        """
        sinks, self._sinks = self._sinks, []
        if self._player is not None:
            for sink in sinks:
                disconnect(self._player, sink)

    def add(self, play: Play) -> None:
        """Play this after the rest; `start_next` begins it."""
        self._waiting.append(play)

    def start_next(self) -> Play | None:
        """Start what waits, if nothing plays. Raises NotPlayable after removing it; call again then."""
        if self._player is not None or not self._waiting or not self._sinks:
            return None
        play = self._waiting.popleft()
        self._serial += 1
        self._playing, self._player = play, self._open(play)
        for sink in self._sinks:
            self._player.startTransmit(sink)
        return play

    def _open(self, play: Play) -> PromptPlayer:
        self._playing, self.unplayable = None, play.prompt
        check_playable(play.path)
        player = PromptPlayer(self._loop, self._key, self._serial)
        try:
            player.createPlayer(play.path, 0 if play.repeat else pj.PJMEDIA_FILE_NO_LOOP)
        except pj.Error as error:
            raise NotPlayable(f"A prompt was not played: {error.reason or 'unknown reason'}.") from None
        return player

    def ended(self, serial: int) -> Play | None:
        """The player with this serial came to its end; None when that is an old story, or it begins again."""
        if self._player is None or serial != self._serial or (self._playing and self._playing.repeat):
            return None
        return self._retire()

    def end_repeats(self) -> list[Play]:
        """Stop what plays for ever, for there is something else to be played; returns it, if any."""
        waiting = [play for play in self._waiting if play.repeat]
        self._waiting = collections.deque(play for play in self._waiting if not play.repeat)
        if self._playing is None or not self._playing.repeat:
            return waiting
        current = self._retire()
        return waiting if current is None else [current, *waiting]

    def clear(self) -> list[Play]:
        """Stop and forget everything; returns what did not come to its end, in order."""
        cut = [] if (current := self._retire()) is None else [current]
        cut += self._waiting
        self._waiting.clear()
        return cut

    def _retire(self) -> Play | None:
        """Every player ends here: stopped, and destroyed a moment later."""
        playing, self._playing = self._playing, None
        if self._player is not None:
            self._loop.grave.retire(self._player, *self._sinks)
            self._player = None
        return playing


def check_playable(path: str) -> None:
    """Raises NotPlayable; some files would abort the library or run for ever."""
    try:
        with wave.open(path, "rb") as file:
            rate_hz, width, channels = file.getframerate(), file.getsampwidth(), file.getnchannels()
    except (OSError, EOFError, wave.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no PCM WAV file"
        raise NotPlayable(f"A prompt was not played: {reason}.") from None
    if rate_hz not in PLAYABLE_RATES_HZ or width != 2 or channels != 1:
        raise NotPlayable(
            f"A prompt was not played: it has {rate_hz} Hz, {width * 8} bit, {channels} channels; "
            "make it 8000 Hz, 16 bit, mono."
        )
