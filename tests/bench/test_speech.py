"""What is rendered for a thousand contacts, and the tables of how fast."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from bench import speech, speech_first
from bench.__main__ import main as bench_main
from bench.contacts import RARE, RARE_EVERY, full_name, orders
from bench.speech import Pace, Rendering, aim_met, pace, pace_table, rendering, rendering_table
from bench.voices import PATIENTS, PIP, PIPER_VOICES, settings_in
from campaigns.engine.renderer import Order
from prompts.studio import Text


def text_of(shown: object) -> str:
    console = Console(width=200, file=io.StringIO())
    with console.capture() as capture:
        console.print(shown)
    return capture.get()


def done(seconds: float, voice: str = PIP, failed: int = 0) -> Rendering:
    return Rendering(voice, contacts=1000, texts=19_000, files=1900, failed=failed, seconds=seconds)


def test_no_two_of_a_thousand_contacts_are_called_alike() -> None:
    assert len({full_name(number) for number in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "Иванова Мария Александровна"),
        (1, "Иванов Александр Александрович"),
        (2, "Смирнова Мария Александровна"),
        (19, "Сырчиков Александр Александрович"),
        (78, "Киселёва Мария Александровна"),
        (80, "Иванова Анна Александровна"),
        (999, "Абдрахимов Сергей Иванович"),
    ],
)
def test_names_are_made_of_frequent_parts_and_some_rare_surnames(number: int, name: str) -> None:
    assert full_name(number) == name


def test_each_twentieth_bears_a_rare_surname() -> None:
    rare = [number for number in range(200) if full_name(number).split()[0] in RARE]
    assert rare == list(range(RARE_EVERY - 1, 200, RARE_EVERY))


def test_an_order_is_all_that_a_call_could_need() -> None:
    first, second = orders(2)
    assert first.owner != second.owner
    assert {"opening", "machine", "negative"} <= first.texts.keys()
    assert "positive" not in first.texts
    assert first.texts["opening"].values["full_name"].raw == full_name(0)
    assert not first.texts["opening"].values["full_name"].shared
    assert first.texts["opening"].values["institution"].shared


def test_what_sounds_alike_is_rendered_once() -> None:
    found = rendering("espeak", 3)
    assert (found.contacts, found.failed) == (3, 0)
    assert found.files < found.texts
    assert found.files >= 2 * 3  # each name in two texts
    assert found.hits == pytest.approx(1 - found.files / found.texts)


def test_the_voice_of_this_machine_is_measured_through_the_renderers_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thanks = Text("ru", "Спасибо.")
    asked = [Order(f"bench-{number}", {"thank_you": thanks}) for number in range(2)]
    monkeypatch.setattr(speech, "orders", lambda _: asked)
    found = rendering(PATIENTS, 2)
    assert (found.contacts, found.texts, found.files, found.failed) == (2, 2, 1, 0)
    assert found.hits == 0.5


@pytest.mark.parametrize(
    ("renderings", "met"),
    [
        ([done(59.0)], True),
        ([done(61.0)], False),
        ([done(59.0, failed=1)], False),
        ([done(600.0, "rhvoice-anna")], True),
        ([done(59.0), done(600.0, PATIENTS)], True),
        ([], True),
    ],
)
def test_the_aim_is_a_thousand_contacts_a_minute_by_default(renderings: list[Rendering], met: bool) -> None:
    assert aim_met(renderings) is met


def rows(shown: str) -> list[list[str]]:
    lines = (line for line in shown.splitlines() if line.startswith("│"))
    return [[cell.strip() for cell in line.strip("│ ").split("│")] for line in lines]


def test_the_tables_tell_all() -> None:
    assert rows(text_of(rendering_table([done(30.0), done(120.0)]))) == [
        [PIP, "1000", "19000", "90 %", "30.0", "2000", "0"],
        [PIP, "1000", "19000", "90 %", "120.0", "500", "0"],
    ]
    assert rows(text_of(pace_table([Pace("espeak", "ru", 1.234, 85.4, 0.0123, 0.01)]))) == [
        ["espeak", "ru", "1.23 s", "85 MB", "12 ms", "0.010"]
    ]


def test_a_voice_is_timed_cold_and_warm() -> None:
    found = pace("espeak", "en", sentences=5)
    assert found is not None
    assert 0 < found.first_seconds < found.cold_seconds
    assert found.memory_mb > 1
    assert found.real_time_factor > 0


def test_a_voice_that_is_not_here_has_no_pace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PIPER_VOICES, str(tmp_path))
    assert settings_in(tmp_path).voices == tmp_path
    assert pace("piper", "ru") is None
    assert speech_first.main("piper", "ru") == 1


def test_bench_passes_its_words_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench_main(["speech", "--engine", "espeak", "--contacts", "1", "--sentences", "3"]) in (0, 1)
    assert "espeak" in capsys.readouterr().out
    assert speech.CONTACTS == 1000
