"""One full set of records for each of three clients in two practices: something of everything there is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

from clinic.catalogue import load_catalogue
from clinic.domain.answer_promise import AnsweredHow
from clinic.domain.asking import AnswerSource, AskChannel
from clinic.domain.attention import AttentionKind
from clinic.domain.booking import BookingWay
from clinic.domain.bulk_acts import BulkActKind
from clinic.domain.change import ChangeVerdict
from clinic.domain.clinicians import ClinicianRole
from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.domain.courses import CourseState, LateStart, RequestState
from clinic.domain.documents import DocumentKind
from clinic.domain.erasure import ErasureReason, ErasureState
from clinic.domain.foreign_dates import DayOrder
from clinic.domain.imports import ImportFate
from clinic.domain.media import MediaKind, MediaState, MoveSpot
from clinic.domain.messages import MessageChannel, MessageFrom
from clinic.domain.notes import NotePart, NoteShape, NoteStatus
from clinic.domain.notices import NoticeKind
from clinic.domain.own_answers import OwnAnswerStatus, WordsUse
from clinic.domain.practice_overview import PracticeOverview
from clinic.domain.practice_reminders import ReminderWay
from clinic.domain.progress_reports import ReportReader
from clinic.domain.rechecks import RecheckResult
from clinic.domain.search import search_key, sort_key
from clinic.domain.spots import spots_of
from clinic.domain.staff_time import StaffTimeKind
from clinic.domain.tapering import TaperingStep
from clinic.domain.types import (
    AssessmentStatus,
    CheckinKind,
    CheckinState,
    LinkPurpose,
    LogOutcome,
    MistakeAnswer,
    OutboxState,
    ProgramStatus,
    Role,
    RoutineStatus,
    Side,
    StopReason,
    Tier,
    WayDone,
)
from clinic.extensions import db
from clinic.models import (
    Amendment,
    AnswerWait,
    Appointment,
    Assessment,
    AssessmentDraft,
    AuditEvent,
    Base,
    BookingHours,
    BookingOffer,
    BookingRequest,
    BulkAct,
    BulkActLine,
    CalendarAddress,
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    CheckinSchedule,
    Client,
    ClientGoal,
    ClientGroup,
    ClientImport,
    ClientImportRow,
    Consent,
    ConsentText,
    Course,
    CourseRequest,
    Document,
    Erasure,
    Exercise,
    ExerciseMedia,
    ExerciseMistake,
    ExercisePicture,
    Finding,
    FormRecheck,
    GroupMember,
    GroupMessage,
    Invitation,
    KeptRecord,
    MailReply,
    MediaFile,
    Message,
    MessageFile,
    OtherClinician,
    OutboxMessage,
    OwnAnswer,
    OwnAnswerHelped,
    OwnAnswerMove,
    OwnAnswerSource,
    OwnBattery,
    OwnBatteryVersion,
    OwnTest,
    OwnTestVersion,
    PainMorning,
    Phrase,
    Practice,
    PracticeDecline,
    PracticeFigures,
    PracticeLog,
    PracticeNotice,
    PracticeReminder,
    PracticeStop,
    Prescription,
    Program,
    ProgramEvent,
    ProgramFinding,
    ProgramPhase,
    ProgressReport,
    QuestionnaireRequest,
    QuestionnaireResponse,
    ReasonHandling,
    ReplyDraft,
    Routine,
    RoutineItem,
    RoutinePhase,
    RoutineVersion,
    SharedFinding,
    SignOff,
    StaffInvitation,
    StaffTime,
    TaperingOffer,
    Thread,
    ThreadRead,
    User,
    VersionOffer,
    VisitNote,
    VisitNoteAmendment,
    WarningFlag,
)
from clinic.services import links
from clinic.services.batteries.offered import snapshot
from clinic.services.media.storage import store
from clinic.services.routines import publishing as routines
from clinic.services.routines.wording import content_of, dose_of
from tests.factories.media import picture
from tests.factories.people import People, make_people, make_user, stand_in

Row = TypeVar("Row", bound=Base)
PERSONAL = (
    *("address", "postcode", "town", "country", "emergency_name", "emergency_phone", "emergency_relation"),
)
WORDS = "words of a person"  # stands in every free text until something is planted there


@dataclass
class Shelf:
    """A practice's routine: one version that clients have, and a draft of the next."""

    practice: Practice
    staff: User
    routine: Routine
    published: RoutineVersion
    draft: RoutineVersion
    own_test: OwnTest
    own_battery: OwnBattery
    own_move: Exercise
    own_answer: OwnAnswer
    colleague: StaffInvitation
    gone: User
    erasure: Erasure


@dataclass
class ClientRecords:
    """Everything the practice holds about one client; `asked` is a check-in that waits for its answer."""

    client: Client
    user: User
    invitation: Invitation
    program: Program
    assessment: Assessment
    draft_assessment: Assessment
    answered: Checkin
    answer: CheckinAnswer
    asked: Checkin
    flag: WarningFlag
    mail: OutboxMessage
    offer: TaperingOffer
    version_offer: VersionOffer
    morning: PainMorning
    recheck: FormRecheck
    stop: PracticeStop
    reply: MailReply
    questions: QuestionnaireRequest
    answers: QuestionnaireResponse
    act: BulkAct
    client_import: ClientImport
    group: ClientGroup
    picture: MediaFile
    document: Document
    place: CourseRequest
    appointment: Appointment
    wish: BookingRequest
    offered_time: BookingOffer
    note: VisitNote
    clinician: OtherClinician
    staff_time: StaffTime
    goal: ClientGoal
    progress_report: ProgressReport
    message: Message
    lent: OwnAnswerSource = field(init=False)
    wait: AnswerWait
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """Two practices with their people and records, by the short names the tests use."""

    people: People
    shelves: dict[str, Shelf]
    records: dict[str, ClientRecords]

    @property
    def users(self) -> dict[str, User]:
        """Everybody who signs in."""
        people = self.people
        return {
            "owner": people.owner,
            "practitioner": people.colleague,
            "assistant": people.assistant,
            "client": people.client_user,
            "other client": people.other_client_user,
            "other practice's practitioner": people.stranger,
            "other practice's client": people.foreign_client_user,
        }

    def practice_of_others(self, practice: str | None) -> list[uuid.UUID]:
        """Ids of records of the other practice, one of each kind."""
        other = "here" if practice == "there" else "there"
        shelf, records = self.shelves[other], self.records["ada" if other == "here" else "zofia"]
        rows: list[Any] = [shelf.routine, shelf.published, shelf.draft, shelf.staff, shelf.practice]
        rows += [shelf.own_test, shelf.own_battery, shelf.own_move, shelf.own_answer, shelf.erasure]
        rows += [value for value in vars(records).values() if isinstance(value, Base)]
        return [row.id for row in rows]


