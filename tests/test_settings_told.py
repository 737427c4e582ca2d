"""`dialer.toml`: who is told fits together, and secrets come from the environment."""

from pathlib import Path

import pytest

from campaigns.errors import SettingsError
from campaigns.settings import mail_password, read_home, webhook_secrets
from tests.test_settings import TRUNK, home

MAIL = '[mail]\nhost = "mail.example"\nfrom = "robot@mail.example"\n'
HOOK = '[[webhooks]]\nname = "registry"\nurl = "https://registry.example/"\nsecrets_env = ["A"]\n'
CLINIC = '[[institutions]]\nname = "Clinic 5"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HOOK + HOOK, "line 9: webhooks.1.name is the name of two webhooks: give each its own."),
        (HOOK.replace('"registry"', '"mail:x"'), 'line 5: webhooks.0.name may not begin with "mail:"'),
        (HOOK.replace('"registry"', '" x"'), "line 5: webhooks.0.name may not begin with"),
        (HOOK.replace("https", "http"), "line 6: webhooks.0.url is http, which can be read on the way"),
        (HOOK.replace("https", "ftp"), 'line 6: webhooks.0.url must look like "https://host/path"'),
        (
            HOOK.replace("https://", "https://a:b@"),
            'line 6: webhooks.0.url must look like "https://host/path"',
        ),
        (HOOK.replace('["A"]', '["A", "A"]'), "line 7: webhooks.0.secrets_env names a variable twice"),
        (HOOK.replace('["A"]', "[]"), "line 7: webhooks.0.secrets_env is wrong"),
        (HOOK.replace('["A"]', '["whsec_a+b="]'), "line 7: webhooks.0.secrets_env"),
        (HOOK + 'events = ["contact.lost"]\n', "line 8: webhooks.0.events"),
        (HOOK + 'networks = ["here"]\n', "line 8: webhooks.0.networks"),
        (
            CLINIC + 'email = "a@b.example"\n',
            "line 6: institutions.0.email needs a server: add a table [mail]",
        ),
        (
            CLINIC + 'webhook = "x"\n',
            'line 6: institutions.0.webhook is "x", which is no webhook of this file',
        ),
        (
            MAIL + CLINIC + CLINIC,
            'line 10: institutions.1.name is "Clinic 5" a second time: each institution',
        ),
        (MAIL + CLINIC + 'email = "nobody"\n', "line 9: institutions.0.email must be a mail address"),
        (
            '[authority]\nwebhook = "x"\n',
            'line 5: authority.webhook is "x", which is no webhook of this file',
        ),
        ('[authority]\nemail = "a@b.example"\n', "line 5: authority.email needs a server"),
        (MAIL + 'password_env = "P"\n', "line 7: mail.password_env has a password and no name"),
        (MAIL + "port = 0\n", "line 7: mail.port is wrong"),
        (MAIL + 'security = "ssl"\n', "line 7: mail.security is wrong"),
    ],
)
def test_who_is_told_fits_together(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_home(home(tmp_path, TRUNK + text))
    assert complaint in str(refused.value)


def test_http_is_taken_where_the_network_is_listed(tmp_path: Path) -> None:
    near = HOOK.replace("https", "http") + 'networks = ["10.0.0.0/8"]\n'
    assert read_home(home(tmp_path, TRUNK + near)).file.webhooks[0].networks == ("10.0.0.0/8",)


def test_secrets_and_the_mail_password_come_from_the_environment(tmp_path: Path) -> None:
    mail = MAIL + 'username = "robot"\npassword_env = "P"\n'
    read = read_home(home(tmp_path, TRUNK + mail + HOOK.replace('["A"]', '["A", "B"]')))
    assert read.file.mail is not None
    assert mail_password(read, read.file.mail, {"P": "secret"}) == "secret"
    with pytest.raises(
        SettingsError, match=r"takes its password from the environment variable P, which is not"
    ):
        mail_password(read, read.file.mail, {})
    assert list(webhook_secrets(read, read.file.webhooks[0], {"B": "2", "A": "1"}).items()) == [
        ("A", "1"),
        ("B", "2"),
    ]
    with pytest.raises(
        SettingsError, match=r"variable B, which is not set: set it, or remove secrets_env"
    ) as lost:
        webhook_secrets(read, read.file.webhooks[0], {"A": "1"})
    assert "webhook registry" in str(lost.value)


def test_a_mail_server_without_a_password_needs_none(tmp_path: Path) -> None:
    read = read_home(home(tmp_path, TRUNK + MAIL))
    assert read.file.mail is not None
    assert mail_password(read, read.file.mail, {}) == ""
