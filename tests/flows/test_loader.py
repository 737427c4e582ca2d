"""Files that do not read as a script: every fault has its line, and all are told at once."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from campaigns.flows.complaints import ScriptError
from campaigns.flows.loader import find_scripts, load_script
from campaigns.rules.hours import Hours, Window
from tests.flows.scripts import RIGHT, faults, line_of, load, spoiled


def test_the_right_script_is_read_whole(tmp_path: Path) -> None:
    script = load(tmp_path)
    assert (script.name, script.title, script.languages) == ("trial", "A trial", ("ru", "en"))
    assert (script.start, script.machine) == ("who", ("machine",))
    assert (script.opt_out_key, script.human_key, script.human_urgency) == ("9", "0", "normal")
    assert (script.record, script.priority) == (False, 0)
    assert script.policy.attempts == 3
    assert script.policy.deadline == timedelta(days=2)
    assert script.policy.retry_after == {"busy": (timedelta(minutes=10),), "hung_up": (timedelta(hours=1),)}
    assert script.policy.hours == Hours(Window(time(9), time(20)), Window(time(10), time(18)), "RU")
    assert [field.private for field in script.fields.values()] == [True, True, False]
    assert script.texts["bye"].wording == {"ru": "До свидания.", "en": "Goodbye."}
    assert {name for name, text in script.texts.items() if text.private} == {"good", "bad"}


def test_the_digest_changes_with_every_byte(tmp_path: Path) -> None:
    assert load(tmp_path).digest != load(tmp_path, RIGHT + " ").digest
    assert load(tmp_path).digest == load(tmp_path).digest


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("name: trial", "name: other", 'the name must be that of the file, "trial"'),
        ("title: A trial\n", "", 'the campaign lacks "title"'),
        ("title: A trial", "titel: x\ntitle: y", 'the campaign does not know "titel"; it knows: name'),
        ("languages: [ru, en]", "languages: [ru, English]", '"English" must be two small letters'),
        ("  born: {type: year}", "  Born: {type: year}", '"Born" is no name'),
        ("  born: {type: year}", "  born: {type: age}", 'the type cannot be "age"; it can be: year, date'),
        ("  born: {type: year}", "  phone: {type: year}", 'no field can be called "phone"'),
        ("  born: {type: year}", "  born: {private: true}", 'the field "born" lacks "type"'),
        ("  born: {type: year}", "  born: {type: year, private: 1}", "private must be true or false"),
        ("values: [good, bad]", "values: [good, good]", 'the field "result" needs values, each once'),
        ("values: [good, bad]", "values: [good, none]", '"none" cannot be a value'),
        ("  born: {type: year}", "  born: {type: year, values: [a]}", 'the field "born" needs values'),
        ("  attempts: 3", "  attempts: 0", "attempts must be a whole number from 1 to 20"),
        ("  attempts: 3", "  attempts: three", "attempts must be a whole number"),
        ("  deadline: 2 days", "  deadline: 2 weeks", 'deadline must be a time such as "30 s"'),
        ("  deadline: 2 days", "  deadline: 0 h", "deadline must be longer than nothing"),
        ("{busy: 10 min, ", "{bussy: 10 min, ", 'retry_after does not know "bussy"'),
        ('weekdays: "9:00-20:00"', 'weekdays: "20:00-9:00"', "the calling hours 20:00-09:00 never open"),
        ('weekdays: "9:00-20:00"', 'weekdays: "9-20"', 'weekdays must be hours such as "9:00-20:00"'),
        ('weekdays: "9:00-20:00"', 'weekdays: "9:00-20:61"', "weekdays has an impossible time of day"),
        ("holidays: RU", "holidays: Mars", 'the public holidays of the country "Mars" are not known'),
        (
            "  away:\n    end: not_here",
            "  away:\n    go: who",
            'the step "away" must begin with one of the verbs',
        ),
        ("    end: not_here", "    end: gone", 'end cannot be "gone"'),
        ("    tries: 3\n", "", 'the step "born" lacks "tries"'),
        ("    tries: 3", "    tries: 9", "tries must be a whole number from 1 to 5"),
        ("    verify: born", "    verify: seen", "seen cannot be keyed in"),
        ("      2: {then: away}", "      12: {then: away}", '"12" is no key that answers'),
        ("      2: {then: away}", "      2: {}", 'key 2 lacks "then"'),
        (
            "      2: {then: away}",
            "      2: {then: away, at_most: 2}",
            "key 2 needs at_most and after together",
        ),
        ("    scale: 5", "    scale: 5\n    type_ahead: often", "type_ahead must be true or false"),
        ("    scale: 5", "    scale: 10", "scale must be a whole number from 2 to 9"),
        ("    answer: mark\n", "", 'the question "mark" needs either keys, or an answer, a scale and then'),
        ("    urgency: high", "    urgency: soon", 'urgency cannot be "soon"; it can be: low, normal, high'),
        ('"До свидания."', '" "', "ru must be a text"),
        ('"До свидания."', '"До {свидания}."', "{свидания} is no placeholder"),
        ('  bye: {ru: "До свидания.", ', "  bye: {", 'the text "bye" lacks "ru"'),
        ('en: "Goodbye."', 'en: "Bye.", de: "Tschüss."', 'the text "bye" does not know "de"'),
        (
            'en: "Bad, {born}."',
            'en: "Bad, {born}.", private: false',
            "the text speaks the private field born",
        ),
        ("start: who", "start: who\nstart: away", 'this is no YAML: "start" stands here for the second'),
        ("start: who", "start: [who", "this is no YAML"),
        ("title: A trial", "title: A trial\nkeys: {opt_out: 8, human: 8}", "need two different keys"),
    ],
)
def test_a_fault_is_told(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert sentence in faults(tmp_path, spoiled((old, new)))[0][1]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("  attempts: 3", "  attempts: 0", "  attempts: 0"),
        ("values: [good, bad]", "values: [good, good]", "  result: {type"),
        ("      2: {then: away}", "      2: {}", "      2: {}"),
        ('en: "Goodbye."', 'en: "Bye.", de: "x"', "  bye: {ru"),
        ("    tries: 3\n", "", "  born:\n    verify"),
        ("    tries: 3", "    tries: 9", "    tries: 9"),
        ("    urgency: high", "    urgency: soon", "    urgency: soon"),
    ],
)
def test_the_line_is_exact(tmp_path: Path, old: str, new: str, line: str) -> None:
    text = spoiled((old, new))
    assert faults(tmp_path, text)[0][0] == line_of(text, line)


def test_all_faults_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = spoiled(
        ("    scale: 5", "    scale: 10"), ("  attempts: 3", "  attempts: 0"), ("end: not_here", "end: x")
    )
    told = faults(tmp_path, text)
    assert [line for line, _ in told] == sorted(
        line_of(text, part) for part in ("attempts: 0", "end: x", "scale: 10")
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the campaign must be a list of names with values"),
        (b"- a\n- b\n", "the campaign must be a list of names with values"),
        (b"a: \xff\n", "this line is not UTF-8"),
        (b"%YAML 1.1\n---\na: 1\n", "the file must be YAML 1.2"),
        (b"a: b: c\n", "this is no YAML"),
        (b"\ta: 1\n", "this is no YAML"),
        (b"a: !!python/object:os.system {}\n", 'the campaign does not know "a"'),
        (b"x" * 1_000_001, "the file is larger than"),
        (b"[" * 300, "this is no YAML"),
    ],
)
def test_what_is_no_campaign_at_all_is_one_plain_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "trial.yaml"
    path.write_bytes(content)
    with pytest.raises(ScriptError, match=sentence):
        load_script(path)


def test_a_file_that_is_not_there_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"trial\.yaml: the campaign cannot be read: No such file"):
        load_script(tmp_path / "trial.yaml")


def test_a_complaint_reads_like_a_compilers(tmp_path: Path) -> None:
    with pytest.raises(ScriptError) as error:
        load(tmp_path, spoiled(("  attempts: 3", "  attempts: 0")))
    assert str(error.value) == f"{tmp_path}/trial.yaml:9: attempts must be a whole number from 1 to 20"


def test_yaml_1_2_means_what_it_says(tmp_path: Path) -> None:
    """YAML 1.1 would read no as false and 9:30 as 570."""
    text = spoiled(
        ("values: [good, bad]", "values: [no, yes]"),
        ("cases: {good: good, bad: bad}", "cases: {no: good, yes: bad}"),
        ('weekdays: "9:00-20:00"', "weekdays: 9:30-20:00"),
    )
    script = load(tmp_path, text)
    assert script.fields["result"].values == ("no", "yes")
    assert script.policy.hours.weekdays.opens == time(9, 30)


def test_hours_may_leave_out_weekends_and_all_hours_have_defaults(tmp_path: Path) -> None:
    closed = load(tmp_path, spoiled(('weekends: "10:00-18:00"', "weekends: none")))
    assert closed.policy.hours.weekends is None
    line = '  hours: {weekdays: "9:00-20:00", weekends: "10:00-18:00", holidays: RU}\n'
    assert load(tmp_path, spoiled((line, ""))).policy.hours == Hours(
        Window(time(9), time(20)), Window(time(10), time(18))
    )


@pytest.mark.parametrize(("written", "closes"), [("9:00-24:00", time(0)), ("9:00-23:59", time(23, 59))])
def test_hours_may_last_until_midnight(tmp_path: Path, written: str, closes: time) -> None:
    script = load(tmp_path, spoiled(("9:00-20:00", written)))
    assert script.policy.hours.weekdays.closes == closes


@pytest.mark.parametrize("written", ["9:00-25:00", "20:00-46:30", "24:00-9:00", "9:00-24:30"])
def test_a_day_has_24_hours(tmp_path: Path, written: str) -> None:
    told = faults(tmp_path, spoiled(("9:00-20:00", written)))
    assert [sentence for _, sentence in told] == [
        "weekdays has an impossible time of day: it goes from 0:00 to 24:00"
    ]


def test_scripts_are_found_by_name_and_a_later_folder_wins(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, names in ((first, "ab"), (second, "bc")):
        folder.mkdir()
        for name in names:
            (folder / f"{name}.yaml").touch()
    (first / "notes.txt").touch()
    found = find_scripts(first, second, tmp_path / "none")
    assert found == {"a": first / "a.yaml", "b": second / "b.yaml", "c": second / "c.yaml"}
