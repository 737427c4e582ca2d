"""Russian nouns that stand beside numbers: what is measured, counted, numbered."""

from typing import Final

from prompts.spoken.ru_numbers import CASES, Case, Gender, Noun


def _masculine(stem: str, many: str = "", plural: str = "ы") -> Noun:
    """градус, градуса, градусу; `many`: «пять килограмм»."""
    return Noun(
        "m",
        (stem, f"{stem}а", f"{stem}у", stem, f"{stem}ом", f"{stem}е"),
        (f"{stem}{plural}", many or f"{stem}ов", f"{stem}ам", f"{stem}{plural}", f"{stem}ами", f"{stem}ах"),
    )


def _feminine(stem: str, many: str, plural: str = "ы") -> Noun:
    """минута, минуты, минуте; `many`: «пять минут»; `plural`: «и» after г, к, ч."""
    with_one = f"{stem}ей" if stem[-1] in "цч" else f"{stem}ой"
    return Noun(
        "f",
        (f"{stem}а", f"{stem}{plural}", f"{stem}е", f"{stem}у", with_one, f"{stem}е"),
        (f"{stem}{plural}", many, f"{stem}ам", f"{stem}{plural}", f"{stem}ами", f"{stem}ах"),
    )


def _soft_feminine(stem: str, many: str) -> Noun:
    """неделя, недели; `many`: «пять недель»."""
    at = "и" if stem.endswith("и") else "е"
    return Noun(
        "f",
        (f"{stem}я", f"{stem}и", f"{stem}{at}", f"{stem}ю", f"{stem}ей", f"{stem}{at}"),
        (f"{stem}и", many, f"{stem}ям", f"{stem}и", f"{stem}ями", f"{stem}ях"),
    )


def _third(stem: str) -> Noun:
    """степень, степени."""
    return Noun(
        "f",
        (f"{stem}ь", f"{stem}и", f"{stem}и", f"{stem}ь", f"{stem}ью", f"{stem}и"),
        (f"{stem}и", f"{stem}ей", f"{stem}ям", f"{stem}и", f"{stem}ями", f"{stem}ях"),
    )


def _soft_masculine(stem: str, end: str = "ь") -> Noun:
    """рубль, рубля; `end`: the letter that falls away."""
    return Noun(
        "m",
        (f"{stem}{end}", f"{stem}я", f"{stem}ю", f"{stem}{end}", f"{stem}ем", f"{stem}е"),
        (f"{stem}и", f"{stem}ей", f"{stem}ям", f"{stem}и", f"{stem}ями", f"{stem}ях"),
    )


def _neuter(stem: str) -> Noun:
    """отделение, отделения; the stem ends in и."""
    return Noun(
        "n",
        (f"{stem}е", f"{stem}я", f"{stem}ю", f"{stem}е", f"{stem}ем", f"{stem}и"),
        (f"{stem}я", f"{stem}й", f"{stem}ям", f"{stem}я", f"{stem}ями", f"{stem}ях"),
    )


