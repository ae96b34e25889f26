"""A client's whole record in words, part by part, ready to be set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from itertools import groupby
from typing import Any

from clinic.domain.moves import MoveContent
from clinic.domain.practising import Practised, Repetitions, counted_in_words
from clinic.domain.types import AssessmentStatus, LogOutcome, Side
from clinic.domain.words import in_a_row, say
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
from clinic.web.presenters.clients import FIELD_WORDS, details
from clinic.web.presenters.paper_parts import Part, facts, heading, paragraph, section, table
from clinic.web.presenters.reports import letterhead
from clinic.web.presenters.timeline import OBSTACLES

OUTCOMES = {
    LogOutcome.DONE: say("Done"),
    LogOutcome.PARTLY: say("Partly"),
    LogOutcome.NOT_DONE: say("Not done"),
}
OF_THE_PRACTICE = frozenset({FIELD_WORDS["notes"]})
Changes = Sequence[tuple[ProgramEvent, str]]


def record_paper(paper: RecordPaper, by: str, at: datetime) -> dict[str, Any]:
    """The whole record as JSON values; `by` made it, at that instant."""
    zone = paper.practice.time_zone
    return {
        "title": say("Record: %(client)s", client=paper.client.name),
        "description": say("What the practice holds about a client"),
        "practice": letterhead(paper.practice),
        "client": paper.client.name,
        "subtitle": say("Your record") if paper.is_own else say("Whole record"),
        "made": say("Taken out %(moment)s by %(name)s", moment=moment(at, zone), name=by),
        "sections": [
            section(say("About you") if paper.is_own else say("About the client"), "", _person(paper)),
            section(say("Other clinicians"), say("Nobody is written down."), _clinicians(paper)),
            section(say("Notes of visits"), say("None so far."), _notes(paper)),
            section(say("Programs"), say("None so far."), _programs(paper)),
            section(say("Practice, as it was logged"), say("Nothing was logged."), _logs(paper)),
            section(say("Check-ins, as they were answered"), say("None was answered."), _answers(paper)),
            section(say("Questionnaires"), say("None was answered."), _questionnaires(paper)),
            section(say("Warning signs"), say("None was named or found."), _flags(paper)),
            section(say("Assessments"), say("None was taken."), _assessments(paper)),
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
            (say("Name"), say("Who and where"), say("Note")),
            (1.5, 3, 2),
            [(each.name, in_a_row(each.facts), each.note or "") for each in lines],
        )


def _notes(paper: RecordPaper) -> Iterator[Part]:
    added = defaultdict(list)
    for each in paper.added:
        added[each.note_id].append(each)
    for note in paper.notes:
        line = notes.line(note, added[note.id], paper.practice.time_zone)
        yield heading(say("%(day)s, draft", day=line.day) if line.is_draft else line.day)
        for part, text in line.parts:
            yield paragraph(say("%(part)s\n%(text)s", part=part, text=text) if part else text)
        for more in line.added:
            yield paragraph(
                say(
                    "Added after signing: %(text)s\nWhy: %(reason)s (%(who)s)",
                    text=more.text,
                    reason=more.reason,
                    who=more.who,
                )
            )
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
    yield paragraph(say("%(standing)s.", standing=programs.standing(program, today)))
    moves = [programs.move_line(row) for row in program.prescriptions]
    yield table((say("Move"), say("Dose")), (1, 2), [(move.name, ". ".join(move.dose)) for move in moves])
    if changes:
        lines = [programs.event_line(event, by, today) for event, by in changes]
        yield table(
            (say("From"), say("What changed"), say("Why and what"), say("By")),
            (1.1, 1.2, 3, 1.1),
            [(line.when, line.title, line.text, line.by) for line in lines],
        )


def _logs(paper: RecordPaper) -> Iterator[Part]:
    if paper.logs:
        rows = [_logged(some) for _, some in groupby(paper.logs, key=lambda each: _said(each.log))]
        head = say("Day"), say("Moves"), say("Done"), say("Pain"), say("In words")
        yield table(head, (1.2, 2.5, 0.7, 0.7, 2.1), rows)


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
        checkins.MISTAKE_SAID[mistake] if mistake else "",
        *filter(None, (_counted(each) for each in together)),
        log.note or "",
    ]
    return (
        day_year(log.local_date),
        in_a_row([*moves]),
        OUTCOMES[log.outcome],
        "" if log.pain is None else say("%(pain)s of 10", pain=log.pain),
        _stopped([each for each in words if each]),
    )


def _stopped(sentences: Sequence[str]) -> str:
    """Sentences without their last stop, which people's own may have or not."""
    first, *others = sentences or ("",)
    return reduce(lambda before, each: say("%(before)s. %(each)s", before=before, each=each), others, first)


