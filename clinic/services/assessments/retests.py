"""Finding, move, re-test: what a program answers, the same items taken again, and what became of them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem
from clinic.domain.change import ChangeOutcome
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.finding_changes import outcome_since
from clinic.domain.findings import Place, Value
from clinic.domain.spots import Spot, spots_of
from clinic.domain.standing_out import notable
from clinic.domain.types import AssessmentStatus
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Assessment, Client, Finding, Program, ProgramFinding
from clinic.models.base import among, given, points_at
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.assessments import history, reading
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.batteries import offered as batteries
from clinic.services.clock import today_in

_PLACES = (
    select(ProgramFinding.test_key, ProgramFinding.field_key, ProgramFinding.side)
    .where(given(ProgramFinding.practice_id), among(ProgramFinding.program_id, "programs"))
    .order_by(ProgramFinding.position)
)
_CITED = (
    select(ProgramFinding, Assessment, Finding)
    .join(
        Assessment,
        and_(
            Assessment.practice_id == ProgramFinding.practice_id,
            given(Assessment.client_id),
            Assessment.status == AssessmentStatus.SIGNED,
        ),
    )
    # outer: what is cited may stand in an amendment alone
    .outerjoin(
        Finding,
        and_(
            points_at(Finding.assessment_id, Assessment),
            Finding.test_key == ProgramFinding.test_key,
        ),
    )
    .where(given(ProgramFinding.practice_id), given(ProgramFinding.program_id))
    .order_by(Assessment.taken_on, Assessment.created_at, ProgramFinding.position)
)
AGAIN = "Re-test: "
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class CitableFinding:
    """A finding that a program may answer, with its value."""

    spot: Spot
    value: Value


@dataclass(frozen=True, slots=True)
class AnsweredFinding:
    """A finding that a program answers: what it was when cited, what it was last, and what that is called.

    `latest` and `outcome` are None until it has been taken again in an assessment that is signed.
    """

    spot: Spot
    assessment_id: uuid.UUID
    cited_on: date
    cited: Value
    latest: Value | None = None
    latest_on: date | None = None
    outcome: ChangeOutcome | None = None


@dataclass(frozen=True, slots=True)
class FindingCitation:
    """Findings of one assessment that a new program answers, by the names of their places."""

    assessment_id: uuid.UUID
    names: Sequence[str]


def citable(actor: Actor, client: Client) -> tuple[AssessmentRecord | None, list[CitableFinding]]:
    """The latest signed assessment of a client, and what stands out in it: two queries."""
    access.staff_only(actor)
    newest = (
        select(Assessment.id)
        .where(
            Assessment.practice_id == client.practice_id,
            Assessment.client_id == client.id,
            Assessment.status == AssessmentStatus.SIGNED,
        )
        .order_by(Assessment.taken_on.desc(), Assessment.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Assessment, Finding)
        .join(
            Finding,
            points_at(Finding.assessment_id, Assessment),
        )
        .where(Assessment.practice_id == client.practice_id, Assessment.id == newest)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return None, []
    latest, values = rows[0].Assessment, reading.values_of(row.Finding for row in rows)
    added = history.amendments(client.practice_id, [latest.id]).get(latest.id, ())
    record = history.record_of(latest, values, added)
    return record, [CitableFinding(*found) for found in notable(record.items, record.values)]


def cite(actor: Actor, program: Program, citation: FindingCitation) -> None:
    """Let a program cite findings, in the caller's transaction; NotFound for one that is not there."""
    if not citation.names:
        return
    assessment = access.assessment_for(actor, citation.assessment_id)
    if assessment.client_id != program.client_id or assessment.status is not AssessmentStatus.SIGNED:
        raise NotFound
    (record,) = history.records([assessment])
    known = {spot.name: spot.place for spot in spots_of(record.items)}
    for position, name in enumerate(dict.fromkeys(citation.names)):
        value = record.values.get(known[name]) if name in known else None
        if value is None:
            raise NotFound
        db.session.add(_row(program, assessment, position, known[name], value))
    db.session.flush()


def answered_by(actor: Actor, program: Program) -> list[AnsweredFinding]:
    """What a program answers, and what became of it: two queries, one where nothing is cited."""
    access.staff_only(actor)
    cited, records = _cited(program)
    return list(_answered(cited, records))


def places_of(programs: Collection[Program]) -> list[Place]:
    """The places that some programs of one client answer, each once and in order: one query."""
    which = {"practice_id": next(iter(programs)).practice_id, "programs": [each.id for each in programs]}
    return list(dict.fromkeys(Place(*row) for row in db.session.execute(_PLACES, which)))


