"""Who is told: whether webhooks may be called where they are, and whether the mail server is there."""

import os
from collections.abc import Iterator, Mapping

from campaigns.courier.guard import Refused, look_up, permitted
from campaigns.courier.mail import MailServer, talk
from campaigns.courier.port import Fault
from campaigns.courier.receivers import mail_server_of, webhook_of
from campaigns.doctor.finding import Finding
from campaigns.errors import SettingsError
from campaigns.setting_tables import MailTable, WebhookTable
from campaigns.settings import Home

LOOK_UP_SECONDS = 5.0
MAIL_SECONDS = 10.0  # a server that is there answers in far less
ENCRYPTED = frozenset({"starttls", "tls"})


def receivers(home: Home, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """One finding for each webhook and one for the mail server; nothing is sent."""
    for table in home.file.webhooks:
        yield _webhook(home, table, environment)
    if home.file.mail is not None:
        yield _mail(home, home.file.mail, environment)


def _webhook(home: Home, table: WebhookTable, environment: Mapping[str, str]) -> Finding:
    what = f"webhook {table.name}"
    try:
        webhook = webhook_of(home, table, environment)
        host = webhook.url.raw_host.decode("ascii")
        found = look_up(host, LOOK_UP_SECONDS)
        encrypted = webhook.url.scheme == "https"
        permitted(table.name, webhook.url.host, found, webhook.networks, encrypted=encrypted)
    except (SettingsError, Refused) as error:
        return Finding(what, "wrong", str(error))
    sentence = f"It may be called at {host}: dialer outbox test {table.name!r} shows what it answers."
    if not encrypted:
        return Finding(what, "doubtful", f"{sentence} Its network can read what it is sent: use https.")
    return Finding(what, "right", sentence)


def _mail(home: Home, mail: MailTable, environment: Mapping[str, str]) -> Finding:
    try:
        server = mail_server_of(home, mail, environment)
    except SettingsError as error:
        return Finding("mail", "wrong", str(error))
    said = talk(server, MAIL_SECONDS, lambda smtp: smtp.noop())
    if isinstance(said, Fault):
        return Finding("mail", "wrong", said.sentence)
    if _in_the_open(server):
        sentence = 'The password goes to the mail server unencrypted: set security = "starttls" in [mail].'
        return Finding("mail", "doubtful", sentence)
    taken = " and takes the password" if server.username else ""
    return Finding("mail", "right", f"The mail server {server.host} answers{taken}.")


def _in_the_open(server: MailServer) -> bool:
    return bool(server.username) and server.security not in ENCRYPTED
