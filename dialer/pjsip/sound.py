"""What one call hears and says: prompts, the other side of a bridge, the recording, the ear for tones."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dialer.call import Life
from dialer.messages import Event, Fault, Play, Played
from dialer.pjsip.bridge import Side
from dialer.pjsip.dictation import Dictation
from dialer.pjsip.hearing import Hearing
from dialer.pjsip.loop import Loop
from dialer.pjsip.playing import NotPlayable, PlayQueue
from dialer.pjsip.recorder import Tape


class Sound:
    """Used from the loop's thread; tells of every prompt how it ended. `side` is for a bridge."""

    def __init__(
        self,
        loop: Loop,
        call: str,
        tell: Callable[[Event], None],
        life: Life,
        port: Callable[[], Any | None],
    ) -> None:
        self._call = call
        self._tell = tell
        self._queue = PlayQueue(loop, call)
        self._tape = Tape(lambda sentence: tell(Fault(call, sentence)))
        self.side = Side(self, life)
        self.hearing = Hearing(loop, call)
        self.dictation = Dictation(call, tell)
        self._port = port
        self._open = False

    @property
    def voice(self) -> Any | None:
        """The call's port, while the far end hears us."""
        return self._port() if self._open else None

    @property
    def ears(self) -> Sequence[Any]:
        """What hears what is said to this call: the far end, and the recording."""
        return [] if (voice := self.voice) is None else [voice, *self._tape.sinks]

    @property
    def silent(self) -> bool:
        """Nothing plays and nothing waits to be played."""
        return self._queue.silent

    # ------------------------------------------------------------ the call's own audio

    def early(self, media: Any) -> None:
        """There is audio from the far end, before the answer too: it is recorded where that was asked for."""
        self._tape.listen_to(media)

    def open(self, media: Any, tones_only: bool, now: float) -> None:
        """The far end hears us, by a port that may be another one than before; `early` was told of it."""
        self.hearing.listen_to(media, tones_only, now)
        self.dictation.listen_to(media)
        self._open = True
        self._connect()

    def pause(self) -> None:
        """The far end does not hear us: prompts stand still where they are."""
        self._open = False
        self._queue.pause()
        self.dictation.pause()
        self.side.rejoin()

    def record(self, path: Path, media: Any | None) -> None:
        """Record both sides from now on, or as soon as there is audio (`media`); only once a call."""
        self._tape.ask(path)
        if media is not None:
            self._tape.listen_to(media)
        if self._open:
            self._connect()

    def close(self) -> None:
        """The call is over."""
        self.hearing.close()
        self._tape.close()

    def finished(self, now: float) -> bool:
        """After `close`: nothing of what was recorded remains to be written."""
        return self.dictation.finished(now) and self._tape.finished()

    def _connect(self) -> None:
        self._queue.connect([*self.ears])
        self.side.rejoin()

    # ------------------------------------------------------------ prompts

    def play(self, play: Play) -> None:
        """Play after what plays, once `start_next` is called; what plays for ever gives way."""
        for cut in self._queue.end_repeats():
            self._tell(Played(self._call, cut.prompt, finished=False))
        self._queue.add(play)

    def start_next(self) -> None:
        """Start what waits, if nothing plays and somebody hears it."""
        while not self._queue.silent:
            try:
                self._queue.start_next()
                return
            except NotPlayable as error:
                self._tell(Fault(self._call, str(error)))
                self._tell(Played(self._call, self._queue.unplayable, finished=False))

    def stop_playing(self) -> None:
        """Stop what plays and forget what waits."""
        for play in self._queue.clear():
            self._tell(Played(self._call, play.prompt, finished=False))

    def ended(self, serial: int) -> Play | None:
        """A player has sent its last sample: what it played, None when that is an old story."""
        return self._queue.ended(serial)
