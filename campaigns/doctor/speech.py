"""What patients will hear: whose voice in each language, what fails, and how to better it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from campaigns.assemble import house_values, speech_settings
from campaigns.doctor.finding import Finding, Verdict
from campaigns.engine.auditions import cast, engines_of, in_percent, shares
from campaigns.engine.texts import samples
from campaigns.errors import CampaignsError, Unspeakable, as_clause
from campaigns.flows.complaints import ScriptError
from campaigns.flows.script import Script
from campaigns.library import script_at, script_files
from campaigns.models import Contact
from campaigns.settings import Home
from campaigns.store import campaigns, contacts
from campaigns.store.database import open_database
from prompts.engines.chain import Chain, chain_of
from prompts.engines.protocol import FixedText
from prompts.engines.recordings import Recordings
from prompts.errors import EngineError, PromptError
from prompts.settings import SpeechSettings
from prompts.studio import Part, Studio, Text, Value
from prompts.voices import VoiceInfo, installed

DATABASE_SECONDS: Final = 5.0
PROBE: Final = FixedText("en", "Good afternoon.")
MOST_NAMES: Final = 3000  # of waiting contacts; about a second
PROBLEMS_SHOWN: Final = 2  # of recordings; the rest are counted
ROBOTIC: Final = "espeak"
GOOD: Final = frozenset({"recordings", "gtts", "piper", "rhvoice"})  # no better one has been heard
BETTER: Final = ("piper", "rhvoice", "pack", "festival")  # gTTS is not among them: texts stay here
BETTER_RUSSIAN: Final = ("rhvoice", "piper", "pack", "festival")  # RHVoice was understood best by a judge


@dataclass
class Picture:
    """What is known of one language."""

    parts: list[Part] = field(default_factory=list)
    unspeakable: list[str] = field(default_factory=list)  # sentences
    names: Counter[str] = field(default_factory=Counter)  # engine, "" for none -> names of waiting contacts
    faults: list[str] = field(default_factory=list)  # of engines that are there and fail
    better: str = ""

    @property
    def voice(self) -> str:
        """Who speaks most; "" when nobody does."""
        return next(iter(shares(self.parts)), "")


def speech(home: Home) -> Iterator[Finding]:
    """One finding for each language that a campaign of the home speaks."""
    settings = speech_settings(home)
    chain = chain_of(settings)
    unreached = _unreached(chain)
    studio = Studio(settings, replace(chain, online=()) if unreached else chain)
    scripts = _scripts(home)
    names = _waiting(home)
    voices = installed(settings)
    for language in sorted({language for script in scripts for language in script.languages}):
        picture = Picture()
        _cast_texts(home, studio, scripts, language, picture)
        _cast_names(studio, (contact for contact in names if contact.language == language), picture)
        picture.faults += unreached
        picture.faults += _faults(settings, language, picture.parts)
        picture.better = _better(voices, language, picture.voice)
        yield finding(language, picture)


def _unreached(chain: Chain) -> list[str]:
    """Why nobody hears the service on the network, asked with a sentence that tells it nothing."""
    sentences = []
    for distant in chain.online:
        try:
            distant.speak(PROBE)
        except EngineError as error:
            sentences.append(f"gTTS cannot be reached: {as_clause(str(error))}")
    return sentences


def finding(language: str, picture: Picture) -> Finding:
    """The picture in plain words."""
    what = f"speech {language}"
    if picture.unspeakable:
        return Finding(what, "wrong", picture.unspeakable[0])
    verdict: Verdict = "doubtful" if picture.faults or picture.voice == ROBOTIC else "right"
    said = [f"Patients hear {in_percent(shares(picture.parts))} of the campaigns' words."]
    if picture.names:
        said.append(_of_names(picture))
    said += picture.faults
    if picture.better:
        said.append(picture.better)
    return Finding(what, verdict, " ".join(said))


def _of_names(picture: Picture) -> str:
    total = picture.names.total()
    others = {engine: count for engine, count in picture.names.items() if engine != picture.voice}
    if not others:
        return f"The {total} names that wait are said by the same voice."
    left = ", ".join(_left_to(engine, count) for engine, count in others.items())
    return f"Of {total} names that wait {left}."


def _left_to(engine: str, count: int) -> str:
    return f"{count} fall to {engine}" if engine else f"{count} cannot be spoken"


def _scripts(home: Home) -> list[Script]:
    """All campaigns that can be read; what is wrong with the others `campaign check` says."""
    scripts = []
    for path in script_files(home).values():
        try:
            scripts.append(script_at(home, path))
        except ScriptError:
            continue
    return scripts


def _waiting(home: Home) -> list[Contact]:
    """Some thousands of contacts that wait; none without a database, of which another finding tells."""
    try:
        database = open_database(home.database_url, DATABASE_SECONDS)
    except CampaignsError:
        return []
    try:
        found: list[Contact] = []
        for name in campaigns.states(database):
            found += contacts.listing(database, name, "waiting", MOST_NAMES - len(found))
        return found
    except CampaignsError:
        return []
    finally:
        database.close()


def _cast_texts(
    home: Home, studio: Studio, scripts: Sequence[Script], language: str, picture: Picture
) -> None:
    for script in scripts:
        if language not in script.languages:
            continue
        try:
            for sample in samples(script, language, house_values(home, language)):
                picture.parts += cast(studio, sample)
        except Unspeakable as error:
            picture.unspeakable.append(str(error))


def _cast_names(studio: Studio, waiting: Iterable[Contact], picture: Picture) -> None:
    for contact in waiting:
        if not contact.full_name:
            continue  # its campaign speaks no names
        text = Text(contact.language, "{full_name}.", {"full_name": Value("name", contact.full_name)})
        try:
            engines = engines_of(studio.cast(text))
        except PromptError:
            engines = ()
        picture.names[" and ".join(engines)] += 1


def _faults(settings: SpeechSettings, language: str, parts: Sequence[Part]) -> Iterator[str]:
    """Why an engine that is there cannot speak, one sentence each."""
    fixed = [part for part in parts if part.fixed]
    own: Mapping[str, str] = {part.engine: part.words for part in reversed(fixed)}
    for engine in chain_of(settings).local:
        words = own.get(engine.name) or next((part.words for part in fixed), "")
        try:
            if words and engine.knows(FixedText(language, words)):
                engine.speak(FixedText(language, words))
        except EngineError as error:
            yield str(error)
    if settings.recordings is not None:
        problems = Recordings(settings.recordings).problems(language)
        yield from problems[:PROBLEMS_SHOWN]
        if len(problems) > PROBLEMS_SHOWN:
            yield f"{len(problems) - PROBLEMS_SHOWN} more recordings, or lines of phrases.csv, are of no use."


def _better(voices: Sequence[VoiceInfo], language: str, voice: str) -> str:
    """How to get a better voice than this one; "" when it is as good as any."""
    for engine in BETTER_RUSSIAN if language == "ru" else BETTER:
        if voice in (engine, *GOOD):
            return ""
        for candidate in voices:
            if (candidate.language, candidate.engine) == (language, engine) and not candidate.installed:
                return f"Better would be {engine} with the voice {candidate.voice}. {candidate.note}"
    return ""
