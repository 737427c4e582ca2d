"""Webhooks against receivers that are slow, rude, broken, or point elsewhere."""

import base64
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as TheirWebhook

from campaigns.courier.port import Fault, OutgoingEvent, Sent
from campaigns.courier.webhook import MOST_ANSWER_BYTES, Webhook, WebhookSender
from tests.certificates import Issued, issued
from tests.courier.receivers import (
    Behaviour,
    Receiver,
    Talk,
    answers,
    closed_port,
    drips,
    receiver,
    says,
    says_and_hangs,
)

KEY = bytes(range(32))
THEIRS = TheirWebhook("whsec_" + base64.b64encode(KEY).decode())
EVENT = OutgoingEvent(
    "msg1",
    "contact.closed",
    datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    {"contact": "r-17", "answers": {"mark": "2"}},
)
SHORT_SECONDS = 0.25  # of a receiver that does not answer
LONG_SECONDS = 10.0  # of one that does: reached by no test that is right
OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def sender(
    url: str,
    *,
    networks: Sequence[str] = ("127.0.0.0/8",),
    seconds: float = LONG_SECONDS,
    resolve: Callable[[str, float], Sequence[str]] | None = None,
    trusted: ssl.SSLContext | None = None,
) -> Iterator[WebhookSender]:
    webhook = Webhook("registry", httpx.URL(url), (KEY,), networks, seconds)
    extra = {} if resolve is None else {"resolve": resolve}
    sending = WebhookSender([webhook], trusted=trusted, **extra)
    try:
        yield sending
    finally:
        sending.close()


def sent_to(behaviour: Behaviour, seconds: float = LONG_SECONDS) -> tuple[Sent | Fault, Receiver]:
    with receiver(behaviour) as there, sender(there.url, seconds=seconds) as sending:
        return sending.send("registry", EVENT, LONG_SECONDS), there


def fault(said: Sent | Fault) -> str:
    assert isinstance(said, Fault)
    return said.sentence


def test_what_arrives_is_signed_and_says_what_happened_and_when() -> None:
    said, there = sent_to(answers(204))
    assert said == Sent()
    [request] = there.requests
    assert request.path == "/hooks?clinic=5"
    assert request.headers["host"] == f"127.0.0.1:{there.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "msg1"
    assert THEIRS.verify(request.body, request.headers) == {
        "type": "contact.closed",
        "timestamp": "2026-11-22T09:30:00+00:00",
        "data": {"contact": "r-17", "answers": {"mark": "2"}},
    }


@pytest.mark.parametrize(
    "behaviour",
    [
        says_and_hangs(b""),
        says_and_hangs(b"HTTP/1.1 200"),
        says_and_hangs(OK + b"x: y\r\n"),
        drips(OK, b"x: y\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["silence", "half-a-line", "half-a-head", "endless-head", "never-but-soon"],
)
def test_who_does_not_answer_in_time_is_not_waited_for(behaviour: Behaviour) -> None:
    said, _ = sent_to(behaviour, SHORT_SECONDS)
    assert said == Fault('Webhook "registry" did not answer within 0.25 seconds.')


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (says(b""), "hung up, or answered what is not HTTP"),
        (says(b"HTTP/1.1 200 OK\r\ncontent-"), "hung up, or answered what is not HTTP"),
        (says(b"220 mail.example ESMTP\r\n"), "hung up, or answered what is not HTTP"),
        (says(OK + b"x: " + b"y" * 200_000), "hung up, or answered what is not HTTP"),
        (answers(503, "retry-after: 30"), "is there but has failed"),
    ],
    ids=["nothing", "cut-off", "another-protocol", "endless-line", "failed"],
)
def test_what_is_no_answer_is_told(behaviour: Behaviour, reason: str) -> None:
    said, there = sent_to(behaviour)
    assert reason in fault(said)
    assert len(there.requests) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        drips(OK + b"\r\n", b"x" * MOST_ANSWER_BYTES, 0.0),
        drips(OK + b"transfer-encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n", 0.0),
        says(OK + b"content-length: 100\r\n\r\nhalf of"),
        says(OK + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\nnone"),
        says(OK + b"transfer-encoding: chunked\r\n\r\nnonsense"),
    ],
    ids=["endless", "endless-chunks", "cut-off", "wrongly-packed", "nonsense"],
)
def test_once_it_has_said_that_it_has_it_the_body_counts_for_nothing(behaviour: Behaviour) -> None:
    said, there = sent_to(behaviour)
    assert (said, len(there.requests)) == (Sent(), 1)


def test_a_body_that_drips_does_not_turn_an_answer_into_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.courier.webhook.ANSWER_BODY_SECONDS", 2 * SHORT_SECONDS)
    said, _ = sent_to(drips(OK + b"\r\n", b"x"), SHORT_SECONDS)
    assert said == Sent()


def test_who_answers_after_our_time_gets_the_same_once_more_under_the_same_id() -> None:
    late = threading.Event()

    def slow_at_first(talk: Talk) -> None:
        if len(talk.receiver.requests) == 1:
            late.wait(LONG_SECONDS)
        talk.say(OK + b"content-length: 0\r\n\r\n")

    with receiver(slow_at_first) as there, sender(there.url, seconds=SHORT_SECONDS) as sending:
        assert "did not answer" in fault(sending.send("registry", EVENT, LONG_SECONDS))
        late.set()
        assert sending.send("registry", EVENT, LONG_SECONDS) == Sent()
    first, second = there.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_the_courier_may_be_in_more_of_a_hurry_than_the_settings() -> None:
    with receiver(says_and_hangs(b"")) as there, sender(there.url) as sending:
        assert "within 0.1 seconds" in fault(sending.send("registry", EVENT, 0.1))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    with receiver(answers(200)) as private:
        said, there = sent_to(answers(status, f"location: {private.url}"))
        assert "sends us elsewhere, which is never followed" in fault(said)
        assert (len(there.requests), private.connections) == (1, 0)


