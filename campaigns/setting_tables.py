"""Tables of `dialer.toml` about humans and other systems: how soon somebody must act, and who is told."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from campaigns.setting_types import DayHours, Holidays, Host, MailAddress, Network, WebAddress
from campaigns.words import EventKind


class Table(BaseModel):
    """A table of the file; an unknown key is refused rather than ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Misfit(ValueError):
    """A table that does not fit the rest of the file; `place`: the table, its number and key."""

    def __init__(self, what: str, *place: str | int) -> None:
        super().__init__(what)
        self.place = place


Hours = Annotated[float, Field(gt=0, le=1000)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class TasksTable(Table):
    """`[tasks]`: within how many working hours a task is to be done, anew at every level, and when those are.

    weekends: "none" where nobody works then. holidays: a country or region whose public holidays are days
    off, "" for none. lease_minutes: how long a task is somebody's who takes it and then does nothing.
    """

    high_hours: Hours = 1.0
    normal_hours: Hours = 8.0
    low_hours: Hours = 24.0
    weekdays: DayHours = "8:00-20:00"
    weekends: DayHours | Literal["none"] = "9:00-18:00"
    holidays: Holidays = "RU"
    lease_minutes: int = Field(default=30, ge=1, le=1440)


class OfficeTable(Table):
    """Who is told when a task comes up to them: by mail, by a webhook of this file, by both."""

    email: MailAddress | Literal[""] = ""
    webhook: str = ""


class InstitutionEntry(OfficeTable):
    """`[[institutions]]`: the head of one clinic, by the name that contacts and tasks have of it."""

    name: Name


class MailTable(Table):
    """`[mail]`: the server that notices go out by."""

    host: Host
    port: int = Field(default=587, ge=1, le=65535)
    sender: MailAddress = Field(alias="from")
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_env: Variable | Literal[""] = ""


class WebhookTable(Table):
    """`[[webhooks]]`: a system that is told what happened.

    secrets_env: variables of the environment with the secrets that sign, the one in use first; the second
    is there while secrets change. events: kinds that it wants; () for all, or, where an office names it, for
    what comes up to that office alone. networks: private ones in which it may be; elsewhere it must have a
    public address and https.
    """

    name: Name
    url: WebAddress
    secrets_env: tuple[Variable, ...] = Field(min_length=1, max_length=3)
    events: tuple[EventKind, ...] = ()
    networks: tuple[Network, ...] = ()
    timeout_seconds: float = Field(default=10.0, ge=1, le=60)


RESERVED = "mail:"  # how receivers begin that are told by mail
SERVERS = "fhir:"  # and FHIR servers


def receiver_faults(
    institutions: Sequence[InstitutionEntry],
    authority: OfficeTable,
    mail: MailTable | None,
    webhooks: Sequence[WebhookTable],
) -> Iterator[Misfit]:
    """What does not fit among those who are told something."""
    names = [each.name for each in webhooks]
    for number, webhook in enumerate(webhooks):
        if webhook.name in names[:number]:
            yield Misfit("is the name of two webhooks: give each its own", "webhooks", number, "name")
        if webhook.name.startswith((RESERVED, SERVERS)) or webhook.name.strip() != webhook.name:
            begun = f'may not begin with "{RESERVED}" or "{SERVERS}"'
            what = f"{begun}, nor with or end in a blank: name it otherwise"
            yield Misfit(what, "webhooks", number, "name")
        if urlsplit(webhook.url).scheme == "http" and not webhook.networks:
            what = "is http, which can be read on the way: use https, or list its private network in networks"
            yield Misfit(what, "webhooks", number, "url")
        if len(set(webhook.secrets_env)) != len(webhook.secrets_env):
            yield Misfit("names a variable twice: name each once", "webhooks", number, "secrets_env")
    heads = [each.name for each in institutions]
    for number, institution in enumerate(institutions):
        if institution.name in heads[:number]:
            what = f'is "{institution.name}" a second time: each institution has one head'
            yield Misfit(what, "institutions", number, "name")
        yield from _office_faults(institution, mail, names, "institutions", number)
    yield from _office_faults(authority, mail, names, "authority")
    if mail is not None and mail.password_env and not mail.username:
        yield Misfit(
            "has a password and no name: add username, or remove password_env", "mail", "password_env"
        )


def _office_faults(
    office: OfficeTable, mail: MailTable | None, webhooks: Sequence[str], *place: str | int
) -> Iterator[Misfit]:
    if office.email and mail is None:
        yield Misfit("needs a server: add a table [mail] with host and from", *place, "email")
    if office.webhook and office.webhook not in webhooks:
        what = f'is "{office.webhook}", which is no webhook of this file: add it to [[webhooks]]'
        yield Misfit(what, *place, "webhook")
