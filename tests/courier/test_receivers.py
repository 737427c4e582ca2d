"""Which receivers there are, what each is told, and how a home that cannot reach them is refused."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaigns.courier.port import Fault, OutgoingEvent, Sent
from campaigns.courier.receivers import Wants, open_post
from campaigns.errors import SettingsError
from campaigns.settings import Home, SettingsFile
from campaigns.words import EventKind
from tests.courier.receivers import answers, receiver

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
CLINIC = "Clinic 5"


def hook(name: str, *events: EventKind, url: str = "https://registry.example/") -> dict[str, Any]:
    networks = ("127.0.0.0/8",) if url.startswith("http:") else ()
    return {"name": name, "url": url, "secrets_env": ("A",), "events": events, "networks": networks}


def file(*hooks: dict[str, Any], **tables: Any) -> SettingsFile:
    given = {
        "trunks": ({"name": "main", "uri": "sip:127.0.0.1"},),
        "mail": {"host": "127.0.0.1", "from": "robot@dialer.example"},
        "webhooks": hooks,
    }
    return SettingsFile.model_validate({**given, **tables})


def head(name: str = CLINIC, email: str = "head@clinic.example", webhook: str = "") -> dict[str, str]:
    return {"name": name, "email": email, "webhook": webhook}


def event(kind: EventKind, **body: str) -> OutgoingEvent:
    return OutgoingEvent("msg1", kind, NOW, body)


UP_TO_HEAD = event("task.escalated", level="head", institution=CLINIC)
UP_TO_OTHER = event("task.escalated", level="head", institution="Clinic 6")
UP_TO_NOBODY = event("task.escalated", level="head")
UP_TO_AUTHORITY = event("task.escalated", level="authority", institution=CLINIC)
CLOSED = event("contact.closed", institution=CLINIC)


@pytest.mark.parametrize(
    ("settings", "told", "who"),
    [
        (file(), CLOSED, ()),
        (file(hook("all")), CLOSED, ("all",)),
        (file(hook("all")), UP_TO_NOBODY, ("all",)),
        (file(hook("some", "contact.closed")), CLOSED, ("some",)),
        (file(hook("some", "contact.closed")), UP_TO_HEAD, ()),
        (file(institutions=(head(),)), UP_TO_HEAD, (f"mail:head:{CLINIC}",)),
        (file(institutions=(head(),)), UP_TO_OTHER, ()),
        (file(institutions=(head(),)), UP_TO_NOBODY, ()),
        (file(institutions=(head(),)), UP_TO_AUTHORITY, ()),
        (file(institutions=(head(),)), event("task.raised", level="head", institution=CLINIC), ()),
        (file(authority={"email": "a@b.example"}), UP_TO_AUTHORITY, ("mail:authority",)),
        (file(authority={"email": "a@b.example"}), UP_TO_HEAD, ()),
        # a webhook that an office names is told what comes up to it, and nothing of others
        (file(hook("his"), institutions=(head(email="", webhook="his"),)), UP_TO_HEAD, ("his",)),
        (file(hook("his"), institutions=(head(webhook="his"),)), UP_TO_HEAD, (f"mail:head:{CLINIC}", "his")),
        (file(hook("his"), institutions=(head(webhook="his"),)), UP_TO_OTHER, ()),
        (file(hook("his"), institutions=(head(webhook="his"),)), CLOSED, ()),
        (file(hook("its"), authority={"webhook": "its"}), UP_TO_AUTHORITY, ("its",)),
        # unless it wants more, and then it is told once
        (file(hook("his", "contact.closed"), institutions=(head(webhook="his"),)), CLOSED, ("his",)),
        (
            file(hook("his", "task.escalated"), institutions=(head(email="", webhook="his"),)),
            UP_TO_HEAD,
            ("his",),
        ),
        (file(hook("his", "task.escalated"), institutions=(head(webhook="his"),)), UP_TO_OTHER, ("his",)),
        (file(hook("a"), hook("b")), CLOSED, ("a", "b")),
    ],
)
def test_who_is_told_of_what(settings: SettingsFile, told: OutgoingEvent, who: tuple[str, ...]) -> None:
    assert Wants(settings).of(told) == who


def test_all_receivers_are_known_by_name() -> None:
    offices = {"institutions": (head(), head("Clinic 6", email="")), "authority": {"email": "a@b.example"}}
    assert set(Wants(file(hook("a"), **offices)).receivers) == {"a", f"mail:head:{CLINIC}", "mail:authority"}


def test_a_home_sends_to_its_webhook_and_tells_of_one_that_is_gone(tmp_path: Path) -> None:
    with receiver(answers(200)) as there:
        home = Home(tmp_path, file(hook("near", url=there.url)))
        post = open_post(home, {"A": SECRET})
        try:
            assert post.wanted_by(CLOSED) == ("near",)
            assert post.send("near", CLOSED, 10.0) == Sent()
            for gone in ("far", "mail:authority"):
                said = post.send(gone, CLOSED, 10.0)
                assert isinstance(said, Fault)
                assert said.permanent
                assert "is no receiver of dialer.toml any more" in said.sentence
        finally:
            post.close()
    assert len(there.requests) == 1


@pytest.mark.parametrize(
    ("settings", "environment", "complaint"),
    [
        (
            file(hook("a")),
            {},
            "webhook a signs with the secret in the environment variable A, which is not set",
        ),
        (file(hook("a")), {"A": "YWJj"}, "webhook a: the secret in A is of "),
        (file(hook("a")), {"A": "не ключ"}, "webhook a: the secret in A is no base64: make one with"),
        (
            file(
                mail={"host": "127.0.0.1", "from": "a@b.example", "username": "u", "password_env": "P"},
                institutions=(head(),),
            ),
            {},
            r"\[mail\] takes its password from the environment variable P, which is not set",
        ),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_sent(
    tmp_path: Path, settings: SettingsFile, environment: dict[str, str], complaint: str
) -> None:
    with pytest.raises(SettingsError, match=complaint):
        open_post(Home(tmp_path, settings), environment)


def test_one_alone_can_be_tried_while_another_lacks_its_secret(tmp_path: Path) -> None:
    with receiver(answers(200)) as there:
        other = {**hook("far"), "secrets_env": ("B",)}
        post = open_post(
            Home(tmp_path, file(hook("near", url=there.url), other)), {"A": SECRET}, only=("near",)
        )
        try:
            assert post.send("near", CLOSED, 10.0) == Sent()
        finally:
            post.close()