def _answers(paper: RecordPaper) -> Iterator[Part]:
    if paper.answers:
        zone = paper.practice.time_zone
        yield table(
            (
                say("Answered"),
                say("Days practised"),
                say("Pain"),
                say("Mistake"),
                say("Contact wanted"),
                say("In words"),
            ),
            (1.3, 0.9, 0.7, 1.2, 0.8, 2.2),
            [checkins.answer_row(answer, zone) for answer in paper.answers],
        )


def _questionnaires(paper: RecordPaper) -> Iterator[Part]:
    for each in sorted(paper.answered, key=lambda answered: answered.answered_at):
        told = questionnaire_answers.revision(each, paper.practice.time_zone)
        yield heading(in_a_row([each.questionnaire.name, told.when]))
        if told.reason:
            yield paragraph(say("%(by)s. Corrected: %(reason)s", by=told.by, reason=told.reason))
        else:
            yield paragraph(say("%(by)s.", by=told.by))
        yield facts([*told.scores, *((line.question, line.answer) for line in told.lines)])


def _flags(paper: RecordPaper) -> Iterator[Part]:
    zone = paper.practice.time_zone
    if paper.flags:
        yield table(
            (say("Raised"), say("What"), say("What became of it")),
            (1.2, 2.4, 2.4),
            [(moment(flag.raised_at, zone), _signs(flag), _became(flag, zone)) for flag in paper.flags],
        )


def _signs(flag: WarningFlag) -> str:
    named = [sign.text for sign in warnings.named(flag)]
    return _stopped(named) if named else say("Found in an assessment")


def _became(flag: WarningFlag, zone: str) -> str:
    if flag.cleared_at is None:
        now = say("Open")
    else:
        at = moment(flag.cleared_at, zone)
        now = say("Cleared %(moment)s: %(note)s", moment=at, note=flag.clear_note)
    if not flag.taken_back_at:
        return now
    return say("Said to be ticked by mistake: %(reason)s. %(now)s", reason=flag.taken_back_reason, now=now)


def _assessments(paper: RecordPaper) -> Iterator[Part]:
    for record in paper.assessments:
        yield from _assessment(record, paper.practice.time_zone)


def _assessment(record: AssessmentRecord, zone: str) -> Iterator[Part]:
    assessment = record.assessment
    yield heading(in_a_row([reading.name_of(assessment), day_year(assessment.taken_on)]))
    if assessment.signer is not None and assessment.signed_at is not None:
        at = moment(assessment.signed_at, zone)
        yield paragraph(say("Signed by %(name)s, %(moment)s.", name=assessment.signer.name, moment=at))
    elif assessment.status is AssessmentStatus.DRAFT:
        yield paragraph(say("Draft, not signed, begun by %(name)s.", name=assessment.author.name))
    rows = [_finding(each) for each in findings.told(record)]
    if rows:
        yield table((say("Test"), say("Side"), say("Value")), (3, 0.8, 2.4), rows)
    yield from _usual(record)
    if assessment.note:
        yield paragraph(say("Note: %(note)s", note=assessment.note))


def _usual(record: AssessmentRecord) -> Iterator[Part]:
    """What is usual for the client's age and sex in the tests that were recorded, with the source."""
    assessment = record.assessment
    usual = norms.usual(record.items, assessment.client, assessment.taken_on)
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for each in findings.told(record):
        if each.test and each.field and (said := usual.get((each.test.id, each.field.id))):
            names[said][field_name(each.test, each.field, Side.NONE)] = None
    if names:
        yield facts((in_a_row([*some]), said) for said, some in names.items())


def _finding(each: findings.RecordedValue) -> tuple[str, str, str]:
    test, field = each.test, each.field
    name = field_name(test, field, Side.NONE) if test and field else f"{each.place.test}, {each.place.field}"
    value = say("withdrawn") if each.value is None else findings.in_words(field, each.value)
    if field and field.unit and isinstance(each.value, float):
        value = f"{value}{'' if field.unit.startswith('°') else ' '}{field.unit}"
    was = each.amended
    if was:
        value = say(
            "%(value)s (amended by %(name)s: %(reason)s; signed as %(signed)s)",
            value=value,
            name=was.by,
            reason=was.reason,
            signed=was.signed or say("left out"),
        )
    return name, SIDE_WORDS[each.place.side], value
