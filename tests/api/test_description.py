"""The description at /openapi.json is whole: every operation says what it does, takes and answers."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from campaigns.api.app import build_app
from campaigns.api.doorway import Doorway
from campaigns.api.problems import KINDS, MEDIA_TYPE
from tests.api.conftest import Ask

DESCRIPTION = build_app(cast(Doorway, SimpleNamespace(tell=str))).openapi()
Operation = dict[str, Any]


def operations() -> Iterator[tuple[str, Operation]]:
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


OPERATIONS = dict(operations())


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that is meant; of one that may be null, the other."""
    schema = schema.get("anyOf", [schema])[0]
    name = schema.get("$ref", "").rpartition("/")[2]
    return cast(dict[str, Any], DESCRIPTION["components"]["schemas"][name]) if name else schema


def has_example(content: dict[str, Any]) -> bool:
    schema = resolved(content["schema"])
    return any(key in each for each in (content, schema) for key in ("example", "examples"))


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_does(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["description"].endswith(".")
    assert operation["tags"]


@pytest.mark.parametrize("name", [name for name, each in OPERATIONS.items() if "requestBody" in each])
def test_what_it_takes_has_an_example(name: str) -> None:
    for kind, content in OPERATIONS[name]["requestBody"]["content"].items():
        assert has_example(content), kind


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_it_answers_is_described(name: str) -> None:
    responses = OPERATIONS[name]["responses"]
    done = [status for status in responses if status.startswith("2")]
    assert done
    for status in done:
        assert status == "204" or all(each["schema"] for each in responses[status]["content"].values())
    for status in set(responses) - set(done):
        (kind,) = responses[status]["content"]
        assert kind == ("application/fhir+json" if " /fhir" in name else MEDIA_TYPE)


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names))


def test_all_but_the_open_ones_need_a_key() -> None:
    opened = {name for name, operation in OPERATIONS.items() if "security" not in operation}
    assert opened == {
        "POST /api/v1/session",
        "GET /fhir/metadata",
        "GET /health",
        "GET /problems/{kind}",
    }


def test_refusals_are_of_known_kinds() -> None:
    known = {str(status) for status, _ in KINDS.values()}
    found = {status for operation in OPERATIONS.values() for status in operation["responses"]}
    assert {status for status in found if not status.startswith("2")} <= known


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
def test_the_pages_need_no_internet(ask: Ask, page: str) -> None:
    client = ask("")
    text = client.get(page).text
    assert "https://" not in text
    assert "/static-offline-docs/" in text
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "favicon.png"):
        assert client.get(f"/static-offline-docs/{name}").status_code == 200
