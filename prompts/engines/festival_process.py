"""One Festival process: commands in, WAV out, with a time limit; nothing that it says touches a disk."""

import os
import select
import subprocess
import time
from contextlib import suppress
from typing import Final

from prompts.errors import EngineError

SENTENCE_SECONDS: Final = 20.0  # two minutes of speech take two; the voice itself one, at the first sentence
END_SECONDS: Final = 2.0
_LONGEST_ANSWER: Final = 64


class FestivalProcess:
    """`festival --pipe`; ends when the pipe from us closes, so also when we die. Its caller holds a lock.

    Scheme goes to its standard input. The WAV comes back in memory that both share, and behind each sentence
    its number through a pipe: after an error Festival goes on with the next command, so the number comes with
    an empty WAV. What it prints may hold the words and is thrown away.
    """

    def __init__(self, program: str, limit_seconds: float = SENTENCE_SECONDS) -> None:
        """Raises EngineError when it does not start."""
        self._limit_seconds = limit_seconds
        self._turn = 0
        self._sound = os.memfd_create("speech")
        self._answers, answers = os.pipe()
        self._say_done = (
            f'(set! done (fopen "/dev/fd/{answers}" "w"))\n(format done "%d\\n")\n(fclose done)\n'
        )
        try:
            self._process = subprocess.Popen(
                [program, "--pipe"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[self._sound, answers],
                start_new_session=True,  # Ctrl-C is ours to handle
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": "/", "LANG": "C.UTF-8"},
            )
        except OSError as error:
            os.close(self._sound)
            os.close(self._answers)
            raise EngineError(f"Festival does not start ({error.strerror}): install it again.") from error
        finally:
            os.close(answers)

    @property
    def pid(self) -> int:
        """The process at work."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it may be asked; what ran out of memory while idle is not."""
        return self._process.poll() is None

    def wav(self, voice: str, words: str) -> bytes:
        """The WAV, empty when Festival fails over the words; they hold no quote and no backslash.

        Raises EngineError when it died or is late; the process is of no more use then.
        """
        self._turn += 1
        os.ftruncate(self._sound, 0)
        spoken = f'(utt.synth (Utterance Text "{words}"))'
        speak = f'({voice})\n(utt.save.wave {spoken} "/dev/fd/{self._sound}" \'riff)\n'
        self._send(speak + self._say_done % self._turn)
        self._await_answer(f"{self._turn}\n".encode())
        return os.pread(self._sound, os.fstat(self._sound).st_size, 0)

    def end(self) -> None:
        """Politely, then by force; once."""
        assert self._process.stdin
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._sound)
        os.close(self._answers)

    def _send(self, commands: str) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(commands.encode())
            self._process.stdin.flush()
        except OSError as error:
            raise EngineError("Festival ended by itself: it is started again.") from error

    def _await_answer(self, expected: bytes) -> None:
        until = time.monotonic() + self._limit_seconds
        heard = b""
        while not heard.endswith(expected):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._answers], [], [], left)[0]:
                raise EngineError(f"Festival did not answer within {self._limit_seconds:g} s and was ended.")
            part = os.read(self._answers, _LONGEST_ANSWER)
            if not part:
                raise EngineError("Festival ended by itself: it is started again.")
            heard += part