HOME = {"ada": "here", "bela": "here", "zofia": "there"}  # whose client is whose


def make_world() -> World:
    """Both practices, filled and committed."""
    people = make_people()
    shelves = {
        "here": make_shelf(people.practice, people.owner),
        "there": make_shelf(people.elsewhere, people.stranger),
    }
    people.elsewhere.keep_law, people.elsewhere.keep_years = WORDS, 10  # here nobody has said it yet
    clients = {
        "ada": (people.client, people.client_user),
        "bela": (people.other_client, people.other_client_user),
        "zofia": (people.foreign_client, people.foreign_client_user),
    }
    records = {name: make_records(shelves[HOME[name]], *whom) for name, whom in clients.items()}
    db.session.commit()
    return World(people, shelves, records)


def make_shelf(practice: Practice, staff: User) -> Shelf:
    """The catalogue's routine, published by `staff` with a video, and the next draft begun."""
    practice.address = WORDS
    routines.begin_with_catalogue(practice)
    db.session.flush()
    routine = db.session.query(Routine).filter_by(practice_id=practice.id).one()
    published = db.session.query(RoutineVersion).filter_by(routine_id=routine.id).one()
    for item in _items(published):
        _furnish(item, staff)
    db.session.expire_all()
    for item in _items(published):
        item.content = content_of(item.exercise).to_json()
    published.status, published.published_by = RoutineStatus.PUBLISHED, staff.id
    published.published_at, published.change_note = ago(days=60), WORDS
    for position, criterion in ((1, WORDS), (2, "")):
        words = {"name": WORDS, "criterion": criterion}
        add(RoutinePhase, practice, version_id=published.id, position=position, **words)
    draft = add(RoutineVersion, practice, routine_id=routine.id, number=2, change_note=WORDS)
    for item in _items(published):
        _copy_item(item, draft)
    add(
        SignOff,
        practice,
        scope="exercise",
        digest="0" * 64,
        text=WORDS,
        user_id=staff.id,
        signed_at=ago(days=60),
    )
    add(Phrase, practice, owner_id=staff.id, name=WORDS, text=WORDS, changed_at=ago(days=60))
    figures = PracticeOverview(active=2, with_program=1, with_account=2).to_json()
    add(PracticeFigures, practice, figures=figures, made_at=ago(days=1))
    signed = {"made_by": staff.id, "made_by_name": WORDS, "made_at": ago(days=60)}
    add(ConsentText, practice, kind=ConsentKind.MAIL, number=1, text=WORDS, **signed)
    make_hours(practice, staff)
    own_test = make_own_test(practice, staff)
    own_battery = make_own_battery(practice, staff, own_test)
    practice.answers_word = f"word-{practice.id.hex[:12]}"
    own_move = make_own_move(practice)
    made = (
        own_test,
        own_battery,
        own_move,
        make_own_answer(practice, staff, own_move),
        make_staff_invitation(practice, staff),
    )
    gone = make_user(practice, Role.ASSISTANT, WORDS, deactivated_at=ago(days=3))
    return Shelf(practice, staff, routine, published, draft, *made, gone, make_erasure(practice, staff))


def make_own_answer(practice: Practice, staff: User, move: Exercise) -> OwnAnswer:
    """An answer about a move's mistake that anybody may read."""
    told = {"question": WORDS, "text": WORDS, "tags": [WORDS], "is_public": True}
    signed = {"status": OwnAnswerStatus.SIGNED, "signed_by": staff.id, "signed_at": ago(days=8)}
    about = {"created_by": staff.id, "created_at": ago(days=9), "changed_at": ago(days=9)}
    answer = add(OwnAnswer, practice, **told, **signed, **about)
    add(OwnAnswerMove, practice, own_answer_id=answer.id, move_id=move.id, about_mistake=True)
    return answer


def make_lent(shelf: Shelf, records: ClientRecords) -> OwnAnswerSource:
    """They were asked whether their words may be used in an answer, and have not said."""
    asked = {"words_use": WordsUse.ASKED, "made_at": ago(days=3), "asked_at": ago(days=3)}
    about = {"own_answer_id": shelf.own_answer.id, "message_id": records.message.id}
    return add(OwnAnswerSource, records.client, client_id=records.client.id, **about, **asked)


def make_erasure(practice: Practice, staff: User) -> Erasure:
    """Somebody who was erased, with what the law keeps of them."""
    erasure = add(
        Erasure,
        practice,
        client_id=uuid.uuid4(),
        reason=ErasureReason.WISH,
        state=ErasureState.DONE,
        note=WORDS,
        asked_by=staff.id,
        asked_at=ago(days=70),
        erase_on=ago(days=40).date(),
        erased_at=ago(days=40),
        keep_years=10,
        keep_law=WORDS,
        pseudonym="Erased client 7F3A",
        counts={"client": 1},
    )
    add(
        KeptRecord,
        practice,
        erasure_id=erasure.id,
        until=ago(days=-3000).date(),
        files={"read-me.txt": WORDS},
    )
    return erasure


