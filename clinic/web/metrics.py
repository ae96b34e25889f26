"""/metrics in Prometheus' format: how requests went, and how the installation is. Nothing is about anybody.

Requests are counted by each process into files of its own; whichever is asked adds them up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from functools import cache

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from clinic.domain.health import HealthCheck, HealthFacts
from clinic.domain.types import OutboxState
from clinic.services.watching import health
from clinic.services.watching.health import HealthReport
from clinic.serving.counts import FILES
from clinic.web.watchers import may_see_details

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
ONE_PROCESS = CollectorRegistry()
REQUESTS = Histogram(
    "regroove_request_seconds",
    "How long requests took, by the rule they met.",
    ("rule", "method", "status"),
    buckets=BUCKETS,
    registry=ONE_PROCESS,
)
STATES = (OutboxState.READY, OutboxState.LEASED, OutboxState.IN_DOUBT, OutboxState.FAILED)


def note(rule: str, method: str, status: int, seconds: float) -> None:
    """Count a request."""
    _timer(rule, method, status).observe(seconds)


@cache
def _timer(rule: str, method: str, status: int) -> Histogram:
    return REQUESTS.labels(rule, method, str(status))


def show() -> ResponseReturnValue:
    """All of it as text, for the token or on this machine alone; who strays here is shown the way."""
    if not may_see_details():
        return redirect(url_for("public.home.index"), 303)
    registry = CollectorRegistry()
    if os.environ.get(FILES):
        MultiProcessCollector(registry)
    else:
        registry.register(ONE_PROCESS)
    registry.register(_Installation(health.begin_look().report()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Installation(Collector):
    """What a look at the installation found, as numbers."""

    def __init__(self, report: HealthReport) -> None:
        self._report = report

    def collect(self) -> Iterator[GaugeMetricFamily]:
        troubles = set(self._report.troubles)
        yield _by(
            "regroove_trouble",
            "1 where a check of /healthz fails.",
            "check",
            {each.value: float(each in troubles) for each in HealthCheck},
        )
        facts = self._report.facts
        if facts is not None and facts.is_schema_ours:
            yield from self._of(facts)

    def _of(self, facts: HealthFacts) -> Iterator[GaugeMetricFamily]:
        mails = {state.value: float(self._report.mails.get(state, 0)) for state in STATES}
        yield _by("regroove_mails", "Mails that wait or need somebody, by state.", "state", mails)
        ages = {
            "regroove_oldest_mail_age_seconds": ("Since when the oldest mail is due.", facts.oldest_mail),
            "regroove_sweep_age_seconds": ("Since when no worker has looked.", facts.sweep_at),
            "regroove_backup_age_seconds": ("Age of the last good backup.", facts.backup_at),
        }
        for name, (words, since) in ages.items():
            yield _one(name, words, _age(since, facts.at))
        yield _one("regroove_disk_free_ratio", "Share of the fullest disk that is free.", facts.free)


def _by(name: str, words: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _one(name: str, words: str, value: float | None) -> GaugeMetricFamily:
    """A number; what is not known has no line."""
    family = GaugeMetricFamily(name, words)
    if value is not None:
        family.add_metric([], value)
    return family


def _age(since: datetime | None, at: datetime) -> float | None:
    return None if since is None else max(0.0, (at - since).total_seconds())
