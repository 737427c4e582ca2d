"""Notices by mail: what they say and do not say, and servers that are slow, rude or broken."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from campaigns.courier.mail import MailSender, MailServer
from campaigns.courier.notices import notice
from campaigns.courier.port import Fault, OutgoingEvent, Sent
from tests.certificates import Issued, issued
from tests.courier.receivers import closed_port

ZONE = ZoneInfo("Asia/Yekaterinburg")
BODY = {
    "campaign": "covid-results",
    "contact": "lab-991",
    "institution": "Поликлиника № 5",
    "task": 17,
    "reason": "low_mark",
    "urgency": "high",
    "state": "open",
    "level": "head",
    "event": "escalated",
    "created_at": "2026-11-22T04:30:00+00:00",
    "due_at": "2026-11-22T09:30:00+00:00",
    "reopenings": 0,
}
EVENT = OutgoingEvent("msg1", "task.escalated", datetime(2026, 11, 22, 9, 30, tzinfo=UTC), BODY)
SHORT_SECONDS = 0.25
LONG_SECONDS = 10.0
TO = "mail:head:Поликлиника № 5"
ADDRESS = "head@clinic.example"


class Inbox:
    """Keeps what comes, or replies as it is told."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.mails: list[EmailMessage] = []
        self._rcpt, self._data = rcpt, data

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd names it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._rcpt

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return self._data


@contextmanager
def server(inbox: Inbox, **options: Any) -> Iterator[MailServer]:
    port = closed_port()
    running = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    running.start()
    try:
        yield MailServer("127.0.0.1", port, "robot@dialer.example", "none")
    finally:
        running.stop()


def sent(
    to: MailServer,
    seconds: float = LONG_SECONDS,
    event: OutgoingEvent = EVENT,
    trusted: ssl.SSLContext | None = None,
) -> Sent | Fault:
    return MailSender(to, {TO: ADDRESS}, ZONE, trusted).send(TO, event, seconds)


def test_a_head_is_told_what_came_up_and_nothing_of_the_patient() -> None:
    inbox = Inbox()
    with server(inbox) as there:
        assert sent(there) == Sent()
    [mail] = inbox.mails
    assert (mail["To"], mail["From"]) == (ADDRESS, "robot@dialer.example")
    assert mail["Subject"] == "Задача № 17: высокая срочность / Task 17: high urgency"
    assert mail["Message-ID"] == "<msg1@dialer.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert text.startswith("Задача № 17 передана Вам как руководителю учреждения: её не закрыли в срок")
    for line in (
        "Учреждение: Поликлиника № 5",
        "Причина: низкая оценка",
        "Выполнить до: 22.11.2026 14:30 (Asia/Yekaterinburg)",
        "Reason: low mark",
        "Urgency: high",
        "To be done by: 22.11.2026 14:30 (Asia/Yekaterinburg)",
    ):
        assert line in text.splitlines()
    assert "lab-991" not in mail.as_string() + text


@pytest.mark.parametrize(
    ("changed", "russian", "english"),
    [
        ({"level": "authority"}, "как вышестоящему органу", "as the authority above"),
        ({"event": "stands"}, "человек ответил, что проблема не решена", "said that the problem stands"),
        ({"event": "reminded", "level": "authority"}, "её срок истёк", "its time is over"),
        (
            {"reason": "doctor_positive_result"},
            "Причина: результат требует врача",
            "the result needs a doctor",
        ),
        ({"reason": "own_reason"}, "Причина: own reason", "Reason: own reason"),
        ({"urgency": "low"}, "Срочность: низкая", "Urgency: low"),
        ({"reopenings": 2}, "Открыта снова, раз: 2", "Reopened, times: 2"),
        ({"institution": "A\r\nBcc: b@c"}, "Учреждение: ABcc: b@c", "Institution: ABcc: b@c"),
    ],
)
def test_what_a_notice_says(changed: dict[str, Any], russian: str, english: str) -> None:
    said = notice(replace(EVENT, body={**BODY, **changed}), ZONE).text
    first, second = said.split("\n--\n")
    assert russian in first
    assert english in second


@pytest.mark.parametrize("result", ["doctor_positive_result", "doctor_inconclusive_result"])
def test_a_result_does_not_stand_in_a_mail(result: str) -> None:
    assert "positive" not in notice(replace(EVENT, body={**BODY, "reason": result}), ZONE).text
    assert "inconclusive" not in notice(replace(EVENT, body={**BODY, "reason": result}), ZONE).text


def test_a_body_that_lacks_everything_is_a_notice_all_the_same() -> None:
    said = notice(replace(EVENT, body={"task": 1, "due_at": "soon"}), ZONE)
    assert "Выполнить до: soon" in said.text


