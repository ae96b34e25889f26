"""Courses in words: their days, how somebody gets in, and why nobody does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from clinic.domain.course_report import CourseMember, CourseReport
from clinic.domain.courses import TAKES_REQUESTS, CourseDoor, CourseState, LateStart, RequestState
from clinic.domain.dates import count, day_in_words
from clinic.domain.words import say, say_many
from clinic.models import Course, CourseRequest
from clinic.services.groups.own import OwnGroup
from clinic.services.groups.pages import CourseFigures
from clinic.web.filters import day_year, moment
from clinic.web.mailing import mail_leaves
from clinic.web.presenters.programs import STOPS

LATE_WORDS = {
    LateStart.GROUP_WEEK: "In the week that the group is in",
    LateStart.OWN_WEEK: "With a week 1 of their own",
}
STATES: Mapping[CourseState, tuple[str, str]] = {
    CourseState.DRAFT: ("draft", "Draft"),
    CourseState.OPEN: ("pending", "Open"),
    CourseState.RUNNING: ("active", "Running"),
    CourseState.ENDED: ("ended", "Ended"),
    CourseState.CALLED_OFF: ("revoked", "Called off"),
}
WAITS: Mapping[RequestState, str] = {
    RequestState.WAITING: "waits for you",
    RequestState.LISTED: "on the waiting list",
}
DOORS: Mapping[CourseDoor, str] = {
    CourseDoor.FULL: say("Every place is taken just now. Ask all the same: you are put on the waiting list."),
    CourseDoor.NOT_YET: say("This course does not take anybody in yet. Please come back later."),
    CourseDoor.ENDED: say("This course is over. Ask the practice about the next one."),
    CourseDoor.CALLED_OFF: say("This course does not take place. Ask the practice about another one."),
}

OUTCOMES: Mapping[RequestState, str] = {
    RequestState.WAITING: say("Thank you. The practice looks at it, and lets you know."),
    RequestState.LISTED: say("Thank you. Every place is taken just now: you are on the waiting list."),
    RequestState.REFUSED: say("The practice cannot give you a place. Please call if you have a question."),
}
JOINED_BY_MAIL = say("You have a place. If you have no account yet, a mail invites you to one.")
JOINED_BY_LINK = say("You have a place. If you have no account yet, ask the practice for a link to one.")


def state(course: Course) -> tuple[str, str]:
    """The mark of a course and its word."""
    return STATES[course.state]


def days(course: Course, today: date) -> str:
    """From when to when, and which week it is in."""
    first, last = day_in_words(course.starts_on, today), day_in_words(course.days.last, today)
    week = course.days.week_on(today)
    so_far = f", now week {week}" if week and course.state is CourseState.RUNNING else ""
    return f"{count(course.weeks, 'week')}, {first} to {last}{so_far}"


def facts(course: Course, figures: CourseFigures, routine: str, today: date) -> list[tuple[str, str]]:
    """What stands on top of a course's page."""
    places = f"{figures.members} of {course.places} taken" if course.places else f"{figures.members} taken"
    facts = [
        ("Days", days(course, today)),
        ("Routine", routine),
        ("Places", places),
        ("Whoever joins late begins", LATE_WORDS[course.late].lower()),
    ]
    if course.ended_because:
        facts.append(("Called off", course.ended_because))
    return facts


def asks(request: CourseRequest, today: date) -> list[str]:
    """Who waits for a place, and since when."""
    since = request.confirmed_at
    told = [request.email, WAITS[request.state]]
    return told + ([f"since {day_in_words(since.date(), today)}"] if since else [])


@dataclass(frozen=True, slots=True)
class OwnGroupWords:
    """A group as its member reads of it."""

    name: str
    leader: str | None
    course: str | None
    welcome: str | None
    closing: str | None  # once the course has ended
    messages: Sequence[tuple[str, str]]  # who and when, and the text


