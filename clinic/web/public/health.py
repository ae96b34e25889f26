"""For whoever watches: /livez (this process), /readyz (database and tables), /healthz (all of it).

Everybody hears whether it is well, and nothing else; details are for a token or for somebody on this machine.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from clinic.domain.health import HealthCheck, HealthFacts, Pulse
from clinic.domain.types import OutboxState
from clinic.services.upkeep import release
from clinic.services.watching import health
from clinic.services.watching.health import HealthReport
from clinic.web.watchers import may_see_details
from config import Settings

BROKER_SECONDS = 0.5
SILENT = 60  # seconds without a pulse
PULSES = (Pulse.WORKER, Pulse.SWEEP, Pulse.BEAT)


def alive() -> ResponseReturnValue:
    """This process answers; nothing else is asked."""
    return jsonify(status="ok")


def ready() -> ResponseReturnValue:
    """Whether this process can serve pages: a balancer asks this one."""
    report = health.begin_look().report()
    told: dict[str, Any] = {"status": "ok" if report.is_ready else "down"}
    if may_see_details():
        told |= {"troubles": report.troubles, "version": release.version(), "revision": release.schema()}
    return jsonify(told), 200 if report.is_ready else 503


def show() -> ResponseReturnValue:
    """Whether all of it is well. Takes three seconds at most, whatever hangs."""
    look, broker = health.begin_look(), _broker()
    report = look.report()
    status = "down" if report.troubles else "degraded" if broker != "ok" or _is_poorly(report) else "ok"
    told = {"status": status, **(_details(report, broker) if may_see_details() else {})}
    return jsonify(told), 503 if report.troubles else 200


def _details(report: HealthReport, broker: str) -> dict[str, Any]:
    is_away = HealthCheck.DATABASE in report.troubles
    told = {"troubles": report.troubles, "database": "away" if is_away else "ok", "broker": broker}
    return told | (_told(report, report.facts) if report.facts and report.facts.is_schema_ours else {})


def _told(report: HealthReport, facts: HealthFacts) -> dict[str, Any]:
    at, mails = facts.at, report.mails
    return {
        **{f"{name}_age_seconds": _pulse(report, name, at) for name in PULSES},
        "mail_server": "in trouble" if _is_server_in_trouble(report) else "ok",
        "oldest_schedule_age_seconds": _age(facts.oldest_schedule, at),
        "backup_age_seconds": _age(facts.backup_at, at),
        "restored_age_seconds": _pulse(report, Pulse.RESTORED, at),
        "disk_free": None if facts.free is None else round(facts.free, 3),
        "outbox": {
            "waiting": mails.get(OutboxState.READY, 0),
            "sending": mails.get(OutboxState.LEASED, 0),
            "in_doubt": mails.get(OutboxState.IN_DOUBT, 0),
            "failed": mails.get(OutboxState.FAILED, 0),
            "oldest_due_age_seconds": _age(facts.oldest_mail, at),
        },
    }


def _is_poorly(report: HealthReport) -> bool:
    """Mail goes out, but somebody should look some time today."""
    if report.facts is None:
        return True
    ages = [_pulse(report, name, report.facts.at) for name in PULSES]
    return _is_server_in_trouble(report) or any(age is None or age > SILENT for age in ages)


def _is_server_in_trouble(report: HealthReport) -> bool:
    return Pulse.MAIL_SERVER in report.seen and bool(report.seen[Pulse.MAIL_SERVER][1])


def _pulse(report: HealthReport, name: Pulse, at: datetime) -> int | None:
    return _age(report.seen[name][0], at) if name in report.seen else None


def _age(since: datetime | None, at: datetime) -> int | None:
    return None if since is None else max(0, int((at - since).total_seconds()))


def _broker() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    url = settings.effective_broker_url.replace("redis+socket", "unix")
    # one try and no waiting: whoever watches this page waits for its answer
    broker = Redis.from_url(
        url,
        socket_timeout=BROKER_SECONDS,
        socket_connect_timeout=BROKER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        retry_on_timeout=False,
    )
    try:
        broker.ping()
    except (RedisError, OSError, ValueError):
        return "away"
    finally:
        broker.close()
    return "ok"
