"""The shipped campaigns: what they may say to whom, how they say it, and how they call."""

import re
from collections.abc import Iterable
from datetime import time, timedelta
from typing import cast

import pytest

from campaigns.flows.followups import followups
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.reach import connects, sayable
from campaigns.flows.run import Conversation
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.flows.standard import STANDARD_TEXTS
from campaigns.flows.turns import Delivered, Fact, Replied, Say, TaskChecked, TaskRaised, Verified
from campaigns.flows.wording import placeholders
from campaigns.rules.hours import Hours, Window
from campaigns.rules.policy import Brakes
from campaigns.store.task_checks import PRIORITY
from campaigns.words import CheckVerdict

SCRIPTS = [load_script(path) for path in find_scripts(LIBRARY).values()]
TELLING = re.compile(
    r"covid|corona|virus|test|result|sample|swab|negative|positive|ковид|корона|вирус|тест|результат|анализ|мазок"
    r"|отрицат|положит",
    re.IGNORECASE,
)
MOST_WORDS = 24  # of a sentence that an old person follows


def ids(script: object) -> str:
    return script.name if isinstance(script, Script) else str(script)


def test_five_campaigns_are_shipped_in_russian_and_english() -> None:
    assert {script.name for script in SCRIPTS} == {
        "covid-results",
        "abandoned-callback",
        "satisfaction-survey",
        "service-control",
        "problem-check",
    }
    assert {script.languages for script in SCRIPTS} == {("ru", "en")}


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
def test_every_campaign_pauses_itself_and_varies_its_waits(script: Script) -> None:
    assert script.policy.brakes == Brakes(failures=0.5, opt_outs=0.2, of_last=50)
    assert script.policy.spread.jitter == 0.1


def test_two_people_at_one_number_are_called_with_a_pause_but_for_callbacks() -> None:
    pauses = {script.name: script.policy.pause for script in SCRIPTS}
    five = timedelta(minutes=5)
    assert pauses.pop("abandoned-callback") == timedelta(0)
    assert set(pauses.values()) == {five}


def test_a_survey_goes_through_the_parts_of_the_whole_day() -> None:
    policy = next(script.policy for script in SCRIPTS if script.name == "satisfaction-survey")
    parts, weekdays = policy.spread.parts, policy.hours.weekdays
    assert [name for name, _ in parts] == ["morning", "day", "evening"]
    assert (parts[0][1].opens, parts[-1][1].closes) == (weekdays.opens, weekdays.closes)


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
def test_no_text_for_strangers_tells_what_it_is_about(script: Script) -> None:
    for text in script.texts.values():
        if not text.private:
            for template in text.wording.values():
                assert not TELLING.search(template), text.id


def test_the_telling_words_are_found_where_they_may_be_said() -> None:
    covid = next(script for script in SCRIPTS if script.name == "covid-results")
    private = [text for text in covid.texts.values() if text.private]
    assert {text.id for text in private} == {"negative", "positive", "inconclusive"}
    assert all(TELLING.search(template) for text in private for template in text.wording.values())


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
def test_a_machine_hears_who_calls_for_whom_and_the_number(script: Script) -> None:
    assert script.machine == ("machine",)
    named = {"full_name"} if script.names_people else set()
    for language, template in script.texts["machine"].wording.items():
        assert {place.name for place in placeholders(template)} == {"institution", "call_back"} | named
        assert (template == STANDARD_TEXTS["machine"][language]) == script.names_people


def test_only_callbacks_need_no_name() -> None:
    assert {script.name for script in SCRIPTS if not script.names_people} == {"abandoned-callback"}


