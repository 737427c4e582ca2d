"""schemathesis asks every operation rightly and wrongly: no 500, no answer outside the description."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
import schemathesis
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.schemas import OpenApiSchema
from starlette.types import ASGIApp, Receive, Scope, Send

from campaigns.api.app import build_app
from campaigns.api.doorway import Doorway
from campaigns.models import Task
from campaigns.store.database import Database, open_database
from tests.api.conftest import doorway_over, fresh_home
from tests.store.people import person, queue

TASKS = 20  # the examples of the description ask for the 17th
CHECKS: dict[str, Any] = {
    "positive_data_acceptance": {"enabled": False},  # a schema does not say which numbers can be called
    "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 409, 413, 415, 422]},
}
QUICK = {"fuzzing": {"enabled": False}}
LONG = {"coverage": {"enabled": False}, "examples": {"enabled": False}}


class Latest:
    """Whichever application is there at present: one to be described, then one with a database."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def described(phases: dict[str, Any], examples: int) -> OpenApiSchema:
    """What the application says of itself, but for the 10,000 rows of a batch, which take long to make up."""
    app = build_app(cast(Doorway, SimpleNamespace(tell=str)))
    paths = app.openapi()["paths"]
    batch = paths["/api/v1/campaigns/{name}/contacts:batch"]["post"]["requestBody"]["content"]
    del batch["application/json"]["schema"]["maxItems"]
    latest.app = app
    generation = {"max-examples": examples, "deterministic": True, "no-shrink": True}
    config = schemathesis.Config.from_dict({"generation": generation, "phases": phases, "checks": CHECKS})
    return schemathesis.openapi.from_asgi("/openapi.json", latest, config=config)


latest = Latest()
quick, long = described(QUICK, 1), described(LONG, 25)


@schemathesis.serializer("application/x-ndjson")
def _as_lines(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    rows = value if isinstance(value, list) else [value]
    return value.encode() if isinstance(value, str) else "\n".join(map(json.dumps, rows)).encode()


@pytest.fixture(scope="module", autouse=True)
def _with_a_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = fresh_home(tmp_path_factory.mktemp("home"))
    database = open_database(home.database_url)
    with doorway_over(home, database, lambda sentence: None) as here:
        _fill(database)
        latest.app = build_app(here)
        yield
    database.close()


def _fill(database: Database) -> None:
    """A contact, and tasks of it."""
    now = datetime.now(UTC)
    queue(database, person("A-9", "covid-results", institution="Clinic 5"), now=now)
    due = now + timedelta(days=1)
    with database.write() as session:
        session.add_all(_task(now, due) for _ in range(TASKS))


def _task(now: datetime, due: datetime) -> Task:
    return Task(
        campaign="covid-results",
        contact_id=1,
        institution="Clinic 5",
        reason="unverified",
        urgency="normal",
        details={},
        created_at=now,
        first_due_at=due,
        due_at=due,
    )


def ask(case: Case[Any], caller: str) -> None:
    if case.path.endswith("/events"):
        case.query["follow"] = "false"
    case.call_and_validate(headers={"Authorization": f"Bearer {caller}"})


@quick.parametrize()
def test_every_operation_answers_as_described(case: Case[Any]) -> None:
    ask(case, "admin" if case.path.endswith("/looks") else "chief")


@pytest.mark.soak
@pytest.mark.parametrize("caller", ["chief", "lab", "desk", "admin"])
@long.parametrize()
def test_every_operation_answers_everybody_as_described(case: Case[Any], caller: str) -> None:
    ask(case, caller)
