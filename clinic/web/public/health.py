"""/healthz: whether the parts are there and mail goes out, as JSON without anything personal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError

from clinic.domain.types import OutboxState
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.upkeep import heartbeats
from config import Settings

BROKER_SECONDS = 0.5
MAIL_IS_STUCK = 600  # seconds
SILENT = 60  # seconds without a pulse
PULSES = (heartbeats.WORKER, heartbeats.SWEEP, heartbeats.BEAT)


def show() -> ResponseReturnValue:
    broker = _broker()
    try:
        report = _report(broker)
    except SQLAlchemyError:
        return jsonify(status="down", database="away", broker=broker), 503
    return jsonify(report), 503 if report["status"] == "down" else 200


def _report(broker: str) -> dict[str, Any]:
    at = now()
    seen = heartbeats.last_seen()
    ages = {name: _age(seen[name][0], at) if name in seen else None for name in PULSES}
    counts = outbox.counts()
    waited = _age(outbox.oldest_due(), at)
    trouble = bool(seen.get(heartbeats.MAIL_SERVER, (at, ""))[1])
    stuck = waited is not None and waited > MAIL_IS_STUCK
    poorly = broker != "ok" or trouble or any(age is None or age > SILENT for age in ages.values())
    return {
        "status": "down" if stuck else "degraded" if poorly else "ok",
        "database": "ok",
        "broker": broker,
        "worker_age_seconds": ages[heartbeats.WORKER],
        "sweep_age_seconds": ages[heartbeats.SWEEP],
        "beat_age_seconds": ages[heartbeats.BEAT],
        "mail_server": "in trouble" if trouble else "ok",
        "outbox": {
            "waiting": counts.get(OutboxState.READY, 0),
            "sending": counts.get(OutboxState.LEASED, 0),
            "in_doubt": counts.get(OutboxState.IN_DOUBT, 0),
            "failed": counts.get(OutboxState.FAILED, 0),
            "oldest_due_age_seconds": waited,
        },
    }


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