RUBLE: Final = Noun(
    "m",
    ("рубль", "рубля", "рублю", "рубль", "рублём", "рубле"),
    ("рубли", "рублей", "рублям", "рубли", "рублями", "рублях"),
)
KOPECK: Final = _feminine("копейк", "копеек", "и")
HOUR: Final = _masculine("час")
MINUTE: Final = _feminine("минут", "минут")
DEGREE: Final = _masculine("градус")
PERCENT: Final = _masculine("процент")
YEAR: Final = Noun(
    "m",
    ("год", "года", "году", "год", "годом", "году"),
    ("годы", "годов", "годам", "годы", "годами", "годах"),
    many="лет",
)
DAY: Final = Noun(
    "m",
    ("день", "дня", "дню", "день", "днём", "дне"),
    ("дни", "дней", "дням", "дни", "днями", "днях"),
)
MONTH: Final = Noun(
    "m",
    ("месяц", "месяца", "месяцу", "месяц", "месяцем", "месяце"),
    ("месяцы", "месяцев", "месяцам", "месяцы", "месяцами", "месяцах"),
)
TIMES: Final = Noun(
    "m",
    ("раз", "раза", "разу", "раз", "разом", "разе"),
    ("разы", "раз", "разам", "разы", "разами", "разах"),
)
PERSON: Final = Noun(
    "m",
    ("человек", "человека", "человеку", "человека", "человеком", "человеке"),
    ("люди", "человек", "людям", "людей", "людьми", "людях"),
)
WEEK: Final = _soft_feminine("недел", "недель")
SECOND: Final = _feminine("секунд", "секунд")
TABLET: Final = _feminine("таблетк", "таблеток", "и")
CAPSULE: Final = _feminine("капсул", "капсул")
AMPOULE: Final = _feminine("ампул", "ампул")
DROP: Final = _soft_feminine("капл", "капель")
DOSE: Final = _feminine("доз", "доз")
PIECE: Final = _feminine("штук", "штук", "и")
UNIT, MILLIUNIT = (_feminine(f"{scale}единиц", f"{scale}единиц") for scale in ("", "милли"))
GRAM, KILOGRAM, MILLIGRAM, MICROGRAM = (
    _masculine(f"{scale}грамм") for scale in ("", "кило", "милли", "микро")
)
LITRE, MILLILITRE, DECILITRE = (_masculine(f"{scale}литр") for scale in ("", "милли", "деци"))
METRE, KILOMETRE, CENTIMETRE, MILLIMETRE = (
    _masculine(f"{scale}метр") for scale in ("", "кило", "санти", "милли")
)
MOLE, MILLIMOLE, MICROMOLE, NANOMOLE, PICOMOLE = (
    _soft_masculine(f"{scale}мол") for scale in ("", "милли", "микро", "нано", "пико")
)
TEASPOON, TABLESPOON, DESSERT_SPOON = (
    Noun(
        "f",
        (f"{stem}ая ложка", f"{stem}ой ложки", f"{stem}ой ложке", f"{stem}ую ложку", f"{stem}ой ложкой",
         f"{stem}ой ложке"),
        (f"{stem}ые ложки", f"{stem}ых ложек", f"{stem}ым ложкам", f"{stem}ые ложки", f"{stem}ыми ложками",
         f"{stem}ых ложках"),
        few=f"{stem}ые ложки",
    )
    for stem in ("чайн", "столов", "десертн")
)  # fmt: skip
BEAT: Final = _masculine("удар")
CALORIE: Final = _soft_feminine("килокалори", "килокалорий")
THOUSAND: Final = _feminine("тысяч", "тысяч", "и")
MILLION: Final = _masculine("миллион")
BILLION: Final = _masculine("миллиард")