def make_staff_invitation(practice: Practice, staff: User) -> StaffInvitation:
    """Somebody who is invited to work for a practice by mail."""
    return add(
        StaffInvitation,
        practice,
        role=Role.ASSISTANT,
        email=f"to.come@{practice.id.hex[:8]}.example",
        created_by=staff.id,
        created_at=ago(days=1),
        expires_at=ago(days=-6),
    )


def make_own_move(practice: Practice) -> Exercise:
    """A move of the practice's own that no routine has, with a fault and a use of it."""
    lists = {key: [WORDS] for key in ("setup", "steps", "easier", "harder", "equipment", "stop_if")}
    words = dict.fromkeys(("purpose", "range_words", "feet_words", "knees_words"), WORDS)
    move = add(
        Exercise,
        practice,
        key="own_move",
        name=WORDS,
        figure="",
        cues=[WORDS, WORDS],
        tags=["knee"],
        transfers=[{"key": "", "name": WORDS, "how": WORDS}],
        **lists,
        **words,
    )
    add(
        ExerciseMistake,
        practice,
        exercise_id=move.id,
        position=1,
        key="own",
        name=WORDS,
        see=WORDS,
        fix=WORDS,
    )
    return move


def make_own_test(practice: Practice, staff: User) -> OwnTest:
    """A test of the practice's own that records an answer and a pain."""
    test = OwnTest(practice_id=practice.id, id=uuid.uuid4(), created_by=staff.id, created_at=ago(days=40))
    test.key = f"own-{test.id.hex[:16]}"
    db.session.add(test)
    db.session.flush()
    definition = {
        "section": "orthopedic",
        "region": "own",
        "sides": "none",
        "side_words": "",
        "how": WORDS,
        "fields": [
            {"id": "seen", "kind": "choice", "label": WORDS, "options": [["a", WORDS], ["b", WORDS]]},
            {"id": "pain", "kind": "pain", "label": WORDS, "min": 0.0, "max": 10.0},
        ],
    }
    add(
        OwnTestVersion, practice, test_id=test.id, number=1, name=WORDS, definition=definition, **_made(staff)
    )
    return test


def make_own_battery(practice: Practice, staff: User, test: OwnTest) -> OwnBattery:
    """A battery of the practice's own that asks for its own test and a shipped one."""
    battery = OwnBattery(
        practice_id=practice.id, id=uuid.uuid4(), created_by=staff.id, created_at=ago(days=40)
    )
    battery.key = f"own-{battery.id.hex[:16]}"
    db.session.add(battery)
    db.session.flush()
    items = [{"test": "faber", "fields": ["result"]}, {"test": test.key, "fields": ["seen", "pain"]}]
    add(
        OwnBatteryVersion,
        practice,
        battery_id=battery.id,
        number=1,
        name=WORDS,
        purpose=WORDS,
        items=items,
        **_made(staff),
    )
    return battery


def _made(staff: User) -> dict[str, Any]:
    return {"created_by": staff.id, "created_at": ago(days=40)}


def make_records(shelf: Shelf, client: Client, user: User) -> ClientRecords:
    """Program, logs, assessments, check-ins, a cleared warning sign, mail and the trail of one client."""
    group = _fill_client(client)
    program = make_program(shelf, client)
    asked = make_checkin(client, program, CheckinState.SENT, days_ago=1)
    answered = make_checkin(client, program, CheckinState.ANSWERED, days_ago=8)
    flag = add(
        WarningFlag,
        shelf.practice,
        client_id=client.id,
        checkin_id=answered.id,
        tier=Tier.U,
        question_keys=[_urgent_sign()],
        raised_at=ago(days=8),
        cleared_at=ago(days=7),
        cleared_by=shelf.staff.id,
        clear_note=WORDS,
        taken_back_at=ago(days=8),
        taken_back_reason=WORDS,
    )
    user.new_email = user.new_email_key = f"new.{user.email}"  # asked for, not proved yet
    records = ClientRecords(
        client=client,
        user=user,
        invitation=_invitation(shelf, client),
        program=program,
        assessment=make_assessment(shelf, client, AssessmentStatus.SIGNED),
        draft_assessment=make_assessment(shelf, client, AssessmentStatus.DRAFT),
        answered=answered,
        answer=_answer(answered),
        asked=asked,
        flag=flag,
        mail=_mail(client, asked),
        offer=_offer(client, program),
        version_offer=_version_offer(shelf, client, program),
        morning=_morning(client),
        recheck=_recheck(client, program),
        stop=_stop(client),
        reply=_reply(client),
        questions=make_questions(shelf, client),
        answers=make_answers(shelf, client),
        act=_act(shelf, client),
        client_import=_import(shelf, client),
        group=group,
        picture=make_picture(user, client),
        document=make_document(shelf.staff, client),
        place=_place(shelf, group, client),
        appointment=_appointment(shelf, client),
        wish=(wish := _wish(shelf, client)),
        offered_time=_offered_time(shelf, wish),
        note=make_note(shelf, client),
        clinician=make_clinician(client),
        staff_time=make_staff_time(client, shelf.staff),
        goal=make_goal(client),
        progress_report=make_progress_report(client, shelf.staff),
        message=make_thread(client, user, shelf.staff, program),
        wait=make_waits(client, shelf.staff),
    )
    add(OwnAnswerHelped, client, own_answer_id=shelf.own_answer.id, client_id=client.id, said_at=ago(days=2))
    records.lent = make_lent(shelf, records)
    make_signed_note(shelf, client)
    share_finding(shelf, client)
    records.note.assessment_id = records.draft_assessment.id
    make_consents(client, records.document)
    wished = {"at_time": time(18, 30), "way": ReminderWay.MAIL, "wished_at": ago(days=2)}
    add(PracticeReminder, client, client_id=client.id, **wished, next_due_at=ago(hours=-3))
    make_citation(program, records.assessment)
    add(
        AuditEvent,
        shelf.practice,
        happened_at=ago(days=1),
        action="program.paused",
        actor_id=shelf.staff.id,
        actor_name=shelf.staff.name,
        client_id=client.id,
        subject_id=program.id,
        details={"reason": WORDS, "changed": {"name": [WORDS, WORDS]}},
    )
    add(
        ReasonHandling,
        shelf.practice,
        client_id=client.id,
        kind=AttentionKind.CONTACT_WANTED,
        subject_id=records.answer.id,
        handled_at=ago(days=8),  # before it was said: it is open again
        handled_by=shelf.staff.id,
        note=WORDS,
    )
    records.secrets = _secrets(records, shelf)
    return records


