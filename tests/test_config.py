"""Settings come from the environment; a bad one is named, in one line, and ends the start with code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from config import Settings, SettingsError

GOOD = {
    "CLINIC_ENV": "production",
    "CLINIC_SECRET_KEY": "0f4b8a6c2e9d7153b8a1c6e2f9047d5a",
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
