"""The only doors to somebody's record: each answers NotFound to everybody it is not for.

Every query names the practice. None never equals None here: a client without an account has no door.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, Text, and_, bindparam, cast, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload
from sqlalchemy.orm.interfaces import ORMOption
from sqlalchemy.orm.util import identity_key

from clinic.domain import progress_reports
from clinic.domain.access import is_staff
from clinic.domain.documents import is_shown_to_client
from clinic.domain.errors import NotFound
from clinic.domain.moves import media_in
from clinic.domain.types import ProgramStatus
from clinic.extensions import db
from clinic.models import (
    AnswerWait,
    Appointment,
    Assessment,
    BookingOffer,
    BookingRequest,
    BulkAct,
    Checkin,
    CheckinAnswer,
    Client,
    ClientGoal,
    ClientGroup,
    ClientImport,
    CourseRequest,
    Document,
    Exercise,
    FormRecheck,
    GroupMessage,
    Invitation,
    MailReply,
    MediaFile,
    Message,
    MessageFile,
    OtherClinician,
    OutboxMessage,
    OwnAnswer,
    OwnBattery,
    OwnTest,
    PainMorning,
    Practice,
    PracticeLog,
    PracticeStop,
    Prescription,
    Program,
    ProgressReport,
    QuestionnaireRequest,
    QuestionnaireResponse,
    Routine,
    RoutineVersion,
    StaffInvitation,
    StaffTime,
    TaperingOffer,
    User,
    VersionOffer,
    VisitNote,
    WarningFlag,
    has_open_flag,
    open_version_offer,
)
from clinic.models.base import OfPractice, given, points_at
from clinic.models.message import is_written_to
from clinic.models.questionnaire import waits_for_answer
from clinic.services import looks
from clinic.services.actors import Actor
from clinic.services.clock import now

Row = TypeVar("Row", bound=OfPractice)
Made = TypeVar("Made", OwnTest, OwnBattery)


def client_for(actor: Actor, client_id: uuid.UUID, *options: ORMOption) -> Client:
    """A client of the actor's practice; staff only."""
    return _for_staff(Client, actor, client_id, *options)


def own_client(actor: Actor, *options: ORMOption) -> Client:
    """The signed-in client's own record. No query where finding their session has just read it."""
    if actor.client_id is None:
        raise NotFound
    read = db.session.identity_map.get(identity_key(Client, actor.client_id))
    if read is not None and not options and vars(read).get("practice_id") == actor.practice_id:
        assert isinstance(read, Client)
        return read  # what was let go, or may have changed since, holds no value and is asked for again
    return _one(Client, actor, actor.client_id, *options)


def staff_only(actor: Actor) -> None:
    """NotFound to everybody who does not work for a practice."""
    if not actor.is_staff:
        raise NotFound


# Every page of a client's begins with this: made once, so that it costs the query alone.
_OWN_PROGRAMS = (
    select(
        Program,
        has_open_flag(Client.practice_id, Client.id).label("is_flagged"),
        waits_for_answer(Client.practice_id, Client.id, bindparam("at")).label("is_asked"),
        is_written_to(Client.practice_id, Client.id).label("is_written_to"),
        open_version_offer().label("offer_id"),
    )
    .outerjoin_from(
        Client,
        Program,
        and_(
            points_at(Program.client_id, Client),
            Program.status != ProgramStatus.ENDED,
        ),
    )
    .where(given(Client.practice_id), given(Client.id, "client_id"))
    .order_by(Program.assigned_at, Program.id)
    .options(joinedload(Program.prescriptions))
)


class OwnRecord(NamedTuple):
    """What each page of a client's begins with: with their moves all programs that nobody has ended, the
    earliest first, whether a warning flag of theirs is open, whether the practice waits for answers or
    wrote to them, and the offers of newer versions, by program.
    """

    client: Client
    programs: Sequence[Program]
    is_flagged: bool
    is_asked: bool
    is_written_to: bool
    offers: Mapping[uuid.UUID, uuid.UUID]


def own_programs(actor: Actor) -> OwnRecord:
    """The signed-in client's own record. One query, or two where their session was not just found."""
    client = own_client(actor)
    own = {"practice_id": actor.practice_id, "client_id": client.id, "at": now()}
    found = db.session.execute(_OWN_PROGRAMS, own).unique().all()
    having = [row for row in found if row.Program is not None]
    offers = {row.Program.id: row.offer_id for row in having if row.offer_id is not None}
    programs, first = [row.Program for row in having], found[0]
    told = (bool(first.is_flagged), bool(first.is_asked), bool(first.is_written_to))
    return OwnRecord(client, programs, *told, offers)