def test_a_test_says_that_it_is_one() -> None:
    said = notice(replace(EVENT, kind="test", body={}), ZONE)
    assert said.subject == "Проверка / Test"
    assert "Nothing is to be done" in said.text


@pytest.mark.parametrize(
    ("rcpt", "data", "reason", "permanent"),
    [
        ("550 no such user", "250 OK", "does not take the address (550): correct email", True),
        ("450 come later", "250 OK", "does not take the address (450)", False),
        ("554 blocked", "250 OK", "does not take the address (554)", False),
        ("250 OK", "554 no spam", "does not take the mail (554): ask whoever runs it", False),
        ("250 OK", "452 full", "does not take the mail (452)", False),
    ],
)
def test_who_does_not_take_it(rcpt: str, data: str, reason: str, permanent: bool) -> None:
    with server(Inbox(rcpt, data)) as there:
        said = sent(there)
    assert isinstance(said, Fault)
    assert reason in said.sentence
    assert said.permanent is permanent
    assert ADDRESS not in said.sentence


@contextmanager
def raw(greeting: bytes, *, drip: bool = False, hangs_up: bool = False) -> Iterator[MailServer]:
    """A server that says this and no more, or this again and again."""
    over = threading.Event()

    class Rude(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.wfile.write(greeting)
                while drip and not over.wait(0.02):
                    self.wfile.write(greeting)
                over.wait(0.0 if hangs_up else LONG_SECONDS)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Rude) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield MailServer("127.0.0.1", listening.server_address[1], "robot@dialer.example", "none")
        finally:
            over.set()
            listening.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("greeting", "drip"), [(b"", False), (b"220-not yet\r\n", True), (b"220 hello\r\n", False)]
)
def test_a_server_that_hangs_is_not_waited_for(greeting: bytes, drip: bool) -> None:
    with raw(greeting, drip=drip) as there:
        said = sent(there, SHORT_SECONDS)
    assert said == Fault("The mail server 127.0.0.1 did not answer within 0.25 seconds.")


@pytest.mark.parametrize(
    ("greeting", "security", "reason"),
    [
        (b"421 not now\r\n", "none", "does not take the mail (421)"),
        (b"220 hello\r\n", "none", "hung up, or could not be reached"),
        (b"nonsense\r\n", "none", "does not take the mail (-1)"),
        (b"220 no TLS here\r\n", "tls", "does not speak TLS as it should"),
    ],
)
def test_a_server_that_is_rude(greeting: bytes, security: Literal["none", "tls"], reason: str) -> None:
    with raw(greeting, hangs_up=True) as there:
        said = sent(replace(there, security=security))
    assert isinstance(said, Fault)
    assert reason in said.sentence


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("127.0.0.1", "cannot be connected to on port"),
        ("no-such-host.invalid", "no-such-host.invalid does not resolve: correct host in [mail]"),
    ],
)
def test_a_server_that_is_not_there(host: str, reason: str) -> None:
    said = sent(MailServer(host, closed_port(), "robot@dialer.example", "none"))
    assert isinstance(said, Fault)
    assert reason in said.sentence


def test_a_server_that_cannot_encrypt_gets_nothing() -> None:
    inbox = Inbox()
    with server(inbox) as there:
        said = sent(replace(there, security="starttls"))
    assert isinstance(said, Fault)
    assert "cannot do what is asked of it" in said.sentence
    assert inbox.mails == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return issued(tmp_path_factory.mktemp("tls"), "127.0.0.1")


def only_secret(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
) -> AuthResult:
    assert isinstance(given, LoginPassword)
    return AuthResult(success=given == LoginPassword(b"clinic", b"secret"), handled=False)


@pytest.mark.parametrize(
    ("trusts", "password", "reason"),
    [
        (True, "secret", ""),
        (True, "wrong", "refuses the name or the password: correct username, or what password_env names"),
        (False, "secret", "has a certificate that is not trusted (unable to get local issuer certificate)"),
    ],
)
def test_name_and_password_go_to_the_right_server_alone(
    certificate: Issued, trusts: bool, password: str, reason: str
) -> None:
    trusted = certificate.trusted() if trusts else None
    options = {
        "tls_context": certificate.server(),
        "require_starttls": True,
        "authenticator": only_secret,
    }
    inbox = Inbox()
    with server(inbox, **options) as there:
        account = replace(there, security="starttls", username="clinic", password=password)
        said = sent(account, trusted=trusted)
    assert reason in (said.sentence if isinstance(said, Fault) else "")
    assert len(inbox.mails) == (not reason)
    assert password not in repr(account)
