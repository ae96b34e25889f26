"""Beat's timetable. Two beats, a missed tick or no beat at all do no harm: the sweep does the same work.

Beat counts intervals by the wall clock and stops when that is put back, so nothing a person
waits for may depend on it; no client's time of day is written here as a crontab.
"""

from __future__ import annotations

from typing import Any

BEAT: dict[str, dict[str, Any]] = {
    # a minute late is not late for a check-in
    "plan due check-ins": {"task": "checkins.plan", "schedule": 60.0, "options": {"expires": 55}},
    # check-ins nobody has answered; fourteen days and a quarter of an hour are near enough
    "wait no longer": {"task": "checkins.expire", "schedule": 900.0, "options": {"expires": 600}},
    # mails waiting for another try; the nudge has sent all others at once
    "send what is due": {"task": "outbox.deliver", "schedule": 30.0, "options": {"expires": 25}},
    # through broker and pool and into the database: proves that all three work
    "beat is alive": {"task": "beat.tick", "schedule": 20.0, "options": {"expires": 15}},
    # the morning's news of each practice; the day is in its key, so a second tick finds it sent
    "tell the practices": {"task": "notices.send", "schedule": 300.0, "options": {"expires": 290}},
    # everybody's last weeks; what comes of it waits for a person, who looks some times a day
    "look everybody over": {
        "task": "programs.look_over",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    # the figures of each practice, for its overview; a page says as of when they are
    "count the practices": {"task": "practice.count", "schedule": 3600.0, "options": {"expires": 1800}},
    # reasons are kept in the transaction that changes them; this proves it, and mends what a bug let by
    "look over the reasons": {
        "task": "reasons.rebuild",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    # whose thirty days are over, by the day of their practice; an hour late is early enough
    "erase whose day has come": {
        "task": "erasure.run",
        "schedule": 900.0,
        "options": {"expires": 600},
    },
    # old links and sessions; once in six hours, so that a laptop that sleeps at night meets it too
    "tidy up": {"task": "housekeeping", "schedule": 6 * 3600.0, "options": {"expires": 3600}},
}