def program_for(actor: Actor, program_id: uuid.UUID, *options: ORMOption) -> Program:
    """A program of the practice; for a client, their own."""
    return _one(Program, actor, program_id, *options, own=Program.client_id)


def appointment_for(actor: Actor, appointment_id: uuid.UUID, *options: ORMOption) -> Appointment:
    """An appointment of the practice; for a client, one of theirs."""
    return _one(Appointment, actor, appointment_id, *options, own=Appointment.client_id)


def booking_request_for(actor: Actor, booking_request_id: uuid.UUID, *options: ORMOption) -> BookingRequest:
    """A wish for a session of one of the practice's clients; for a client, their own."""
    return _one(BookingRequest, actor, booking_request_id, *options, own=BookingRequest.client_id)


def booking_offer_for(actor: Actor, booking_offer_id: uuid.UUID, *options: ORMOption) -> BookingOffer:
    """A time that is offered to one of the practice's clients; for a client, to them."""
    return _one(BookingOffer, actor, booking_offer_id, *options, own=BookingOffer.client_id)


def goal_for(actor: Actor, goal_id: uuid.UUID, *options: ORMOption) -> ClientGoal:
    """A goal of one of the practice's clients; for a client, their own."""
    return _one(ClientGoal, actor, goal_id, *options, own=ClientGoal.client_id)


def progress_report_for(actor: Actor, progress_report_id: uuid.UUID, *options: ORMOption) -> ProgressReport:
    """A report of a client's progress; for a client, one of theirs that was given to them and stands."""
    row = _one(ProgressReport, actor, progress_report_id, *options, own=ProgressReport.client_id)
    if not actor.is_staff and not progress_reports.is_shown_to_client(row.given_at, row.withdrawn_at):
        raise NotFound
    return row


def assessment_for(actor: Actor, assessment_id: uuid.UUID, *options: ORMOption) -> Assessment:
    """An assessment of the practice; staff only."""
    return _for_staff(Assessment, actor, assessment_id, *options)


def staff_time_for(actor: Actor, staff_time_id: uuid.UUID, *options: ORMOption) -> StaffTime:
    """Time that somebody of the practice spent on one of its clients; staff only."""
    return _for_staff(StaffTime, actor, staff_time_id, *options)


def wait_for(actor: Actor, wait_id: uuid.UUID, *options: ORMOption) -> AnswerWait:
    """One time that a client of the practice waits, or waited, for an answer; staff only."""
    return _for_staff(AnswerWait, actor, wait_id, *options)


def clinician_for(actor: Actor, clinician_id: uuid.UUID, *options: ORMOption) -> OtherClinician:
    """Somebody outside the practice who looks after one of its clients; staff only."""
    return _for_staff(OtherClinician, actor, clinician_id, *options)


def note_for(actor: Actor, note_id: uuid.UUID, *options: ORMOption) -> VisitNote:
    """A note of a visit to the practice; staff only."""
    return _for_staff(VisitNote, actor, note_id, *options)


def checkin_for(actor: Actor, checkin_id: uuid.UUID, *options: ORMOption) -> Checkin:
    """A check-in of the practice; for a client, their own."""
    return _one(Checkin, actor, checkin_id, *options, own=Checkin.client_id)


def answer_for(actor: Actor, answer_id: uuid.UUID, *options: ORMOption) -> CheckinAnswer:
    """An answered check-in of the practice; staff only."""
    return _for_staff(CheckinAnswer, actor, answer_id, *options)


def log_for(actor: Actor, log_id: uuid.UUID, *options: ORMOption) -> PracticeLog:
    """What a client logged of one move on one day; staff only."""
    return _for_staff(PracticeLog, actor, log_id, *options)


def morning_for(actor: Actor, morning_id: uuid.UUID, *options: ORMOption) -> PainMorning:
    """What a client said of their pain the morning after; staff only."""
    return _for_staff(PainMorning, actor, morning_id, *options)


def recheck_for(actor: Actor, recheck_id: uuid.UUID, *options: ORMOption) -> FormRecheck:
    """What a client found out of a move of theirs; staff only."""
    return _for_staff(FormRecheck, actor, recheck_id, *options)


def stop_for(actor: Actor, stop_id: uuid.UUID, *options: ORMOption) -> PracticeStop:
    """Why a client says that they stopped; staff only."""
    return _for_staff(PracticeStop, actor, stop_id, *options)


def flag_for(actor: Actor, flag_id: uuid.UUID, *options: ORMOption) -> WarningFlag:
    """A warning flag of the practice; staff only."""
    return _for_staff(WarningFlag, actor, flag_id, *options)


