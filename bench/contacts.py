"""A thousand people and what covid-results says to each: what rendering ahead has to do."""

from collections.abc import Iterator
from datetime import date, timedelta

from bench.spoken import house
from campaigns.engine.renderer import Order
from campaigns.engine.texts import text_of
from campaigns.flows.loader import LIBRARY, load_script
from campaigns.flows.reach import sayable

CAMPAIGN = "covid-results"
RESULTS = ("negative", "negative", "negative", "positive", "inconclusive")
FIRST_DAY = date(2026, 11, 1)
SAMPLE_DAYS = 5  # a file of results covers so many
SURNAMES = (
    "Иванов", "Смирнов", "Кузнецов", "Попов", "Васильев", "Петров", "Соколов", "Михайлов",
    "Новиков", "Фёдоров", "Морозов", "Волков", "Алексеев", "Лебедев", "Семёнов", "Егоров",
    "Павлов", "Козлов", "Степанов", "Николаев", "Орлов", "Андреев", "Макаров", "Никитин",
    "Захаров", "Зайцев", "Соловьёв", "Борисов", "Яковлев", "Григорьев", "Романов", "Воробьёв",
    "Сергеев", "Кузьмин", "Фролов", "Александров", "Дмитриев", "Королёв", "Гусев", "Киселёв",
)  # fmt: skip
RARE = ("Сырчиков", "Вторушин", "Кугаевский", "Плесовских", "Абдрахимов")  # each twentieth has one of these
WOMEN = (
    "Мария",
    "Анна",
    "Елена",
    "Ольга",
    "Наталья",
    "Татьяна",
    "Ирина",
    "Светлана",
    "Людмила",
    "Галина",
    "Гульнара",
)
MEN = (
    "Александр",
    "Сергей",
    "Владимир",
    "Андрей",
    "Алексей",
    "Николай",
    "Иван",
    "Дмитрий",
    "Юрий",
    "Ринат",
    "Пётр",
)
FATHERS = (
    "Александров",
    "Иванов",
    "Сергеев",
    "Петров",
    "Николаев",
    "Владимиров",
    "Алексеев",
    "Ринатов",
    "Юрьев",
)
RARE_EVERY = 20


def orders(count: int) -> Iterator[Order]:
    """One a contact: every text that the call could need, all in Russian; no two full names are alike."""
    script = load_script(LIBRARY / f"{CAMPAIGN}.yaml")
    for number in range(count):
        sampled = FIRST_DAY + timedelta(days=number % SAMPLE_DAYS)
        values = {
            **house("ru"),
            "full_name": full_name(number),
            "birth_year": str(1930 + number % 75),
            "result": RESULTS[number % len(RESULTS)],
            "sample_date": sampled.isoformat(),
            "clinic": "Поликлиника № 5",
        }
        texts = {name: text_of(script, name, "ru", values) for name in sayable(script, values)}
        yield Order(f"bench-{number}", texts)


def full_name(number: int) -> str:
    """The name of a contact, counted from 0: women and men in turn, the parts in all combinations."""
    woman, person = number % 2 == 0, number // 2
    surname = SURNAMES[person % len(SURNAMES)]
    if number % RARE_EVERY == RARE_EVERY - 1:
        surname = RARE[number // RARE_EVERY % len(RARE)]
    given, father = (
        (WOMEN if woman else MEN)[person // len(SURNAMES) % len(WOMEN)],
        FATHERS[person // (len(SURNAMES) * len(WOMEN)) % len(FATHERS)],
    )
    ends = surname.endswith("х")  # Plesovskikh is the same for women
    female = surname if ends else f"{surname[:-2]}ая" if surname.endswith("ий") else f"{surname}а"
    return f"{female if woman else surname} {given} {father}{'на' if woman else 'ич'}"
