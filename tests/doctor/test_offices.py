"""The doctor on institutions whose head nobody can tell."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from campaigns.doctor.offices import findings
from campaigns.rules.service_levels import usual

MANY = {f"Clinic {number}": 2 for number in range(1, 8)}
NO_AUTHORITY = "Nobody above the heads can be told: give an email or a webhook under [authority]."


@pytest.mark.parametrize(
    ("tasks", "heads", "authority", "found"),
    [
        ({}, (), False, [("right", "0 are open; whoever they go up to can be told.")]),
        ({"5": 3}, ("5",), True, [("right", "3 are open; whoever they go up to can be told.")]),
        ({"5": 3}, ("5",), False, [("doubtful", NO_AUTHORITY)]),
        (
            {"5": 3, "6": 1, "": 2},
            ("5",),
            True,
            [
                (
                    "doubtful",
                    "3 open tasks have no head who can be told (of 6; 2 of no",
                )
            ],
        ),
        (
            MANY,
            (),
            False,
            [("doubtful", "14 open tasks have no head"), ("doubtful", NO_AUTHORITY)],
        ),
    ],
)
def test_whose_head_cannot_be_told_is_named_and_counted(
    tasks: Mapping[str, int], heads: tuple[str, ...], authority: bool, found: list[tuple[str, str]]
) -> None:
    levels = replace(usual(), heads=frozenset(heads), authority=authority)
    said = [(each.verdict, each.sentence) for each in findings(tasks, levels)]
    assert [verdict for verdict, _ in said] == [verdict for verdict, _ in found]
    assert all(sentence.startswith(begins) for (_, sentence), (_, begins) in zip(said, found, strict=True))


def test_not_all_of_very_many_are_named() -> None:
    [sentence, _] = [each.sentence for each in findings(MANY, usual())]
    assert "Clinic 5 and 2 more" in sentence
