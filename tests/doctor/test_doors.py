"""What the doctor says of ports, certificates, codes and the servers that are read."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns.doctor.doors import doors
from campaigns.doctor.finding import Finding
from campaigns.store import pull_positions
from campaigns.store.database import open_database
from tests import ready
from tests.certificates import issued
from tests.courier.receivers import closed_port
from tests.doors.rooms import home, opened, port_of, taken_port


def _found(folder: Path, environment: dict[str, str] | None = None, **tables: Any) -> dict[str, Finding]:
    return {each.what: each for each in doors(home(folder, **tables), environment or {})}


def _local(port: int = 0, **more: Any) -> dict[str, Any]:
    return {"listen": f"127.0.0.1:{port or closed_port()}", **more}


def test_a_home_that_serves_nothing_has_nothing_to_be_looked_at(tmp_path: Path) -> None:
    assert _found(tmp_path) == {}


def test_free_ports_and_shipped_codes_are_right(tmp_path: Path) -> None:
    found = _found(tmp_path, api=_local(), mllp=_local(campaign="covid-results"))
    assert {what: each.verdict for what, each in found.items()} == dict.fromkeys(
        ("api", "mllp", "laboratory codes"), "right"
    )


def test_a_port_of_somebody_else_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.doctor.doors.ASK_SECONDS", 0.1)
    (other, port), (another, mllp_port) = taken_port(), taken_port()
    with other, another:
        found = _found(
            tmp_path, api=_local(port, plain=True), mllp=_local(mllp_port, campaign="covid-results")
        )
    assert (found["api"].verdict, found["mllp"].verdict) == ("wrong", "wrong")
    assert "another program listens there" in found["mllp"].sentence


async def _healthy(scope: Any, _receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"status":"ok"}'})


@contextmanager
def _served(folder: Path, **table: Any) -> Iterator[int]:
    """The port of a door of ours that is open."""
    ready, over, ports = threading.Event(), threading.Event(), []

    async def serve() -> None:
        async with opened(folder, _healthy, **table) as door:
            ports.append(port_of(door))
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    try:
        yield ports[0]
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize("tls", [{}, {"certificate": "cert.pem", "key": "key.pem"}])
def test_a_port_of_ours_is_right(tmp_path: Path, tls: dict[str, Any]) -> None:
    issued(tmp_path, "localhost")
    with _served(tmp_path, **tls) as port, taken_port()[0] as other:
        mllp = _local(other.getsockname()[1], campaign="covid-results")
        found = _found(tmp_path, api=_local(port, **tls), mllp=mllp)
    assert (found["api"].verdict, found["mllp"].verdict) == ("right", "right")


@pytest.mark.parametrize(
    ("days", "verdict", "sentence"),
    [
        (90, "right", "is good until"),
        (13, "doubtful", "ends in 12 days: renew it"),
        (-1, "wrong", "is not good now, so nobody connects: renew it"),
    ],
)
@pytest.mark.parametrize("client_ca", ["", "authority.pem"])
def test_a_certificate_that_ends(
    tmp_path: Path, days: int, verdict: str, sentence: str, client_ca: str
) -> None:
    issued(tmp_path, "localhost", until=datetime.now(UTC) + timedelta(days=days))
    tls: dict[str, Any] = {"certificate": "cert.pem", "key": "key.pem", "client_ca": client_ca}
    found = _found(tmp_path, mllp=_local(campaign="covid-results", **tls))
    assert found["mllp certificate"].verdict == verdict
    assert sentence in found["mllp certificate"].sentence
    assert "mllp key" not in found


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    tls: dict[str, Any] = {"certificate": "cert.pem", "key": "key.pem"}
    for content, sentence in ((None, "cannot be read"), ("nonsense", "are not both PEM files")):
        for name in (*tls.values(),) if content else ():
            (tmp_path / name).write_text(content or "")
        found = _found(tmp_path, api=_local(**tls))
        assert found["api certificate"].verdict == "wrong"
        assert sentence in found["api certificate"].sentence
    issued(tmp_path, "localhost").key.chmod(0o644)
    assert _found(tmp_path, api=_local(**tls))["api key"].verdict == "doubtful"


def test_codes_and_campaigns_that_are_wrong(tmp_path: Path) -> None:
    (tmp_path / "lab-codes.yaml").write_text("nonsense: 1\n")
    found = _found(tmp_path, mllp=_local(campaign="covid-resluts"))
    assert found["laboratory codes"].verdict == "wrong"
    assert "lab-codes.yaml:1: " in found["laboratory codes"].sentence
    assert "There is no campaign covid-resluts" in found["mllp"].sentence


@pytest.mark.parametrize(
    ("secret", "networks", "verdict", "sentence"),
    [
        ("t", ["127.0.0.0/8"], "right", "It may be read at 127.0.0.1."),
        ("t", [], "wrong", "which is not public"),
        (None, ["127.0.0.0/8"], "wrong", "variable TOKEN, which is not set"),
    ],
)
def test_a_server_that_is_read(
    tmp_path: Path, secret: str | None, networks: list[str], verdict: str, sentence: str
) -> None:
    server = {"name": "region", "url": "https://127.0.0.1/fhir", "campaign": "covid-results"}
    table = {**server, "token_env": "TOKEN", "networks": networks}
    found = _found(tmp_path, {} if secret is None else {"TOKEN": secret}, fhir_servers=[table])
    assert found["fhir server region"].verdict == verdict
    assert sentence in found["fhir server region"].sentence


@pytest.mark.parametrize("fault", ["", 'FHIR server "region" does not know us (401).'])
def test_a_server_that_could_not_be_read_the_last_time(tmp_path: Path, fault: str) -> None:
    server = {"name": "region", "url": "https://127.0.0.1/fhir", "campaign": "covid-results"}
    table = {**server, "networks": ["127.0.0.0/8"]}
    url = f"sqlite:///{tmp_path / 'dialer.db'}"
    ready.fresh_database(url)
    database = open_database(url)
    with database.write() as session:
        pull_positions.claim(session, "region", "one", datetime.now(UTC))
        pull_positions.leave(session, "region", "one", fault)
    database.close()
    found = _found(tmp_path, fhir_servers=[table])["fhir server region"]
    assert found.verdict == ("doubtful" if fault else "right")
    assert fault in found.sentence
