"""Made-up contacts of a whole country: zones, numbers, values; no person is real."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from campaigns.flows.samples import example_values
from campaigns.flows.script import Script
from campaigns.simulation.callees import variant
from campaigns.store.queueing import NewContact

ZONES: Final[Mapping[str, float]] = {
    "Asia/Kamchatka": 0.003,
    "Asia/Magadan": 0.005,
    "Asia/Vladivostok": 0.021,
    "Asia/Yakutsk": 0.013,
    "Asia/Irkutsk": 0.029,
    "Asia/Krasnoyarsk": 0.065,
    "Asia/Omsk": 0.013,
    "Asia/Yekaterinburg": 0.145,
    "Europe/Samara": 0.056,
    "Europe/Moscow": 0.643,
    "Europe/Kaliningrad": 0.007,
}
"""The eleven zones of Russia from east to west, with roughly the share of its people who live in each."""

SHARED_NUMBERS = 0.03  # of contacts have the number of the one before: families
FAMILY_NAME = "Петров"  # one for all: nobody hears it
MOST_VARIANTS = 12  # combinations of values that are told apart


def variants(script: Script) -> Sequence[Mapping[str, str]]:
    """Values of made-up persons, one for each combination of the script's choices, at most a dozen."""
    base = example_values(script, script.languages[0])
    base = {name: base[name] for name in script.fields}
    choices = {name: field.values for name, field in script.fields.items() if field.values}
    combined = itertools.product(*choices.values())
    return [
        base | dict(zip(choices, some, strict=True)) for some in itertools.islice(combined, MOST_VARIANTS)
    ]


def people(script: Script, count: int, seed: int, queued_at: datetime) -> Iterator[NewContact]:
    """So many contacts of the script's campaign, with consent and the script's own deadline."""
    draw = random.Random(seed)
    values = variants(script)
    zones = draw.choices(list(ZONES), list(ZONES.values()), k=count)
    deadline = queued_at + script.policy.deadline if script.policy.deadline else None
    phone, number = "", 0
    for place, zone in enumerate(zones):
        if not phone or draw.random() >= SHARED_NUMBERS:
            phone, number = f"+79{number:09d}", number + 1
        fields = values[variant(seed, phone, len(values))]
        yield NewContact(
            campaign=script.name,
            external_id=f"S-{place}",
            phone=phone,
            full_name=FAMILY_NAME,
            language=script.languages[place % len(script.languages)],
            time_zone=zone,
            zone_from="file",
            fields=fields,
            digest="simulated",
            deadline=deadline,
            priority=script.priority,
            consent_source="simulated",
            consent_at=queued_at,
        )
