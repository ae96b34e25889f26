"""A report of progress in words that its client can read, too: the first day against now, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from clinic.domain.dates import born, day_in_words
from clinic.domain.progress import PAIN_CHANGE, pain_since_first
from clinic.domain.progress_reports import READERS, ReportReader
from clinic.domain.words import say
from clinic.models import Practice, ProgressReport
from clinic.services.progress.reading import MONTH, ClientProgress
from clinic.web.filters import day_year, local_date
from clinic.web.presenters.paper_parts import Part, facts, paragraph, section, table
from clinic.web.presenters.progress import ActivityLine, ProgressView, progress_view
from clinic.web.presenters.reports import letterhead

TITLE = say("Report of progress")
CONSENT = {
    ReportReader.CLIENT: "",
    ReportReader.DOCTOR: "Ask the client before you hand it over.",
    ReportReader.INSURER: "Ask the client before you hand it over: an insurer learns more than it may need.",
}
GIVEN = say("A report of your progress is ready for you. You find it on your page “Progress”.")


def since_of(found: ClientProgress) -> date:
    """The first day that a report tells of: the first of the programs, or today without one."""
    plan = found.diary.plan
    return min(plan.starts_on, found.today) if plan else found.today


def content_of(found: ClientProgress, reader: ReportReader) -> dict[str, Any]:
    """What a report says, as JSON values that stay as they are once somebody signs them."""
    view = progress_view(found)
    return {
        "reader": READERS[reader],
        "sections": [
            section("About", "", _about(found, reader)),
            section("Practice", "Nothing was asked yet.", _practice(found)),
            section("Pain", "Nothing was said of it in check-ins.", _pain(found)),
            section(view.mistake_name, "Nothing was said of it.", _mistake(view)),
            section("What is hard to do, in the client’s own words", "Nothing was named.", _activities(view)),
            section("Goals, in the client’s own words", "None is written down.", _goals(view)),
            section("Findings", "None is part of this report.", _findings(view)),
            section("What was changed", "Nothing.", [paragraph(words) for words in view.changes]),
        ],
    }


def paper_of(report: ProgressReport, practice: Practice) -> dict[str, Any]:
    """The same for paper, with the letterhead and the name under it."""
    signed = signature(report, practice)
    return {
        "title": TITLE,
        "description": "What a client did, and how it went",
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
    rows = [("Written for", READERS[reader]), ("Client", client.name)]
    if client.born_on:
        rows.append(("Date of birth", born(client.born_on).removeprefix("born ")))
    if client.reason_for_care:
        rows.append(("Reason for care", client.reason_for_care))
    names = ", ".join(each.name for each in found.diary.plans.values())
    rows.append(("Program", names or "None so far"))
    yield facts(rows)


def _practice(found: ClientProgress) -> Iterator[Part]:
    windows = [("Since the first day", found.diary.practised_throughout)]
    if not found.diary.has_ended:
        windows.append((f"Last {MONTH} days", found.diary.practised(MONTH)))
    rows = [(label, each.in_words) for label, each in windows if each and each.expected]
    if rows:
        yield facts(rows)
        yield paragraph("Days practised, of the days that the program asked for.")


def _pain(found: ClientProgress) -> Iterator[Part]:
    given = [each for each in found.points if each.value is not None]
    if not given:
        return
    first, latest = given[0], given[-1]
    rows = [("At first", f"{first.value} of 10, {day_in_words(first.day, found.today)}")]
    change = pain_since_first(found.points)
    if change is None:
        yield facts(rows)
        return
    yield facts([*rows, ("Now", f"{latest.value} of 10, {day_in_words(latest.day, found.today)}")])
    if abs(change.points) < PAIN_CHANGE:
        yield paragraph(f"A change of less than {PAIN_CHANGE} may be chance.")
    else:
        way = "less" if change.points < 0 else "more"
        yield paragraph(f"That is {abs(change.points)} {way} than at first.")


def _mistake(view: ProgressView) -> Iterator[Part]:
    if view.mistake:
        yield paragraph(f"{view.mistake.trend[:1].upper()}{view.mistake.trend[1:]}.")
        yield paragraph(f"Week by week, the latest last: {view.mistake.in_words}.")


def _activities(view: ProgressView) -> Iterator[Part]:
    if view.activities:
        rows = [_activity(each) for each in view.activities]
        yield table(("What", "At first", "Now", "In words"), (3, 2, 2, 2), rows)
        yield paragraph("0: cannot do it; 10: as well as before.")


def _activity(each: ActivityLine) -> tuple[str, str, str, str]:
    if not each.before:
        return each.activity, each.now, "", "Asked once"
    return each.activity, each.before, each.now, each.words


def _goals(view: ProgressView) -> Iterator[Part]:
    stand = [each for each in view.goals if not each.is_removed]
    if stand:
        rows = [(each.words, f"Reached on {each.reached}" if each.reached else "Not yet") for each in stand]
        yield table(("Goal", "Reached"), (3, 1.5), rows)


def _findings(view: ProgressView) -> Iterator[Part]:
    if view.findings:
        rows = [
            (
                each.name,
                f"{each.first}, {each.first_day}",
                f"{each.now}, {each.now_day}" if each.now else "",
                each.words or ("" if each.now else "Measured once"),
            )
            for each in view.findings
        ]
        yield table(("What", "At first", "Now", "In words"), (3, 2, 2, 2), rows)
        yield paragraph("Numbers alone do not say what is wrong.")