def make_picture(sender: User, client: Client | None = None) -> MediaFile:
    """A picture of the practice's library, or of one client."""
    drawn = picture()
    row = add(
        MediaFile,
        sender,
        client_id=client.id if client else None,
        sent_by=sender.id,
        kind=MediaKind.PICTURE,
        state=MediaState.READY,
        original_name=WORDS,
        said=WORDS,
        expected=len(drawn),
        received=len(drawn),
        type="image/jpeg",
        size=len(drawn),
        digest="d" * 64,
        width=80,
        height=60,
        created_at=ago(days=60),
        ready_at=ago(days=60),
    )
    store().put(row.id.hex, [drawn])
    return row


def make_document(staff: User, client: Client) -> Document:
    """A letter of a client's that the practice keeps, and shares with them."""
    file = make_picture(staff, client)
    file.kind = MediaKind.DOCUMENT
    return add(
        Document,
        client,
        client_id=client.id,
        media_id=file.id,
        kind=DocumentKind.LETTER,
        title=WORDS,
        dated_on=ago(days=20).date(),
        from_whom=WORDS,
        note=WORDS,
        added_by=staff.id,
        added_at=ago(days=10),
        shared_at=ago(days=9),
    )


def make_consents(client: Client, form: Document) -> None:
    """Both consents on a signed form, and one to mail from before, that was withdrawn."""
    given = {"text": WORDS, "given_how": ConsentHow.PAPER, "recorded_by": WORDS}
    for kind in ConsentKind:
        add(
            Consent,
            client,
            client_id=client.id,
            kind=kind,
            given_on=ago(days=60).date(),
            recorded_at=ago(days=60),
            document_id=form.id,
            **given,
        )
    add(
        Consent,
        client,
        client_id=client.id,
        kind=ConsentKind.MAIL,
        given_on=ago(days=90).date(),
        recorded_at=ago(days=90),
        withdrawn_at=ago(days=70),
        withdrawn_how=ConsentHow.PAGE,
        withdrawn_by=WORDS,
        **given,
    )


def _place(shelf: Shelf, group: ClientGroup, client: Client) -> CourseRequest:
    """The group is an open course that gave them nothing, with a message to all; they asked by link, too."""
    stands = db.session.query(GroupMember).filter_by(group_id=group.id, client_id=client.id).one()
    stands.problem = WORDS
    course = db.session.query(Course).filter_by(group_id=group.id).one_or_none()
    if course is None:
        group.leader_id = shelf.staff.id
        course = add(
            Course,
            shelf.practice,
            group_id=group.id,
            state=CourseState.OPEN,
            starts_on=ago(days=-7).date(),
            weeks=8,
            version_id=shelf.published.id,
            late=LateStart.OWN_WEEK,
            needs_approval=True,
            welcome=WORDS,
            join_code=f"code-{group.id.hex[:12]}",
            ended_because=WORDS,
        )
        add(
            GroupMessage,
            shelf.practice,
            group_id=group.id,
            text=WORDS,
            written_by=shelf.staff.id,
            written_at=ago(days=1),
        )
    return add(
        CourseRequest,
        shelf.practice,
        course_id=course.id,
        client_id=client.id,
        name=client.name,
        email=f"place.{client.email}",
        email_key=f"place.{client.email_key}",
        time_zone=client.time_zone,
        consented_at=ago(days=1),
        record_words=WORDS,
        mail_words=WORDS,
        state=RequestState.WAITING,
        asked_at=ago(days=1),
        confirmed_at=ago(days=1),
    )


def _act(shelf: Shelf, client: Client) -> BulkAct:
    """An act for many that is about this client alone, and not begun."""
    act = add(
        BulkAct,
        shelf.practice,
        kind=BulkActKind.ARCHIVE,
        wish={"name": WORDS, "group": WORDS, "reason": WORDS},
        chosen_by=shelf.staff.id,
        chosen_at=ago(days=0),
    )
    add(BulkActLine, shelf.practice, act_id=act.id, client_id=client.id, position=0, said=WORDS, before=WORDS)
    return act


def _import(shelf: Shelf, client: Client) -> ClientImport:
    """A list with two rows that was looked at and is not begun; one is about this client."""
    content = f"name,{WORDS}\nNell Marsh,{WORDS}\n{client.name},{WORDS}\n"
    about = add(
        ClientImport,
        shelf.practice,
        content=content.encode(),
        file_name=WORDS,
        encoding="utf-8",
        headers=["name", WORDS],
        columns=["name", ""],
        day_order=DayOrder.DAY_FIRST,
        is_looked_at=True,
        said=WORDS,
        system=WORDS,
        uploaded_by=shelf.staff.id,
        uploaded_at=ago(days=0),
        total=2,
    )
    whose = {"import_id": about.id, "name": WORDS}
    add(ClientImportRow, shelf.practice, **whose, line=2, fate=ImportFate.ADDED)
    here = {"client_id": client.id, "said": WORDS, "filled": "phone"}
    add(ClientImportRow, shelf.practice, **whose, **here, line=3, fate=ImportFate.HERE)
    return about