def own_groups(
    groups: Iterable[tuple[OwnGroup, CourseMember | None]], zone: str, today: date
) -> list[OwnGroupWords]:
    """The groups that a client stands in."""
    return [
        OwnGroupWords(
            each.group.name,
            each.leader,
            _course_of_client(each.course, today) if each.course else None,
            each.course.welcome if each.course else None,
            closing(came_of_it),
            [
                (
                    say("%(name)s, %(at)s", name=message.by, at=moment(message.written_at, zone)),
                    message.text,
                )
                for message in each.messages
            ],
        )
        for each, came_of_it in groups
    ]


def _course_of_client(course: Course, today: date) -> str:
    if course.state is CourseState.CALLED_OFF:
        return say("This course was called off.")
    if course.state is CourseState.ENDED:
        return say("This course ended on %(day)s.", day=day_in_words(course.days.last, today))
    if course.state is CourseState.OPEN:
        first = day_in_words(course.starts_on, today)
        return say_many(
            "It begins on %(day)s and goes on for %(number)s week.",
            "It begins on %(day)s and goes on for %(number)s weeks.",
            course.weeks,
            day=first,
        )
    return say("It is in week %(week)s of %(weeks)s.", week=course.days.week_on(today), weeks=course.weeks)


def report(found: CourseReport) -> list[tuple[str, str]]:
    """The figures of a course, each with what it is out of."""
    facts = [
        ("Joined", f"{count(found.joined, 'client')}, {found.left} of them left"),
        ("Practised at all", f"{found.practising} of {found.with_program} with the program"),
        ("Days of practice", f"{found.days} of {found.expected} asked since each joined"),
    ]
    if found.gave_pain:
        pain = f"{found.pain_before} before, {found.pain_after} after, of 10"
        changed = f"{found.pain_less} clearly less, {found.pain_more} clearly more"
        facts.append(("Pain", f"{pain}; {changed}, of {found.gave_pain} who gave it twice"))
    else:
        facts.append(("Pain", "nobody gave it twice"))
    said = f"{found.noticed_mistake} of {found.said_of_mistake} who were asked and answered"
    facts.append(("Noticed the mistake", said if found.said_of_mistake else "nobody answered"))
    return facts


def stops(found: CourseReport) -> list[tuple[str, str]]:
    """Why programs were ended before their last day, and of how many."""
    return [(STOPS[kind], count(number, "client")) for kind, number in found.stops.items()]


def closing(found: CourseMember | None) -> str | None:
    """What a course came to for a member, in facts alone."""
    if found is None or found.practice is None:
        return None
    if len(found.pains) < 2:
        return say("You practised: %(days)s.", days=found.practice.in_words)
    return say(
        "You practised: %(days)s. Your pain was %(first)s of 10 at first, and %(last)s at the end.",
        days=found.practice.in_words,
        first=found.pains[0],
        last=found.pains[-1],
    )


def public_days(course: Course) -> str:
    """When a course is, for whoever opens its link."""
    return say("%(first)s to %(last)s", first=day_year(course.starts_on), last=day_year(course.days.last))


def may_confirm(request: CourseRequest, at_door: CourseDoor) -> bool:
    """Whether there is something to press for whoever opens the mailed link."""
    return request.state is RequestState.UNCONFIRMED and at_door in TAKES_REQUESTS


def outcome(request: CourseRequest, at_door: CourseDoor) -> str | None:
    """What became of a request; None where it waits to be confirmed."""
    if request.state is not RequestState.UNCONFIRMED:
        return _joined(request) if request.state is RequestState.JOINED else OUTCOMES[request.state]
    return DOORS.get(at_door) if at_door is not CourseDoor.FULL else None


def _joined(request: CourseRequest) -> str:
    wants_mail = request.mail_words is not None or request.record_words is None
    return JOINED_BY_MAIL if wants_mail and mail_leaves() else JOINED_BY_LINK
