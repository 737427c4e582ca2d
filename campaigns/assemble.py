"""Builds the running system from settings: the only room that picks real or fake."""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial

from campaigns.clock import Clock, SharedClock, SystemClock
from campaigns.control.trunks import host_of, trunk_of
from campaigns.courier.courier import Courier
from campaigns.courier.receivers import open_post
from campaigns.engine.connecting import Connecting
from campaigns.engine.desk import Desk, DeskSettings
from campaigns.engine.duties import Duties
from campaigns.engine.engine import TICKS, Engine
from campaigns.engine.floor import Floor
from campaigns.engine.gate import Gate
from campaigns.engine.journal import Journal
from campaigns.engine.membership import USUAL_VIGIL, Membership, Vigil
from campaigns.engine.operator_calls import OUTLASTS_SECONDS, ConnectSettings, OperatorCalls
from campaigns.engine.planner import CallSettings, Planner
from campaigns.engine.renderer import RenderCrew, Renderer
from campaigns.engine.rulebook import Rulebook
from campaigns.engine.scheduler import Ticks
from campaigns.engine.shelf import Shelf
from campaigns.engine.switchboard import Switchboard
from campaigns.engine.voice_answers import FOLDER as ANSWERS
from campaigns.engine.waiting import WaitingRoom
from campaigns.errors import EngineBusy, NoTrunk, SettingsError
from campaigns.flows.script import Script
from campaigns.library import script_named
from campaigns.rules.operators import groups_of
from campaigns.rules.service_levels import as_set
from campaigns.settings import Home, TrunkTable, trunk_password
from campaigns.store import contacts, nodes, pull_positions
from campaigns.store.database import Database, open_database
from campaigns.store.wakeups import Wakeups
from dialer.lines import Lines
from dialer.pool import LinePool, Progress
from dialer.settings import LineSettings, Trunk
from prompts.errors import AudioError
from prompts.music import ready_tone, ready_tune
from prompts.settings import SpeechSettings
from prompts.studio import Studio

Tell = Callable[[str], None]

TUNE_NAME = "music.wav"  # what those who wait for an operator hear, ready for the lines
TONE_NAME = "tone.wav"  # after which people speak who are listened to
MOST_RENDERERS = 2  # each takes a core while it works and 0.1 GB; two speak a thousand names a minute
ENGINE_ANSWER_SECONDS = 2.0  # of a server that says nothing; longer than a lock is waited for, and as bad
ENGINE_BUSY_SECONDS = 1.0  # calls in progress hear nothing new meanwhile; what cannot be written then is kept


def rulebook(home: Home, database: Database, shelf: Shelf) -> Rulebook:
    """What scripts and rules say of contacts."""
    institution = home.file.institution
    return Rulebook(shelf, institution.name, institution.call_back, partial(contacts.answers, database))


def script_in_force(home: Home, name: str) -> Script:
    """The script of one campaign for the engine; dialer.toml must have the names and groups it needs."""
    script = script_named(home, name)
    for language in sorted(set(script.languages) - set(home.file.institution.name)):
        raise SettingsError(f"dialer.toml: [institution.name] needs {language}, which {name} speaks.")
    known = {group.name for group in groups_of(home.file.groups)}
    for group in (each for each in script.policy.connect.groups if each not in known):
        raise SettingsError(f"dialer.toml: [[groups]] needs {group}, which {name} names under connect.")
    return script


def speech_settings(home: Home) -> SpeechSettings:
    """How this home speaks."""
    speech = home.file.speech
    return SpeechSettings(
        folder=home.speech,
        recordings=home.recordings,
        voices=home.voices,
        online=speech.online,
        rate_hz=speech.rate_hz,
        cache_mb=speech.cache_mb,
    )


def house_values(home: Home, language: str) -> Mapping[str, str]:
    """What is the same for every contact: who calls, where it has a name in this language, and the number."""
    institution = home.file.institution
    named = {"institution": institution.name[language]} if language in institution.name else {}
    return {**named, "call_back": institution.call_back}


def open_studio(home: Home) -> Studio:
    """The voices of this home."""
    return Studio(speech_settings(home))


def line_settings(home: Home, trunks: Sequence[Trunk]) -> LineSettings:
    """The lines of this home."""
    lines = home.file.lines
    return LineSettings(
        trunks=tuple(trunks),
        count=lines.count,
        sip_port_first=lines.sip_ports[0],
        sip_port_last=lines.sip_ports[1],
        rtp_port_first=lines.rtp_ports[0],
        rtp_port_last=lines.rtp_ports[1],
    )


@contextmanager
def running_engine(
    home: Home, tell: Tell, progress: Progress | None = None, vigil: Vigil = USUAL_VIGIL
) -> Iterator[Engine]:
    """The engine of this home with real lines and real speech; it alone may work on the home.

    `progress` is told how many lines of how many are ready while they start. `vigil`: see `Membership`.

    Raises EngineBusy, NoTrunk, ScriptError, DatabaseError or LinesNotStarted, each with one plain sentence.
    """
    with ExitStack() as stack:
        stack.enter_context(_alone(home))
        levels = as_set(home.file)
        database = open_database(home.database_url, ENGINE_BUSY_SECONDS, ENGINE_ANSWER_SECONDS, levels=levels)
        stack.callback(database.close)
        clock = clock_of(database)
        trunks = usable_trunks(home, tell)
        sending_out(home, database, clock, tell, stack)
        for folder in (home.recordings, home.recordings / ANSWERS, home.speech):
            folder.mkdir(mode=0o700, exist_ok=True)
        lay_tune(home, tell)
        ready_tone(home.speech / TONE_NAME, home.file.speech.rate_hz)
        renderer = RenderCrew(speech_settings(home), min(MOST_RENDERERS, os.cpu_count() or 1))
        stack.callback(renderer.stop)
        lines = LinePool(line_settings(home, trunks))
        stack.callback(lines.stop)
        lines.start(progress)
        engine, ticks = build_engine(home, database, lines, renderer, trunks, clock, tell, vigil)
        ticks.start()
        stack.callback(ticks.stop)
        stack.callback(Wakeups(database, engine.wake).stop)
        yield engine


