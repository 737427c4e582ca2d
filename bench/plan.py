"""What the product is given to do: who is called, and how they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.sipp.behaviours import Answers

CAMPAIGN = "covid-results"
CALLS = 96
AT_ONCE = 32
CALLS_PER_SECOND = 16.0
BIRTH_YEAR, MARK = "1954", "5"
COLUMNS = "external_id,phone,full_name,language,time_zone,birth_year,result,sample_date,clinic"
NAMES = {"ru": "Иванова Мария Петровна", "en": "Mary Brown"}
CLINICS = {"ru": "Поликлиника № 5", "en": "Clinic No. 5"}
PROMPTS_AFTER_KEYS = 4  # to 1, to the last digit of the year, to 2 and to the mark


def _keys(who_ms: int, year_ms: int, result_ms: int, mark_ms: int) -> tuple[tuple[int, str], ...]:
    """It is me, the year, understood, the mark; each so long after the key before."""
    year = [(300 if place else year_ms, digit) for place, digit in enumerate(BIRTH_YEAR)]
    return ((who_ms, "1"), *year, (result_ms, "2"), (mark_ms, MARK))


HURRIED = Answers(keys=_keys(1500, 1500, 2500, 1500))  # presses into every prompt
PATIENT = Answers(keys=_keys(1500, 11_000, 2500, 9000))  # hears two questions to their end: year and mark
KEYS_A_CALL = len(HURRIED.keys)


@dataclass(frozen=True)
class Person:
    """One contact and what they do on the telephone."""

    external_id: str
    number: str
    language: str
    behaviour: Answers


def people(count: int) -> Sequence[Person]:
    """Both languages and both tempers, in turn."""
    return [
        Person(
            f"bench-{index}",
            f"+7912{index:07d}",
            ("ru", "en")[index % 2],
            (HURRIED, PATIENT)[index // 2 % 2],
        )
        for index in range(count)
    ]


def rows(called: Sequence[Person], zone: str, sampled: date) -> str:
    """The file that the laboratory would send."""
    lines = [
        f"{person.external_id},{person.number},{NAMES[person.language]},{person.language},{zone},"
        f"{BIRTH_YEAR},negative,{sampled},{CLINICS[person.language]}"
        for person in called
    ]
    return "\n".join([COLUMNS, *lines]) + "\n"


def settings(trunk: str, sip_ports: tuple[int, int], rtp_ports: tuple[int, int]) -> str:
    """`dialer.toml`: one trunk, and as many lines as it carries calls."""
    return (
        f'[[trunks]]\nname = "sipp"\nuri = "{trunk}"\nmax_calls = {AT_ONCE}\n'
        f"calls_per_second = {CALLS_PER_SECOND}\n\n"
        f"[lines]\ncount = {AT_ONCE}\nsip_ports = {list(sip_ports)}\nrtp_ports = {list(rtp_ports)}\n"
    )
