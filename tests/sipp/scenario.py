"""The SIPp scenario for a set of patients: one XML, which branches on the called number."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tests.sipp.acting import steps_of
from tests.sipp.acts import Acts, Media
from tests.sipp.behaviours import Answers, Behaviour, Challenges, Refuses, Rings, Silent
from tests.sipp.rtp_pcap import RtpTalk
from tests.sipp.sip_text import (
    BYE,
    CANCELLED,
    HUNG_UP,
    LOG_HEAD,
    PATIENCE_MS,
    answer,
    challenge,
    log,
    sdp,
    wait_for,
)

SCENARIO_BYTES = 65_536  # the buffer of SIPp 3.6.1

# A key is logged so long before its first packet: a BYE in answer to it must find SIPp waiting, not logging.
EARLIER_MS = 20


def write_scenario(folder: Path, patients: Mapping[str, Behaviour], otherwise: Behaviour) -> Path:
    """Write `patients.xml` and the pcap files it plays; `patients` maps the user part of the request URI."""
    sections = _Sections(folder)
    groups = _grouped(patients)
    parts = [_receive_invite(groups)]
    parts += [f'<nop next="{number}" test="is{number}"/>' for number in range(len(groups))]
    parts += sections.of(len(groups), otherwise)
    for number, behaviour in enumerate(groups):
        parts += sections.of(number, behaviour)
    parts += [CANCELLED, HUNG_UP, '<label id="end"/>', "<nop/>"]
    labels = _numbered("\n".join(parts))
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="patients">\n{labels}\n</scenario>\n'
    if len(text.encode()) >= SCENARIO_BYTES:
        raise ValueError(f"SIPp reads no scenario of {SCENARIO_BYTES} bytes or more: use two SIPps")
    path = folder / "patients.xml"
    path.write_text(text)
    return path


def _grouped(patients: Mapping[str, Behaviour]) -> dict[Behaviour, list[str]]:
    groups: dict[Behaviour, list[str]] = {}
    for number, behaviour in patients.items():
        groups.setdefault(behaviour, []).append(number)
    return groups


def _numbered(text: str) -> str:
    """SIPp 3.6.1 wants numbers for labels, and stops at a label that is not used."""
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f'{match[1]}="{names.setdefault(match[2], len(names) + 1)}"'

    return re.sub(r'\b(next|ontimeout|label id)="(\w+)"', number, text)


class _Sections:
    """Turns behaviours into scenario text, and their audio into files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, number: int, behaviour: Behaviour) -> Iterator[str]:
        yield f'<label id="{number}"/>'
        match behaviour:
            case Answers():
                yield from self._answers(number, behaviour)
            case Refuses():
                yield from _refuses(number, behaviour)
            case Rings():
                yield answer(180, "Ringing")
                yield wait_for("CANCEL", PATIENCE_MS, "cancelled", "end")
            case Silent():
                yield wait_for("CANCEL", PATIENCE_MS, "cancelled", "end")
            case Challenges():
                yield from self._challenges(number, behaviour)
            case Acts():
                yield from steps_of(behaviour, number, self._folder)

    def _challenges(self, number: int, behaviour: Challenges) -> Iterator[str]:
        yield challenge(behaviour.status)
        yield '<recv request="ACK"/>'
        yield _receive_credentials(number, behaviour)
        yield f'<nop next="{number}right" test="authorized{number}"/>'
        yield challenge(behaviour.status)
        yield f'<recv request="ACK" next="end"/>\n<label id="{number}right"/>'
        yield from self._answers(number, behaviour.then)

    def _answers(self, number: int, behaviour: Answers) -> Iterator[str]:
        offer = sdp(Media(behaviour.codec, behaviour.payload_type))
        early = behaviour.early_media
        yield answer(183, "Session Progress", offer) if early else answer(180, "Ringing")
        yield wait_for("CANCEL", behaviour.ring_ms, "cancelled", f"{number}answer")
        yield f'<label id="{number}answer"/>'
        yield answer(200, "OK", offer, retransmitted=True)
        yield '<recv request="ACK"/>'
        yield log("answered")
        yield from self._presses(number, behaviour)

    def _presses(self, number: int, behaviour: Answers) -> Iterator[str]:
        talk = RtpTalk(behaviour.codec, behaviour.payload_type, ssrc=number + 1)
        said_ms = talk.say(behaviour.speech) if behaviour.speech else 0
        for index, (pause_ms, key) in enumerate(behaviour.keys):
            talk.silence(max(2 * EARLIER_MS, pause_ms - said_ms))
            before_ms = talk.length_ms
            talk.press(key, behaviour.press_ms)
            length_ms = talk.cut(self._folder / f"{number}_{index}.pcap")
            said_ms = length_ms - before_ms
            yield from self._play(f"{number}_{index}.pcap", behaviour)
            yield wait_for("BYE", before_ms - EARLIER_MS, "hung_up", f"{number}press{index}")
            yield f'<label id="{number}press{index}"/>'
            yield log(f"pressed {key}")
            yield wait_for("BYE", said_ms + EARLIER_MS, "hung_up", f"{number}after{index}")
            yield f'<label id="{number}after{index}"/>'
        talk.silence(behaviour.listens_ms)
        talk.cut(self._folder / f"{number}_listening.pcap")
        yield from self._play(f"{number}_listening.pcap", behaviour)
        yield from _ending(number, behaviour)

    def _play(self, name: str, behaviour: Answers) -> Iterator[str]:
        if behaviour.sends_rtp:
            path = quoteattr(str(self._folder / name))
            yield f"<nop><action><exec play_pcap_audio={path}/></action></nop>"


