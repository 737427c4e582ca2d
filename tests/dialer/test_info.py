"""Requests within a call: which key they carry, and that each gets one final response."""

import pytest

from dialer.messages import Collect, Collected, HangUp
from dialer.pjsip.info import answer_to, key_of
from tests.dialer.peer import Behaviour, Call, Request, header
from tests.dialer.rig import rig

RELAY, PLAIN = "application/dtmf-relay", "application/dtmf"


def message(kind: str, body: str, *headers: str, method: str = "INFO") -> str:
    lines = [f"{method} sip:a@b SIP/2.0", "CSeq: 2 X", *([f"Content-Type: {kind}"] if kind else []), *headers]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        (RELAY, "Signal=7\r\nDuration=160\r\n", "7"),
        (RELAY, "Signal= 7\r\nDuration= 160", "7"),
        (RELAY, "Duration=160\r\nsignal = *\r\n", "*"),
        (RELAY, "Signal=#\nDuration=160\n", "#"),
        (RELAY, "Signal=10\r\n", "*"),
        (RELAY, "Signal=11\r\n", "#"),
        (RELAY, "Signal=12\r\n", ""),
        (RELAY, "Signal=A\r\n", ""),
        (RELAY, "Signal=%\r\n", ""),
        (RELAY, "Signal=\r\nDuration=5", ""),
        (RELAY, "Signal=123\r\n", ""),
        (RELAY, "7", ""),
        (RELAY, "", ""),
        ("Application/DTMF-Relay; charset=utf-8", "Signal=3", "3"),
        (PLAIN, "5", "5"),
        (PLAIN, " * \r\n", "*"),
        (PLAIN, "11", "#"),
        (PLAIN, "Signal=4\r\n", "4"),
        (PLAIN, "55", ""),
        (PLAIN, "D", ""),
        (PLAIN, "", ""),
        ("text/plain", "5", ""),
        ("", "5", ""),
    ],
)
def test_the_key_in_a_body(kind: str, body: str, key: str) -> None:
    assert key_of(message(kind, body)) == key


def test_the_short_form_of_the_header_and_none_in_the_body() -> None:
    assert key_of(message("", "5", "c: application/dtmf")) == "5"
    assert key_of(message("text/plain", "x\r\nContent-Type: application/dtmf\r\n\r\n5")) == ""


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (message(PLAIN, "5"), 200),
        (message(PLAIN, "no key"), 200),
        (message(PLAIN, ""), 200),
        (message("", ""), 200),
        (message("text/plain", "hello"), 415),
        (message("x/y", "hello", "Info-Package: foo"), 469),
        (message(RELAY, "Signal=1"), 0),
        (message(RELAY, ""), 200),
        (message("application/media_control+xml", "<x/>"), 0),
    ],
)
def test_what_we_owe_to_an_info_request(text: str, status: int) -> None:
    assert answer_to("INFO", text) == status


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 200), ("UPDATE", 0), ("BYE", 0), ("INVITE", 0)])
def test_of_other_requests_only_options_is_ours(method: str, status: int) -> None:
    assert answer_to(method, message("", "", method=method)) == status


REQUESTS = {
    Request("INFO", (f"Content-Type: {PLAIN}",), "5"): "200",
    Request("INFO", (f"Content-Type: {PLAIN}",), "nothing"): "200",
    Request("INFO", (f"Content-Type: {RELAY}",), "Signal=6\r\n"): "200",
    Request("INFO", (f"Content-Type: {RELAY}",), "nothing"): "400",
    Request("INFO", (f"Content-Type: {RELAY}",)): "200",
    Request("INFO"): "200",
    Request("INFO", ("Content-Type: text/plain",), "5"): "415",
    Request("INFO", ("Content-Type: application/media_control+xml",), "<x/>"): "400",
    Request("INFO", ("Content-Type: a/b", "Info-Package: foo"), "5"): "469",
    Request("OPTIONS"): "200",
    Request("UPDATE"): "200",
}


def test_each_request_gets_one_final_response_and_the_call_goes_on() -> None:
    requests = [(0.2 + 0.06 * place, request) for place, request in enumerate(REQUESTS)]
    with rig({"+7": Behaviour(requests=requests)}) as (lines, peer):
        call = lines.answered("+7")
        lines.pool.send(Collect(call, "q", 9, "", 2, 1.5))
        lines.until(lambda: Collected(call, "q", "56", "timeout") in lines.events)
        (theirs,) = peer.calls.values()
        assert [finals(theirs, 2 + place) for place in range(len(REQUESTS))] == [
            [status] for status in REQUESTS.values()
        ]
        lines.pool.send(HangUp(call))
        assert lines.ended(call).cause == "answered"


def finals(call: Call, number: int) -> list[str]:
    """The statuses of all responses to the request with this CSeq."""
    return [text.split()[1] for text in call.responses if header(text, "CSeq").split()[0] == str(number)]
