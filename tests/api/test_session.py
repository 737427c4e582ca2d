"""`/api/v1/session` over the application: cookies, forged requests, lock-out."""

import pytest
from fastapi.testclient import TestClient

from campaigns.access.lockout import FAILURES
from campaigns.api.callers import COOKIE
from campaigns.store import looks
from campaigns.store.accounts import Bounds
from campaigns.store.database import Database
from campaigns.store.looks import Wanted
from tests.access.people import PASSWORD, cheap_hashes, user
from tests.api.conftest import Ask

SESSION = "/api/v1/session"


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


@pytest.fixture
def browser(ask: Ask, db: Database) -> TestClient:
    """A browser; anna, a supervisor of one institution, may log in."""
    user(db, bounds=Bounds((), ("Clinic 5",)))
    return ask("")


def log_in(browser: TestClient, password: str = PASSWORD, name: str = "anna") -> str:
    answer = browser.post(SESSION, json={"name": name, "password": password})
    assert answer.status_code == 201
    return str(answer.json()["csrf"])


def test_a_session_from_its_beginning_to_its_end(browser: TestClient) -> None:
    csrf = log_in(browser)
    known = browser.get(SESSION)
    view = {"name": "anna", "role": "supervisor", "campaigns": [], "institutions": ["Clinic 5"]}
    assert (known.status_code, known.json()) == (200, {**view, "csrf": csrf})
    token = browser.cookies[COOKIE]
    assert browser.delete(SESSION, headers={"X-CSRF-Token": csrf}).status_code == 204
    assert COOKIE not in browser.cookies
    browser.cookies.set(COOKIE, token)
    assert browser.get(SESSION).status_code == 401


def test_the_cookie_is_the_hosts_alone_and_no_scripts(browser: TestClient) -> None:
    answer = browser.post(SESSION, json={"name": "anna", "password": PASSWORD})
    name, *rest = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-dialer=")
    assert {each.lower() for each in rest} == {
        *("httponly", "secure", "samesite=strict", "path=/", "max-age=43200")
    }
    assert "domain" not in answer.headers["set-cookie"].lower()
    assert answer.json()["csrf"] not in answer.headers["set-cookie"]


@pytest.mark.parametrize("headers", [{}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "guessed"}])
def test_a_forged_request_is_refused(browser: TestClient, headers: dict[str, str]) -> None:
    log_in(browser)
    refused = browser.delete(SESSION, headers=headers)
    assert refused.status_code == 403
    assert "X-CSRF-Token" in refused.json()["detail"]
    assert browser.get(SESSION).status_code == 200


def test_who_fails_is_told_the_same_whoever_it_is(browser: TestClient) -> None:
    answers = [
        browser.post(SESSION, json={"name": name, "password": "wrong"}) for name in ("anna", "nobody", "\n")
    ]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len({answer.text for answer in answers}) == 1
    assert COOKIE not in browser.cookies


def test_a_name_is_locked_after_failures(browser: TestClient) -> None:
    for _ in range(FAILURES):
        assert browser.post(SESSION, json={"name": "anna", "password": "wrong"}).status_code == 401
    locked = browser.post(SESSION, json={"name": "anna", "password": PASSWORD})
    assert locked.status_code == 429
    assert 890 <= int(locked.headers["Retry-After"]) <= 900
    assert PASSWORD not in locked.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "anna"},
        {"name": "", "password": "p"},
        {"name": "anna", "password": ""},
        {"name": "a" * 101, "password": "p"},
        {"name": "anna", "password": "p" * 1025},
        {"name": "anna", "password": PASSWORD, "role": "administrator"},
        {"name": ["anna"], "password": PASSWORD},
        [],
    ],
)
def test_what_does_not_validate_is_told_without_its_values(browser: TestClient, body: object) -> None:
    refused = browser.post(SESSION, json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"]
    assert PASSWORD not in refused.text


def test_another_site_cannot_log_anybody_in_with_a_form(browser: TestClient) -> None:
    form = browser.post(SESSION, data={"name": "anna", "password": PASSWORD})
    plain = browser.post(
        SESSION,
        content=f'{{"name": "anna", "password": "{PASSWORD}"}}',
        headers={"Content-Type": "text/plain"},
    )
    assert (form.status_code, plain.status_code) == (415, 415)


def test_a_key_is_told_who_it_is_and_has_no_session(ask: Ask) -> None:
    known = ask("lab-bound").get(SESSION).json()
    assert known == {
        "name": "lab-bound",
        "role": "laboratory",
        "campaigns": ["covid-results"],
        "institutions": [],
        "csrf": None,
    }
    assert ask("lab").delete(SESSION).status_code == 403
    assert ask("").get(SESSION).status_code == 401
    assert ask("").delete(SESSION).status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", "é", "a" * 5000])
def test_a_cookie_that_was_never_given_opens_nothing(ask: Ask, token: str) -> None:
    refused = ask("").get(SESSION, headers={"Cookie": f"{COOKIE}={token}".encode()})
    assert refused.status_code == 401


def test_a_session_does_what_its_role_may(browser: TestClient) -> None:
    log_in(browser)
    assert browser.get("/api/v1/looks").status_code == 403


def test_whoever_came_in_stands_in_the_log(browser: TestClient, db: Database) -> None:
    log_in(browser)
    [begun] = looks.listing(db, Wanted(who="anna"), 5)
    assert (begun.what, begun.address) == ("logged in", "testclient")