def make_program(shelf: Shelf, client: Client) -> Program:
    """The published routine since a month, with a weekly check-in, logs and a corrected dose."""
    today = datetime.now(UTC).date()
    program = add(
        Program,
        shelf.practice,
        client_id=client.id,
        routine_version_id=shelf.published.id,
        name=shelf.routine.name,
        status=ProgramStatus.ACTIVE,
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=60),
        assigned_by=shelf.staff.id,
        assigned_at=ago(days=30),
    )
    for item in _items(shelf.published):
        _prescribe(client, program, item)
    _phases(program)
    add(
        ProgramEvent,
        shelf.practice,
        program_id=program.id,
        action=None,
        effective_on=today - timedelta(days=3),
        reason=WORDS,
        told=WORDS,
        before={item.content["name"]: {"sets": 1}},
        after={item.content["name"]: {"sets": 2}},
        actor_id=shelf.staff.id,
        happened_at=ago(days=3),
    )
    add(
        CheckinSchedule,
        shelf.practice,
        program_id=program.id,
        weekday=(today.weekday() + 3) % 7,
        at_time=time(9),
        time_zone=client.time_zone,
        next_on=today + timedelta(days=3),
        next_due_at=ago(days=-3),
    )
    return program


def _version_offer(shelf: Shelf, client: Client, program: Program) -> VersionOffer:
    """The published version, offered with a note and not answered."""
    about = {"client_id": client.id, "program_id": program.id, "version_id": shelf.published.id}
    return add(VersionOffer, client, note=WORDS, offered_by=shelf.staff.id, offered_at=ago(days=1), **about)


def _phases(program: Program) -> None:
    """Two phases, the second to come when somebody says so; both ask all moves."""
    for position, criterion in ((1, WORDS), (2, "")):
        add(ProgramPhase, program, program_id=program.id, position=position, name=WORDS, criterion=criterion)
    db.session.query(Prescription).filter_by(program_id=program.id).update({"until_phase": 2})


def _morning(client: Client) -> PainMorning:
    told = {"local_date": ago(days=2).date(), "settled": True, "said_at": ago(days=2)}
    return add(PainMorning, client, client_id=client.id, **told)


def _recheck(client: Client, program: Program) -> FormRecheck:
    """A self-test that was right, a day ago."""
    (move, *_) = program.prescriptions
    found = {"asked": [{"title": WORDS, "test": WORDS}], "answers": ["no"]}
    told = {"local_date": ago(days=1).date(), "said_at": ago(days=1), **found}
    about = {"client_id": client.id, "prescription_id": move.id}
    return add(FormRecheck, client, result=RecheckResult.PASSED, **about, **told)


def _stop(client: Client) -> PracticeStop:
    """Said before the days that were logged: it is over."""
    told = {"local_date": ago(days=30).date(), "said_at": ago(days=30)}
    return add(PracticeStop, client, client_id=client.id, reason=StopReason.NO_TIME, **told)


def _reply(client: Client) -> MailReply:
    """What they wrote back by mail, not read yet."""
    return add(
        MailReply,
        client,
        client_id=client.id,
        from_address=client.email,
        subject=WORDS,
        text=WORDS,
        is_answer=True,
        received_at=ago(days=1),
    )


def _offer(client: Client, program: Program) -> TaperingOffer:
    """Every second week instead of every one, offered and not decided; news of it, and a decline before."""
    figures = {"before_done": 12, "before_of": 14, "now_done": 5, "now_of": 14}
    about = {"client_id": client.id, "program_id": program.id}
    since = ago(days=14).date()
    add(PracticeDecline, client, since=since, noticed_at=ago(days=1), **figures, **about)
    add(
        PracticeNotice,
        client,
        kind=NoticeKind.TAPERING,
        key=program.id.hex,
        client_id=client.id,
        happened_at=ago(days=1),
    )
    numbers = {
        "source": "logged",
        "answered": 4,
        "asked": 4,
        "practised": 26,
        "expected": 28,
        "since": since.isoformat(),
    }
    return add(
        TaperingOffer, client, step=TaperingStep.TWO_WEEKLY, numbers=numbers, offered_at=ago(days=1), **about
    )


def make_checkin(client: Client, program: Program, state: CheckinState, *, days_ago: int) -> Checkin:
    """A check-in with its history."""
    at = ago(days=days_ago)
    checkin = add(
        Checkin,
        client,
        client_id=client.id,
        program_id=program.id,
        kind=CheckinKind.WEEKLY,
        local_date=at.date(),
        due_at=at,
        state=state,
        sent_at=at,
        answered_at=at if state is CheckinState.ANSWERED else None,
    )
    add(CheckinEvent, client, checkin_id=checkin.id, state=state, reason=WORDS, happened_at=at)
    return checkin


def make_questions(shelf: Shelf, client: Client) -> QuestionnaireRequest:
    """Pain, the client's own activities and a rating of change, asked by mail and not answered yet."""
    since = ago(days=20).date().isoformat()
    return add(
        QuestionnaireRequest,
        client,
        client_id=client.id,
        channel=AskChannel.MAIL,
        asks=[
            {"key": "nprs", "version": 1},
            {"key": "psfs", "version": 1, "activities": [WORDS]},
            {"key": "groc11", "version": 1, "since": since},
        ],
        asked_by=shelf.staff.id,
        asked_at=ago(days=1),
        expires_at=ago(days=-13),
    )


