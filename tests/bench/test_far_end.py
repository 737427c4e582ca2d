"""The patients of the bench, as SIPp reads them."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import dpkt

from bench.far_end import FIRST_KEY_SEQUENCE, scenario

HEADERS = 14 + 20 + 8  # Ethernet, IP, UDP


def sequence_numbers(path: str) -> list[int]:
    with Path(path).open("rb") as file:
        return [int.from_bytes(packet[HEADERS + 2 : HEADERS + 4]) for _, packet in dpkt.pcap.Reader(file)]


def test_each_key_has_its_file_and_every_wait_leads_on(tmp_path: Path) -> None:
    text = scenario(tmp_path, ((600, "1"), (700, "2")))
    root = ET.fromstring(text.encode())
    labels = {label.attrib["id"] for label in root.iter("label")}
    goals = {
        wait.attrib[name]
        for wait in root.iter("recv")
        for name in ("next", "ontimeout")
        if name in wait.attrib
    }
    assert goals == labels
    played = re.findall(r'play_pcap_audio="([^"]+)"', text)
    assert [Path(path).name for path in played] == ["0.pcap", "1.pcap"]
    first, second = map(sequence_numbers, played)
    assert FIRST_KEY_SEQUENCE < min(first) < max(first) < min(second)
    assert [wait.attrib["timeout"] for wait in root.iter("recv") if "ontimeout" in wait.attrib] == [
        "600",
        "700",
    ]


def test_without_keys_a_patient_is_silent_on_the_line(tmp_path: Path) -> None:
    text = scenario(tmp_path, ())
    assert "rtp_stream" in text
    assert "play_pcap_audio" not in text