def test_only_callbacks_connect_and_the_operator_is_called_first() -> None:
    assert {script.name for script in SCRIPTS if connects(script)} == {"abandoned-callback"}
    modes = {script.name: script.policy.connect.mode for script in SCRIPTS}
    assert modes["abandoned-callback"] == "operator_first"
    assert {script.institution for script in SCRIPTS if connects(script)} == {"queue"}


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
def test_the_call_begins_with_who_calls_and_for_whom(script: Script) -> None:
    first = Conversation(script, example_values(script, "ru")).begin().actions[0]
    assert first == Say("opening")
    ru, en = script.texts["opening"].wording["ru"], script.texts["opening"].wording["en"]
    assert ru.startswith("Это {institution}. ")
    assert en.startswith("This is {institution}. ")
    assert ("Важное сообщение. Кому: {full_name}" in ru) == script.names_people
    assert ("An important message for {full_name}" in en) == script.names_people


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
def test_sentences_are_short(script: Script) -> None:
    for text in script.texts.values():
        for template in text.wording.values():
            for sentence in re.split(r"[.?!]", template):
                assert len(sentence.split()) <= MOST_WORDS, (text.id, sentence)


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
def test_the_first_question_offers_opt_out_and_a_human(script: Script) -> None:
    assert "other_keys" in script.steps[script.start].texts()
    assert (script.opt_out_key, script.human_key) == ("9", "0")


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_all_that_can_be_said_has_its_values(script: Script, language: str) -> None:
    values = example_values(script, language)
    for text in sayable(script, values):
        for kind, raw in script.spoken_values(text, language, values).values():
            assert kind
            assert raw


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
def test_calling_hours_are_the_usual_ones(script: Script) -> None:
    assert script.policy.hours == Hours(Window(time(9), time(20)), Window(time(10), time(18)), "RU")


def test_why_they_call_decides_which_caps_hold() -> None:
    rules = {script.name: (script.policy.purpose, script.policy.urgent) for script in SCRIPTS}
    assert rules == {
        "covid-results": ("result", True),
        "abandoned-callback": ("callback", False),
        "satisfaction-survey": ("survey", False),
        "service-control": ("survey", False),
        "problem-check": ("survey", False),
    }
    assert {script.policy.pack.name for script in SCRIPTS} == {"ru-careful"}


def test_results_go_first_and_are_called_five_times() -> None:
    by_priority = sorted(SCRIPTS, key=lambda script: -script.priority)
    assert [script.name for script in by_priority] == [
        "covid-results",
        "abandoned-callback",
        "problem-check",
        "service-control",
        "satisfaction-survey",
    ]
    policy = by_priority[0].policy
    assert (policy.attempts, policy.deadline) == (5, timedelta(hours=72))
    assert policy.retry_after["busy"][0] == timedelta(minutes=10)
    assert "wrong_number" not in policy.retry_after


def facts_of(campaign: str, *keys: str, **values: str) -> tuple[list[Fact], Conversation]:
    """All facts of a call in which these keys are pressed."""
    script = load_script(LIBRARY / f"{campaign}.yaml")
    conversation = Conversation(script, {**example_values(script, "ru"), **values})
    facts = list(conversation.begin().facts)
    for pressed in keys:
        facts += conversation.keys(pressed).facts
    return facts, conversation


@pytest.mark.parametrize(
    ("campaign", "keys", "facts", "outcome"),
    [
        (
            "covid-results",
            ("1", "1954", "2", "5"),
            [Verified(), Delivered(), Replied("mark", "5")],
            "completed",
        ),
        ("abandoned-callback", ("2",), [Replied("callback", "not_needed")], "completed"),
        (
            "satisfaction-survey",
            ("1", "5"),
            [Replied("dealt_with", "yes"), Replied("mark", "5")],
            "completed",
        ),
        ("problem-check", ("1",), [Replied("solved", "yes")], "completed"),
        ("service-control", ("1", "4"), [Replied("received", "yes"), Replied("mark", "4")], "completed"),
    ],
)
def test_these_keys_are_a_whole_call(
    campaign: str, keys: tuple[str, ...], facts: list[Fact], outcome: str
) -> None:
    found, conversation = facts_of(campaign, *keys)
    assert found == facts
    assert (conversation.outcome, conversation.over) == (outcome, True)


