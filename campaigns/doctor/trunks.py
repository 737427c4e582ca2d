"""Tries each trunk as the engine would reach it: its name, OPTIONS, its registration. Places no call."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from campaigns.assemble import engine_runs, line_settings, resolves
from campaigns.control.trunks import host_of, trunk_of
from campaigns.doctor.finding import Finding, Verdict
from campaigns.errors import SettingsError
from campaigns.settings import Home, TrunkTable, trunk_password
from dialer.errors import DialerError
from dialer.messages import Probe, Probed, Registered
from dialer.pool import LinePool
from dialer.settings import LineSettings, Trunk

PATIENCE_SECONDS = 8.0  # a trunk that is there answers in far less than a second
OWN_SIP_PORTS = 10  # the last of the range: an engine that runs takes the first


@dataclass
class Heard:
    """What one trunk had to say; None: nothing yet."""

    probed: Probed | None = None
    registered: Registered | None = None


def trunks(home: Home) -> Iterator[Finding]:
    """One finding for each trunk, and more where it should register."""
    usable: list[Trunk] = []
    for table in home.file.trunks:
        trunk, problem = _usable(home, table)
        if trunk is not None:
            usable.append(trunk)
        if problem is not None:
            yield problem
    if not usable:
        return
    engine = engine_runs(home)
    tried = [replace(trunk, register=trunk.register and not engine) for trunk in usable]
    try:
        heard = _ask(_settings(home, tried))
    except DialerError as error:
        yield Finding("lines", "wrong", str(error))
        return
    for wanted, trunk in zip(usable, tried, strict=True):
        yield options_finding(trunk, heard[trunk.name])
        if trunk.register:
            yield registration_finding(trunk, heard[trunk.name].registered)
        elif wanted.register:
            yield untried_registration(trunk)


def _usable(home: Home, table: TrunkTable) -> tuple[Trunk | None, Finding | None]:
    host, what = host_of(table), f"trunk {table.name}"
    try:
        trunk = trunk_of(table, trunk_password(home, table))
    except SettingsError as error:
        return None, Finding(what, "wrong", str(error))
    if not resolves(host):
        advice = "correct its uri or proxy in dialer.toml, or the name service of this machine"
        return None, Finding(what, "wrong", f"The host {host} does not resolve: {advice}.")
    return trunk, None


def _settings(home: Home, tried: Sequence[Trunk]) -> LineSettings:
    whole = line_settings(home, tried)
    first = max(whole.sip_port_first, whole.sip_port_last - OWN_SIP_PORTS + 1)
    return replace(whole, count=1, sip_port_first=first)


def _ask(settings: LineSettings) -> dict[str, Heard]:
    heard = {trunk.name: Heard() for trunk in settings.trunks}
    registering = {trunk.name for trunk in settings.trunks if trunk.register}
    pool = LinePool(settings)
    try:
        pool.start()
        for name in heard:
            pool.send(Probe(name))
        until = time.monotonic() + PATIENCE_SECONDS
        while _open(heard, registering) and (left := until - time.monotonic()) > 0:
            for event in pool.receive(left):
                if isinstance(event, Probed) and event.trunk in heard:
                    heard[event.trunk].probed = event
                if isinstance(event, Registered) and event.trunk in heard:
                    heard[event.trunk].registered = event
    finally:
        pool.stop()
    return heard


def _open(heard: dict[str, Heard], registering: set[str]) -> bool:
    return any(
        each.probed is None or (name in registering and each.registered is None)
        for name, each in heard.items()
    )


def options_finding(trunk: Trunk, heard: Heard) -> Finding:
    """What the answer to OPTIONS says."""
    what = f"trunk {trunk.name}"
    if heard.probed is None or heard.probed.sip_status == 0:
        sentence = (
            f"It does not answer OPTIONS within {PATIENCE_SECONDS:.0f} seconds: check its uri, the firewall, "
            "and that the provider knows this machine's address. A few trunks never answer OPTIONS."
        )
        return Finding(what, "wrong", sentence)
    status = heard.probed.sip_status
    registered = heard.registered is not None and heard.registered.sip_status == 200
    verdict, meaning = _meaning(status, bool(trunk.username), registered)
    return Finding(
        what, verdict, f"It answers in {heard.probed.milliseconds:.0f} ms with {status}: {meaning}."
    )


def _meaning(status: int, has_username: bool, registered: bool) -> tuple[Verdict, str]:
    match status:
        case 401 | 407 if registered:
            return "right", "it asks for the password, and takes it when we register"
        case 401 | 407 if has_username:
            return "doubtful", "it asks for the password; one call will show whether it takes ours"
        case 401 | 407:
            return "wrong", "it asks for a username and a password: add username and password_env"
        case 403:
            return "wrong", "it refuses us: have the provider allow this machine's address, or the account"
        case 408 | 502 | 503 | 504:
            return "wrong", "it is there, but cannot take calls now: ask the provider"
        case _ if 200 <= status < 300 or status in (404, 405, 481, 489, 501):
            return "right", "it is there"  # the latter do not care for OPTIONS
        case _ if 300 <= status < 400:
            return "wrong", "it sends us elsewhere, which is not followed: put the other address into uri"
        case _:
            return "doubtful", "it is there, but this is unusual: ask the provider"


def untried_registration(trunk: Trunk) -> Finding:
    """A second registration would take the engine's calls from it, so what came of the first is not known."""
    sentence = (
        "An engine runs here and registers by itself, so it was not tried; "
        "the engine's messages say whether it was taken."
    )
    return Finding(f"registration {trunk.name}", "doubtful", sentence)


def registration_finding(trunk: Trunk, registered: Registered | None) -> Finding:
    """What came of registering."""
    what = f"registration {trunk.name}"
    status = 0 if registered is None else registered.sip_status
    match status:
        case 200:
            return Finding(what, "right", "It has registered us.")
        case 0:
            sentence = "It does not answer REGISTER: check its uri, or set register = false if it wants none."
            return Finding(what, "wrong", sentence)
        case 401 | 407:
            sentence = "the username or the password is wrong: correct username, or what password_env names"
        case 403 | 404:
            sentence = "the provider knows no such account, or has closed it: check username with them"
        case _:
            sentence = "ask the provider what it means"
    return Finding(what, "wrong", f"It refuses to register us ({status}): {sentence}.")
