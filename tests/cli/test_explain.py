"""`dialer contacts explain` as people type it."""

import json

import pytest

from tests.system.commands import Desk

HEADER = "external_id,phone,full_name,language,birth_year,result,sample_date,clinic"
PEOPLE = [
    "A-1,8 (912) 345-67-89,Иванова Мария,ru,1954,negative,2026-11-20,Поликлиника № 5",
    "A-2,8 (912) 345-67-89,Иванов Пётр,ru,1955,negative,2026-11-20,Поликлиника № 5",
    "A-3,8 (3452) 50-00-00,Петров Иван,ru,1960,negative,2026-11-20,Поликлиника № 5",
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("desk"), "sip:127.0.0.1:15998")
    path = desk.home.parent / "results.csv"
    path.write_text("\n".join([HEADER, *PEOPLE]) + "\n", encoding="utf-8")
    desk.run("queue", "covid-results", str(path))
    return desk


@pytest.mark.parametrize(
    ("who", "found"),
    [
        (("8 912 345 67 89",), ["A-1", "A-2"]),
        (("+73452500000", "--campaign", "covid-results"), ["A-3"]),
    ],
)
def test_contacts_are_explained_by_name_and_number(
    desk: Desk, who: tuple[str, ...], found: list[str]
) -> None:
    assert [row["contact"] for row in desk.data("contacts", "explain", *who)] == found


def test_the_explanation_is_plain_text_without_names_and_numbers(desk: Desk) -> None:
    said = desk.run("contacts", "explain", "A-3").stdout
    assert "A-3 of covid-results, number +7…00, time zone Asia/Yekaterinburg, from its phone number" in said
    assert "Its campaign was never launched: nobody in it is called meanwhile." in said
    data = json.dumps(desk.data("contacts", "explain", "A-3"), ensure_ascii=False)
    for secret in ("+73452500000", "Петров", "1960", "negative", "Поликлиника"):
        assert secret not in said
        assert secret not in data


@pytest.mark.parametrize("who", [("A-1", "--campaign", "other"), ("+79120000009",)])
def test_an_unknown_contact_is_told_in_one_sentence(desk: Desk, who: tuple[str, ...]) -> None:
    said = desk.run("contacts", "explain", *who, code=1).stderr
    assert said.startswith("There is no contact with that external_id or number in ")
    assert said.count("\n") == 1
