"""Templates taken apart."""

import pytest

from prompts.errors import BadTemplate
from prompts.spoken.templates import Fixed, Key, Part, Slot, parse


@pytest.mark.parametrize(
    ("template", "parts"),
    [
        ("", ()),
        ("Добрый день.", (Fixed("Добрый день.", 0),)),
        ("{name}", (Slot("name", None),)),
        ("a {called_at:time} b", (Fixed("a ", 0), Slot("called_at", "time"), Fixed(" b", 18))),
        ("{key:1}{key:*}{key:#}", (Key("1"), Key("*"), Key("#"))),
        ("{keys}", (Slot("keys", None),)),
    ],
)
def test_parts(template: str, parts: tuple[Part, ...]) -> None:
    assert parse(template) == parts


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("Hello {name", "brace at character 7"),
        ("Hello name}", "brace at character 11"),
        ("{{name}}", "brace at character 1"),
        ("{a{b}", "brace at character 1"),
        ("{}", "{}"),
        ("{Name}", "{Name}"),
        ("{full name}", "{full name}"),
        ("{имя}", "{имя}"),
        ("{key:11}", "{key:11} names no key"),
        ("{key:}", "{key:} names no key"),
        ("{key}", "{key} names no key"),
        ("{called_at:hour}", "unknown kind"),
        ("{a:}", "{a:}"),
        ("{a\n😀\x07b}", "{a 😀 b}"),
        ("{" + "x" * 5000 + "!}", "{" + "x" * 40 + "…}"),
    ],
)
def test_what_is_no_template_is_told_in_a_sentence(template: str, told: str) -> None:
    with pytest.raises(BadTemplate) as caught:
        parse(template)
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
