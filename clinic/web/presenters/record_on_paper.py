"""A client's whole record in words, part by part, ready to be set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from clinic.domain.moves import MoveContent
from clinic.domain.practising import Practised, Repetitions, counted_in_words
from clinic.domain.types import AssessmentStatus, Side
from clinic.models import PracticeLog, Program, ProgramEvent, WarningFlag
from clinic.services.assessments import reading
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.clock import today_in
from clinic.services.files import findings
from clinic.services.files.record_paper import LoggedOfMove, RecordPaper
from clinic.web.filters import day_year, moment
from clinic.web.presenters import (
    checkins,
    clinicians,
    norms,
    notes,
    programs,
    questionnaire_answers,
    warnings,
)
from clinic.web.presenters.assessments import SIDE_WORDS, field_name
from clinic.web.presenters.clients import details
from clinic.web.presenters.paper_parts import Part, facts, heading, paragraph, section, table
from clinic.web.presenters.reports import letterhead
from clinic.web.presenters.timeline import OBSTACLES, VALUES

OF_THE_PRACTICE = frozenset({"Notes of the practice"})
Changes = Sequence[tuple[ProgramEvent, str]]


def record_paper(paper: RecordPaper, by: str, at: datetime) -> dict[str, Any]:
    """The whole record as JSON values; `by` made it, at that instant."""
    zone = paper.practice.time_zone
    return {
        "title": f"Record: {paper.client.name}",
        "description": "What the practice holds about a client",
        "practice": letterhead(paper.practice),
        "client": paper.client.name,
        "subtitle": "Your record" if paper.is_own else "Whole record",
        "made": f"Taken out {moment(at, zone)} by {by}",
        "sections": [
            section("About you" if paper.is_own else "About the client", "", _person(paper)),
            section("Other clinicians", "Nobody is written down.", _clinicians(paper)),
            section("Notes of visits", "None so far.", _notes(paper)),
            section("Programs", "None so far.", _programs(paper)),
            section("Practice, as it was logged", "Nothing was logged.", _logs(paper)),
            section("Check-ins, as they were answered", "None was answered.", _answers(paper)),
            section("Questionnaires", "None was answered.", _questionnaires(paper)),
            section("Warning signs", "None was named or found.", _flags(paper)),
            section("Assessments", "None was taken.", _assessments(paper)),
        ],
    }


def _person(paper: RecordPaper) -> Iterator[Part]:
    told = details(paper.client, paper.practice)
    if paper.is_own:
        told = [line for line in told if line[0] not in OF_THE_PRACTICE]
    yield facts((label, value) for label, value in told if value)


def _clinicians(paper: RecordPaper) -> Iterator[Part]:
    if paper.clinicians:
        lines = clinicians.lines(paper.clinicians)
        yield table(
            ("Name", "Who and where", "Note"),
            (1.5, 3, 2),
            [(each.name, ", ".join(each.facts), each.note or "") for each in lines],
        )


def _notes(paper: RecordPaper) -> Iterator[Part]:
    added = defaultdict(list)
    for each in paper.added:
        added[each.note_id].append(each)
    for note in paper.notes:
        line = notes.line(note, added[note.id], paper.practice.time_zone)
        yield heading(f"{line.day}{', draft' if line.is_draft else ''}")
        for part, text in line.parts:
            yield paragraph(f"{part}\n{text}" if part else text)
        for more in line.added:
            yield paragraph(f"Added after signing: {more.text}\nWhy: {more.reason} ({more.who})")
        yield paragraph(line.who)


def _programs(paper: RecordPaper) -> Iterator[Part]:
    changes: dict[Any, list[tuple[ProgramEvent, str]]] = defaultdict(list)
    for event, by in paper.changes:
        changes[event.program_id].append((event, by))
    for program in paper.programs:
        yield from _program(program, changes[program.id], paper)


def _program(
    program: Program, changes: Sequence[tuple[ProgramEvent, str]], paper: RecordPaper
) -> Iterator[Part]:
    today = today_in(paper.client.time_zone)
    yield heading(program.name)
    yield paragraph(f"{programs.standing(program, today)}.")
    moves = [programs.move_line(row) for row in program.prescriptions]
    yield table(("Move", "Dose"), (1, 2), [(move.name, ". ".join(move.dose)) for move in moves])
    if changes:
        lines = [programs.event_line(event, by, today) for event, by in changes]
        yield table(
            ("From", "What changed", "Why and what", "By"),
            (1.1, 1.2, 3, 1.1),
            [(line.when, line.title, line.text, line.by) for line in lines],
        )


def _logs(paper: RecordPaper) -> Iterator[Part]:
    if paper.logs:
        rows = [_logged(some) for _, some in groupby(paper.logs, key=lambda each: _said(each.log))]
        yield table(("Day", "Moves", "Done", "Pain", "In words"), (1.2, 2.5, 0.7, 0.7, 2.1), rows)


def _said(log: PracticeLog) -> tuple[Any, ...]:
    """What is one line for moves that follow each other: all but the mistake, which only one of them has."""
    return log.local_date, log.outcome, log.pain, log.obstacle, log.note


def _counted(each: LoggedOfMove) -> str:
    """What guided practice counted of a move; empty where it did not."""
    row = each.log
    if row.reps_both is None:
        return ""
    reps = Repetitions(row.reps_both, row.reps_left or 0, row.reps_right or 0)
    name = MoveContent.from_json(each.content).name
    return counted_in_words(name, Practised(reps, row.way, row.way_words or ""))


def _logged(some: Iterable[LoggedOfMove]) -> tuple[str, ...]:
    together = list(some)
    log = together[0].log
    moves = dict.fromkeys(MoveContent.from_json(each.content).name for each in together)
    mistake = next((each.log.mistake for each in together if each.log.mistake), None)
    words = [
        OBSTACLES[log.obstacle] if log.obstacle else "",
        checkins.in_sentence(checkins.MISTAKES[mistake]) if mistake else "",
        *filter(None, (_counted(each) for each in together)),
        log.note or "",
    ]
    return (
        day_year(log.local_date),
        ", ".join(moves),
        VALUES[log.outcome.value],
        "" if log.pain is None else f"{log.pain} of 10",
        ". ".join(filter(None, words)),
    )


def _answers(paper: RecordPaper) -> Iterator[Part]:
    if paper.answers:
        zone = paper.practice.time_zone
        yield table(
            ("Answered", "Days practised", "Pain", "Mistake", "Contact wanted", "In words"),
            (1.3, 0.9, 0.7, 1.2, 0.8, 2.2),
            [checkins.answer_row(answer, zone) for answer in paper.answers],
        )


def _questionnaires(paper: RecordPaper) -> Iterator[Part]:
    for each in sorted(paper.answered, key=lambda answered: answered.answered_at):
        told = questionnaire_answers.revision(each, paper.practice.time_zone)
        yield heading(f"{each.questionnaire.name}, {told.when}")
        yield paragraph(f"{told.by}. " + (f"Corrected: {told.reason}" if told.reason else ""))
        yield facts([*told.scores, *((line.question, line.answer) for line in told.lines)])


def _flags(paper: RecordPaper) -> Iterator[Part]:
    zone = paper.practice.time_zone
    if paper.flags:
        yield table(
            ("Raised", "What", "What became of it"),
            (1.2, 2.4, 2.4),
            [(moment(flag.raised_at, zone), _signs(flag), _became(flag, zone)) for flag in paper.flags],
        )


def _signs(flag: WarningFlag) -> str:
    named = [sign.text for sign in warnings.named(flag)]
    return ". ".join(named) if named else "Found in an assessment"


def _became(flag: WarningFlag, zone: str) -> str:
    taken_back = f"Said to be ticked by mistake: {flag.taken_back_reason}. " if flag.taken_back_at else ""
    if flag.cleared_at is None:
        return f"{taken_back}Open"
    return f"{taken_back}Cleared {moment(flag.cleared_at, zone)}: {flag.clear_note}"


def _assessments(paper: RecordPaper) -> Iterator[Part]:
    for record in paper.assessments:
        yield from _assessment(record, paper.practice.time_zone)


def _assessment(record: AssessmentRecord, zone: str) -> Iterator[Part]:
    assessment = record.assessment
    yield heading(f"{reading.name_of(assessment)}, {day_year(assessment.taken_on)}")
    if assessment.signer is not None and assessment.signed_at is not None:
        yield paragraph(f"Signed by {assessment.signer.name}, {moment(assessment.signed_at, zone)}.")
    elif assessment.status is AssessmentStatus.DRAFT:
        yield paragraph(f"Draft, not signed, begun by {assessment.author.name}.")
    rows = [_finding(each) for each in findings.told(record)]
    if rows:
        yield table(("Test", "Side", "Value"), (3, 0.8, 2.4), rows)
    yield from _usual(record)
    if assessment.note:
        yield paragraph(f"Note: {assessment.note}")


def _usual(record: AssessmentRecord) -> Iterator[Part]:
    """What is usual for the client's age and sex in the tests that were recorded, with the source."""
    assessment = record.assessment
    usual = norms.usual(record.items, assessment.client, assessment.taken_on)
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for each in findings.told(record):
        if each.test and each.field and (said := usual.get((each.test.id, each.field.id))):
            names[said][field_name(each.test, each.field, Side.NONE)] = None
    if names:
        yield facts((", ".join(some), said) for said, some in names.items())


def _finding(each: findings.RecordedValue) -> tuple[str, str, str]:
    test, field = each.test, each.field
    name = field_name(test, field, Side.NONE) if test and field else f"{each.place.test}, {each.place.field}"
    value = "withdrawn" if each.value is None else findings.in_words(field, each.value)
    if field and field.unit and isinstance(each.value, float):
        value = f"{value} {field.unit}".replace(" °", "°")
    was = each.amended
    amended = f" (amended by {was.by}: {was.reason}; signed as {was.signed or 'left out'})" if was else ""
    return name, SIDE_WORDS[each.place.side], f"{value}{amended}"
