"""`dialer prompts`, and what launch and check do with texts: spoken before anybody is called."""

import csv
import json
import sqlite3
from pathlib import Path

import pytest

from campaigns.flows.loader import LIBRARY
from tests.system.commands import Desk

CALLBACK = "abandoned-callback"
SHORT = "Сотрудник скоро вам перезвонит. До свидания."


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One home for all, so that what one test renders the next finds."""
    return Desk(tmp_path_factory.mktemp("desk"), "sip:127.0.0.1:15998", itself=True)


def own_campaign(desk: Desk, name: str, *changes: tuple[str, str]) -> Path:
    """A copy of the callback campaign, with some of its words changed."""
    text = (
        (LIBRARY / f"{CALLBACK}.yaml")
        .read_text(encoding="utf-8")
        .replace(f"name: {CALLBACK}", f"name: {name}")
    )
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = desk.home / "campaigns" / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_launch_renders_what_is_missing_and_then_no_more(desk: Desk) -> None:
    first = desk.run("campaign", "launch", CALLBACK)
    assert first.stdout == f"{CALLBACK} is running.\n"
    assert f"prompts of {CALLBACK} were rendered" in first.stderr
    assert list((desk.home / "speech" / "shared").glob("*.wav"))
    assert not list((desk.home / "speech").glob("personal/*"))
    desk.run("campaign", "stop", CALLBACK)
    again = desk.run("campaign", "launch", CALLBACK)
    assert (again.stdout, again.stderr) == (f"{CALLBACK} is running.\n", "")


def test_a_campaign_with_a_text_that_nobody_can_say_is_not_launched(desk: Desk) -> None:
    path = own_campaign(desk, "smiling", (SHORT, "Хорошо 😀."))
    refused = desk.run("campaign", "launch", "smiling", code=1).stderr
    assert refused.startswith('smiling: the text "we_will_call" in ru cannot be spoken: ')
    assert refused.count("\n") == 1
    assert desk.data("campaign", "report", "smiling")["state"] == "draft"
    assert 'the text "we_will_call" in ru' in desk.run("campaign", "check", "smiling", code=1).stderr
    path.unlink()


def test_check_tells_of_long_sentences_and_is_content(desk: Desk) -> None:
    path = own_campaign(desk, "wordy", (SHORT, f"Хорошо. {' '.join(['Да'] + ['да'] * 26)}. До свидания."))
    done = desk.run("campaign", "check", "wordy")
    assert done.stdout == "wordy is right.\n"
    assert done.stderr == (
        'wordy: the text "we_will_call" in ru, sentence 2 has 27 words, '
        "and more than 25 are hard to follow by ear: cut it in two, or shorten it.\n"
    )
    path.unlink()


@pytest.mark.parametrize("command", [("campaign", "check", CALLBACK), ("prompts", "list", CALLBACK)], ids=str)
def test_what_voices_complain_of_is_a_sentence_and_no_line_of_a_log(
    desk: Desk, command: tuple[str, ...]
) -> None:
    broken = desk.home / "recordings" / "ru" / "phrases.csv"
    broken.parent.mkdir(parents=True, exist_ok=True)
    broken.write_text("file,words\nnone.wav,Слово.\n", encoding="utf-8")
    told = desk.run(*command).stderr
    broken.unlink()
    broken.parent.rmdir()
    assert told.count("1 recordings, or lines of phrases.csv, in ") == 1
    assert "recordings_unused" not in told


def test_every_text_is_listed_with_who_speaks_it(desk: Desk) -> None:
    rows = desk.data("prompts", "list", CALLBACK)
    assert {row["language"] for row in rows} == {"ru", "en"}
    called = next(row for row in rows if (row["text"], row["language"]) == ("opening", "ru"))
    assert called["words"].startswith("Это региональная служба здравоохранения. Вы звонили нам в ")
    assert not any(letter.isdigit() for row in rows for letter in row["words"])
    assert all(row["spoken_by"] and row["parts"] for row in rows)
    assert "we_will_call" in desk.run("prompts", "list", CALLBACK).stdout


def test_a_text_that_nobody_can_say_is_listed_with_its_reason(desk: Desk) -> None:
    path = own_campaign(desk, "smiling", (SHORT, "Хорошо 😀."))
    rows = desk.data("prompts", "list", "smiling")
    wrong = [row for row in rows if row["problem"]]
    assert [(row["text"], row["language"], row["spoken_by"]) for row in wrong] == [("we_will_call", "ru", [])]
    assert "cannot be spoken" in wrong[0]["problem"]
    path.unlink()


def test_a_studio_speaker_gets_a_list_of_what_is_the_same_for_all(desk: Desk) -> None:
    path = desk.home.parent / "phrases.csv"
    desk.run("prompts", "list", CALLBACK, "--phrases", str(path))
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    words = [row["words"] for row in rows]
    assert "Это региональная служба здравоохранения." in words
    assert {"Хорошо.", "До свидания."} <= set(words)
    assert "Петрова" not in " ".join(words)
    assert len(set(words)) == len(words) == len({row["file"] for row in rows})
    assert rows[0]["file"] == f"{CALLBACK}.opening.1.wav"
    desk.run("prompts", "list", CALLBACK, "--phrases", str(path), "--language", "kk", code=2)


def test_a_recording_of_the_house_is_played_where_it_fits(desk: Desk) -> None:
    folder = desk.home / "recordings" / "ru"
    folder.mkdir(parents=True)
    wav = desk.home.parent / "say.wav"
    assert ": recordings" not in desk.run("prompts", "say", "Всего доброго.", "-o", str(wav)).stdout
    (folder / "Всего доброго.wav").write_bytes(wav.read_bytes())
    told = desk.run("prompts", "say", "Всего доброго!", "-o", str(wav)).stdout
    assert f"{wav} is written: recordings, " in told
    assert told.endswith(" dBFS.\n")


def test_a_campaign_can_be_heard_on_a_page(desk: Desk) -> None:
    page = desk.home.parent / "page.html"
    rows = json.loads(desk.run("prompts", "render", CALLBACK, "--html", str(page), "--json").stdout)
    assert [(row["language"], row["long"]) for row in rows] == [("ru", 0), ("en", 0)]
    for row in rows:
        assert sum(row["spoken_by"].values()) == pytest.approx(1.0, abs=0.001)
    html = page.read_text(encoding="utf-8")
    assert html.count('class="one"') == sum(row["sentences"] for row in rows)
    assert "sentences" in desk.run("prompts", "render", CALLBACK).stdout


def test_voices_are_listed_with_how_to_get_them(desk: Desk) -> None:
    voices = desk.data("prompts", "voices")
    assert {"ru", "en"} <= {voice["language"] for voice in voices}
    always = [voice for voice in voices if (voice["language"], voice["engine"]) == ("ru", "espeak")]
    assert [voice["installed"] for voice in always] == [True]
    said = desk.run("prompts", "voices").stdout
    for voice in voices:
        assert f"{voice['language']} {voice['engine']} {voice['voice']}: {voice['note']}\n" in said


@pytest.mark.parametrize(
    ("sentence", "complaint"),
    [
        ("Нажмите 1.", "no voice can say"),
        ("Нажмите {key:1", "The brace at character 9 has no fellow"),
        ("а" * 10_000, "10000 letters"),
        ("...", "no word in it"),
        ("Кому: {full_name}", "There is no value for {full_name}"),
    ],
)
def test_what_cannot_be_said_is_one_sentence(desk: Desk, sentence: str, complaint: str) -> None:
    wav = desk.home.parent / "never.wav"
    said = desk.run("prompts", "say", sentence, "-o", str(wav), code=1).stderr
    assert complaint in said
    assert said.count("\n") == 1
    assert not wav.exists()


def test_a_contact_that_waits_for_speech_is_shown_with_the_reason_and_without_the_value(desk: Desk) -> None:
    desk.queue(["A-1,+79120000001", "A-2,+79120000002"])
    with sqlite3.connect(desk.home / "dialer.db") as database:
        database.execute("UPDATE contact SET wait_reason = 'speech'")
        database.execute("UPDATE contact SET full_name = '☺' WHERE external_id = 'A-1'")
    said = desk.run("contacts", "show", "covid-results", "A-1").stdout
    assert 'The text "opening" cannot be spoken: the value of {full_name} has nothing' in said
    assert "☺" not in said
    mended = desk.run("contacts", "show", "covid-results", "A-2").stdout
    assert "Its prompts can be spoken now; it is tried again." in mended
