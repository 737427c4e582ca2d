"""The scenario that is written for SIPp says what the behaviours say."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.sipp.acts import HangsUp, Media, Press, Receives, Requests, Responds, Silence, Vanishes, answered
from tests.sipp.behaviours import Answers, Behaviour, Refuses
from tests.sipp.scenario import SCENARIO_BYTES, write_scenario
from tests.sipp.sip_text import sdp

UNKNOWN = Refuses(404, "Not Found")


def elements(folder: Path, behaviour: Behaviour) -> list[str]:
    """The elements of one number: requests received, first lines sent."""
    tree = ElementTree.parse(write_scenario(folder, {"1": behaviour}, UNKNOWN)).getroot()
    found = []
    for element in tree:
        if element.tag == "recv":
            found.append(element.get("request") or element.get("response") or "")
        elif element.tag == "send":
            found.append(" ".join((element.text or "").strip().split("\n")[0].split()[:2]))
    return found


def test_steps_come_in_order_and_the_rest_is_waiting(tmp_path: Path) -> None:
    hold = Requests("INVITE", Media(direction="sendonly"))
    found = elements(tmp_path, answered(hold, Receives("INFO"), HangsUp(), sounds=(Silence(40), Press("1"))))
    begun = found.index("SIP/2.0 180")
    assert found[begun : begun + 13] == [
        *("SIP/2.0 180", "CANCEL", "SIP/2.0 200", "ACK"),
        *("INVITE [next_url]", "100", "200", "ACK [next_url]"),
        *("INFO", "SIP/2.0 200"),
        *("BYE [next_url]", "ACK", "200"),
    ]
    assert len(list(tmp_path.glob("*.pcap"))) == 1


def test_a_far_end_that_vanishes_answers_nothing(tmp_path: Path) -> None:
    steps = (Responds(180), Receives("CANCEL", answered=False), Vanishes())
    found = elements(tmp_path, type(answered())(steps))
    begun = found.index("SIP/2.0 180")
    assert found[begun : begun + 3] == ["SIP/2.0 180", "CANCEL", "MESSAGE"]


def test_every_label_that_is_gone_to_is_there_and_is_a_number(tmp_path: Path) -> None:
    text = write_scenario(tmp_path, {"1": answered(), "2": Answers(keys=((500, "1"),))}, UNKNOWN).read_text()
    gone_to = set(re.findall(r'(?:next|ontimeout)="(\w+)"', text))
    there = set(re.findall(r'<label id="(\w+)"', text))
    assert all(label.isdigit() for label in there)
    assert gone_to < there  # the one that is left over is for unknown numbers, where all tests fail


def test_more_than_sipp_reads_is_refused(tmp_path: Path) -> None:
    many: dict[str, Behaviour] = {str(status): Refuses(status, "No") for status in range(400, 700)}
    with pytest.raises(ValueError, match=str(SCENARIO_BYTES)):
        write_scenario(tmp_path, many, UNKNOWN)


@pytest.mark.parametrize(
    ("media", "lines"),
    [
        (Media(), ["m=audio [media_port] RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000", "a=sendrecv"]),
        (Media("PCMU", 96, "sendonly", 4000), ["m=audio 4000 RTP/AVP 0 96", "a=sendonly"]),
        (Media(event_type=None), ["m=audio [media_port] RTP/AVP 8"]),
        (Media(address="0.0.0.0"), ["c=IN IP[media_ip_type] 0.0.0.0"]),
    ],
)
def test_an_sdp_says_what_was_asked_for(media: Media, lines: list[str]) -> None:
    text = sdp(media, 3).split("\n")
    assert "o=patient 1 3 IN IP[local_ip_type] [local_ip]" in text
    assert set(lines) <= set(text)
    assert ("telephone-event" in sdp(media)) == (media.event_type is not None)
