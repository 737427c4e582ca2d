"""`dialer.toml` as typed values; the one file that reads settings and the environment."""

import os
import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator

from campaigns.errors import HomeMissing, SettingsError
from campaigns.setting_complaints import first_complaint
from campaigns.setting_doors import ApiTable, FhirServerTable, FhirTable, MllpTable, door_faults
from campaigns.setting_tables import (
    InstitutionEntry,
    MailTable,
    Misfit,
    OfficeTable,
    Table,
    TasksTable,
    WebhookTable,
    receiver_faults,
)
from campaigns.setting_types import CallerId, Network, PortRange, Proxy, SipUri, Zone

FILE_NAME = "dialer.toml"
MOST_TRUNKS = 8  # accounts that a line process holds


class TrunkTable(Table):
    """`[[trunks]]`: where calls are sent."""

    name: str = Field(min_length=1)
    uri: SipUri
    username: str = ""
    password_env: str = ""
    proxy: Proxy = ""
    register_us: bool = Field(default=False, alias="register")
    caller_id: CallerId = ""
    caller_ids: tuple[Annotated[CallerId, Field(min_length=1)], ...] = ()
    asserted_identity: bool = False
    number_format: Literal["e164", "digits", "national"] = "e164"
    country_code: str = Field(default="7", pattern=r"^[1-9]\d{0,2}$")
    national_prefix: str = Field(default="8", pattern=r"^\d{0,5}$")
    international_prefix: str = Field(default="810", pattern=r"^\d{0,5}$")
    networks: tuple[Network, ...] = ()
    priority: int = Field(default=1, ge=1, le=100)
    weight: int = Field(default=1, ge=1, le=100)
    max_calls: int = Field(default=8, ge=1, le=10_000)
    calls_per_second: float = Field(default=2.0, gt=0, le=1000)

    @model_validator(mode="after")
    def _fits_together(self) -> "TrunkTable":
        if self.caller_id and self.caller_ids:
            raise ValueError("has both caller_id and caller_ids: keep one of them")
        if self.asserted_identity and not self.shown:
            raise ValueError("has asserted_identity without a number to assert: add caller_id or caller_ids")
        if self.register_us and not self.username:
            raise ValueError("is to register without a name: add username, and password_env if it has one")
        return self

    @property
    def shown(self) -> tuple[str, ...]:
        """The numbers that patients may see."""
        return (self.caller_id,) if self.caller_id else self.caller_ids


class LinesTable(Table):
    """`[lines]`: how many calls at once, and on which ports."""

    count: int = Field(default=8, ge=1, le=480)
    sip_ports: PortRange = (15000, 15999)
    rtp_ports: PortRange = (20000, 29999)


class DatabaseTable(Table):
    """`[database]`: where the truth is kept; empty means `dialer.db` in the home."""

    url: str = ""


class SpeechTable(Table):
    """`[speech]`: how texts become audio."""

    online: bool = False
    rate_hz: Literal[8000, 16000] = 8000
    cache_mb: int = Field(default=500, ge=50, le=100_000)


class EngineTable(Table):
    """`[engine]`: how calls are placed."""

    country: str = Field(default="RU", pattern="^[A-Z]{2}$")
    time_zone: Zone = "Asia/Yekaterinburg"
    ring_seconds: float = Field(default=30.0, ge=15, le=120)
    call_limit_seconds: float = Field(default=600.0, ge=30, le=3600)
    talk_limit_seconds: float = Field(default=3600.0, ge=60, le=14_400)
    node: str = Field(default="", max_length=100, pattern=r"^[\w.:/-]*$")

    @property
    def zone(self) -> ZoneInfo:
        """The zone of contacts whose row names none."""
        return ZoneInfo(self.time_zone)


class QueueTable(Table):
    """`[queue]`: calls that an inbound queue lost. misdial_seconds: who hangs up sooner wanted nothing."""

    misdial_seconds: float = Field(default=5.0, ge=0, le=60)


class InstitutionTable(Table):
    """`[institution]`: who calls, as patients hear it, and the number they can call back."""

    name: dict[str, str] = Field(
        default_factory=lambda: {
            "ru": "региональная служба здравоохранения",
            "en": "the regional health service",
        }
    )
    call_back: str = Field(default="+73452500000", pattern=r"^\+[1-9]\d{6,14}$")


class GroupTable(Table):
    """`[[groups]]`: operators of one site, and the trunk that leads to their phones.

    institutions: contacts of these are its own; overflow: groups that take what it cannot, in this order.
    """

    name: str = Field(min_length=1, pattern=r"\S")
    trunk: str = Field(min_length=1)
    institutions: tuple[str, ...] = ()
    overflow: tuple[str, ...] = ()


def _few_enough(trunks: tuple[TrunkTable, ...]) -> tuple[TrunkTable, ...]:
    if len(trunks) > MOST_TRUNKS:
        raise ValueError(f"are {len(trunks)}, but a line process holds {MOST_TRUNKS}: remove some")
    return trunks


