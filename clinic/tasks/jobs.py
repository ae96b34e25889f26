"""What a message may ask for."""

from __future__ import annotations

from collections.abc import Callable

from clinic.services import checkin_planning, delivery, heartbeats, housekeeping, program_changes
from clinic.services.clock import now
from clinic.tasks import stopping, turn


def deliver() -> None:
    # the sweep may be finishing a batch; what was promised in its last moment is ours
    with turn.taken(patience=1.0) as ours:
        if ours:
            delivery.run(stopping.asked)


def plan() -> None:
    at = now()
    program_changes.start_due(at)
    checkin_planning.plan_due(at)


def tidy() -> None:
    housekeeping.tidy(now())


def tick() -> None:
    heartbeats.beat(heartbeats.BEAT)


JOBS: dict[str, Callable[[], None]] = {
    "outbox.deliver": deliver,
    "checkins.plan": plan,
    "housekeeping": tidy,
    "beat.tick": tick,
}
