"""What the doctor says of webhooks and of the mail server."""

import base64
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from campaigns.doctor.receivers import receivers
from campaigns.settings import Home, SettingsFile
from tests.courier.receivers import closed_port

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def home(folder: Path, **tables: Any) -> Home:
    trunks = ({"name": "main", "uri": "sip:127.0.0.1"},)
    return Home(folder, SettingsFile.model_validate({"trunks": trunks, **tables}))


def test_a_home_that_tells_nobody_has_nothing_to_be_looked_at(tmp_path: Path) -> None:
    assert list(receivers(home(tmp_path))) == []


@pytest.mark.parametrize(
    ("url", "networks", "secret", "verdict", "sentence"),
    [
        ("https://127.0.0.1/", ["127.0.0.0/8"], SECRET, "right", "dialer outbox test 'registry' shows what"),
        ("http://127.0.0.1/", ["127.0.0.0/8"], SECRET, "doubtful", "Its network can read what it is sent"),
        ("https://127.0.0.1/", [], SECRET, "wrong", "has the address 127.0.0.1, which is not public"),
        ("https://no-such-host.invalid/", [], SECRET, "wrong", "no-such-host.invalid does not resolve"),
        ("https://127.0.0.1/", ["127.0.0.0/8"], "", "wrong", "the secret in S is of 0 bytes"),
        ("https://127.0.0.1/", ["127.0.0.0/8"], None, "wrong", "variable S, which is not set"),
    ],
)
def test_a_webhook(
    tmp_path: Path, url: str, networks: list[str], secret: str | None, verdict: str, sentence: str
) -> None:
    hook = {"name": "registry", "url": url, "secrets_env": ["S"], "networks": networks}
    [found] = receivers(home(tmp_path, webhooks=(hook,)), {} if secret is None else {"S": secret})
    assert (found.what, found.verdict) == ("webhook registry", verdict)
    assert sentence in found.sentence


def mail(**more: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "from": "robot@dialer.example", "security": "none", **more}


def test_a_mail_server_that_is_there_and_one_that_is_not(tmp_path: Path) -> None:
    port = closed_port()
    [found] = receivers(home(tmp_path, mail=mail(port=port)))
    assert (found.what, found.verdict) == ("mail", "wrong")
    assert f"cannot be connected to on port {port}" in found.sentence
    running = Controller(Sink(), hostname="127.0.0.1", port=port)
    running.start()
    try:
        [found] = receivers(home(tmp_path, mail=mail(port=port)))
        assert (found.verdict, found.sentence) == ("right", "The mail server 127.0.0.1 answers.")
        [found] = receivers(home(tmp_path, mail=mail(port=port, security="starttls")))
        assert (found.verdict, "cannot do what is asked of it" in found.sentence) == ("wrong", True)
    finally:
        running.stop()


def test_a_password_that_is_not_there(tmp_path: Path) -> None:
    [found] = receivers(home(tmp_path, mail=mail(username="u", password_env="P")), {})
    assert (found.verdict, "variable P, which is not set" in found.sentence) == ("wrong", True)
