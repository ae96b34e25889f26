"""What the style page shows: the palette as the stylesheet has it, and a sample for every component."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"

# (colour of the text, colour under it, least contrast we accept, what it is for)
PAIRS = (
    ("ink", "ground", 7.0, "Body text on the ground"),
    ("ink", "sheet", 7.0, "Body text on a sheet"),
    ("muted", "ground", 7.0, "Hints and facts on the ground"),
    ("muted", "sheet", 7.0, "Hints and facts on a sheet"),
    ("muted", "sunk", 7.0, "Footer"),
    ("pine", "ground", 7.0, "Links and headings on the ground"),
    ("pine", "sheet", 7.0, "Links and headings on a sheet"),
    ("pine", "pine-soft", 7.0, "Links in a chosen row"),
    ("ink", "pine-soft", 7.0, "Information notice"),
    ("ink", "clay-soft", 7.0, "Look-here notice"),
    ("ink", "amber-soft", 7.0, "Caution notice"),
    ("ink", "red-soft", 7.0, "Emergency notice"),
    ("clay", "sheet", 7.0, "Error text"),
    ("clay", "ground", 7.0, "Error text on the ground"),
    ("clay", "clay-soft", 4.5, "Failed label"),
    ("amber", "amber-soft", 7.0, "Paused label"),
    ("red", "red-soft", 7.0, "Warning sign"),
    ("on-pine", "pine", 7.0, "Primary button"),
    ("on-clay", "clay", 7.0, "Danger button"),
    ("on-bar", "bar", 7.0, "Practitioner's bar"),
    ("on-bar-muted", "bar", 4.5, "Other places in the bar"),
    ("line", "sheet", 3.0, "Frame of an input"),
    ("line", "ground", 3.0, "Frame of an input on the ground"),
    ("focus-page", "ground", 3.0, "Focus ring on the ground"),
    ("focus-page", "sheet", 3.0, "Focus ring on a sheet"),
    ("bar-focus", "bar", 3.0, "Focus ring in the bar"),
    ("pine-mark", "sheet", 3.0, "A day done"),
    ("clay-mark", "sheet", 3.0, "Look-here rule"),
)


@dataclass(frozen=True)
class Contrast:
    """One pair of colours, measured by day and by night."""

    purpose: str
    text: str
    under: str
    day: float
    night: float
    least: float

    @property
    def holds(self) -> bool:
        return min(self.day, self.night) >= self.least


@dataclass
class SampleField:
    """As much of a WTForms field as the macros look at."""

    id: str
    label: str
    data: Any = None
    errors: list[str] = field(default_factory=list)
    description: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.id


def palettes(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """The hex colours of the stylesheet by day and by night; night inherits what it does not change."""
    day_css, night_css = css.split("@media (prefers-color-scheme: dark)", 1)
    night_css = night_css.split("\n}\n", 1)[0]
    day = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", day_css))
    night = day | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", night_css))
    return day, night


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two hex colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def contrasts() -> list[Contrast]:
    """Every pair the pages use, measured from the stylesheet itself."""
    day, night = palettes(TOKENS.read_text())
    return [
        Contrast(
            purpose, text, under, contrast(day[text], day[under]), contrast(night[text], night[under]), least
        )
        for text, under, least, purpose in PAIRS
    ]


def _fields(wrong: bool) -> dict[str, SampleField]:
    def sample(key: str, label: str, error: str = "", **rest: Any) -> SampleField:
        identity = f"{key}-wrong" if wrong else key
        return SampleField(identity, label, errors=[error] if wrong and error else [], **rest)

    answer = [("done", "Done"), ("partly", "Partly"), ("not_done", "Not today")]
    moves = [("turn", "Hip turn"), ("hinge", "Hip hinge")]
    zones = [("", "Choose a time zone"), ("Europe/London", "London"), ("Europe/Berlin", "Berlin")]
    kinds = [("private", "Private client"), ("online", "Online student")]
    return {
        "name": sample(
            "name", "Full name", "Enter the client's name", data="" if wrong else "Margaret Olsen"
        ),
        "email": sample(
            "email",
            "Email address",
            "Enter an email address like name@example.org",
            data="margaret@" if wrong else "",
            description="We send the invitation and check-ins here.",
        ),
        "phone": sample("phone", "Phone"),
        "password": sample(
            "password",
            "Password",
            "The password is too short: use 15 characters or more",
            description="15 characters or more. Four words you can remember are good.",
        ),
        "reason": sample("reason", "Reason for care", "Say in a few words why the client came"),
        "why": sample("why", "Reason"),
        "zone": sample("zone", "Time zone", "Choose a time zone", choices=zones),
        "kind": sample("kind", "Kind of client", "Choose the kind of client", choices=kinds),
        "practice": sample("practice", "How did it go today?", "Choose how it went", choices=answer),
        "moves": sample("moves", "Moves in this program", "Choose at least one move", choices=moves, data=[]),
        "consent": sample(
            "consent", "The client has agreed to be contacted by email", "Tick the box to go on"
        ),
        "born": sample("born", "Date of birth", "The year must have four figures"),
        "reps": sample(
            "reps", "Repetitions", "Enter a whole number from 1 to 60", data="ten" if wrong else "10"
        ),
        "range": sample(
            "range", "Hip flexion, left", "Enter degrees from 0 to 150", data="-4" if wrong else "105"
        ),
        "time": sample(
            "time", "Time of the check-in", "Enter a time like 09:30", data="" if wrong else "09:30"
        ),
        "pain": sample(
            "pain",
            "How much pain have you had today?",
            "Choose a number, or say that you would rather not",
            description="Think of the worst moment of the day.",
        ),
        "mistake": sample("mistake", "Did you notice the Butt Mistake?", "Choose one answer"),
    }


def _week(states: str) -> list[dict[str, Any]]:
    words = {"d": "done", "p": "partly", "n": "not_done", "r": "not_reported", ".": "future"}
    days = zip(
        "MTWTFSS", ("Mon 17", "Tue 18", "Wed 19", "Thu 20", "Fri 21", "Sat 22", "Sun 23"), states, strict=True
    )
    return [
        {"letter": letter, "name": f"{name} Nov", "state": words[state], "today": name == "Fri 21"}
        for letter, name, state in days
    ]


def _timeline() -> list[dict[str, Any]]:
    return [
        {
            "when": "Fri 21 Nov, 08:12",
            "iso": "2026-11-21T08:12:00Z",
            "title": "Warning sign in a check-in",
            "icon": "shield-alert",
            "tone": "emergency",
            "text": "Numbness in both legs. The routine is locked until you have spoken.",
        },
        {
            "when": "Thu 20 Nov, 17:40",
            "title": "Assessment signed",
            "icon": "clipboard-check",
            "by": "Dana Moore",
            "href": "#timeline",
        },
        {
            "when": "Mon 17 Nov, 09:30",
            "title": "Check-in answered",
            "icon": "message-circle",
            "tone": "attention",
            "text": "Pain 6, up from 4. Would like a call.",
        },
        {
            "when": "Mon 10 Nov, 11:05",
            "title": "Program assigned: Hip routine",
            "icon": "clipboard-list",
            "by": "Dana Moore",
        },
    ]


def _pain_points() -> list[tuple[str, float | None]]:
    numbers = (6, 6, 5, 6, None, None, 5, 4, 4, 5, 4, 3)
    return [(f"{day} Nov", number) for day, number in zip(range(10, 22), numbers, strict=True)]


def sample_context() -> dict[str, Any]:
    """All the style page needs; nothing of it comes from the database."""
    day, night = palettes(TOKENS.read_text())
    chrome = SimpleNamespace(
        practice_name="Hillside Chiropractic",
        practice_phone="020 7946 0100",
        emergency_number="999",
        urgent_number="111",
        home_url="#main",
        sign_out_url="#main",
        account_url="#main",
        search_url="#main",
        warning_signs_url="#main",
        messages_url="#main",
        person_name="Dana Moore",
        nav=[("today", "Today", "house", "#type"), ("clients", "Clients", "users", "#colour")],
    )
    return {
        "chrome": chrome,
        "contrasts": contrasts(),
        "colours": [(name, day[name], night[name]) for name in day],
        "right": _fields(wrong=False),
        "wrong": _fields(wrong=True),
        "week": _week("dpdnr.."),
        "events": _timeline(),
        "pain_points": _pain_points(),
    }
