"""The patients of the bench, as SIPp reads them."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

from bench.far_end import scenario


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
    assert len({Path(path).read_bytes() for path in played}) == 2, "another time stamp, another key"
    assert [wait.attrib["timeout"] for wait in root.iter("recv") if "ontimeout" in wait.attrib] == [
        "600",
        "700",
    ]


def test_without_keys_a_call_waits_for_its_end(tmp_path: Path) -> None:
    assert "play_pcap_audio" not in scenario(tmp_path, ())