def invitation_for(actor: Actor, invitation_id: uuid.UUID, *options: ORMOption) -> Invitation:
    """An invitation of the practice; staff only."""
    return _for_staff(Invitation, actor, invitation_id, *options)


def staff_invitation_for(
    actor: Actor, staff_invitation_id: uuid.UUID, *options: ORMOption
) -> StaffInvitation:
    """An invitation to work for the practice; staff only."""
    return _for_staff(StaffInvitation, actor, staff_invitation_id, *options)


def questionnaire_request_for(
    actor: Actor, request_id: uuid.UUID, *options: ORMOption
) -> QuestionnaireRequest:
    """A set of questions of the practice; for a client, their own."""
    return _one(QuestionnaireRequest, actor, request_id, *options, own=QuestionnaireRequest.client_id)


def questionnaire_response_for(
    actor: Actor, response_id: uuid.UUID, *options: ORMOption
) -> QuestionnaireResponse:
    """An answered questionnaire of the practice; staff only."""
    return _for_staff(QuestionnaireResponse, actor, response_id, *options)


def move_for(actor: Actor, move_id: uuid.UUID, *options: ORMOption) -> Exercise:
    """A move of the practice; staff only."""
    return _for_staff(Exercise, actor, move_id, *options)


def routine_for(actor: Actor, routine_id: uuid.UUID, *options: ORMOption) -> Routine:
    """A routine of the practice; staff only."""
    return _for_staff(Routine, actor, routine_id, *options)


def routine_version_for(actor: Actor, version_id: uuid.UUID, *options: ORMOption) -> RoutineVersion:
    """A version of a routine of the practice; staff only."""
    return _for_staff(RoutineVersion, actor, version_id, *options)


# A client's own programs whose moves may name a file: the text narrows down, `media_in` decides.
_NAMING = (
    select(Prescription.content)
    .join(Program, points_at(Prescription.program_id, Program))
    .where(
        given(Program.practice_id),
        given(Program.client_id),
        cast(Prescription.content, Text).like(bindparam("named")),
    )
)


def media_for(actor: Actor, media_id: uuid.UUID, *options: ORMOption) -> MediaFile:
    """A file of the practice; for a client, those they sent and those that a program of theirs shows.

    What the practice keeps of them as a document is shown by `document_for` alone.
    """
    row = _one(MediaFile, actor, media_id, *options)
    if actor.is_staff:
        return row
    if actor.client_id is None:
        raise NotFound
    if row.client_id is not None:
        if row.client_id != actor.client_id:
            raise NotFound
        if row.sent_by != actor.user_id and not _went_with_a_message(row):
            raise NotFound
        return row
    asked = {"practice_id": actor.practice_id, "client_id": actor.client_id, "named": f"%{media_id.hex}%"}
    if not any(media_id.hex in media_in(content) for content in db.session.scalars(_NAMING, asked)):
        raise NotFound
    return row


def _went_with_a_message(row: MediaFile) -> bool:
    """Whether a client's file came with a message of theirs: by mail nobody was signed in."""
    return db.session.scalar(select(MessageFile.id).where(MessageFile.media_id == row.id)) is not None


def document_for(actor: Actor, document_id: uuid.UUID, *options: ORMOption) -> Document:
    """A document of a client of the practice; for a client, one of theirs that was shared with them."""
    row = _one(Document, actor, document_id, *options, own=Document.client_id)
    if not actor.is_staff and not is_shown_to_client(row.shared_at, row.removed_at):
        raise NotFound
    return row


def message_for(actor: Actor, message_id: uuid.UUID, *options: ORMOption) -> OutboxMessage:
    """A mail of the practice's outbox; staff only."""
    return _for_staff(OutboxMessage, actor, message_id, *options)


def thread_message_for(actor: Actor, thread_message_id: uuid.UUID, *options: ORMOption) -> Message:
    """A message between a client and the practice; staff only: a client reads theirs as one thread."""
    return _for_staff(Message, actor, thread_message_id, *options)


def reply_for(actor: Actor, reply_id: uuid.UUID, *options: ORMOption) -> MailReply:
    """A mail that somebody wrote to the practice; staff only."""
    return _for_staff(MailReply, actor, reply_id, *options)


def offer_for(actor: Actor, offer_id: uuid.UUID, *options: ORMOption) -> TaperingOffer:
    """An offer to write to a client less often; staff only."""
    return _for_staff(TaperingOffer, actor, offer_id, *options)


