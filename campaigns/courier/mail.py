"""Sends notices by mail: one short text to one office, over the clinic's own mail server (RFC 5321)."""

import queue
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime
from typing import Literal
from zoneinfo import ZoneInfo

from campaigns.courier.notices import notice
from campaigns.courier.port import Fault, OutgoingEvent, Sent

UNKNOWN_ADDRESS = frozenset(
    {550, 551, 553}
)  # of a recipient: no later try can help (RFC 5321, section 4.2.2)
OUTLASTS_SECONDS = 1.0  # by which smtplib, which says "closed" of a time-out, waits longer than we do
FAILED = (smtplib.SMTPException, OSError, UnicodeError)


@dataclass(frozen=True)
class MailServer:
    """`[mail]` of the settings; password: "" for none."""

    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"]
    username: str = ""
    password: str = field(default="", repr=False)


class MailSender:
    """All mail of a home; `send` may be called by several threads at once, each over its own connection."""

    def __init__(
        self,
        server: MailServer,
        addresses: Mapping[str, str],
        zone: ZoneInfo,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """addresses: of each receiver; zone: in which the times of a notice are written."""
        self._server = server
        self._addresses = addresses
        self._zone = zone
        self._trusted = trusted

    def send(self, receiver: str, event: OutgoingEvent, timeout: float) -> Sent | Fault:
        """Hand it to the server within so many seconds; whatever happens is told."""
        message = mail(self._server.sender, self._addresses[receiver], event, self._zone)
        return talk(self._server, timeout, lambda server: server.send_message(message), self._trusted)


def mail(sender: str, address: str, event: OutgoingEvent, zone: ZoneInfo) -> EmailMessage:
    """One mail. Its Message-ID is the event's, so that a repetition is known for one."""
    said = notice(event, zone)
    message = EmailMessage(policy=SMTPUTF8)
    message["From"], message["To"], message["Subject"] = sender, address, said.subject
    message["Date"] = format_datetime(event.at)
    message["Message-ID"] = f"<{event.key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # nobody's absence answers it (RFC 3834, section 5)
    message.set_content(said.text, cte="base64")
    return message


def talk(
    server: MailServer,
    seconds: float,
    say: Callable[[smtplib.SMTP], object],
    trusted: ssl.SSLContext | None = None,
) -> Sent | Fault:
    """Say this to the server once it is greeted, encrypted and logged in as the settings say.

    After `seconds` it is hung up on: smtplib holds a server to its time line by line, not for all of them.
    trusted: the certificates that count; without it, those of this machine.
    """
    heard: queue.SimpleQueue[Sent | Fault] = queue.SimpleQueue()
    opened: list[smtplib.SMTP] = []

    context = trusted or ssl.create_default_context()

    def whole() -> None:
        try:
            with _open(server, seconds + OUTLASTS_SECONDS, context) as smtp:
                opened.append(smtp)
                _log_in(smtp, server, context)
                say(smtp)
        except FAILED as error:
            heard.put(failure(server, error, seconds))
        else:
            heard.put(Sent())

    threading.Thread(target=whole, daemon=True, name="mail").start()
    try:
        return heard.get(timeout=seconds)
    except queue.Empty:
        for smtp in opened:
            with suppress(OSError):  # it has hung up meanwhile
                if smtp.sock is not None:
                    smtp.sock.shutdown(socket.SHUT_RDWR)
        return failure(server, TimeoutError(), seconds)


def _open(server: MailServer, seconds: float, context: ssl.SSLContext) -> smtplib.SMTP:
    name = socket.gethostname()  # smtplib would ask the name service for a longer one
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, name, timeout=seconds, context=context)
    return smtplib.SMTP(server.host, server.port, name, timeout=seconds)


def _log_in(smtp: smtplib.SMTP, server: MailServer, context: ssl.SSLContext) -> None:
    if server.security == "starttls":
        smtp.starttls(context=context)
    if server.username:
        smtp.login(server.username, server.password)


_FAILURES: Sequence[tuple[type[BaseException], str]] = (
    (
        smtplib.SMTPAuthenticationError,
        "refuses the name or the password: correct username, or what password_env names, in [mail]",
    ),
    (smtplib.SMTPRecipientsRefused, "does not take the address ({code}): correct email in dialer.toml"),
    (smtplib.SMTPSenderRefused, "does not take our own address ({code}): correct from in [mail]"),
    (
        smtplib.SMTPNotSupportedError,
        "cannot do what is asked of it: correct security, username or an address in dialer.toml",
    ),
    (smtplib.SMTPResponseException, "does not take the mail ({code}): ask whoever runs it"),
    (
        ssl.SSLCertVerificationError,
        "has a certificate that is not trusted ({reason}): have it mended, or correct host in [mail]",
    ),
    (ssl.SSLError, "does not speak TLS as it should: correct security or port in [mail]"),
    (socket.gaierror, "does not resolve: correct host in [mail]"),
    (TimeoutError, "did not answer within {seconds:.3g} seconds"),
    (
        ConnectionRefusedError,
        "cannot be connected to on port {port}: is it running, is port in [mail] right?",
    ),
    (BaseException, "hung up, or could not be reached"),
)
"""What to say of each, the special before the general."""


def failure(server: MailServer, error: BaseException, seconds: float) -> Fault:
    """What is wrong and what to do, without the address that was written to."""
    code = _code(error)
    what = next(sentence for kind, sentence in _FAILURES if isinstance(error, kind)).format(
        code=code, reason=getattr(error, "verify_message", "").rstrip("."), seconds=seconds, port=server.port
    )
    unknown = isinstance(error, smtplib.SMTPRecipientsRefused) and code in UNKNOWN_ADDRESS
    return Fault(f"The mail server {server.host} {what}.", permanent=unknown)


def _code(error: BaseException) -> int:
    """The server's reply, 0 where there was none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return int(next(iter(error.recipients.values()))[0])
    return int(getattr(error, "smtp_code", 0))
