"""A report of progress in words that its client can read, too: the first day against now, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from clinic.domain.dates import day_in_words, full_day
from clinic.domain.mistake_trend import MistakeTrend
from clinic.domain.progress import PAIN_CHANGE, PainPoint, pain_since_first
from clinic.domain.progress_reports import READERS, ReportReader
from clinic.domain.words import in_a_row, say
from clinic.models import Practice, ProgressReport
from clinic.services.progress.reading import MONTH, ClientProgress
from clinic.web.filters import day_year, local_date
from clinic.web.presenters.paper_parts import Part, facts, paragraph, section, table
from clinic.web.presenters.progress import ActivityLine, ProgressView, progress_view
from clinic.web.presenters.reports import letterhead

TITLE = say("Report of progress")
HARD_TO_DO = say("What is hard to do, in the client’s own words")
OWN_GOALS = say("Goals, in the client’s own words")
# what domain/mistake_trend.TRENDS says, as sentences
TRENDS = {
    MistakeTrend.TOO_EARLY: say("Too early to say."),
    MistakeTrend.NEVER: say("Not noticed so far."),
    MistakeTrend.LESS: say("Noticed less than before."),
    MistakeTrend.FADED: say("Noticed before, and not in the last weeks."),
    MistakeTrend.STILL: say("Still noticed."),
    MistakeTrend.BACK: say("Noticed again."),
    MistakeTrend.UNSURE: say("Not sure the last time."),
    MistakeTrend.SILENT: say("No answer in the last weeks."),
}
ASKED_ONCE, MEASURED_ONCE = say("Asked once"), say("Measured once")
CONSENT = {
    ReportReader.CLIENT: "",
    ReportReader.DOCTOR: "Ask the client before you hand it over.",
    ReportReader.INSURER: "Ask the client before you hand it over: an insurer learns more than it may need.",
}
FIRST_AND_NOW = say("What"), say("At first"), say("Now"), say("In words")
GIVEN = say("A report of your progress is ready for you. You find it on your page “Progress”.")


def since_of(found: ClientProgress) -> date:
    """The first day that a report tells of: the first of the programs, or today without one."""
    plan = found.days.plan
    return min(plan.starts_on, found.today) if plan else found.today


def content_of(found: ClientProgress, reader: ReportReader) -> dict[str, Any]:
    """What a report says, as JSON values; in a language they stay as they are once somebody signs them."""
    view = progress_view(found)
    return {
        "reader": READERS[reader],
        "sections": [
            section(say("About"), "", _about(found, reader)),
            section(say("Practice"), say("Nothing was asked yet."), _practice(found)),
            section(say("Pain"), say("Nothing was said of it in check-ins."), _pain(found)),
            section(view.mistake_name, say("Nothing was said of it."), _mistake(found)),
            section(HARD_TO_DO, say("Nothing was named."), _activities(view)),
            section(OWN_GOALS, say("None is written down."), _goals(view)),
            section(say("Findings"), say("None is part of this report."), _findings(view)),
            section(say("What was changed"), say("Nothing."), [paragraph(words) for words in view.changes]),
        ],
    }


def paper_of(report: ProgressReport, practice: Practice) -> dict[str, Any]:
    """The same for paper, with the letterhead and the name under it."""
    signed = signature(report, practice)
    return {
        "title": TITLE,
        "description": say("What a client did, and how it went"),
        "practice": letterhead(practice),
        "client": report.client.name,
        "span": span(report),
        "made": signed,
        "signature": signed,
        "withdrawn": withdrawn(report, practice),
        "sections": sections_of(report),
    }


def sections_of(report: ProgressReport) -> list[dict[str, Any]]:
    """What was signed, with the practitioner's own words first."""
    own = [section(say("From the practitioner"), "", [paragraph(report.words)])] if report.words else []
    return [*own, *report.content["sections"]]


def span(report: ProgressReport) -> str:
    """The days that it tells of."""
    return say("%(first)s to %(last)s", first=day_year(report.since), last=day_year(report.until))


