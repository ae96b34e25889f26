"""What a message may ask for."""

from __future__ import annotations

from collections.abc import Callable

from clinic.services import notices, practice_reminders
from clinic.services.appointments import telling as appointments
from clinic.services.audit import checking as audit_checking
from clinic.services.bulk_acts import going_on as bulk_acts
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import reminders as checkin_reminders
from clinic.services.checkins import silence as checkin_silence
from clinic.services.clock import now
from clinic.services.erasure import doing as erasure
from clinic.services.groups import courses, joining
from clinic.services.imports import going_on as imports
from clinic.services.imports import tidying as imports_tidying
from clinic.services.media import making as media_making
from clinic.services.media import tidying as media_tidying
from clinic.services.media import uploads as media_uploads
from clinic.services.overview import kept as overview
from clinic.services.programs import days as program_days
from clinic.services.programs import looking_over
from clinic.services.questionnaires import asking as questionnaire_asking
from clinic.services.reasons import rebuilding
from clinic.services.sending import delivery
from clinic.services.upkeep import heartbeats, housekeeping
from clinic.services.upkeep.backups import nightly
from clinic.tasks import stopping, turn


def deliver() -> None:
    # the sweep may be finishing a batch; what was promised in its last moment is ours
    with turn.taken(patience=1.0) as ours:
        if ours:
            delivery.run(stopping.asked)


def plan() -> None:
    at = now()
    program_days.start_due(at)
    program_days.pause_due(at)
    program_days.end_due(at)
    courses.keep_days(at)
    # in this order: a check-in that has fallen due goes before a reminder of an older one
    checkin_planning.plan_due(at, stopping.asked)
    checkin_reminders.run(at, stopping.asked)
    questionnaire_asking.expire_due(at)
    appointments.remind(at)
    practice_reminders.run(at, stopping.asked)


def expire() -> None:
    checkin_silence.expire(now())


def look_over() -> None:
    looking_over.run(now())


def count_practices() -> None:
    overview.make_all()


def tell() -> None:
    notices.send_due(now())


def keep_reasons() -> None:
    rebuilding.rebuild_all()


def back_up() -> None:
    if nightly.run_due(now(), stopping.asked):
        erasure.put_list_beside()


def erase_due() -> None:
    erasure.run(stopping.asked)


def go_on_with_acts() -> None:
    bulk_acts.go_on_with_all(stopping.asked)


def go_on_with_imports() -> None:
    imports.go_on_with_all(stopping.asked)


def make_media_ready() -> None:
    media_making.make_all(stopping.asked)


def tidy() -> None:
    audit_checking.seal_older()  # after the migration that began the chain; nothing to do ever after
    housekeeping.tidy(now())
    joining.tidy(now())
    imports_tidying.tidy(now())
    media_tidying.tidy(now())


def tick() -> None:
    heartbeats.beat(heartbeats.BEAT)


JOBS: dict[str, Callable[[], None]] = {
    "outbox.deliver": deliver,
    "checkins.plan": plan,
    "checkins.expire": expire,
    "programs.look_over": look_over,
    overview.TASK: count_practices,
    "notices.send": tell,
    bulk_acts.TASK: go_on_with_acts,
    imports.TASK: go_on_with_imports,
    media_uploads.TASK: make_media_ready,
    "erasure.run": erase_due,
    "reasons.rebuild": keep_reasons,
    "housekeeping": tidy,
    "beat.tick": tick,
}
