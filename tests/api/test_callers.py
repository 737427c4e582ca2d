"""Who asks is known before anything else of a request is looked at."""

import pytest

from tests.api.conftest import Ask


@pytest.mark.parametrize("path", ["/api/v1/contacts", "/api/v1/nothing", "/fhir", "/fhir/DiagnosticReport"])
def test_whoever_shows_nothing_is_told_how(ask: Ask, path: str) -> None:
    answer = ask("").post(path, content=b"{" * 1000)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "Connection" not in answer.headers


def test_the_rest_of_a_long_body_is_not_waited_for(ask: Ask) -> None:
    answer = ask("").post("/api/v1/contacts", content=b"x" * 100_000)
    assert (answer.status_code, answer.headers["Connection"]) == (401, "close")


@pytest.mark.parametrize(
    ("path", "status"), [("/health", 200), ("/openapi.json", 200), ("/docs", 200), ("/nothing", 404)]
)
def test_what_anybody_may_see(ask: Ask, path: str, status: int) -> None:
    assert ask("").get(path).status_code == status