def make_answers(shelf: Shelf, client: Client) -> QuestionnaireResponse:
    """Own activities, typed in the practice, and put right since."""
    request = add(
        QuestionnaireRequest,
        client,
        client_id=client.id,
        channel=AskChannel.CLINIC,
        asks=[{"key": "psfs", "version": 1}],
        asked_by=shelf.staff.id,
        asked_at=ago(days=20),
        expires_at=ago(days=6),
        finished_at=ago(days=20),
    )
    values: dict[str, Any] = {
        "request_id": request.id,
        "client_id": client.id,
        "questionnaire_key": "psfs",
        "questionnaire_version": 1,
        "activities": [WORDS],
        "screen_positive": False,
        "answered_at": ago(days=20),
        "recorded_at": ago(days=20),
        "source": AnswerSource.TYPED,
        "entered_by": shelf.staff.id,
    }
    add(QuestionnaireResponse, client, revision=1, answers={"a1": 2}, scores={"mean": 2}, **values)
    return add(
        QuestionnaireResponse,
        client,
        revision=2,
        answers={"a1": 3},
        scores={"mean": 3},
        reason=WORDS,
        **values,
    )


def make_assessment(shelf: Shelf, client: Client, status: AssessmentStatus) -> Assessment:
    """An assessment from the first battery, with a finding in words."""
    battery = next(iter(load_catalogue().batteries.values()))
    assessment = add(
        Assessment,
        shelf.practice,
        client_id=client.id,
        battery_key=battery.id,
        battery_version=battery.version,
        title=WORDS,
        items=snapshot(battery.items),
        taken_on=ago(days=20).date(),
        status=AssessmentStatus.DRAFT,
        note=WORDS,
        created_by=shelf.staff.id,
        created_at=ago(days=20),
    )
    item = battery.items[0]
    add(
        Finding,
        shelf.practice,
        assessment_id=assessment.id,
        test_key=item.test.id,
        field_key=item.fields[0].id,
        side=Side.LEFT,
        value_text=WORDS,
        unit="deg",
    )
    add(
        Finding,
        shelf.practice,
        assessment_id=assessment.id,
        test_key="slr",
        field_key="angle",
        side=Side.LEFT,
        value_number=55.0,
        unit="°",
    )
    if status is AssessmentStatus.DRAFT:
        make_half_typed(shelf, assessment)
    if status is AssessmentStatus.SIGNED:
        assessment.status, assessment.signed_by, assessment.signed_at = status, shelf.staff.id, ago(days=20)
        db.session.flush()
        make_amendment(shelf, assessment)
    return assessment


def make_goal(client: Client) -> ClientGoal:
    """What a client wants to be able to do again."""
    return add(ClientGoal, client, client_id=client.id, words=WORDS, set_at=ago(days=9))


def make_progress_report(client: Client, staff: User, *, given: bool = True) -> ProgressReport:
    """One that was read, signed and, if nothing else is said, given to the client."""
    parts = [{"kind": "text", "text": WORDS}]
    content = {"sections": [{"title": "Practice", "empty": "", "parts": parts}]}
    days = {"since": ago(days=40).date(), "until": ago(days=3).date()}
    signed = {
        "signed_by": staff.id,
        "signed_at": ago(days=3),
        "given_at": ago(days=2) if given else None,
    }
    about = {"client_id": client.id, "reader": ReportReader.CLIENT, "content": content, "words": WORDS}
    return add(ProgressReport, client, **about, **days, **signed)


def share_finding(shelf: Shelf, client: Client) -> SharedFinding:
    """A measure that its client sees, at first and now."""
    measured = {"first_value": 40.0, "first_on": ago(days=40).date(), "latest_value": 55.0}
    called = {"latest_on": ago(days=20).date(), "verdict": ChangeVerdict.BETTER, "unit": "°"}
    about = {"client_id": client.id, "test_key": "slr", "field_key": "angle", "side": Side.LEFT}
    shared = {"shared_by": shelf.staff.id, "shared_at": ago(days=9)}
    return add(SharedFinding, client, **about, **measured, **called, **shared)


def make_staff_time(client: Client, staff: User) -> StaffTime:
    """A call of twelve minutes, yesterday."""
    about = {"user_id": staff.id, "day": ago(days=1).date(), "created_at": ago(days=1)}
    told = {"minutes": 12, "kind": StaffTimeKind.LIVE, "note": WORDS}
    return add(StaffTime, client, client_id=client.id, **told, **about)


def make_waits(client: Client, staff: User) -> AnswerWait:
    """A client who waits since yesterday, was called a week ago, and to whom somebody begins to write."""
    called = {"answered_at": ago(days=7), "answered_by": staff.id, "how": AnsweredHow.PHONE}
    for at, more in ((ago(days=8), called), (ago(days=1), {})):
        about = {"asked_at": at, "last_at": at, "due_at": at + timedelta(days=2)}
        wait = add(AnswerWait, client, client_id=client.id, **about, **more)
    told = {"user_id": staff.id, "text": WORDS, "saved_at": ago(hours=2)}
    add(ReplyDraft, client, client_id=client.id, **told)
    return wait


