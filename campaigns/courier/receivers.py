"""Who is told what: the webhooks and the offices of `dialer.toml`, and how each of them is reached."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import get_args

import httpx

from campaigns.courier.communication import RECEIVER, CommunicationSender, Origin
from campaigns.courier.guard import Resolve, look_up
from campaigns.courier.mail import MailSender, MailServer
from campaigns.courier.outward import server_of
from campaigns.courier.port import Fault, OutgoingEvent, Sent
from campaigns.courier.signature import secret_of
from campaigns.courier.webhook import Webhook, WebhookSender
from campaigns.errors import SettingsError
from campaigns.setting_tables import RESERVED, MailTable, OfficeTable, WebhookTable
from campaigns.settings import FILE_NAME, Home, SettingsFile, mail_password, webhook_secrets
from campaigns.words import EventKind

AUTHORITY = RESERVED + "authority"
HEAD = RESERVED + "head:"  # and the institution
UPWARDS: EventKind = "task.escalated"  # what offices are told of


class Wants:
    """Which receivers there are, and which of them an event is for."""

    def __init__(self, file: SettingsFile) -> None:
        """Webhooks that an office names, without events, are told what comes up to that office alone."""
        self._heads: Mapping[str, OfficeTable] = {each.name: each for each in file.institutions}
        self._authority = file.authority
        named = {office.webhook for office in (*file.institutions, file.authority)}
        self._kinds: Mapping[str, Sequence[str]] = {
            each.name: each.events or (() if each.name in named else get_args(EventKind))
            for each in file.webhooks
        }
        self.mails: Mapping[str, str] = {
            name: office.email
            for name, office in (
                (AUTHORITY, file.authority),
                *((HEAD + each.name, each) for each in file.institutions),
            )
            if office.email
        }

    @property
    def receivers(self) -> Sequence[str]:
        """All of them, webhooks first."""
        return (*self._kinds, *self.mails)

    def of(self, event: OutgoingEvent) -> Sequence[str]:
        """Those that an event is for, each once."""
        names = [name for name, kinds in self._kinds.items() if event.kind in kinds]
        if event.kind == UPWARDS:
            names += self._office(str(event.body.get("level", "")), str(event.body.get("institution", "")))
        return tuple(dict.fromkeys(names))

    def _office(self, level: str, institution: str) -> Sequence[str]:
        match level:
            case "authority":
                office, mail = self._authority, AUTHORITY
            case "head" if institution in self._heads:
                office, mail = self._heads[institution], HEAD + institution
            case (
                _
            ):  # an operator sees the task in the list; of a head who is not known, doctor and audit tell
                return ()
        return [*([mail] if office.email else []), *([office.webhook] if office.webhook else [])]


class Post:
    """The `Sender` of a home: webhooks and mail."""

    def __init__(
        self,
        wants: Wants,
        webhooks: WebhookSender | None,
        mail: MailSender | None,
        servers: CommunicationSender | None = None,
    ) -> None:
        self._wants = wants
        self._webhooks = webhooks
        self._mail = mail
        self._servers = servers

    @property
    def receivers(self) -> Sequence[str]:
        """All that can be sent to."""
        return self._wants.receivers

    def wanted_by(self, event: OutgoingEvent) -> Sequence[str]:
        """See `Sender`."""
        return (*self._wants.of(event), *(self._servers.wanted_by(event) if self._servers else ()))

    def send(self, receiver: str, event: OutgoingEvent, timeout: float) -> Sent | Fault:
        """See `Sender`."""
        if self._servers is not None and receiver in self._servers.receivers:
            return self._servers.send(receiver, event, timeout)
        known = receiver in self._wants.receivers
        if known and self._mail is not None and receiver in self._wants.mails:
            return self._mail.send(receiver, event, timeout)
        if known and self._webhooks is not None and receiver not in self._wants.mails:
            return self._webhooks.send(receiver, event, timeout)
        return Fault(
            f"{receiver} is no receiver of {FILE_NAME} any more: add it again and restart dialer run, or let "
            f"go of it all with dialer outbox drop --receiver {receiver!r} --note WHY.",
            permanent=True,
        )

    def close(self) -> None:
        """Give up what is under way, in two seconds at most."""
        if self._webhooks is not None:
            self._webhooks.close()


def open_post(
    home: Home,
    environment: Mapping[str, str] = os.environ,
    resolve: Resolve = look_up,
    only: Sequence[str] | None = None,
    origin: Origin | None = None,
) -> Post:
    """The sender of this home; `close` it. only: of these receivers, where others need not be usable.

    origin: which FHIR server a contact is of; without it no server is told of calls.

    Raises SettingsError when a secret or a password is missing, or cannot be one.
    """
    file, wants = home.file, Wants(home.file)
    webhooks = [
        webhook_of(home, table, environment) for table in file.webhooks if only is None or table.name in only
    ]
    mails = {name: address for name, address in wants.mails.items() if only is None or name in only}
    mail = None
    if file.mail is not None and mails:
        mail = MailSender(mail_server_of(home, file.mail, environment), mails, file.engine.zone)
    servers = None if origin is None else servers_of(home, environment, resolve, origin)
    return Post(wants, WebhookSender(webhooks, resolve) if webhooks else None, mail, servers)


def servers_of(
    home: Home, environment: Mapping[str, str], resolve: Resolve, origin: Origin
) -> CommunicationSender | None:
    """What tells FHIR servers of calls, where a home has such. Raises SettingsError."""
    told = {RECEIVER + each.name: each for each in home.file.fhir_servers if each.communication}
    if not told:
        return None
    servers = {name: server_of(home, table, environment) for name, table in told.items()}
    campaigns = {name: table.campaign for name, table in told.items()}
    return CommunicationSender(servers, campaigns, origin, resolve)


def webhook_of(home: Home, table: WebhookTable, environment: Mapping[str, str] = os.environ) -> Webhook:
    """A webhook as it is sent to. Raises SettingsError."""
    place = f"{home.folder / FILE_NAME}: webhook {table.name}"
    secrets = []
    for variable, written in webhook_secrets(home, table, environment).items():
        try:
            secrets.append(secret_of(written))
        except ValueError as error:
            raise SettingsError(f"{place}: the secret in {variable} {error}.") from None
    with suppress(httpx.InvalidURL, UnicodeError):
        url = httpx.URL(table.url)
        if url.raw_host:
            return Webhook(table.name, url, secrets, table.networks, table.timeout_seconds)
    raise SettingsError(f"{place}: its url cannot be called: correct it.")


def mail_server_of(home: Home, mail: MailTable, environment: Mapping[str, str] = os.environ) -> MailServer:
    """The mail server as it is used. Raises SettingsError."""
    password = mail_password(home, mail, environment)
    return MailServer(mail.host, mail.port, mail.sender, mail.security, mail.username, password)
