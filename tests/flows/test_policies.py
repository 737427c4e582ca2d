"""The rules of calling as a file has them: every key, and every contradiction with its line."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from campaigns.flows.loader import load_script
from campaigns.flows.reader import Node
from campaigns.rules.hours import Window
from campaigns.rules.packs import NO_PACK, Edition, Pack
from campaigns.rules.policy import Brakes, Pace, Policy, Spread
from tests.flows.scripts import RIGHT, faults, line_of, load, spoiled

OWN = Pack("own", "Of this house", (Edition(date(2020, 1, 1)),))
WAITS = "  retry_after: {busy: 10 min, hung_up: 1 h}\n"
HOURS = '  hours: {weekdays: "9:00-20:00", weekends: "10:00-18:00", holidays: RU}\n'


def with_rules(*lines: str, waits: str = WAITS, hours: str = HOURS) -> str:
    """The right script with these lines in its policy."""
    return spoiled((HOURS, hours), (WAITS, waits + "".join(f"  {line}\n" for line in lines)))


def policy_of(folder: Path, *lines: str) -> Policy:
    return load(folder, with_rules(*lines)).policy


def test_without_them_nothing_is_asked_for(tmp_path: Path) -> None:
    policy = load(tmp_path).policy
    assert (policy.purpose, policy.urgent, policy.pack) == ("notice", False, NO_PACK)
    assert (policy.pause, policy.same_call, policy.completed) == (timedelta(0), False, False)
    assert (policy.spread, policy.pace, policy.brakes) == (Spread(), Pace(), Brakes())


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        ("jitter: 20 %", "spread", Spread(jitter=0.2)),
        ("jitter: '20%'", "spread", Spread(jitter=0.2)),
        ("purpose: callback", "purpose", "callback"),
        ("pause: 30 min", "pause", timedelta(minutes=30)),
        ("same_call: true", "same_call", True),
        ("max_calls: 12", "pace", Pace(max_calls=12)),
        ("share: 25 %", "pace", Pace(share=0.25)),
        ("brakes: {failures: 30 %}", "brakes", Brakes(failures=0.3)),
        ("brakes: {opt_outs: 5 %, of_last: 20}", "brakes", Brakes(opt_outs=0.05, of_last=20)),
    ],
)
def test_a_rule_is_read(tmp_path: Path, written: str, name: str, value: object) -> None:
    assert getattr(policy_of(tmp_path, written), name) == value


def test_a_result_is_urgent_always_or_for_some_values(tmp_path: Path) -> None:
    untold = "afterwards:\n  - {when: {delivered: no}, task: untold, urgency: high}\n"
    for written, urgent in (("true", True), ("{result: [bad]}", {"result": ("bad",)})):
        text = with_rules("purpose: result", f"urgent: {written}").replace("afterwards:\n", untold)
        assert load(tmp_path, text).policy.urgent == urgent


def test_a_cause_has_one_wait_or_several(tmp_path: Path) -> None:
    text = with_rules(waits="  retry_after: {busy: [10 min, 30 min], hung_up: 1 h}\n")
    assert load(tmp_path, text).policy.retry_after == {
        "busy": (timedelta(minutes=10), timedelta(minutes=30)),
        "hung_up": (timedelta(hours=1),),
    }


def test_the_day_has_parts(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, 'parts: {morning: "9:00-12:00", day: "12:00-17:00", evening: "17:00-20:00"}')
    assert policy.spread.parts == (
        ("morning", Window(time(9), time(12))),
        ("day", Window(time(12), time(17))),
        ("evening", Window(time(17), time(20))),
    )


def test_a_rule_pack_is_named(tmp_path: Path) -> None:
    assert policy_of(tmp_path, "rules: ru-careful").pack.name == "ru-careful"
    assert policy_of(tmp_path, "rules: none").pack == NO_PACK


def test_the_packs_at_hand_are_handed_in(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(with_rules("rules: own"), encoding="utf-8")
    asked: list[str] = []

    def read_pack(node: Node) -> Pack:
        asked.append(node.string())
        return OWN

    assert load_script(path, read_pack).policy.pack == OWN
    assert asked == ["own"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("jitter: 60 %", 'jitter must be a share from "1 %" to "50 %"'),
        ("jitter: 0.2", "jitter must be a share"),
        ("jitter: 20", "jitter must be a share"),
        ("share: 101 %", 'share must be a share from "1 %" to "100 %"'),
        ("share: -5 %", "share must be a share"),
        ("max_calls: 0", "max_calls must be a whole number from 1 to 10000"),
        ("same_call: 1", "same_call must be true or false"),
        ("pause: soon", 'pause must be a time such as "30 s"'),
        ("purpose: advertising", 'purpose cannot be "advertising"; it can be: result, callback'),
        ("urgent: true", "urgent is said of results: write purpose: result as well"),
        ("urgent: {nothing: [bad]}", "urgent asks for nothing, which is no field of the type choice"),
        ("urgent: {born: [1954]}", "urgent asks for born, which is no field of the type choice"),
        ("urgent: {result: [worse]}", 'result is never "worse"; it can be: good, bad'),
        (
            "urgent: maybe",
            "urgent must be true or false, or name choices and their urgent values, such as {result",
        ),
        ("urgent:", "urgent must be true or false, or name choices"),
        ("urgent: {}", "urgent must be true or false, or name choices"),
        ("urgent: {result: []}", "urgent needs at least one value of result; it can be: good, bad"),
        ("rules: mars", 'there is no rule pack "mars"; there are: none, ru-careful'),
        ("rules: [ru-careful]", "rules must be a text: write one without brackets"),
        ("brakes: {}", 'brakes need "failures" or "opt_outs"'),
        ("brakes: {of_last: 20}", 'brakes need "failures" or "opt_outs"'),
        ("brakes: {failures: 30 %, of_last: 3}", "of_last must be a whole number from 10 to 1000"),
        ("brakes: {failure: 30 %}", 'brakes does not know "failure"; it knows: failures'),
        ("institution_share: 50 %", "institution_share needs to know the institutions"),
        ("completed: true", 'completed is for surveys: "again" tells a message'),
        ('parts: {day: "9:00-20:00"}', 'parts has "day" only: name two parts of the day or more'),
        (
            'parts: {morning: "9:00-12:00", day: "12:00-17:00"}',
            "the parts leave a gap at the end of the day: day must end when the calling hours do, at 20:00",
        ),
        (
            'parts: {morning: "10:00-12:00", day: "12:00-20:00"}',
            "the parts leave a gap at the beginning of the day: "
            "morning must begin when the calling hours do, at 09:00",
        ),
        ("parts: morning", "parts must be a list of names with values"),
        (
            'parts: {morning: "9:00-12:00", evening: "17:00-20:00"}',
            'the parts "morning" and "evening" leave a gap: evening must begin when morning ends, at 12:00',
        ),
        (
            'parts: {morning: "9:00-12:00", evening: "11:00-20:00"}',
            'the parts "morning" and "evening" overlap',
        ),
        (
            'parts: {evening: "17:00-20:00", morning: "9:00-12:00"}',
            'the parts "evening" and "morning" overlap',
        ),
        (
            'parts: {dawn: "8:00-12:00", day: "12:00-20:00"}',
            'the part "dawn", 08:00-12:00, is not within the calling hours of any day',
        ),
        ('parts: {Morning: "9:00-12:00", day: "12:00-20:00"}', '"Morning" is no name'),
        ('parts: {morning: "9-12", day: "12:00-20:00"}', "morning must be hours such as"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, line: str, sentence: str) -> None:
    text = with_rules(line)
    found = faults(tmp_path, text)
    assert sentence in "\n".join(told for _, told in found)
    of_whole_policy = "institution_share needs", "completed is for"
    where = "policy:" if sentence.startswith(of_whole_policy) else f"  {line}"
    assert {at for at, told in found if sentence in told} == {line_of(text, where)}


def test_no_part_follows_the_end_of_the_day(tmp_path: Path) -> None:
    text = with_rules(
        'parts: {evening: "18:00-24:00", night: "0:00-9:00"}',
        hours='  hours: {weekdays: "0:00-24:00", weekends: none}\n',
    )
    assert [told for _, told in faults(tmp_path, text)] == [
        'the part "evening" ends with the day: "night" cannot follow it'
    ]


def test_parts_may_and_must_last_until_midnight_as_the_hours_do(tmp_path: Path) -> None:
    hours = '  hours: {weekdays: "9:00-20:00", weekends: "9:00-24:00"}\n'
    whole = 'parts: {day: "9:00-18:00", evening: "18:00-24:00"}'
    assert faults(tmp_path, with_rules(whole, hours=hours)) == []
    short = with_rules(whole.replace("-24:00", "-20:00"), hours=hours)
    assert [told for _, told in faults(tmp_path, short)] == [
        "the parts leave a gap at the end of the day: evening must end when the calling hours do, at 24:00"
    ]


def test_a_part_that_is_indented_too_little_is_named_with_what_is_known(tmp_path: Path) -> None:
    text = with_rules("parts:", '  morning: "9:00-12:00"', 'evening: "12:00-20:00"')
    told = "\n".join(sentence for _, sentence in faults(tmp_path, text))
    assert 'the policy does not know "evening"; it knows: attempts' in told
    assert 'parts has "morning" only' in told


@pytest.mark.parametrize("waits", ["[]", "[10 min, soon]", "{first: 10 min}"])
def test_waits_that_are_none_are_told(tmp_path: Path, waits: str) -> None:
    text = with_rules(waits=f"  retry_after: {{busy: {waits}}}\n")
    assert [told for _, told in faults(tmp_path, text)] != []


def test_hours_outside_those_of_the_pack_never_open(tmp_path: Path) -> None:
    text = with_rules("rules: ru-careful", hours='  hours: {weekdays: "5:00-8:00", weekends: none}\n')
    found = faults(tmp_path, text)
    assert {line for line, _ in found} == {line_of(text, "  hours:")}
    assert all("the calling hours never open" in told for _, told in found)


def test_completed_needs_a_wait(tmp_path: Path) -> None:
    text = with_rules("completed: true", waits="  retry_after: {busy: 10 min}\n")
    assert "completed needs a wait" in "\n".join(told for _, told in faults(tmp_path, text))


def test_the_script_names_its_institution_and_what_an_opt_out_means(tmp_path: Path) -> None:
    usual = load(tmp_path)
    assert (usual.institution, usual.opt_out_scope) == ("", "all")
    own = '  opted_out: {ru: "Больше не спросим.", en: "We will not ask again."}\n'
    named = load(tmp_path, f"{RIGHT}{own}institution: result\nopt_out_scope: campaign\n")
    assert (named.institution, named.opt_out_scope) == ("result", "campaign")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("institution: house", "institution names house, which is no field"),
        ("opt_out_scope: none", 'opt_out_scope cannot be "none"; it can be: all, campaign'),
    ],
)
def test_what_the_script_cannot_mean_is_told(tmp_path: Path, line: str, sentence: str) -> None:
    text = f"{RIGHT}{line}\n"
    assert faults(tmp_path, text) == [(line_of(text, line), sentence)]


@pytest.mark.parametrize("column", ["phone_2", "consent_at"])
def test_no_field_has_the_name_of_a_column(tmp_path: Path, column: str) -> None:
    text = spoiled(("  born: {type: year}", f"  {column}: {{type: year}}"))
    assert f'no field can be called "{column}"' in faults(tmp_path, text)[0][1]