def version_offer_for(actor: Actor, version_offer_id: uuid.UUID, *options: ORMOption) -> VersionOffer:
    """An offer of a newer version; for a client, one of theirs."""
    return _one(VersionOffer, actor, version_offer_id, *options, own=VersionOffer.client_id)


def bulk_act_for(actor: Actor, act_id: uuid.UUID, *options: ORMOption) -> BulkAct:
    """An act for many clients of the practice; staff only."""
    return _for_staff(BulkAct, actor, act_id, *options)


def group_for(actor: Actor, group_id: uuid.UUID, *options: ORMOption) -> ClientGroup:
    """A group of the practice; staff only."""
    return _for_staff(ClientGroup, actor, group_id, *options)


def course_request_for(actor: Actor, request_id: uuid.UUID, *options: ORMOption) -> CourseRequest:
    """What somebody asked for by the link of a course; staff only."""
    return _for_staff(CourseRequest, actor, request_id, *options)


def group_message_for(actor: Actor, message_id: uuid.UUID, *options: ORMOption) -> GroupMessage:
    """A message to all of a group; staff only."""
    return _for_staff(GroupMessage, actor, message_id, *options)


def own_answer_for(actor: Actor, own_answer_id: uuid.UUID, *options: ORMOption) -> OwnAnswer:
    """An answer of the practice's own; staff only."""
    return _for_staff(OwnAnswer, actor, own_answer_id, *options)


def own_test_for(actor: Actor, key: str) -> OwnTest:
    """A test that the practice made itself; staff only."""
    return _made_by(OwnTest, actor, key)


def own_battery_for(actor: Actor, key: str) -> OwnBattery:
    """A battery that the practice made itself; staff only."""
    return _made_by(OwnBattery, actor, key)


def user_for(actor: Actor, user_id: uuid.UUID, *options: ORMOption) -> User:
    """An account of the practice; staff only."""
    return _for_staff(User, actor, user_id, *options)


def colleague_for(actor: Actor, user_id: uuid.UUID, *options: ORMOption) -> User:
    """Somebody who works, or has worked, for the practice; staff only."""
    user = user_for(actor, user_id, *options)
    if not is_staff(user.role):
        raise NotFound
    return user


def client_import_for(actor: Actor, import_id: uuid.UUID, *options: ORMOption) -> ClientImport:
    """A list of clients that somebody of the practice has uploaded; staff only."""
    return _for_staff(ClientImport, actor, import_id, *options)


def practice_of(actor: Actor) -> Practice:
    """The actor's own practice."""
    practice = db.session.get(Practice, actor.practice_id)
    if practice is None:
        raise NotFound
    return practice


def _for_staff(kind: type[Row], actor: Actor, row_id: uuid.UUID, *options: ORMOption) -> Row:
    staff_only(actor)
    return _one(kind, actor, row_id, *options)


def _made_by(kind: type[Made], actor: Actor, key: str) -> Made:
    staff_only(actor)
    named = {"practice_id": actor.practice_id, "key": key}
    row: Made | None = db.session.scalars(_by_key(kind), named).one_or_none()
    if row is None:
        raise NotFound
    return row


def _one(
    kind: type[Row],
    actor: Actor,
    row_id: uuid.UUID,
    *options: ORMOption,
    own: InstrumentedAttribute[uuid.UUID] | None = None,
) -> Row:
    asked = {"practice_id": actor.practice_id, "id": row_id}
    if own is not None and not actor.is_staff:
        if actor.client_id is None:
            raise NotFound
        asked["client_id"] = actor.client_id
    else:
        own = None
    query = _by_id(kind, own, options)  # type: ignore[arg-type]  # mypy doubts that a class has a hash
    found = db.session.scalars(query, asked)
    row: Row | None = found.unique().one_or_none()  # with its collections, if they are joined
    if row is None:
        raise NotFound
    client_id = row.id if isinstance(row, Client) else getattr(row, "client_id", None)
    if actor.is_staff and client_id is not None:
        looks.note(client_id)
    return row


# One statement for each door and set of options. The options are constants of their modules: made anew at
# each call they would not be found again, and the limit keeps them from piling up.
@lru_cache(maxsize=256)
def _by_id(
    kind: Any, own: InstrumentedAttribute[uuid.UUID] | None, options: tuple[ORMOption, ...]
) -> Select[Any]:
    query = select(kind).where(given(kind.id), given(kind.practice_id)).options(*options)
    return query if own is None else query.where(given(own))


@cache
def _by_key(kind: type[Made]) -> Select[Any]:
    return select(kind).where(given(kind.key), given(kind.practice_id))
