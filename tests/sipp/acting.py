"""Turns the steps of a far end into scenario text, and what it plays into pcap files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import assert_never
from xml.sax.saxutils import quoteattr

from tests.sipp.acts import (
    Acts,
    Gap,
    HangsUp,
    Loses,
    Media,
    Plays,
    PlaysDtmf,
    Press,
    Receives,
    Requests,
    Responds,
    Silence,
    Sound,
    Step,
    Tones,
    Vanishes,
    Waits,
)
from tests.sipp.rtp_pcap import RtpTalk
from tests.sipp.sip_text import PATIENCE_MS, accept, content, log, request, respond, sdp, wait_for


def steps_of(acts: Acts, number: int, folder: Path) -> Iterator[str]:
    """The scenario text for the patients of this group; pcap files are written into `folder`."""
    yield from _Stage(number, folder).all(acts.steps)


class _Stage:
    def __init__(self, number: int, folder: Path) -> None:
        self._number = number
        self._folder = folder
        self._talk = RtpTalk(ssrc=0x1000 + number)
        self._answered = False
        self._cseq = 0
        self._label = 1  # the version of the first SDP, too

    def all(self, steps: Sequence[Step]) -> Iterator[str]:
        for step in steps:
            yield from self._one(step)
        if not isinstance(steps[-1], HangsUp | Vanishes):
            yield from self._wait(PATIENCE_MS)

    def _one(self, step: Step) -> Iterator[str]:
        match step:
            case Responds():
                yield from self._responds(step)
            case Receives():
                yield from _receives(step)
            case Loses():
                yield from self._loses(step)
            case Requests():
                yield from self._requests(step)
            case Waits():
                yield from self._wait(step.milliseconds)
            case Plays():
                path = quoteattr(str(self._pcap(step)))
                yield f"<nop><action><exec play_pcap_audio={path}/></action></nop>"
            case PlaysDtmf():
                yield f'<nop><action><exec play_dtmf="{step.keys}"/></action></nop>'
            case HangsUp():
                yield log("hangs up")
                yield request("BYE", self._next_cseq(), step.headers)
                yield '<recv request="ACK" optional="true"/>\n<recv response="200" next="end"/>'
            case Vanishes():
                yield f'<recv request="MESSAGE" timeout="{PATIENCE_MS}" ontimeout="end" next="end"/>'
            case _:
                assert_never(step)

    def _responds(self, step: Responds) -> Iterator[str]:
        if step.media is not None:
            self._talk.codec = step.media.codec
            self._talk.event_type = step.media.event_type or self._talk.event_type
        self._answered = self._answered or step.status == 200
        yield log(f"responded {step.status}")
        yield respond(step)
        if step.status >= 300:
            yield '<recv request="ACK" next="end"/>'

    def _loses(self, step: Loses) -> Iterator[str]:
        label, patience = f"{self._number}step{self._next_label()}", f'timeout="{step.milliseconds}"'
        yield f'<recv request="{step.method}" lost="100" {patience} ontimeout="{label}"/>'
        yield f'<label id="{label}"/>'

    def _requests(self, step: Requests) -> Iterator[str]:
        cseq = self._next_cseq()
        yield request(step.method, cseq, step.headers, self._body(step.media, step.content))
        yield '<recv response="100" optional="true"/>'
        yield f'<recv response="{step.status}"/>'
        if step.method == "INVITE":
            yield request("ACK", cseq, (), self._body(step.ack_media))
        yield log(f"{step.method} {step.status}")

    def _body(self, media: Media | None, other: tuple[str, str] | None = None) -> str:
        if media is not None:
            return content(sdp(media, self._next_label()))
        return content(other[1], other[0]) if other is not None else ""

    def _wait(self, milliseconds: int) -> Iterator[str]:
        label = f"{self._number}step{self._next_label()}"
        last = milliseconds >= PATIENCE_MS
        end, then = ("BYE", "hung_up") if self._answered else ("CANCEL", "cancelled")
        yield wait_for(end, milliseconds, then, "end" if last else label)
        if not last:
            yield f'<label id="{label}"/>'

    def _pcap(self, step: Plays) -> Path:
        for sound in step.sounds:
            self._sound(sound)
        self._talk.silence(step.then_ms)
        path = self._folder / f"{self._number}_{self._next_label()}.pcap"
        self._talk.cut(path)
        return path

    def _sound(self, sound: Sound) -> None:
        match sound:
            case Silence():
                self._talk.silence(sound.milliseconds, sound.one_lost_of)
            case Gap():
                self._talk.gap(sound.milliseconds)
            case Press():
                self._talk.press_oddly(sound)
            case Tones():
                self._talk.tones(sound)
            case _:
                assert_never(sound)

    def _next_cseq(self) -> int:
        self._cseq += 1
        return self._cseq

    def _next_label(self) -> int:
        self._label += 1
        return self._label


def _receives(step: Receives) -> Iterator[str]:
    optional = ' optional="true"' if step.optional else ""
    yield f'<recv request="{step.method}"{optional}/>'
    yield log(f"received {step.method}")
    if step.answered and step.method != "ACK":
        yield accept()
