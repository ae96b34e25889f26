"""What a practice says of itself, by section."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.answer_promise import AnswerPromise
from clinic.domain.dates import count, day_in_words, time_in_words
from clinic.domain.load import load_in_words
from clinic.models import Practice
from clinic.web.presenters.zones import zone_words

NOT_SET = "Not set"


@dataclass(frozen=True, slots=True)
class SettingsSection:
    """A section of the settings, by the word of its address, with what it says now."""

    part: str
    title: str
    rows: tuple[tuple[str, str], ...]


def sections(practice: Practice) -> list[SettingsSection]:
    """All of them, in the order in which a practice sets them."""
    return [
        SettingsSection(
            "name",
            "Name and letterhead",
            (
                ("Name", practice.name),
                ("Address", practice.address or NOT_SET),
                ("Phone", practice.phone or NOT_SET),
                ("Email", practice.email or NOT_SET),
            ),
        ),
        SettingsSection(
            "help",
            "If a client reports a warning sign",
            (
                ("Emergency number", practice.emergency_number or NOT_SET),
                ("Urgent advice line", practice.urgent_number or NOT_SET),
            ),
        ),
        SettingsSection(
            "hours",
            "Time zone and waking hours",
            (
                ("Time zone", zone_words(practice.time_zone)),
                (
                    "Mail may arrive",
                    f"From {time_in_words(practice.waking_from)} to {time_in_words(practice.waking_until)}"
                    " on the client’s clock",
                ),
            ),
        ),
        SettingsSection(
            "limits",
            "Pain, load and assessments",
            (
                ("Stop when a move hurts", f"From {practice.pain_ceiling} of 10 on"),
                ("Warned of a load above", load_in_words(practice.load_limit)),
                ("Assessment due again", _weeks(practice.assess_every_weeks)),
            ),
        ),
        SettingsSection("messages", "Answers to messages", _answers(practice.answer_promise)),
        SettingsSection(
            "answers", "Public page of answers", (("Shown", _public_page(practice.answers_word)),)
        ),
    ]


def _answers(promise: AnswerPromise) -> tuple[tuple[str, str], ...]:
    """The promise; the days it counts only where there is one."""
    closed_from, closed_until = promise.closed_from, promise.closed_until
    closed = (
        closed_from
        and closed_until
        and ("Closed", f"{day_in_words(closed_from)} to {day_in_words(closed_until)}")
    )
    said = promise.in_words()
    days = ("Days on which you work", promise.week_in_words())
    told = ("Clients are told", f"“{said}”" if said else "Nothing is promised")
    return (told, days, closed) if closed else (told, days)


def _public_page(word: str | None) -> str:
    return f"To anybody, under /p/{word}/answers" if word else "Not shown"


def _weeks(weeks: int) -> str:
    return f"After {count(weeks, 'week')}" if weeks else "Nobody is reminded"