@pytest.mark.parametrize("networks", [(), ("10.0.0.0/8",)])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"])
def test_an_address_that_is_not_listed_is_not_even_connected_to(networks: tuple[str, ...], host: str) -> None:
    with receiver(answers(200)) as there:
        url = f"https://{host}:{there.port}/"
        with sender(url, networks=networks) as sending:
            assert "which is not public" in fault(sending.send("registry", EVENT, LONG_SECONDS))
        assert there.connections == 0


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    """A name that answers otherwise a moment later (DNS rebinding) is asked once for each try."""
    asked: list[str] = []

    def once_right(host: str, _seconds: float) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with receiver(answers(200)) as there:
        url = f"http://registry.invalid:{there.port}/"
        with sender(url, resolve=once_right) as sending:
            assert sending.send("registry", EVENT, LONG_SECONDS) == Sent()
            assert asked == ["registry.invalid"]
            assert there.requests[0].headers["host"] == f"registry.invalid:{there.port}"
            assert "10.0.0.1, which is not public" in fault(sending.send("registry", EVENT, LONG_SECONDS))


def test_of_several_addresses_the_next_one_is_tried() -> None:
    with receiver(answers(200)) as there:
        url, found = f"http://registry.invalid:{there.port}/", ["127.0.0.2", "127.0.0.3", "127.0.0.1"]
        with sender(url, resolve=lambda *_: found) as sending:
            assert sending.send("registry", EVENT, LONG_SECONDS) == Sent()


def test_where_nobody_listens() -> None:
    with sender(f"http://127.0.0.1:{closed_port()}/") as sending:
        said = fault(sending.send("registry", EVENT, LONG_SECONDS))
    assert "cannot be connected to at 127.0.0.1: is it running" in said


def test_a_name_without_an_address() -> None:
    with sender("https://no-such-host.invalid/") as sending:
        said = fault(sending.send("registry", EVENT, LONG_SECONDS))
    assert "the host no-such-host.invalid does not resolve" in said


def test_a_name_in_cyrillic_is_looked_up_as_the_network_writes_it() -> None:
    asked: list[str] = []
    with sender("https://клиника.example/", resolve=lambda host, _: asked.append(host) or ()) as sending:  # type: ignore[func-returns-value]
        assert "клиника.example does not resolve" in fault(sending.send("registry", EVENT, LONG_SECONDS))
    assert asked == ["xn--80apagcdp.example"]


def test_a_connection_is_used_again_and_cookies_are_not() -> None:
    with receiver(answers(200, "set-cookie: a=b; path=/", body=b"{}")) as there:
        with sender(there.url) as sending:
            assert [sending.send("registry", EVENT, LONG_SECONDS) for _ in range(3)] == [Sent()] * 3
        assert there.connections == 1
        assert not any("cookie" in request.headers for request in there.requests)


def test_a_proxy_of_the_environment_is_not_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert sent_to(answers(200))[0] == Sent()


def test_many_at_once() -> None:
    with receiver(answers(200)) as there, sender(there.url) as sending, ThreadPoolExecutor(8) as crew:
        said = list(crew.map(lambda _: sending.send("registry", EVENT, LONG_SECONDS), range(40)))
    assert (said, len(there.requests)) == ([Sent()] * 40, 40)


def test_who_stops_does_not_wait_for_a_receiver_that_hangs() -> None:
    said: list[Sent | Fault] = []
    with receiver(says_and_hangs(b"")) as there, sender(there.url) as sending:
        trying = threading.Thread(target=lambda: said.append(sending.send("registry", EVENT, LONG_SECONDS)))
        trying.start()
        assert there.arrived.wait(LONG_SECONDS)
        sending.close()
        trying.join(LONG_SECONDS)
        assert [fault(each) for each in said] == ['Webhook "registry" was not waited for: this program ends.']
        assert "this program ends" in fault(sending.send("registry", EVENT, LONG_SECONDS))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issued(tmp_path_factory.mktemp("tls"), "registry.invalid")


@pytest.mark.parametrize(
    ("host", "trusts", "reason"),
    [
        ("registry.invalid", True, ""),
        ("registry.invalid", False, "a certificate that is not trusted for registry.invalid (unable to"),
        ("other.invalid", True, "a certificate that is not trusted for other.invalid (Hostname mismatch"),
    ],
)
def test_the_certificate_must_be_the_hosts_own(
    certificate: Issued, host: str, trusts: bool, reason: str
) -> None:
    trusted = certificate.trusted() if trusts else None
    with receiver(answers(200), certificate.server()) as there:
        url = f"https://{host}:{there.port}/"
        with sender(url, resolve=lambda *_: ["127.0.0.1"], trusted=trusted) as sending:
            said = sending.send("registry", EVENT, LONG_SECONDS)
    assert (said == Sent()) is not bool(reason)
    assert reason in (said.sentence if isinstance(said, Fault) else "")


def test_a_receiver_that_speaks_no_tls() -> None:
    with receiver(answers(200)) as there, sender(f"https://127.0.0.1:{there.port}/") as sending:
        said = fault(sending.send("registry", EVENT, LONG_SECONDS))
    assert "does not speak TLS as it should at 127.0.0.1" in said
