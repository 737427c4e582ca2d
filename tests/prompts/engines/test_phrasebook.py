"""Which words a folder of recordings says."""

import os
from pathlib import Path

import pytest

from prompts.engines.phrasebook import Phrasebook, folded, phrasebook_of, stamps_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Нажмите один.", "нажмите один"),
        ("Нажмите  один,", "НАЖМИТЕ ОДИН"),
        ("Нажмите_один", "нажмите один"),
        ("ещё раз", "Еще раз!"),
        ("отмени\u0301те", "Отмените"),
        ("«Здоровье»", "здоровье"),
        ("и\u0306од", "йод"),
        ("Санкт-Петербург", "санкт петербург"),
        ("Don't hang up", "don't hang up."),
    ],
)
def test_the_same_words(one: str, other: str) -> None:
    assert folded(one) == folded(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("мой", "мои"), ("один", "одна"), ("не один", "неодин"), ("2", "3"), ("дом", "том")]
)
def test_other_words(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def book(folder: Path, *names: str, table: str = "", encoding: str = "utf-8") -> Phrasebook:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"sound")
    if table:
        (folder / "phrases.csv").write_bytes(table.encode(encoding))
    return phrasebook_of(folder, stamps_of(folder))


def said(phrases: Phrasebook) -> dict[str, str]:
    return {words: recording.path.name for words, recording in phrases.recordings.items()}


def test_files_say_their_names(tmp_path: Path) -> None:
    phrases = book(tmp_path / "ru", "Нажмите один.wav", "спасибо.MP3", "notes.txt", ".hidden.wav")
    assert said(phrases) == {"нажмите один": "Нажмите один.wav", "спасибо": "спасибо.MP3"}
    assert phrases.problems == ()


@pytest.mark.parametrize(
    ("table", "encoding"),
    [
        ("file,words\n1.wav,Нажмите один.\n", "utf-8"),
        ("file;words\r\n1.wav;Нажмите один.\r\n", "cp1251"),
        ("file,words\n1.wav,Нажмите один.", "utf-8-sig"),
        ('File ; Words\n\n"1.wav";"Нажмите один."\n;\n', "utf-8"),
        ('words,file,who\n"Нажмите, один",1.WAV,Anna\n', "cp1251"),
    ],
)
def test_a_table_says_what_files_say(tmp_path: Path, table: str, encoding: str) -> None:
    phrases = book(tmp_path / "ru", "1.wav", "да.ogg", table=table, encoding=encoding)
    assert said(phrases) == {"нажмите один": "1.wav", "да": "да.ogg"}
    assert phrases.problems == ()


def test_one_file_may_say_several_texts(tmp_path: Path) -> None:
    phrases = book(tmp_path / "ru", "1.wav", table="file,words\n1.wav,да\n1.wav,ага\n")
    assert said(phrases) == {"да": "1.wav", "ага": "1.wav"}


@pytest.mark.parametrize(
    ("names", "table", "told"),
    [
        (["1.wav"], "file,words\n2.wav,да\n", r"ru/phrases.csv line 2 names 2.wav, which is not beside it"),
        (["1.wav"], "file,words\n../1.wav,да\n", r"line 2 names ../1.wav, which is not"),
        (["1.wav"], "file,words\n\n1.wav,\n", r"line 3 lacks a file or its words"),
        (["1.wav"], "file,words\n1.wav,...\n", r"line 2 lacks"),
        (["1.wav"], "file,words\n1.wav,да, нет\n", r"line 2 has a comma or semicolon too many"),
        (["1.wav"], "1.wav,да\n", r"has no columns file and words"),
        (["да.m4a"], "", r"ru/да.m4a is neither WAV, MP3, OGG nor FLAC"),
        (["да.wav", "Да!.mp3"], "", r"ru/да.wav says the same words as Да!.mp3, which is played"),
    ],
)
def test_what_is_of_no_use_is_told(tmp_path: Path, names: list[str], table: str, told: str) -> None:
    (problem,) = book(tmp_path / "ru", *names, table=table).problems
    assert told in problem


@pytest.mark.parametrize(
    "data",
    [b"file,words\n\x98.wav,\xe4\xe0\n", b'file,words\n"' + b"x" * 200_000, "file,words\n".encode("utf-16")],
)
def test_a_broken_table_spoils_no_file(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "phrases.csv").write_bytes(data)
    phrases = book(tmp_path, "да.wav")
    assert said(phrases) == {"да": "да.wav"}
    assert len(phrases.problems) == 1


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "нет.wav").symlink_to(tmp_path / "nowhere")
    (tmp_path / "ну.wav").mkdir()
    os.mkfifo(tmp_path / "но.wav")
    assert said(book(tmp_path, "да.wav")) == {"да": "да.wav"}


def test_words_cut_short_by_a_comma_are_not_played_for_others(tmp_path: Path) -> None:
    phrases = book(tmp_path, "1.wav", table="file,words\n1.wav,Нажмите один, чтобы\n")
    assert "нажмите один" not in phrases.recordings


def test_a_missing_file_is_still_asked_for_so_that_its_lack_is_said(tmp_path: Path) -> None:
    phrases = book(tmp_path / "ru", table="file,words\n2.wav,да\n")
    assert "names 2.wav" in phrases.recordings["да"].problem