def signature(report: ProgressReport, practice: Practice) -> str:
    """Whose name stands under it, and since when."""
    return say(
        "Read and signed by %(name)s, %(practice)s, %(day)s",
        name=report.signer.name,
        practice=practice.name,
        day=day_year(local_date(report.signed_at, practice.time_zone)),
    )


def withdrawn(report: ProgressReport, practice: Practice) -> str:
    """That it counts no more; empty while it stands."""
    if report.withdrawn_at is None:
        return ""
    day = day_year(local_date(report.withdrawn_at, practice.time_zone))
    return say("Withdrawn on %(day)s. It counts no more.", day=day)


def _about(found: ClientProgress, reader: ReportReader) -> Iterator[Part]:
    client = found.client
    rows = [(say("Written for"), READERS[reader]), (say("Client"), client.name)]
    if client.born_on:
        rows.append((say("Date of birth"), full_day(client.born_on)))
    if client.reason_for_care:
        rows.append((say("Reason for care"), client.reason_for_care))
    names = in_a_row([each.name for each in found.days.plans.values()])
    rows.append((say("Program"), names or say("None so far")))
    yield facts(rows)


def _practice(found: ClientProgress) -> Iterator[Part]:
    windows = [(say("Since the first day"), found.days.practised_throughout)]
    if not found.days.has_ended:
        windows.append((say("Last %(days)s days", days=MONTH), found.days.practised(MONTH)))
    rows = [(label, each.in_words) for label, each in windows if each and each.expected]
    if rows:
        yield facts(rows)
        yield paragraph(say("Days practised, of the days that the program asked for."))


def _pain(found: ClientProgress) -> Iterator[Part]:
    given = [each for each in found.points if each.value is not None]
    if not given:
        return
    first, latest = given[0], given[-1]
    rows = [(say("At first"), _felt(first, found.today))]
    change = pain_since_first(found.points)
    if change is None:
        yield facts(rows)
        return
    yield facts([*rows, (say("Now"), _felt(latest, found.today))])
    if abs(change.points) < PAIN_CHANGE:
        yield paragraph(say("A change of less than %(points)s may be chance.", points=PAIN_CHANGE))
    elif change.points < 0:
        yield paragraph(say("That is %(points)s less than at first.", points=-change.points))
    else:
        yield paragraph(say("That is %(points)s more than at first.", points=change.points))


def _felt(point: PainPoint, today: date) -> str:
    return say("%(pain)s of 10, %(day)s", pain=point.value, day=day_in_words(point.day, today))


def _mistake(found: ClientProgress) -> Iterator[Part]:
    if found.mistake:
        yield paragraph(TRENDS[found.mistake.trend])
        yield paragraph(say("Week by week, the latest last: %(weeks)s.", weeks=found.mistake.in_words))


def _activities(view: ProgressView) -> Iterator[Part]:
    if view.activities:
        rows = [_activity(each) for each in view.activities]
        yield table(FIRST_AND_NOW, (2.8, 1.8, 1.8, 2.6), rows)
        yield paragraph(say("0: cannot do it; 10: as well as before."))


def _activity(each: ActivityLine) -> tuple[str, str, str, str]:
    if not each.before:
        return each.activity, each.now, "", ASKED_ONCE
    return each.activity, each.before, each.now, each.words


def _goals(view: ProgressView) -> Iterator[Part]:
    stand = [each for each in view.goals if not each.is_removed]
    if stand:
        rows = [
            (each.words, say("Reached on %(day)s", day=each.reached) if each.reached else say("Not yet"))
            for each in stand
        ]
        yield table((say("Goal"), say("Reached")), (3, 1.5), rows)


def _findings(view: ProgressView) -> Iterator[Part]:
    if view.findings:
        rows = [
            (
                each.name,
                in_a_row([each.first, each.first_day]),
                in_a_row([each.now, each.now_day]) if each.now else "",
                each.words or ("" if each.now else MEASURED_ONCE),
            )
            for each in view.findings
        ]
        yield table(FIRST_AND_NOW, (2.8, 1.8, 1.8, 2.6), rows)
        yield paragraph(say("Numbers alone do not say what is wrong."))