def sending_out(home: Home, database: Database, clock: Clock, tell: Tell, stack: ExitStack) -> None:
    """Begin to tell other systems and offices; it ends after the calls. Raises SettingsError."""
    post = open_post(home, origin=partial(pull_positions.origin_of, database))
    stack.callback(post.close)
    courier = Courier(database, post, clock, tell)
    stack.callback(courier.stop)
    courier.start()


def clock_of(database: Database) -> Clock:
    """The clock of this machine, or the one that all nodes of a shared database go by."""
    return SharedClock(partial(nodes.time_of, database)) if database.shared else SystemClock()


def build_engine(
    home: Home,
    database: Database,
    lines: Lines,
    renderer: Renderer,
    trunks: Sequence[Trunk],
    clock: Clock,
    tell: Tell,
    vigil: Vigil = USUAL_VIGIL,
) -> tuple[Engine, Ticks]:
    """The engine over whatever lines, speech and clock it is given."""
    shelf = Shelf(database, partial(script_in_force, home), tell)
    book = rulebook(home, database, shelf)
    settings = home.file.engine
    calls = CallSettings(
        settings.ring_seconds,
        settings.call_limit_seconds,
        home.recordings,
        home.speech / TONE_NAME,
        home.node,
        settings.talk_limit_seconds,
    )
    board = Switchboard(trunks, lines, clock, tell)
    journal = Journal(clock, tell)
    floor, gate = operators_desk(home, database, lines, book, board, journal, clock, tell)
    planner = Planner(database, lines, book, renderer, board, gate, clock, calls, tell)
    ticks = Ticks({**TICKS, "beat": vigil.beat_seconds})
    longest_call = timedelta(seconds=settings.ring_seconds + settings.call_limit_seconds)
    membership = Membership(database, home.node, clock, longest_call, tell, vigil)
    duties = Duties(database, shelf, book, renderer, clock, ticks, tell, membership, home.recordings)
    engine = Engine(
        database, lines, book, renderer, planner, board, duties, floor, journal, clock, ticks, tell
    )
    return engine, ticks


def operators_desk(
    home: Home,
    database: Database,
    lines: Lines,
    book: Rulebook,
    board: Switchboard,
    journal: Journal,
    clock: Clock,
    tell: Tell,
) -> tuple[Floor, Gate]:
    """What connects patients with operators: as the engine sees it, and as the planner does."""
    groups = groups_of(home.file.groups)
    tune, limit = home.speech / TUNE_NAME, home.file.engine.talk_limit_seconds
    outlived = timedelta(seconds=limit + 2 * OUTLASTS_SECONDS)
    settings = DeskSettings(home.node, home.file.engine.time_zone, groups, outlived)
    desk = Desk(database, book, board, clock, settings, tell)
    calls = OperatorCalls(database, lines, board, clock, journal, ConnectSettings(limit, tune), tell)
    connecting = Connecting(calls, lines, clock, tune)
    waiting = WaitingRoom(desk, connecting, clock, tune)
    return Floor(desk, connecting, waiting), Gate(desk, book, board, connecting, waiting)


def lay_tune(home: Home, tell: Tell) -> None:
    """What people hear while they wait for an operator: music.wav of the home, or else our own tune."""
    target, rate_hz = home.speech / TUNE_NAME, home.file.speech.rate_hz
    try:
        ready_tune(target, home.folder / TUNE_NAME, rate_hz)
    except AudioError as error:
        tell(f"{error} Until then people who wait hear our own tune.")
        ready_tune(target, None, rate_hz)


def usable_trunks(home: Home, tell: Tell) -> Sequence[Trunk]:
    """All trunks; those whose host does not resolve now are told of. Raises NoTrunk when none resolves.

    The lines look names up again for each call, and fail-over passes by a trunk that cannot be reached.
    """
    trunks = [trunk_of(table, trunk_password(home, table)) for table in home.file.trunks]
    if not any([_resolves(table, tell) for table in home.file.trunks]):  # a list: each one is told of
        raise NoTrunk(
            "No trunk can be used, so no call was placed: correct uri in dialer.toml, or the name service."
        )
    return trunks


def _resolves(table: TrunkTable, tell: Tell) -> bool:
    host = host_of(table)
    if resolves(host):
        return True
    tell(
        f"Trunk {table.name}: the host {host} does not resolve now; it is tried again as calls are placed; "
        f"correct its {'proxy' if table.proxy else 'uri'} in dialer.toml if the name is wrong."
    )
    return False


def resolves(host: str) -> bool:
    """Whether the host has an address."""
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    return True


def engine_runs(home: Home) -> bool:
    """Whether an engine works on this home at present. Raises EngineBusy when that cannot be found out."""
    try:
        descriptor = os.open(home.folder / "engine.lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise EngineBusy(f"{home.folder} cannot be looked into: {error.strerror}.") from None
    with os.fdopen(descriptor):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # let go of at once
        except BlockingIOError:
            return True
        return False


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Two engines on one home would call people twice; the kernel drops the lock when a process dies."""
    try:
        descriptor = os.open(home.folder / "engine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EngineBusy(f"{home.folder} cannot be written to: {error.strerror}.") from None
    with os.fdopen(descriptor):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EngineBusy(
                f"Another engine runs on {home.folder}: end it first, or use another home."
            ) from None
        yield