def _ending(number: int, behaviour: Answers) -> Iterator[str]:
    patience_ms = PATIENCE_MS if behaviour.hang_up_ms is None else behaviour.hang_up_ms
    yield wait_for("BYE", patience_ms, "hung_up", f"{number}tired")
    yield f'<label id="{number}tired"/>'
    yield log("hangs up")
    yield BYE
    yield '<recv response="200" next="end"/>'


def _refuses(number: int, behaviour: Refuses) -> Iterator[str]:
    if behaviour.ring_ms is not None:
        yield answer(180, "Ringing")
        yield wait_for("CANCEL", behaviour.ring_ms, "cancelled", f"{number}refuse")
        yield f'<label id="{number}refuse"/>'
    yield log(f"refused {behaviour.status}")
    yield answer(behaviour.status, behaviour.reason, headers=behaviour.headers, retransmitted=True)
    yield '<recv request="ACK" next="end"/>'


def _receive_invite(groups: Mapping[Behaviour, list[str]]) -> str:
    tests = [
        f'<ereg regexp={quoteattr(_uri_pattern(numbers))} search_in="msg" assign_to="is{index}"/>'
        for index, numbers in enumerate(groups.values())
    ]
    return "\n".join(
        (
            '<recv request="INVITE" rrs="true"><action>',
            '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>',
            '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="callee"/>',
            '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>',
            '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>',
            '<ereg regexp="^INVITE sip:([^@;>]+)" search_in="msg" assign_to="line,number"/>',
            *tests,
            f'<log message="{LOG_HEAD} called"/>',
            "</action></recv>",
            '<Reference variables="line,caller,callee,via,cseq"/>',
        )
    )


def _receive_credentials(number: int, behaviour: Challenges) -> str:
    result, username = f"authorized{number}", behaviour.username
    if behaviour.status == 401:
        verify = (
            f'<verifyauth assign_to="{result}" username={quoteattr(username)} '
            f"password={quoteattr(behaviour.password)}/>"
        )
    else:
        pattern = quoteattr(f"username=.{username}.,.*response=.[0-9a-f]+")  # SIPp knows no &quot;
        verify = (
            f'<ereg regexp={pattern} search_in="hdr" header="Proxy-Authorization:" assign_to="{result}"/>'
        )
    cseq = '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>'
    log = f'<log message="{LOG_HEAD} sent credentials"/>'
    return f'<recv request="INVITE" rrs="true"><action>{cseq}{verify}{log}</action></recv>'


def _uri_pattern(numbers: list[str]) -> str:
    return f"^INVITE sip:({'|'.join(re.escape(number) for number in numbers)})@"