def begin_for_program(actor: Actor, program_id: uuid.UUID) -> Assessment:
    """Begin a draft with exactly the items a program cites; RuleBroken where it cites none."""
    program = access.program_for(actor, program_id)
    cited, records = _cited(program)
    if not cited:
        raise RuleBroken(say("This program cites no finding."))
    items = list(_only(cited, records))
    return _begin(actor, program.client_id, program.name, items)


def begin_again(actor: Actor, assessment_id: uuid.UUID) -> Assessment:
    """Begin a draft with the same items as another assessment, each in the version it was taken with."""
    assessment = access.assessment_for(actor, assessment_id)
    items = batteries.items_of(assessment)
    if not items:
        raise RuleBroken(say("There is nothing in this assessment to take again."))
    return _begin(actor, assessment.client_id, reading.name_of(assessment), items)


def _begin(actor: Actor, client_id: uuid.UUID, name: str, items: Sequence[BatteryItem]) -> Assessment:
    title = f"{AGAIN}{name.removeprefix(AGAIN)}"[:LONGEST_TITLE]
    today = today_in(access.practice_of(actor).time_zone)
    return assessments.begin_with_items(actor, client_id, title, items, today)


def _row(
    program: Program, assessment: Assessment, position: int, place: Place, value: Value
) -> ProgramFinding:
    return ProgramFinding(
        practice_id=program.practice_id,
        program_id=program.id,
        assessment_id=assessment.id,
        position=position,
        test_key=place.test,
        field_key=place.field,
        side=place.side,
        value_number=None if isinstance(value, str) else value,
        value_text=value if isinstance(value, str) else None,
    )


def _cited(program: Program) -> tuple[list[ProgramFinding], list[AssessmentRecord]]:
    """What a program cites, and the client's signed assessments, oldest first, with the findings of those
    tests alone.
    """
    cited: dict[uuid.UUID, ProgramFinding] = {}
    found: dict[uuid.UUID, Assessment] = {}
    values: dict[uuid.UUID, dict[Place, Value]] = {}
    which = {"practice_id": program.practice_id, "client_id": program.client_id, "program_id": program.id}
    for row, assessment, finding in db.session.execute(_CITED, which):
        cited[row.id], found[assessment.id] = row, assessment
        of_it = values.setdefault(assessment.id, {})
        if finding is not None:
            of_it[reading.place_of(finding)] = reading.value_of(finding)
    if not cited:
        return [], []
    added = history.amendments(program.practice_id, list(found))
    records = [history.record_of(each, values[each.id], added.get(each.id, ())) for each in found.values()]
    return sorted(cited.values(), key=lambda row: row.position), records


def _answered(
    cited: Iterable[ProgramFinding], records: Sequence[AssessmentRecord]
) -> Iterator[AnsweredFinding]:
    by_id = {record.id: record for record in records}
    for row in cited:
        then = by_id[row.assessment_id]
        place = Place(row.test_key, row.field_key, row.side)
        value = row.value_text if row.value_number is None else row.value_number
        spot = _spot(then, place)
        if spot is None or value is None:
            continue
        answered = AnsweredFinding(spot, then.id, then.taken_on, value)
        yield _with_latest(answered, then, records)


def _with_latest(
    answered: AnsweredFinding, then: AssessmentRecord, records: Sequence[AssessmentRecord]
) -> AnsweredFinding:
    place = answered.spot.place
    after = records[records.index(then) + 1 :]
    last = next((record for record in reversed(after) if place in record.values), None)
    if last is None:
        return answered
    outcome = outcome_since(answered.spot, answered.cited, then, last, load_catalogue().usual)
    return AnsweredFinding(
        answered.spot,
        answered.assessment_id,
        answered.cited_on,
        answered.cited,
        last.values[place],
        last.taken_on,
        outcome,
    )


def _spot(record: AssessmentRecord, place: Place) -> Spot | None:
    return next((spot for spot in spots_of(record.items) if spot.place == place), None)


def _only(cited: Sequence[ProgramFinding], records: Sequence[AssessmentRecord]) -> Iterator[BatteryItem]:
    """The cited fields test by test, with what tells how they were measured."""
    wanted: Mapping[str, set[str]] = {row.test_key: set() for row in cited}
    for row in cited:
        wanted[row.test_key].add(row.field_key)
    by_id = {record.id: record for record in records}
    sources = {row.test_key: by_id[row.assessment_id] for row in cited}
    for test, fields in wanted.items():
        item = next(item for item in sources[test].items if item.test.id == test)
        kept = tuple(field for field in item.test.fields if field.id in fields or field.way)
        yield BatteryItem(item.test, kept)