class SettingsFile(Table):
    """The whole of `dialer.toml`."""

    trunks: Annotated[tuple[TrunkTable, ...], AfterValidator(_few_enough)] = Field(min_length=1)
    lines: LinesTable = LinesTable()
    database: DatabaseTable = DatabaseTable()
    speech: SpeechTable = SpeechTable()
    engine: EngineTable = EngineTable()
    queue: QueueTable = QueueTable()
    institution: InstitutionTable = InstitutionTable()
    groups: tuple[GroupTable, ...] = ()
    tasks: TasksTable = TasksTable()
    institutions: tuple[InstitutionEntry, ...] = ()
    authority: OfficeTable = OfficeTable()
    mail: MailTable | None = None
    webhooks: tuple[WebhookTable, ...] = ()
    api: ApiTable | None = None
    mllp: MllpTable | None = None
    fhir: FhirTable = FhirTable()
    fhir_servers: tuple[FhirServerTable, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> "SettingsFile":
        names = [trunk.name for trunk in self.trunks]
        if len(set(names)) != len(names):
            raise ValueError("two trunks have the same name")
        return self

    @model_validator(mode="after")
    def _groups_fit(self) -> "SettingsFile":
        known = [group.name for group in self.groups]
        for place, group in enumerate(self.groups):
            if group.name in known[:place]:
                raise Misfit("is the name of two groups: give each its own", "groups", place, "name")
            elsewhere = {each for other in self.groups[:place] for each in other.institutions}
            if shared := sorted(elsewhere & set(group.institutions)):
                what = f'names "{shared[0]}", which another group has: each institution is of one group'
                raise Misfit(what, "groups", place, "institutions")
            if group.trunk not in [trunk.name for trunk in self.trunks]:
                what = f'is "{group.trunk}", which is no trunk of this file'
                raise Misfit(what, "groups", place, "trunk")
            if group.name in group.overflow:
                raise Misfit("names the group itself: name another, or none", "groups", place, "overflow")
            if unknown := sorted(set(group.overflow) - set(known)):
                what = f'names "{unknown[0]}", which is no group of this file'
                raise Misfit(what, "groups", place, "overflow")
        return self

    @model_validator(mode="after")
    def _receivers_fit(self) -> "SettingsFile":
        for fault in receiver_faults(self.institutions, self.authority, self.mail, self.webhooks):
            raise fault
        return self

    @model_validator(mode="after")
    def _doors_fit(self) -> "SettingsFile":
        for fault in door_faults(self.api, self.mllp, self.fhir_servers):
            raise fault
        return self


@dataclass(frozen=True)
class Home:
    """A home folder and what its `dialer.toml` says."""

    folder: Path
    file: SettingsFile

    @property
    def database_url(self) -> str:
        """Where the truth is kept."""
        return self.file.database.url or f"sqlite:///{self.folder / 'dialer.db'}"

    @property
    def node(self) -> str:
        """What this engine is called among those that work on one database."""
        return self.file.engine.node or f"{socket.gethostname()}:{self.folder.resolve()}"

    @property
    def own_campaigns(self) -> Path:
        """Where people put campaign files of their own."""
        return self.folder / "campaigns"

    @property
    def own_rules(self) -> Path:
        """Where people put rule packs of their own."""
        return self.folder / "rules"

    @property
    def recordings(self) -> Path:
        """Where recorded calls go; people put studio recordings into its folders ru, en ..."""
        return self.folder / "recordings"

    @property
    def speech(self) -> Path:
        """Where finished audio is kept."""
        return self.folder / "speech"

    @property
    def voices(self) -> Path:
        """Where people put voice files."""
        return self.folder / "voices"


def read_home(folder: Path) -> Home:
    """The home's settings, without passwords: most commands need none.

    Raises `HomeMissing` when there is no `dialer.toml`, `SettingsError` (file, line, key) when it is wrong.
    """
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise HomeMissing(
            f"{folder} is no home: {FILE_NAME} is missing; make one with: dialer init --home {folder}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}."
        ) from None
    try:
        file = SettingsFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None
    except ValidationError as error:
        raise SettingsError(first_complaint(path, text, error)) from None
    return Home(folder, file)


def trunk_password(home: Home, trunk: TrunkTable, environment: Mapping[str, str] = os.environ) -> str:
    """What the trunk's digest authentication needs; "" when it names none.

    Raises `SettingsError` when the environment lacks the variable that `password_env` names.
    """
    if not trunk.password_env:
        return ""
    return _outside(
        home, f"trunk {trunk.name} takes its password from", "password_env", trunk.password_env, environment
    )


def mail_password(home: Home, mail: MailTable, environment: Mapping[str, str] = os.environ) -> str:
    """What the mail server wants besides the name; "" when `password_env` names nothing.

    Raises `SettingsError` when the environment lacks it.
    """
    if not mail.password_env:
        return ""
    return _outside(home, "[mail] takes its password from", "password_env", mail.password_env, environment)


def webhook_secrets(
    home: Home, webhook: WebhookTable, environment: Mapping[str, str] = os.environ
) -> Mapping[str, str]:
    """The secrets that sign, by their variables, the one in use first.

    Raises `SettingsError` when the environment lacks one.
    """
    whose = f"webhook {webhook.name} signs with the secret in"
    return {
        variable: _outside(home, whose, "secrets_env", variable, environment)
        for variable in webhook.secrets_env
    }


def fhir_secret(home: Home, server: FhirServerTable, environment: Mapping[str, str] = os.environ) -> str:
    """The token or password that a FHIR server wants; "" when it names none.

    Raises `SettingsError` when the environment lacks it.
    """
    key = "token_env" if server.token_env else "password_env"
    variable = server.token_env or server.password_env
    if not variable:
        return ""
    return _outside(home, f"FHIR server {server.name} is shown what stands in", key, variable, environment)


def _outside(home: Home, whose: str, key: str, variable: str, environment: Mapping[str, str]) -> str:
    """What the environment holds under this variable, which stands at `key`."""
    if variable not in environment:
        raise SettingsError(
            f"{home.folder / FILE_NAME}: {whose} the environment variable {variable}, which is not set: "
            f"set it, or remove {key}."
        )
    return environment[variable]
