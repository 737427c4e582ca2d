"""Who is called in the demonstration, how each behaves, and what must stand in the records afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle, islice

from campaigns.words import ContactState, Outcome
from dialer.phones import BEHAVIOURS, Patient

COVID, CALLBACK, SURVEY = "covid-results", "abandoned-callback", "satisfaction-survey"
BIRTH_YEAR = "1954"


@dataclass(frozen=True)
class Expected:
    """What the records must say of a contact after one call."""

    outcome: Outcome
    state: ContactState = "done"
    answers: Mapping[str, str] = field(default_factory=dict)
    tasks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Role:
    """One way a call can go: who is called, how the phone behaves, which keys its owner presses."""

    campaign: str
    language: str
    full_name: str
    behaviour: str  # a name in BEHAVIOURS
    keys: tuple[str, ...]
    expected: Expected
    result: str = ""  # of covid-results


@dataclass(frozen=True)
class Person:
    """A role with a number of its own."""

    role: Role
    external_id: str
    number: str

    @property
    def patient(self) -> Patient:
        """The simulated phone."""
        return Patient(self.number, BEHAVIOURS[self.role.behaviour], self.role.keys)


def people(wanted: int) -> Sequence[Person]:
    """So many people; beyond the roles they begin anew with other numbers."""
    return [
        Person(role, f"demo-{number:04d}", f"+7999{number:07d}")
        for role, number in islice(zip(cycle(ROLES), count(1), strict=False), wanted)
    ]


def _waits(outcome: Outcome) -> Expected:
    return Expected(outcome, "waiting")


def _marked(mark: str, *tasks: str, outcome: Outcome = "completed") -> Expected:
    return Expected(outcome, answers={"mark": mark}, tasks=frozenset(tasks))


DOCTOR_POSITIVE, DOCTOR_UNCLEAR = "doctor_positive_result", "doctor_inconclusive_result"
_OPTED_OUT = Expected("opted_out")
_CALLBACK_WANTED = Expected("completed", answers={"callback": "wanted"}, tasks=frozenset({"callback"}))

ROLES: Sequence[Role] = (
    Role(
        COVID,
        "ru",
        "Иванова Мария Петровна",
        "confirms",
        ("1", BIRTH_YEAR, "2", "5"),
        _marked("5"),
        "negative",
    ),
    Role(CALLBACK, "ru", "Соколов Андрей Ильич", "confirms", ("1",), _CALLBACK_WANTED),
    Role(
        SURVEY,
        "ru",
        "Кузнецова Анна Сергеевна",
        "confirms",
        ("1", "5"),
        Expected("completed", answers={"dealt_with": "yes", "mark": "5"}),
    ),
    Role(
        COVID,
        "en",
        "Margaret Wilson",
        "confirms",
        ("1", BIRTH_YEAR, "2", "5"),
        _marked("5", DOCTOR_POSITIVE),
        "positive",
    ),
    Role(
        COVID,
        "ru",
        "Смирнов Олег Викторович",
        "marks low",
        ("1", BIRTH_YEAR, "2", "1"),
        _marked("1", "low_mark"),
        "negative",
    ),
    Role(
        SURVEY,
        "ru",
        "Попов Николай Фёдорович",
        "marks low",
        ("2", "1", "3"),
        Expected(
            "completed",
            answers={"dealt_with": "no", "mark": "1", "problem": "problem_stands"},
            tasks=frozenset({"low_mark"}),
        ),
    ),
    Role(
        COVID,
        "ru",
        "Васильева Ольга Юрьевна",
        "wrong key first",
        ("7", "1", BIRTH_YEAR, "2", "4"),
        _marked("4", DOCTOR_UNCLEAR),
        "inconclusive",
    ),
    Role(COVID, "ru", "Павлов Игорь Львович", "no key", (), _waits("silent"), "negative"),
    Role(COVID, "en", "George Harris", "hangs up", ("1",), _waits("hung_up"), "negative"),
    Role(COVID, "ru", "Фёдорова Нина Андреевна", "busy", (), _waits("unanswered"), "positive"),
    Role(COVID, "ru", "Морозов Пётр Иванович", "never answers", (), _waits("unanswered"), "negative"),
    Role(COVID, "ru", "Волкова Елена Павловна", "machine", (), _waits("voicemail"), "positive"),
    Role(
        COVID,
        "ru",
        "Зайцев Денис Олегович",
        "not the person",
        ("3",),
        Expected("wrong_person", tasks=frozenset({"wrong_number"})),
        "negative",
    ),
    Role(
        COVID,
        "en",
        "Dorothy Clark",
        "opts out",
        ("9",),
        Expected("opted_out", tasks=frozenset({DOCTOR_POSITIVE})),
        "positive",
    ),
    Role(CALLBACK, "en", "Thomas Walker", "confirms", ("1",), _CALLBACK_WANTED),
    Role(
        CALLBACK,
        "ru",
        "Лебедева Татьяна Романовна",
        "wrong key first",
        ("5", "2"),
        Expected("completed", answers={"callback": "not_needed"}),
    ),
    Role(CALLBACK, "ru", "Козлов Артём Денисович", "declines", (), _waits("unanswered")),
    Role(CALLBACK, "en", "Helen Young", "machine", (), _waits("voicemail")),
    Role(CALLBACK, "ru", "Новиков Илья Максимович", "opts out", ("9",), _OPTED_OUT),
    Role(
        SURVEY,
        "en",
        "William Turner",
        "confirms",
        ("1", "5"),
        Expected("completed", answers={"dealt_with": "yes", "mark": "5"}),
    ),
    Role(SURVEY, "ru", "Егорова Вера Степановна", "no key", (), _waits("silent")),
    Role(SURVEY, "ru", "Орлов Сергей Борисович", "busy", (), _waits("unanswered")),
    Role(
        SURVEY,
        "en",
        "Susan Baker",
        "hangs up",
        ("1",),
        Expected("partial", "waiting", answers={"dealt_with": "yes"}),  # it is gone on with another day
    ),
    Role(SURVEY, "ru", "Макаров Юрий Егорович", "opts out", ("9",), _OPTED_OUT),
)
"""Every behaviour of the simulated phones, in both languages, spread over the shipped campaigns."""