def make_thread(client: Client, user: User, staff: User, program: Program) -> Message:
    """A question about a move with a video, an answer at a moment of it, a call, what was taken back."""
    about = {"begun_at": ago(days=3), "last_at": ago(hours=1), "client_read_until": ago(days=2)}
    thread = add(Thread, client, client_id=client.id, assigned_to_id=staff.id, **about)
    of = {"client_id": client.id, "thread_id": thread.id, "text": WORDS, "channel": MessageChannel.PAGE}
    asked = {**of, "sender": MessageFrom.CLIENT, "author_id": user.id, "sent_at": ago(days=3)}
    move = db.session.query(Prescription).filter_by(program_id=program.id).first()
    question = add(Message, client, **asked, prescription_id=move.id)
    video = make_picture(user, client)
    video.kind, video.type, video.seconds = MediaKind.VIDEO, "video/mp4", 12
    add(MessageFile, client, client_id=client.id, message_id=question.id, media_id=video.id, position=0)
    told = {**of, "sender": MessageFrom.PRACTICE, "author_id": staff.id}
    answer = add(Message, client, **told, sent_at=ago(days=2), video_id=video.id, moment=4000)
    add(Message, client, **{**told, "channel": MessageChannel.PHONE}, sent_at=ago(days=1))
    add(Message, client, **told, sent_at=ago(hours=1), undone_at=ago(hours=1))
    add(ThreadRead, client, client_id=client.id, user_id=staff.id, read_until=question.sent_at)
    return answer


def make_clinician(client: Client) -> OtherClinician:
    """Somebody else who looks after a client."""
    told = dict.fromkeys(("name", "place", "phone", "note"), WORDS)
    about = {"role": ClinicianRole.GP, "email": "gp@clinicians.example", "created_at": ago(days=60)}
    return add(OtherClinician, client, client_id=client.id, **told, **about)


def make_note(shelf: Shelf, client: Client) -> VisitNote:
    """A draft of a note with words in every part."""
    return add(
        VisitNote,
        shelf.practice,
        client_id=client.id,
        visited_on=ago(days=20).date(),
        shape=NoteShape.SOAP,
        created_by=shelf.staff.id,
        created_at=ago(days=20),
        saved_by=shelf.staff.id,
        saved_at=ago(days=20),
        **dict.fromkeys(NotePart, WORDS),
    )


def make_signed_note(shelf: Shelf, client: Client) -> VisitNote:
    """A signed note with something added to it."""
    note = make_note(shelf, client)
    note.status, note.signed_by, note.signed_at = NoteStatus.SIGNED, shelf.staff.id, ago(days=20)
    db.session.flush()
    made = {"made_by": shelf.staff.id, "made_at": ago(days=10)}
    add(VisitNoteAmendment, shelf.practice, note_id=note.id, text=WORDS, reason=WORDS, **made)
    return note


def make_half_typed(shelf: Shelf, assessment: Assessment) -> AssessmentDraft:
    """What was typed into a draft and is no value of its field."""
    spot = next(iter(spots_of(next(iter(load_catalogue().batteries.values())).items)))
    return add(
        AssessmentDraft,
        shelf.practice,
        assessment_id=assessment.id,
        refused={spot.name: WORDS},
        saved_by=shelf.staff.id,
        saved_at=ago(days=20),
    )


def make_amendment(shelf: Shelf, assessment: Assessment) -> Amendment:
    """Another word in the place of the one that was signed, and why."""
    item = next(iter(load_catalogue().batteries.values())).items[0]
    return add(
        Amendment,
        shelf.practice,
        assessment_id=assessment.id,
        test_key=item.test.id,
        field_key=item.fields[0].id,
        side=Side.LEFT,
        old_text=WORDS,
        new_text=WORDS,
        note=WORDS,
        reason=WORDS,
        made_by=shelf.staff.id,
        made_at=ago(days=10),
    )


def make_citation(program: Program, assessment: Assessment) -> ProgramFinding:
    """The finding of an assessment that a program answers."""
    item = next(iter(load_catalogue().batteries.values())).items[0]
    return add(
        ProgramFinding,
        program,
        program_id=program.id,
        assessment_id=assessment.id,
        position=0,
        test_key=item.test.id,
        field_key=item.fields[0].id,
        side=Side.LEFT,
        value_text=WORDS,
    )


def add(model: type[Row], of: Any, /, **values: Any) -> Row:
    """A row of the same practice as `of`, flushed."""
    practice_id = of.id if isinstance(of, Practice) else of.practice_id
    row = model(practice_id=practice_id, **values)
    db.session.add(row)
    db.session.flush()
    return row


def ago(**spans: float) -> datetime:
    """An instant some time before now."""
    return datetime.now(UTC) - timedelta(**spans)


def _items(version: RoutineVersion) -> list[RoutineItem]:
    query = db.session.query(RoutineItem).filter_by(version_id=version.id)
    return list(query.order_by(RoutineItem.position))


def _furnish(item: RoutineItem, staff: User) -> None:
    add(
        ExerciseMedia,
        item,
        exercise_id=item.exercise_id,
        provider="youtube",
        video_id="dQw4w9WgXcQ",
        added_at=ago(days=60),
    )
    for mistake in db.session.query(ExerciseMistake).filter_by(exercise_id=item.exercise_id):
        for name in ("see", "fix", "self_test"):
            setattr(mistake, name, getattr(mistake, name) or WORDS)
        mistake.confirmed_by, mistake.confirmed_at = staff.id, ago(days=60)
        mistake.video_second = 270
    about = {"shown_by": staff.id, "shown_at": ago(days=60), "alt": WORDS}
    for spot in (MoveSpot.START, MoveSpot.WRONG):
        media = make_picture(staff)
        add(ExercisePicture, item, exercise_id=item.exercise_id, media_id=media.id, spot=spot, **about)
    db.session.flush()


def _copy_item(item: RoutineItem, draft: RoutineVersion) -> None:
    dose = dose_of(item)
    values = {name: getattr(dose, name) for name in dose.__slots__}
    add(
        RoutineItem,
        draft,
        version_id=draft.id,
        exercise_id=item.exercise_id,
        position=item.position,
        **values,
    )