COUNTED: Final = (
    RUBLE, KOPECK, HOUR, MINUTE, DEGREE, PERCENT, YEAR, DAY, MONTH, TIMES, PERSON, WEEK, SECOND, TABLET,
    CAPSULE, AMPOULE, DROP, DOSE, PIECE, UNIT, GRAM, MILLIGRAM, MILLILITRE,
    _feminine("попытк", "попыток", "и"), _feminine("заявк", "заявок", "и"),
    _feminine("прививк", "прививок", "и"),
    _feminine("процедур", "процедур"), _feminine("услуг", "услуг", "и"), _feminine("жалоб", "жалоб"),
    _feminine("цифр", "цифр"), _feminine("кнопк", "кнопок", "и"), _feminine("ложк", "ложек", "и"),
    _feminine("справк", "справок", "и"), _feminine("книг", "книг", "и"), _feminine("групп", "групп"),
    _feminine("квартир", "квартир"), _feminine("палат", "палат"), _feminine("клиник", "клиник", "и"),
    _feminine("поликлиник", "поликлиник", "и"), _feminine("карт", "карт"), _feminine("ошибк", "ошибок", "и"),
    _feminine("букв", "букв"), _feminine("минутк", "минуток", "и"), _feminine("смен", "смен"),
    _feminine("пробирк", "пробирок", "и"), _feminine("вакцин", "вакцин"), _feminine("банк", "банок", "и"),
    _feminine("упаковк", "упаковок", "и"), _feminine("анкет", "анкет"), _feminine("комнат", "комнат"),
    _feminine("женщин", "женщин"), _feminine("девочк", "девочек", "и"), _feminine("баночк", "баночек", "и"),
    _feminine("путёвк", "путёвок", "и"), _feminine("выписк", "выписок", "и"), _feminine("проб", "проб"),
    _feminine("бригад", "бригад"), _feminine("машин", "машин"), _feminine("остановк", "остановок", "и"),
    _feminine("больниц", "больниц"), _feminine("аптек", "аптек", "и"), _feminine("маск", "масок", "и"),
    _feminine("пар", "пар"), _feminine("бутылк", "бутылок", "и"), _feminine("свечк", "свечек", "и"),
    _soft_feminine("копи", "копий"), _soft_feminine("фотографи", "фотографий"),
    _soft_feminine("реабилитаци", "реабилитаций"), _soft_feminine("ревакцинаци", "ревакцинаций"),
    _third("подпис"), _third("очеред"), _third("ноч"),
    _soft_feminine("инъекци", "инъекций"), _soft_feminine("вакцинаци", "вакцинаций"),
    _soft_feminine("консультаци", "консультаций"), _soft_feminine("операци", "операций"),
    _soft_feminine("порци", "порций"), _third("запис"), _third("степен"), _third("част"),
    _neuter("обращени"), _neuter("сообщени"), _neuter("посещени"), _neuter("направлени"),
    _neuter("исследовани"), _neuter("заявлени"), _neuter("заняти"), _neuter("отделени"),
    Noun("n", ("место", "места", "месту", "место", "местом", "месте"),
         ("места", "мест", "местам", "места", "местами", "местах")),
    Noun("n", ("письмо", "письма", "письму", "письмо", "письмом", "письме"),
         ("письма", "писем", "письмам", "письма", "письмами", "письмах")),
    Noun("n", ("лекарство", "лекарства", "лекарству", "лекарство", "лекарством", "лекарстве"),
         ("лекарства", "лекарств", "лекарствам", "лекарства", "лекарствами", "лекарствах")),
)  # fmt: skip

NUMBERED: Final = (
    _masculine("корпус", plural="а"), _masculine("этаж", plural="и"), _masculine("подъезд"),
    _masculine("кабинет"), _masculine("квартал"), _masculine("триместр"), _masculine("этап"),
    _masculine("тип"),
    _masculine("класс"), _masculine("курс"), _masculine("век", plural="а"), _masculine("микрорайон"),
    _masculine("том", plural="а"), _masculine("период"), _masculine("медпункт"),
    _soft_feminine("категори", "категорий"), _soft_feminine("стади", "стадий"),
    _soft_feminine("лини", "линий"), _third("степен"), _third("ступен"), _third("очеред"),
    _feminine("групп", "групп"), _feminine("фаз", "фаз"), _feminine("палат", "палат"),
    _feminine("смен", "смен"), _feminine("половин", "половин"), _feminine("больниц", "больниц"),
    _feminine("поликлиник", "поликлиник", "и"), _feminine("школ", "школ"), _feminine("доз", "доз"),
    _neuter("отделени"), _neuter("положени"),
    Noun("n", ("число", "числа", "числу", "число", "числом", "числе"),
         ("числа", "чисел", "числам", "числа", "числами", "числах")),
    HOUR, DAY, WEEK, MONTH, YEAR,
)  # fmt: skip

GENDERS: Final[dict[str, Gender]] = {
    form: noun.gender
    for noun in reversed(COUNTED)
    for form in (*noun.singular, *noun.plural, noun.many)
    if form
}
"""Any form of a noun that is often counted -> its gender; what is not here is counted as masculine."""

NUMBERED_FORMS: Final[dict[str, tuple[Gender, Case]]] = {
    form: (noun.gender, case)
    for noun in reversed(NUMBERED)
    for case, form in reversed(tuple(zip(CASES, noun.singular, strict=True)))
}
"""A form in the singular of a noun that bears a number -> its gender and (first possible) case."""