def test_a_wanted_callback_is_urgent_work_with_the_time_of_the_call() -> None:
    called = {"called_at": "2026-11-18T14:05:00+03:00", "queue": "desk"}
    facts, conversation = facts_of("abandoned-callback", "1", **called)
    task = TaskRaised("callback", "high", tuple(called.items()))
    assert facts == [Replied("callback", "wanted")]
    assert conversation.unconnected().facts == (task,)
    assert (conversation.outcome, conversation.over) == ("completed", True)


def reasons(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    return [(fact.reason, fact.urgency) for fact in facts if isinstance(fact, TaskRaised)]


def test_a_low_mark_is_work_before_anybody_can_hang_up_and_again_with_the_reason() -> None:
    facts, conversation = facts_of("satisfaction-survey", "1", "2")
    assert reasons(facts) == [("low_mark", "high")]
    conversation.keys("1")
    told = conversation.spoken("answers/1.wav", 4.0).facts
    details = (("problem", "nobody_came"), ("words", "answers/1.wav"))
    assert told[1:] == (TaskRaised("low_mark", "high", details, "problem-check"),)
    assert conversation.outcome == "completed"


@pytest.mark.parametrize(
    ("category", "urgency"), [("emergency", "high"), ("urgent", "normal"), ("routine", "low")]
)
def test_a_broken_promise_opens_the_request_again_as_urgent_as_it_is(category: str, urgency: str) -> None:
    facts, conversation = facts_of("service-control", "2", category=category)
    assert reasons(facts) == [("promise_broken", urgency)]
    assert reasons(conversation.keys("3").facts) == [("promise_broken", "low")]  # joins what is open


@pytest.mark.parametrize("mark", ["1", "2"])
@pytest.mark.parametrize("category", ["emergency", "urgent", "routine"])
def test_a_low_mark_is_as_urgent_and_says_as_much_whatever_else_was_said(category: str, mark: str) -> None:
    _, kept = facts_of("service-control", "1", category=category)
    _, broken = facts_of("service-control", "2", category=category)
    [alone] = [fact for fact in kept.keys(mark).facts if isinstance(fact, TaskRaised)]
    [joined] = [fact for fact in broken.keys(mark).facts if isinstance(fact, TaskRaised)]
    assert (joined.urgency, joined.details) == (alone.urgency, alone.details)
    assert (joined.reason, joined.urgency, dict(joined.details)["mark"]) == ("promise_broken", "high", mark)


def test_whether_a_problem_is_solved_is_asked_before_surveys() -> None:
    order = {script.name: script.priority for script in SCRIPTS}
    assert order["problem-check"] == PRIORITY > max(order["satisfaction-survey"], order["service-control"])


@pytest.mark.parametrize(
    ("key", "verdict"),
    [("1", "solved"), ("2", "stands"), ("9", "unknown"), ("0", "unknown"), ("", "unknown")],
)
def test_a_check_gives_one_verdict_whatever_is_pressed(key: str, verdict: str) -> None:
    _, conversation = facts_of("problem-check", key)
    script = load_script(LIBRARY / "problem-check.yaml")
    left = followups(script, {"task": "7", **conversation.answers}, "done", conversation.outcome)
    assert left == (TaskChecked(cast(CheckVerdict, verdict)),)


@pytest.mark.parametrize("result", ["negative", "positive", "inconclusive"])
def test_every_result_is_told_with_the_date_of_the_sample(result: str) -> None:
    script = load_script(LIBRARY / "covid-results.yaml")
    values = {**example_values(script, "ru"), "result": result}
    conversation = Conversation(script, values)
    conversation.begin()
    conversation.keys("1")
    said = conversation.keys("1954").actions[0]
    assert said == Say(result, reported=True)
    assert script.spoken_values(result, "ru", values) == {"sample_date": ("date", "2026-11-18")}
