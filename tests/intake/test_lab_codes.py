"""What laboratories call things, in the shipped mapping and in a home's own."""

import os
from pathlib import Path

import pytest

from campaigns.flows.complaints import ScriptError
from campaigns.intake.lab.codes import lab_codes

NONE = Path("none")


@pytest.mark.parametrize(
    ("system", "code", "text", "use"),
    [
        ("LN", "94500-6", "", "ours"),
        ("http://loinc.org", "94309-2", "", "ours"),
        ("", "94500-6", "anything", "ours"),
        ("LN", "718-7", "Hemoglobin", None),
        ("99LAB", "94500-6", "", None),  # another's numbers
    ],
)
def test_tests(system: str, code: str, text: str, use: str | None) -> None:
    assert lab_codes(NONE).test(system, code, text) == use


@pytest.mark.parametrize(
    ("system", "code", "text", "result"),
    [
        ("SCT", "260373001", "Detected", "positive"),
        ("http://snomed.info/sct", "260415000", "", "negative"),
        ("", "419984006", "", "inconclusive"),
        ("HL70078", "POS", "", "positive"),
        ("L", "neg", "", "negative"),
        ("", "", "Обнаружено.", "positive"),
        ("", "", "НЕ  ОБНАРУЖЕНО", "negative"),
        ("", "", "неопределённый", "inconclusive"),
        ("SCT", "260415000", "Detected", None),  # code and text differ
        ("SCT", "720735008", "Presumptive positive", None),
        ("", "", "virus not obviously detected", None),  # no part of a text is a word
    ],
)
def test_results(system: str, code: str, text: str, result: str | None) -> None:
    assert lab_codes(NONE).result(system, code, text) == result


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("ru-RU", "ru"),
        ("RUS", "ru"),
        ("Русский", "ru"),
        ("eng", "en"),
        ("en_US", "ru"),
        ("tat", "ru"),
        ("", "ru"),
    ],
)
def test_languages(code: str, language: str) -> None:
    assert lab_codes(NONE).language(code) == language


def test_own_entries_go_first(tmp_path: Path) -> None:
    own = written(
        tmp_path,
        """
        tests: {ours: {MYLAB: [C-1], local: [C-2]}, ignored: {LOINC: [94309-2]}}
        results: {inconclusive: {SNOMED: [260373001]}, positive: {MYLAB: ["01"]}}
        institutions: {Поликлиника 3: [P3, POLY-3]}
        usual_language: en
        columns: {clinic: hospital}
        """,
    )
    codes = lab_codes(own)
    assert [codes.test(*test) for test in (("mylab", "c-1", ""), ("", "C-2", ""), ("X", "C-2", ""))] == [
        "ours"
    ] * 3
    assert (codes.test("LN", "94309-2", ""), codes.test("LN", "94500-6", "")) == ("ignored", "ours")
    assert (codes.result("SCT", "260373001", ""), codes.result("MyLab", "01", "")) == (
        "inconclusive",
        "positive",
    )
    assert (codes.institution(" poly-3 "), codes.institution("P4")) == ("Поликлиника 3", "P4")
    assert (codes.language("fr"), codes.columns["clinic"], codes.columns["result"]) == (
        "en",
        "hospital",
        "result",
    )


def test_is_read_again_when_it_changed(tmp_path: Path) -> None:
    assert lab_codes(tmp_path / "lab-codes.yaml").result("", "", "nothing found") is None
    own = written(tmp_path, "results: {negative: {words: [nothing found]}}")
    assert lab_codes(own).result("", "", "Nothing found") == "negative"
    own.write_text("# nothing\n")
    os.utime(own, ns=(1, 1))
    assert lab_codes(own).result("", "", "nothing found") is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("results: [a]", ":1: results must be"),
        ("wrong: 1", ':1: the mapping does not know "wrong"'),
        ("tests:\n  others: {LOINC: [1-1]}", ':2: tests cannot be "others"'),
        ("tests:\n  ours: {local: [0012]}", "put it in quotation marks"),
        ("tests:\n  ours: {local: [1.10]}", "put it in quotation marks"),
        ("results:\n  a: {words: [x]}\n  b: {words: [X]}", ':3: "X" stands for a and for b'),
        ("columns: {colour: x}", 'columns do not know "colour"'),
        ("systems: {words: [X]}", "choose another name"),
        ("languages: {RU: [x]}", "small letters"),
        ("a: [", ":1: this is no YAML"),
    ],
)
def test_faults_have_a_line(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        lab_codes(written(tmp_path, content))
    assert said in str(caught.value)
    assert "lab-codes.yaml:" in str(caught.value)


def test_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "lab-codes.yaml").mkdir()
    with pytest.raises(ScriptError, match="cannot be read"):
        lab_codes(tmp_path / "lab-codes.yaml")


def written(folder: Path, content: str) -> Path:
    path = folder / "lab-codes.yaml"
    path.write_text("\n".join(line.removeprefix("        ") for line in content.splitlines()))
    return path
