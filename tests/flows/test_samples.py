"""The made-up contact: complete, canonical, in its language."""

import re
from zoneinfo import ZoneInfo

import pytest

from campaigns.flows.fields import BUILT_INS, parse_field
from campaigns.flows.loader import LIBRARY, find_scripts, load_script
from campaigns.flows.reach import sayable
from campaigns.flows.samples import example_values
from campaigns.flows.script import Script

SCRIPTS = [load_script(path) for path in find_scripts(LIBRARY).values()]
LETTERS = {"ru": "[А-ЯЁ]", "en": "[A-Z]", "kk": "[А-ЯӘҒҚҢӨҰҮҺІ]", "fr": "[A-Z]"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
@pytest.mark.parametrize("language", sorted(LETTERS))
def test_every_field_has_a_canonical_value(script: Script, language: str) -> None:
    values = example_values(script, language)
    assert values.keys() == {*script.fields, *BUILT_INS}
    for name, value in values.items():
        field = script.fields.get(name) or BUILT_INS[name]
        assert parse_field(field, value, ZoneInfo("Europe/Moscow")) == value
    assert re.match(LETTERS[language], values["full_name"])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_what_anybody_can_hear_is_what_somebody_can_hear(script: Script) -> None:
    choices = [field for field in script.fields.values() if field.values]
    values = example_values(script, "ru")
    heard = set(sayable(script, values))
    for field in choices:
        for value in field.values:
            heard |= set(sayable(script, {**values, field.name: value}))
    assert set(sayable(script)) == heard
