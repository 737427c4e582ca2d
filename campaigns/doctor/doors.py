"""What listens for other systems: ports, certificates, the laboratories' codes, and servers that are read."""

import json
import os
import ssl
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from campaigns.assemble import engine_runs
from campaigns.courier.guard import Refused, look_up, permitted
from campaigns.doctor.finding import Finding
from campaigns.doctor.machine import DATABASE_SECONDS
from campaigns.doctor.receivers import LOOK_UP_SECONDS
from campaigns.doors.expiry import good_until
from campaigns.doors.sockets import listening
from campaigns.doors.tls import tls_of
from campaigns.errors import CampaignsError, DoorShut, SettingsError, UnknownCampaign
from campaigns.flows.complaints import ScriptError
from campaigns.intake.lab.codes import FILE_NAME, lab_codes
from campaigns.library import script_file
from campaigns.setting_doors import ApiTable, FhirServerTable, MllpTable
from campaigns.settings import Home, fhir_secret
from campaigns.store import pull_positions
from campaigns.store.database import open_database

ASK_SECONDS = 3.0  # a door that is open answers in a hundredth of one
RENEWED_BEFORE = timedelta(days=14)  # certificates of 90 days are renewed a month before they end

Doorway = ApiTable | MllpTable


def doors(home: Home, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """One finding for each door, its certificate, the codes and each server; none where nothing is served."""
    file = home.file
    for name, table in (("api", file.api), ("mllp", file.mllp)):
        if table is not None:
            yield _port(home, name, table)
            yield from _certificate(home, name, table)
    if file.api or file.mllp or file.fhir_servers:
        yield _codes(home)
    yield from _campaigns(home)
    faults = _faults(home) if file.fhir_servers else {}
    for server in file.fhir_servers:
        yield _server(home, server, environment, faults.get(server.name, ""))


def _port(home: Home, name: str, table: Doorway) -> Finding:
    """Free, or ours."""
    try:
        listening(name, *table.address).close()
    except DoorShut as error:
        if isinstance(table, ApiTable) and _answers(table):
            return Finding(name, "right", f"It serves on {table.listen}.")
        if isinstance(table, MllpTable) and _is_served(home):
            return Finding(name, "right", f"It listens on {table.listen}, as far as can be seen from here.")
        return Finding(name, "wrong", str(error))
    return Finding(name, "right", f"{table.listen} is free for dialer run or dialer serve.")


def _is_served(home: Home) -> bool:
    return engine_runs(home) or (home.file.api is not None and _answers(home.file.api))


def _answers(table: ApiTable) -> bool:
    """Whether it is ours that listens."""
    host, port = table.address
    host = "127.0.0.1" if host == "0.0.0.0" else host
    if table.certificate:
        unasked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # it is only asked whether it is there
        unasked.check_hostname, unasked.verify_mode = False, ssl.CERT_NONE
        connection: HTTPConnection = HTTPSConnection(host, port, timeout=ASK_SECONDS, context=unasked)
    else:
        connection = HTTPConnection(host, port, timeout=ASK_SECONDS)
    try:
        connection.request("GET", "/health")
        told = json.loads(connection.getresponse().read(1000))
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(told, dict) and ("status" in told)


def _certificate(home: Home, name: str, table: Doorway) -> Iterator[Finding]:
    what = f"{name} certificate"
    try:
        context = tls_of(home, name, table)
    except DoorShut as error:
        yield Finding(what, "wrong", str(error))
        return
    if context is None:
        return
    context.verify_mode = ssl.CERT_NONE  # we who ask have none
    certificate, key = home.folder / table.certificate, home.folder / table.key
    try:
        until = good_until(context, certificate)
    except ssl.SSLError as error:
        yield Finding(what, "doubtful", f"{certificate} was not tried: {error.reason or error}.")
        return
    left = timedelta(0) if until is None else until - datetime.now(UTC)
    if until is None or left <= timedelta(0):
        yield Finding(what, "wrong", f"{certificate} is not good now, so nobody connects: renew it.")
    elif left < RENEWED_BEFORE:
        yield Finding(what, "doubtful", f"{certificate} ends in {left.days} days: renew it.")
    else:
        yield Finding(what, "right", f"{certificate} is good until {until:%Y-%m-%d}.")
    if stat.S_IMODE(key.stat().st_mode) & 0o077:
        sentence = f"{key} can be read by others on this machine: chmod 600 it."
        yield Finding(f"{name} key", "doubtful", sentence)


def _codes(home: Home) -> Finding:
    path = home.folder / FILE_NAME
    try:
        codes = lab_codes(path)
    except ScriptError as error:
        return Finding("laboratory codes", "wrong", str(error.complaints[0]))
    own = f" {path} adds to ours." if path.exists() else ""
    return Finding("laboratory codes", "right", f"{len(codes.results)} codes of results are known.{own}")


def _campaigns(home: Home) -> Iterator[Finding]:
    """Results that would become contacts of a campaign that is not there."""
    file = home.file
    named = {"mllp": file.mllp.campaign} if file.mllp else {}
    named |= {"fhir": file.fhir.campaign} if file.api else {}
    named |= {f"fhir server {server.name}": server.campaign for server in file.fhir_servers}
    for what, campaign in named.items():
        try:
            script_file(home, campaign)
        except UnknownCampaign as error:
            yield Finding(what, "wrong", str(error))


def _faults(home: Home) -> Mapping[str, str]:
    """What kept us from reading each server the last time; nothing where the database cannot be read."""
    try:
        database = open_database(home.database_url, DATABASE_SECONDS, to_write=False)
    except CampaignsError:
        return {}
    try:
        return {each.server: each.fault for each in pull_positions.all_of(database)}
    finally:
        database.close()


def _server(home: Home, server: FhirServerTable, environment: Mapping[str, str], fault: str) -> Finding:
    """fault: what kept us from reading it the last time, if anything did."""
    what = f"fhir server {server.name}"
    try:
        fhir_secret(home, server, environment)
        host = urlsplit(server.url).hostname or ""
        found = look_up(host, LOOK_UP_SECONDS)
        permitted(server.name, host, found, server.networks, encrypted=server.url.startswith("https:"))
    except (SettingsError, Refused) as error:
        return Finding(what, "wrong", str(error).replace("Webhook", "FHIR server"))
    except CampaignsError as error:
        return Finding(what, "wrong", str(error))
    if fault:
        return Finding(what, "doubtful", f"It could not be read the last time: {fault}")
    return Finding(what, "right", f"It may be read at {host}.")