def _fill_client(client: Client) -> ClientGroup:
    told = ("phone", "group_name", "reason_for_care", "history", "notes", "bounce_reason")
    for name in (*told, *PERSONAL):
        setattr(client, name, WORDS)
    client.own_number = client.id.hex  # nobody else's in the practice
    client.sort_key, client.search_key = sort_key(client.name), search_key(client.name, client.email)
    db.session.flush()
    return stand_in(client, WORDS)


def _prescribe(client: Client, program: Program, item: RoutineItem) -> None:
    dose = dose_of(item)
    prescription = add(
        Prescription,
        client,
        program_id=program.id,
        exercise_id=item.exercise_id,
        position=item.position,
        content=item.content,
        **{name: getattr(dose, name) for name in dose.__slots__},
    )
    for day in range(2, 9):
        add(
            PracticeLog,
            client,
            client_id=client.id,
            prescription_id=prescription.id,
            local_date=ago(days=day).date(),
            outcome=LogOutcome.DONE,
            pain=3,
            mistake=MistakeAnswer.NOT_SURE,
            note=WORDS,
            reps_both=16,
            reps_left=0,
            reps_right=0,
            way=WayDone.EASIER,
            way_words=WORDS,
            logged_at=ago(days=day),
        )


def _invitation(shelf: Shelf, client: Client) -> Invitation:
    return add(
        Invitation,
        shelf.practice,
        client_id=client.id,
        email=client.email,
        created_by=shelf.staff.id,
        created_at=ago(days=1),
        expires_at=ago(days=-6),
    )


def _answer(checkin: Checkin) -> CheckinAnswer:
    return add(
        CheckinAnswer,
        checkin,
        checkin_id=checkin.id,
        client_id=checkin.client_id,
        days_practised=4,
        pain=7,
        mistake=MistakeAnswer.YES,
        contact_wanted=True,
        note=WORDS,
        answered_at=ago(days=7),
    )


def _mail(client: Client, checkin: Checkin) -> OutboxMessage:
    return add(
        OutboxMessage,
        client,
        kind="checkin",
        dedupe_key=f"checkin:{checkin.id.hex}:1",
        day_key=f"{client.id.hex}:{checkin.local_date}",
        client_id=client.id,
        checkin_id=checkin.id,
        local_date=checkin.local_date,
        to_address=client.email,
        state=OutboxState.FAILED,
        due_at=ago(days=1),
        not_after=ago(days=-1),
        attempts=3,
        smtp_code=550,
        smtp_reply=WORDS,
        reason=WORDS,
        created_at=ago(days=1),
        finished_at=ago(days=1),
    )


def _appointment(shelf: Shelf, client: Client) -> Appointment:
    made = {"made_by": shelf.staff.id, "made_at": ago(days=2), "changed_at": ago(days=2)}
    others = db.session.query(Appointment).filter_by(with_id=shelf.staff.id).count()  # each at its own time
    when = {"starts_at": ago(days=-5 - others), "place": WORDS, "because": WORDS}
    when["link"] = "https://meet.jit.si/Room"
    return add(Appointment, shelf.practice, client_id=client.id, with_id=shelf.staff.id, **when, **made)


def make_hours(practice: Practice, staff: User) -> BookingHours:
    """The hours in which somebody sees clients."""
    about = {"user_id": staff.id, "weekly": [], "changed_at": ago(days=3)}
    return add(BookingHours, practice, place=WORDS, room="https://meet.jit.si/Own", **about)


def _wish(shelf: Shelf, client: Client) -> BookingRequest:
    said = {"way": BookingWay.VIDEO, "reason": WORDS, "suits": WORDS, "words": WORDS}
    when = {"asked_at": ago(days=2), "answered_by": shelf.staff.id, "answered_at": ago(days=1)}
    return add(BookingRequest, shelf.practice, client_id=client.id, **said, **when)


def _offered_time(shelf: Shelf, wish: BookingRequest) -> BookingOffer:
    people = {"client_id": wish.client_id, "with_id": shelf.staff.id, "offered_by": shelf.staff.id}
    when = {"starts_at": ago(days=-40), "minutes": 30, "offered_at": ago(days=1)}
    where = {"place": WORDS, "link": "https://meet.jit.si/Room"}
    return add(BookingOffer, shelf.practice, request_id=wish.id, **people, **when, **where)


def _calendar(records: ClientRecords) -> str:
    secret = f"calendar-of-{records.client.id.hex}"
    hashed = {"secret_hash": links.digest(secret), "made_at": ago(days=1)}
    add(CalendarAddress, records.client, user_id=records.user.id, **hashed)
    return secret


def _secrets(records: ClientRecords, shelf: Shelf) -> dict[str, str]:
    client, end = records.client, ago(days=-3)
    return {
        "invitation": links.mint(
            client.practice_id, LinkPurpose.INVITATION, end, invitation_id=records.invitation.id
        ),
        "colleague": links.mint(
            *(client.practice_id, LinkPurpose.STAFF_INVITATION, end),
            staff_invitation_id=shelf.colleague.id,
        ),
        "reset": links.mint(client.practice_id, LinkPurpose.RESET, end, user_id=records.user.id),
        "address": links.mint(client.practice_id, LinkPurpose.ADDRESS, end, user_id=records.user.id),
        "checkin": links.mint(client.practice_id, LinkPurpose.CHECKIN, end, checkin_id=records.asked.id),
        "questionnaire": links.mint(
            client.practice_id,
            LinkPurpose.QUESTIONNAIRE,
            end,
            questionnaire_request_id=records.questions.id,
        ),
        "place": links.mint(
            client.practice_id, LinkPurpose.COURSE_PLACE, end, course_request_id=records.place.id
        ),
        "unsubscribe": links.sign_unsubscribe(client.id),
        "calendar": _calendar(records),
    }


def _urgent_sign() -> str:
    return next(sign.id for sign in load_catalogue().warnings.signs.values() if sign.tier is Tier.U)
