"""Settings come from the environment; a bad one is named, in one line, and ends the start with code 2."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from config import Settings, SettingsError, weakness
from tests import commands

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough

GOOD = {
    "CLINIC_ENV": "production",
    "CLINIC_SECRET_KEY": secrets.token_hex(16),  # what is printed here is refused
    "CLINIC_BASE_URL": "https://clinic.example",
    "CLINIC_SMTP_URL": "smtp://mail.example:587?tls=starttls",
}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLINIC_ENV", "prod"),
        ("CLINIC_SECRET_KEY", None),
        ("CLINIC_SECRET_KEY", "short"),
        ("CLINIC_SECRET_KEY", "a" * 64),
        ("CLINIC_BASE_URL", None),
        ("CLINIC_BASE_URL", "http://clinic.example"),
        ("CLINIC_BASE_URL", "clinic.example"),
        ("CLINIC_BASE_URL", "https://clinic.example/path"),
        ("CLINIC_BASE_URL", "https://clinic.example:port"),
        ("CLINIC_SMTP_URL", None),
        ("CLINIC_SMTP_URL", "mail.example"),
        ("CLINIC_SMTP_URL", "http://mail.example"),
        ("CLINIC_DATABASE_URL", "mysql://localhost/x"),
        ("CLINIC_BROKER_URL", "amqp://localhost"),
        ("CLINIC_PORT", "abc"),
        ("CLINIC_PORT", "0"),
        ("CLINIC_PORT", "70000"),
        ("CLINIC_MAIL_FROM", "not an address"),
        ("CLINIC_SMTP_RATE", "-1"),
        ("CLINIC_SMTP_CONNECTIONS", "many"),
        ("CLINIC_BOUNCE_ADDRESS", "bounces"),
        ("CLINIC_BOUNCE_ADDRESS", "bounces+*+*@clinic.example"),
        ("CLINIC_BOUNCE_ADDRESS", "bounces@*.example"),
        ("CLINIC_BOUNCE_ADDRESS", "bounces@a@clinic.example"),
        ("CLINIC_BOUNCE_ADDRESS", "boun ces@clinic.example"),
        (
            "CLINIC_BOUNCE_ADDRESS",
            "what-comes-back+*@clinic.example",
        ),  # with a mark it is over 64 before the @
        ("CLINIC_BOUNCE_SECRET", "short"),
        ("CLINIC_BOUNCE_SECRET", "a" * 64),
        ("CLINIC_HEALTH_TOKEN", "short"),
        ("CLINIC_HEALTH_OFF", "disc"),
        ("CLINIC_HEALTH_OFF", "database"),
        ("CLINIC_ALARM_MINUTES", "-1"),
        ("CLINIC_LOG_FORMAT", "xml"),
        ("CLINIC_LOG_LEVEL", "loud"),
        ("CLINIC_HEARTBEAT_URL", "http://watcher.example/ping"),
        ("CLINIC_HEARTBEAT_URL", "https://"),
        ("CLINIC_HEARTBEAT_URL", "ftp://127.0.0.1/ping"),
        ("CLINIC_HEARTBEAT_URL", "https://me:secret@watcher.example/ping"),
        ("CLINIC_HEARTBEAT_URL", "https://watcher.example/a b"),
        ("CLINIC_HEARTBEAT_URL", "https://watcher.example:port/"),
    ],
)
def test_a_bad_value_is_refused_by_name(tmp_path: Path, variable: str, value: str | None) -> None:
    environ = {**GOOD, "CLINIC_DATA_DIR": str(tmp_path), variable: value or ""}
    with pytest.raises(SettingsError, match=variable):
        Settings.from_env(environ)


PRINTED = "0f4b8a6c2e9d7153b8a1c6e2f9047d5a"  # was this file's own once
WEAK = {
    "copied from the page": '<python3 -c "import secrets; print(secrets.token_hex(32))">',
    "the page's other line": "<32 random characters and some more>",
    "the suite's": "a-secret-for-tests-that-is-long-enough",
    "the suite's other one": PRINTED,
    "words of an example": "please-change-me-please-to-anything-else",
    "half of it twice": "9f8e1c7a2b6d4035" * 2,
    "a piece twice": "9f8e1c7a2b6d4035-k-9f8e1c7a-0-q-2x7b5n",
    "an alphabet": "abcdefghijklmnopqrstuvwxyz0123456789",
    "figures in their order": "0123456789abcdef0123456789abcdef",
    "few signs": "abababbabaabbababbabaababbaabbab",
    "a rhyme of two signs": "10110100111000110101001110100010",
    "short": "9f8e1c7a2b6d40359f8e1c7a2b6d403",
}


@pytest.mark.parametrize("name", ["CLINIC_SECRET_KEY", "CLINIC_BOUNCE_SECRET", "CLINIC_HEALTH_TOKEN"])
@pytest.mark.parametrize("value", WEAK.values(), ids=WEAK)
def test_a_secret_that_can_be_guessed_starts_no_production(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({**GOOD, "CLINIC_DATA_DIR": str(tmp_path), name: value})


def test_what_dice_have_thrown_is_never_called_weak() -> None:
    thrown = [make(size) for make in (secrets.token_hex, secrets.token_urlsafe) for size in (24, 32, 64) * 50]
    assert [weakness(each) for each in thrown if weakness(each)] == []


def test_every_secret_is_one_of_its_own(tmp_path: Path) -> None:
    one, other = secrets.token_hex(32), secrets.token_hex(32)
    good = {**GOOD, "CLINIC_DATA_DIR": str(tmp_path), "CLINIC_SECRET_KEY": one}
    for name, value in (
        ("CLINIC_BOUNCE_SECRET", one),
        ("CLINIC_HEALTH_TOKEN", one),
        ("CLINIC_SMTP_URL", f"smtp://user:{one}@mail.example:587"),
        ("CLINIC_DATABASE_URL", f"postgresql://user:{one}@db.internal/regroove"),
        ("CLINIC_BROKER_URL", f"redis://:{one}@redis.internal:6379/0"),
    ):
        with pytest.raises(SettingsError, match=f"{name}.*CLINIC_SECRET_KEY"):
            Settings.from_env({**good, name: value})
        Settings.from_env({**good, name: value.replace(one, other)})


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "0.0.0.0", "LOCALHOST", "localhost.", "a.localhost"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_production_is_not_where_only_this_machine_reaches_it(tmp_path: Path, scheme: str, host: str) -> None:
    environ = {**GOOD, "CLINIC_DATA_DIR": str(tmp_path), "CLINIC_BASE_URL": f"{scheme}://{host}:8000"}
    with pytest.raises(SettingsError, match="CLINIC_BASE_URL"):
        Settings.from_env(environ)
    environ["CLINIC_ENV"] = "development"
    assert Settings.from_env(environ).base_url


@pytest.mark.parametrize("value", ["1", "true", "yes", "on", "anything"])
def test_production_never_starts_with_an_interactive_debugger(tmp_path: Path, value: str) -> None:
    environ = {**GOOD, "CLINIC_DATA_DIR": str(tmp_path), "FLASK_DEBUG": value}
    with pytest.raises(SettingsError, match="FLASK_DEBUG"):
        Settings.from_env(environ)
    for off in ("", "0", "false"):
        Settings.from_env({**environ, "FLASK_DEBUG": off})
    Settings.from_env({**environ, "CLINIC_ENV": "development"})


@pytest.mark.parametrize("command", [["run"], ["--debug", "run"], ["--debug", "routes"]])
def test_the_server_of_flask_is_for_development(tmp_path: Path, command: list[str]) -> None:
    environ = {**os.environ, **GOOD, "CLINIC_DATA_DIR": str(tmp_path)}
    done = commands.run([*commands.CLINIC, *command], environ)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "for development" in done.stderr


def test_the_contact_for_weaknesses_is_an_address_or_a_page(tmp_path: Path) -> None:
    environ = {**GOOD, "CLINIC_DATA_DIR": str(tmp_path)}
    for good in ("security@clinic.example", "https://clinic.example/security"):
        assert Settings.from_env({**environ, "CLINIC_SECURITY_CONTACT": good}).security_contact == good
    for bad in ("security", "http://clinic.example", "a b@clinic.example", "a@clinic.example\nX: y"):
        with pytest.raises(SettingsError, match="CLINIC_SECURITY_CONTACT"):
            Settings.from_env({**environ, "CLINIC_SECURITY_CONTACT": bad})


def test_a_good_production_environment_is_taken(tmp_path: Path) -> None:
    settings = Settings.from_env({**GOOD, "CLINIC_DATA_DIR": str(tmp_path)})
    assert settings.production
    assert settings.secure_cookies
    assert settings.host == "clinic.example"


@pytest.mark.parametrize(
    "address, comes_back, people_write_to",
    [
        ("back@clinic.example", "back@clinic.example", "back@clinic.example"),
        ("back+*@clinic.example", "back+abc@clinic.example", "back+stop@clinic.example"),
        ("*@back.clinic.example", "abc@back.clinic.example", "stop@back.clinic.example"),
        ("", "no-reply@clinic.example", None),
    ],
)
def test_mail_comes_back_to_where_the_settings_say(
    tmp_path: Path, address: str, comes_back: str, people_write_to: str | None
) -> None:
    environ = {**GOOD, "CLINIC_DATA_DIR": str(tmp_path), "CLINIC_BOUNCE_ADDRESS": address}
    settings = Settings.from_env({**environ, "CLINIC_BASE_URL": "https://clinic.example"})
    assert settings.return_path("abc") == comes_back
    assert settings.intake_address == people_write_to


def test_what_watches_is_set_in_words(tmp_path: Path) -> None:
    watched = {
        "CLINIC_HEALTH_OFF": "disk, backup",
        "CLINIC_ALARM_MINUTES": "0",
        "CLINIC_HEARTBEAT_URL": "https://watcher.example/ping/7f3a?name=worker",
    }
    settings = Settings.from_env({**GOOD, **watched, "CLINIC_DATA_DIR": str(tmp_path)})
    assert settings.health_off == {"disk", "backup"}
    assert settings.alarm_after == timedelta()
    assert settings.heartbeat_url == watched["CLINIC_HEARTBEAT_URL"]
    plain = Settings.from_env({**GOOD, "CLINIC_DATA_DIR": str(tmp_path)})
    assert (plain.health_off, plain.alarm_after) == (frozenset(), timedelta(minutes=10))


def test_a_laptop_needs_no_settings_and_keeps_its_own_secret(tmp_path: Path) -> None:
    first = Settings.from_env({"CLINIC_DATA_DIR": str(tmp_path)})
    assert first.secret_key == Settings.from_env({"CLINIC_DATA_DIR": str(tmp_path)}).secret_key
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "celery", "-A", "celery_worker", "report"],
        ["-m", "gunicorn", "--preload", "clinic:create_app_from_env()"],
    ],
    ids=["worker", "gunicorn"],
)
def test_a_server_with_a_bad_setting_says_so_in_one_line_and_ends_with_code_2(
    tmp_path: Path, command: list[str]
) -> None:
    environ = {**os.environ, "CLINIC_DATA_DIR": str(tmp_path), "CLINIC_PORT": "none"}
    ended = subprocess.run(
        [sys.executable, *command], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert "CLINIC_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


@pytest.mark.parametrize(
    "url",
    [
        "smtp://user:word@mail.example:25?tls=none",
        "smtp://user@mail.example:587",
        "smtp://mail.example?tls=x",
    ],
)
def test_what_the_worker_would_refuse_of_the_mail_server_stops_the_web_server_too(
    tmp_path: Path, url: str
) -> None:
    environ = {**os.environ, **GOOD, "CLINIC_DATA_DIR": str(tmp_path), "CLINIC_SMTP_URL": url}
    done = commands.run(["-c", "import clinic; clinic.serve_from_env()"], environ)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1)
    assert "CLINIC_SMTP_URL" in done.stderr
    assert "word@" not in done.stderr
