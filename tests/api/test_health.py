"""Whether the process can do its work."""

from tests.api.conftest import Ask


def test_all_is_well(ask: Ask) -> None:
    answer = ask("").get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
