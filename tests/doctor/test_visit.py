"""The whole visit, against a trunk that is there and one that is not."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.commands import Desk

LONGEST_PACKET = 4096
COPIED = ("Via:", "From:", "Call-ID:", "CSeq:")


def _response(request: str, status: str) -> str:
    lines = request.split("\r\n")
    kept = [line for line in lines if line.startswith(COPIED)]
    to = next(line for line in lines if line.startswith("To:"))
    return "\r\n".join([f"SIP/2.0 {status}", *kept, f"{to};tag=1", "Content-Length: 0", "", ""])


@pytest.fixture
def trunk() -> Iterator[str]:
    """Answers every OPTIONS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind(("127.0.0.1", 0))

        def answer() -> None:
            while packet := ours.recvfrom(LONGEST_PACKET):
                data, sender = packet
                if data == b"end":
                    return
                if data.startswith(b"OPTIONS"):
                    ours.sendto(_response(data.decode(), "200 OK").encode(), sender)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"sip:127.0.0.1:{ours.getsockname()[1]}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", ours.getsockname())
        thread.join()


def test_a_sound_home_is_right_all_over(tmp_path: Path, trunk: str) -> None:
    findings = Desk(tmp_path, trunk).data("doctor")
    told_of = {finding["what"] for finding in findings}
    assert told_of >= {"settings", "database", "speech ru", "speech en", "trunk trunk0"}
    assert [finding for finding in findings if finding["verdict"] == "wrong"] == []
    [options] = [finding for finding in findings if finding["what"] == "trunk trunk0"]
    assert options["sentence"].endswith("with 200: it is there.")


def test_what_is_wrong_is_said_and_the_rest_is_tried(tmp_path: Path, trunk: str) -> None:
    desk = Desk(tmp_path, trunk, "sip:no-such-host.invalid")
    done = desk.run("doctor", "--json", code=1)
    assert "no-such-host.invalid does not resolve" in done.stdout
    assert "with 200: it is there." in done.stdout
