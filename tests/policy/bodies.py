"""What is sent to each rule that changes something: it would do so, if it were let through.

A body is read off the rule's own page and filled in; what is here puts right what that gets wrong.
`ARRANGED` readies the records where a rule acts only on some of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from clinic.catalogue import load_catalogue
from clinic.domain.answer_promise import AnsweredHow
from clinic.domain.appointments import AppointmentState
from clinic.domain.asking import AskChannel
from clinic.domain.attention import AttentionKind
from clinic.domain.booking import BookingState
from clinic.domain.bulk_acts import BulkActState, LineState
from clinic.domain.consents import ConsentHow
from clinic.domain.courses import CourseState, RequestState
from clinic.domain.erasure import ErasureReason, ErasureState
from clinic.domain.imports import ImportFate, ImportState
from clinic.domain.media import MediaState, MoveSpot
from clinic.domain.notes import NoteStatus
from clinic.domain.own_answers import OwnAnswerStatus
from clinic.domain.types import (
    AssessmentStatus,
    ClientStatus,
    MailKind,
    OutboxState,
    ProgramStatus,
    RoutineStatus,
)
from clinic.extensions import db
from clinic.models import (
    AnswerWait,
    Appointment,
    Assessment,
    AssessmentDraft,
    AuthSession,
    BookingRequest,
    BulkAct,
    BulkActLine,
    CalendarAddress,
    Checkin,
    Client,
    ClientGoal,
    ClientImport,
    ClientImportRow,
    Consent,
    Course,
    CourseRequest,
    Document,
    Erasure,
    Exercise,
    ExerciseMistake,
    ExercisePicture,
    GroupMember,
    GroupMessage,
    MailReply,
    MailSetting,
    MediaFile,
    Message,
    OtherClinician,
    OutboxMessage,
    OwnAnswer,
    OwnAnswerHelped,
    OwnAnswerSource,
    PainMorning,
    Passkey,
    Practice,
    PracticeLog,
    PracticeLogo,
    Prescription,
    Program,
    ProgramPhase,
    ProgressReport,
    QuestionnaireRequest,
    ReasonHandling,
    Routine,
    RoutineItem,
    RoutineVersion,
    StaffTime,
    User,
    VisitNote,
    WarningFlag,
)
from clinic.services import warnings
from clinic.services.clock import now, today_in
from clinic.services.reasons import rebuilding
from clinic.services.routines import library
from clinic.services.upkeep.backups import keys
from clinic.web.forms.joining import opened_at
from clinic.web.marks_on_devices import mark_of
from tests.factories.locks import unlocked
from tests.factories.media import picture
from tests.factories.passkeys import SoftKey
from tests.factories.people import PASSWORD, make_client
from tests.factories.records import HOME, World, ago
from tests.factories.second_step import begin_with, code_of
from tests.factories.videos import mp4, track
from tests.policy.addresses import Address
from tests.policy.forms import Filled

NEW_PASSWORD = "grey heron over the mill pond"
BACKUP_KEY = uuid.UUID(int=7)
APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSKEY = uuid.UUID("5b0f7d0a-63a1-4f0c-9d33-0e6c9a1f3c11")  # the owner's
PICTURE = uuid.UUID(int=11)
LONG_KEPT = uuid.UUID(int=13)
FILES = ("file", "piece")  # fields whose values are sent as files, letter by byte
KEY, CHALLENGE = SoftKey(), {"challenge": bytes_to_base64url(b"what-a-browser-is-asked-to-answer")}


def _from_today(prefix: str) -> Filled:
    day = datetime.now(UTC).date()
    return {
        f"{prefix}-day": [str(day.day)],
        f"{prefix}-month": [str(day.month)],
        f"{prefix}-year": [str(day.year)],
    }


def _last_day(world: World, at: Address) -> str:
    assert at.of is not None
    return str(world.records[at.of].program.ends_on)


def _new_test() -> Filled:
    return {
        "name": ["Step-down"],
        "section": ["orthopedic"],
        "sides": ["none"],
        "side_words": [""],
        "how": ["From a step."],
        "fields-0-label": ["Result"],
        "fields-0-kind": ["result"],
        "fields-0-better": ["neither"],
        **{f"fields-0-{name}": [""] for name in ("minimum", "maximum", "step", "unit", "options", "normal")},
    }


# a field of each section of an assessment
TYPED_IN: dict[str, Filled] = {
    "orthopedic": {"kemp-result-left": ["positive"]},
    "neurologic": {"reflexes-achilles-left": ["2"]},
    "functional_movement": {"chair_stand_30s-stands-none": ["12"]},
}

AWAKE = {"waking_from": ["07:30"], "waking_until": ["21:00"]}

# by endpoint: what differs from the page's form as filled in
MOVE = {
    "body_position": ["standing"],
    "cues": ["Heels heavy.\nRibs down."],
    "figure": [""],
    "video": [""],
    "mistake_name": [""],
    "mistake_see": [""],
    "mistake_fix": [""],
    "mistake_test": [""],
    "mistake_second": [""],
}


def _some_day() -> Filled:
    day = now().date() + timedelta(days=30)
    parts = {"day-day": [str(day.day)], "day-month": [str(day.month)], "day-year": [str(day.year)]}
    return {**parts, "at_time": ["14:30"], "minutes": ["45"], "place": ["Room 2"], "link": [""]}


def _offered_day() -> Filled:
    day = _some_day()
    typed = {key.replace("day-", "day_1-", 1): value for key, value in day.items() if key.startswith("day-")}
    return {**typed, "time_1": day["at_time"], "link": ["https://meet.jit.si/Room"]}


PUT_RIGHT: dict[str, Callable[[World, Address], Filled]] = {
    "public.signin.sign_in": lambda world, at: {
        "email": [world.people.client_user.email],
        "password": [PASSWORD],
    },
    "public.reset.ask": lambda world, at: {"email": [world.people.client_user.email]},
    "public.reset.choose": lambda world, at: {"password": [NEW_PASSWORD]},
    "public.invitation.show": lambda world, at: {"password": [NEW_PASSWORD], "consents": ["y"]},
    "public.staff_invitation.show": lambda world, at: {"name": ["Sam Reed"], "password": [NEW_PASSWORD]},
    "practitioner.people.invite": lambda world, at: {"email": ["sam.reed@harbour.example"], "how": ["mail"]},
    "practitioner.whose.choose": lambda world, at: {
        "whose": ["mine"],
        "page": ["practitioner.attention.index"],
    },
    "practitioner.people.role": lambda world, at: {"role": ["practitioner"]},
    "public.checkin.taken_back": lambda world, at: {"reason": ["My thumb slipped."]},
    "client.warnings.taken_back": lambda world, at: {"reason": ["My thumb slipped."]},
    "public.checkin.show": lambda world, at: {"none": ["y"]},
    "public.checkin.questions": lambda world, at: {
        "days": ["3"],
        "pain": ["8"],
        "contact": ["yes"],
        "note": ["Worse."],
    },
    "public.checkin.why": lambda world, at: {"because": ["no_time"]},
    "public.unsubscribe.show": lambda world, at: {"stop": ["y"]},
    "practitioner.appointments.index": lambda world, at: _some_day(),
    "practitioner.appointments.move": lambda world, at: _some_day(),
    "practitioner.appointments.outcome": lambda world, at: {"outcome": ["held"]},
    "practitioner.bookings.own_hours": lambda world, at: {"weekly": ["Mon 9:00-12:30"], "room": [""]},
    "practitioner.bookings.offer": lambda world, at: _offered_day(),
    "practitioner.bookings.decline": lambda world, at: {"words": ["Please call us."]},
    "client.own_device.log": lambda world, at: {
        "key": [uuid.UUID(int=7).hex],
        "day": [today_in(world.people.client.time_zone).isoformat()],
        "age": ["60"],
        "outcome": ["partly"],
        "mark": [mark_of(world.people.client_user.id)],
    },
    "client.comforts.show": lambda world, at: {"text_size": ["large"], "hand": ["left"]},
    "client.appointments.move": lambda world, at: {"suits": ["Mornings."]},
    "client.appointments.ask": lambda world, at: {
        "way": ["practice"],
        "reason": ["My knee."],
        "suits": ["Mornings."],
    },
    "practitioner.attention.done": lambda world, at: {"cases": [_cases(world, at)], "note": ["Called back."]},
    "practitioner.checkins.settle_doubts": lambda world, at: {
        "act": ["arrived"],
        "mails": [str(world.records["ada"].mail.id)],
    },
    "practitioner.attention.undo": lambda world, at: {"press": [_press(world, at)]},
    "practitioner.warnings.show": lambda world, at: {"note": ["Seen by the doctor, nothing new."]},
    "client.warnings.show": lambda world, at: {"signs": [next(iter(load_catalogue().warnings.signs))]},
    "practitioner.clients.add": lambda world, at: {
        "name": ["Nell Marsh"],
        "consented": ["y"],
        **AWAKE,
        **{f"consented_on-{part}": [""] for part in ("day", "month", "year")},
    },
    "practitioner.imports.index": lambda world, at: {"file": [f"name\n{world.people.client.name}\n"]},
    "practitioner.imports.columns": lambda world, at: {"column_0": ["name"]},
    "practitioner.clients.edit": lambda world, at: {
        "name": ["Nell Marsh"],
        "email": ["nell@planted.example"],
        **AWAKE,
    },
    "practitioner.assigning.assign": lambda world, at: {"running": ["end"], "end_reason": ["A new start."]},
    "practitioner.programs.correct": lambda world, at: {"doses-0-sets": ["3"], **_from_today("effective_on")},
    "practitioner.programs.checkin": lambda world, at: {"pace": ["1"], "weekday": ["6"], "at": ["10:30"]},
    "practitioner.programs.days": lambda world, at: {
        f"ends_on-{part}": [""] for part in ("day", "month", "year")
    },
    "practitioner.programs.extend": lambda world, at: {"seen": [_last_day(world, at)], "weeks": ["4"]},
    "practitioner.programs.change": lambda world, at: {
        "reason": ["Away for a while."],
        **{f"until-{part}": [""] for part in ("day", "month", "year")},
    },
    "practitioner.own_routines.add": lambda world, at: {"name": ["Stairs"], "copy_of": [""]},
    "practitioner.own_routines.rename": lambda world, at: {"name": ["Stairs"]},
    "practitioner.moves.sign": lambda world, at: {"seen": [_words_of_move(world, at)]},
    "practitioner.moves.add": lambda world, at: {"name": ["Clock reach"], **MOVE},
    "practitioner.moves.edit": lambda world, at: {"name": ["Clock reach"], **MOVE},
    "practitioner.routine_plans.edit": lambda world, at: {"act": ["save"], "moves-0-dose-sets": ["3"]},
    "practitioner.version_offers.offer": lambda world, at: {
        "seen": [str(world.shelves[str(at.of)].draft.id)],
        "programs": [str(world.records["ada" if at.of == "here" else "zofia"].program.id)],
        "note": ["One move more."],
        "keeps_doses": ["y"],
    },
    "practitioner.routines.publish": lambda world, at: {
        "faults": [next(iter(load_catalogue().mistake_candidates)).id],
        "own_see": [""],
        "own_fix": [""],
        "own_test": [""],
        "moves-0-cues": ["Turn the hips.\nKeep the chest still."],
        "moves-1-cues": ["Push the hips back.\nKeep the back long."],
        **{f"ticks-{number}-taken": ["y"] for number in range(7)},
        "change_note": ["One cue is new."],
    },
    "practitioner.assessment_recording.begin": lambda world, at: {**_from_today("taken_on")},
    "practitioner.assessment_recording.keep": lambda world, at: TYPED_IN[at.url.split("/")[-2]],
    "practitioner.assessment_recording.day": lambda world, at: {
        "taken_on-day": ["3"],
        "taken_on-month": ["2"],
        "taken_on-year": ["2025"],
    },
    "practitioner.batteries.compose": lambda world, at: {
        "act": ["save"],
        "name": ["Stairs"],
        "picked": ["faber"],
        "fields-faber": ["result"],
        "add": [],
    },
    "practitioner.batteries.edit": lambda world, at: {"act": ["save"], "name": ["Stairs"], "add": []},
    "practitioner.own_tests.add": lambda world, at: {
        **_new_test(),
        "act": ["save"],
    },
    "practitioner.own_tests.edit": lambda world, at: {**_new_test(), "act": ["save"]},
    "practitioner.assessments.sign": lambda world, at: {"confirmed": ["y"]},
    "practitioner.amendments.amend": lambda world, at: {"reason": ["Seen later."], "note": ["A word more."]},
    "practitioner.messages.index": lambda world, at: {"text": ["They turn with you."], "moment": ["0:04"]},
    "practitioner.messages.read": lambda world, at: {"until": [str(world.records[str(at.of)].message.id)]},
    "client.messages.index": lambda world, at: {"text": ["Do my feet swivel?"], "media_id": [""]},
    "client.reminders.show": lambda world, at: {"at_time": ["07:15"], "way": ["mail"]},
    "client.messages.read": lambda world, at: {"until": [str(world.records["ada"].message.id)]},
    "client.media.begin": lambda world, at: {"kind": ["picture"], "name": ["a.jpg"], "size": ["2000"]},
    "client.media.take": lambda world, at: {
        "begins": ["0"],
        FILES[1]: [picture()[:500].decode("latin-1")],
    },
    "practitioner.progress_reports.compose": lambda world, at: {"confirmed": ["y"]},
    "practitioner.staff_time.of_client": lambda world, at: {"minutes": ["20"]},
    "practitioner.staff_time.edit": lambda world, at: {"minutes": ["20"]},
    "practitioner.inbox.needless": lambda world, at: {"seen": [now().isoformat()]},
    "practitioner.own_answers.sign": lambda world, at: {"version": ["1"]},
    "practitioner.own_answers.from_message": lambda world, at: {
        "question": ["Why?"],
        "text": ["So."],
        "looked": ["y"],
    },
    "practitioner.own_answers.add": lambda world, at: {"question": ["Why?"], "text": ["So."]},
    "practitioner.own_answers.edit": lambda world, at: {"question": ["Why?"], "text": ["So."]},
    "practitioner.clinicians.edit": lambda world, at: {"name": ["Dr Hale"]},
    "practitioner.note_signing.sign": lambda world, at: {"confirmed": ["y"]},
    "practitioner.notes.edit": lambda world, at: {
        "act": ["save"],
        "phrase": [""],  # of whoever asks
        "plan": ["Come again in two weeks."],
    },
    "practitioner.questionnaires.ask": lambda world, at: {"keys": ["nprs"], "channel": ["clinic"]},
    "practitioner.questionnaires.correct": lambda world, at: {
        "a1": ["9"],
        **{name: [] for number in "2345" for name in (f"t{number}", f"a{number}")},
    },
    "practitioner.practice.settings": lambda world, at: {
        "name": {"name": ["Harbour Spine"], "email": ["desk@planted.example"]},
        "help": {"emergency_number": ["112"], "urgent_number": ["116 117"]},
        "hours": {"waking_from": ["07:30"]},
        "limits": {"pain_ceiling": ["5"]},
        "messages": {"answer_days": ["3"]},
        "answers": {"answers_word": ["harbour-spine"]},
    }[at.choice],
    "practitioner.mail_settings.show": lambda world, at: {
        "mail_host": ["mail.planted.example"],
        "mail_security": ["starttls"],
        "mail_sender": ["desk@planted.example"],
        "reply_to": ["desk@planted.example"],
    },
    "practitioner.media.begin": lambda world, at: {
        "kind": ["picture"],
        "name": ["bridge.jpg"],
        "size": ["2000"],
    },
    "practitioner.media.take": lambda world, at: {
        "begins": ["0"],
        FILES[1]: [picture()[:500].decode("latin-1")],
    },
    "practitioner.move_pictures.show": lambda world, at: {
        "spot": ["video"],
        "media_id": [""],
        "alt": ["Bent at the hips"],
        "part_from": ["0:01"],
        "part_until": [""],
        FILES[0]: [mp4(track()).decode("latin-1")],
    },
    "practitioner.consents.show": lambda world, at: {"kind": ["mail"], "how": ["paper"]},
    "practitioner.consents.withdraw": lambda world, at: {"how": ["paper"]},
    "practitioner.consents.wording": lambda world, at: {"kind": ["record"], "text": ["We keep your chart."]},
    "practitioner.documents.index": lambda world, at: {
        "title": ["A letter"],
        "kind": ["letter"],
        "media_id": [""],
        FILES[0]: [picture().decode("latin-1")],
    },
    "practitioner.documents.edit": lambda world, at: {"title": ["Another title"], "kind": ["scan"]},
    "practitioner.logo.show": lambda world, at: {FILES[0]: [picture().decode("latin-1")]},
    "practitioner.logo.put_back": lambda world, at: {"logo": [PICTURE.hex]},
    "practitioner.move_pictures.remove": lambda world, at: {"spot": ["start"]},
    "practitioner.move_pictures.put_back": lambda world, at: {"picture": [PICTURE.hex]},
    "practitioner.erasure.erase": lambda world, at: {
        "reason": ["wish"],
        "keeps": ["by_law"],
        "keep_years": ["10"],
        "keep_law": ["Health Records Act 9"],
    },
    "practitioner.erasure.settings": lambda world, at: {
        "retention_years": ["10"],
        "keep_years": [""],
        "keep_law": [""],
    },
    "practitioner.erasure.due": lambda world, at: {
        "clients": [str(LONG_KEPT)],
        "sure": ["y"],
    },
    "practitioner.backups.make_key": lambda world, at: {"label": ["Safe in the office"]},
    "practitioner.backups.retire_key": lambda world, at: {"backup_key": [BACKUP_KEY.hex]},
    "practitioner.news.seen": lambda world, at: {"until": ["2099-01-01T00:00:00+00:00"]},
    **dict.fromkeys(
        ("practitioner.account.end_device", "client.account.end_device", "practitioner.people.end_device"),
        lambda world, at: {"end": ["all"]},
    ),
    "practitioner.bulk_acts.choose": lambda world, at: {
        "key": ["0" * 32],
        "kind": ["group"],
        "everybody": ["y"],  # of whoever asks; the ids of others are tried in the tests of the page
    },
    **dict.fromkeys(
        ("practitioner.groups.put_in", "practitioner.groups.take_out"),
        lambda world, at: {"client": [str(_member(world, at).id)]},
    ),
    "practitioner.courses.edit": lambda world, at: {"places": ["12"]},
    "practitioner.group_messages.index": lambda world, at: {"key": ["1" * 32], "text": ["See you."]},
    "practitioner.groups.edit": lambda world, at: {"name": ["Evenings"]},
    "public.joining.show": lambda world, at: {
        "name": ["Nora Vance"],
        "email": ["nora@planted.example"],
        "website": [""],
        "consents": ["y"],
        "opened": [opened_at(0)],
    },
    "practitioner.second_step.app": lambda world, at: {"code": [code_of(APP_KEY)]},
    "practitioner.second_step.add_passkey": lambda world, at: {"credential": [KEY.made(CHALLENGE)]},
    "practitioner.second_step.remove_passkey": lambda world, at: {"passkey": [str(PASSKEY)]},
    "practitioner.second_step.require": lambda world, at: {"required": ["y"]},
    "public.proving.show": lambda world, at: {"password": [PASSWORD]},
    "practitioner.account.show": lambda world, at: {"current": [PASSWORD], "password": [NEW_PASSWORD]},
    "client.account.show": lambda world, at: {"current": [PASSWORD], "password": [NEW_PASSWORD]},
    "client.pain.morning": lambda world, at: {"settled": ["no"]},
    "client.pain.easier": lambda world, at: {"move": [_sore_move(world)], "way": ["0"]},
    "client.stopping.say": lambda world, at: {"because": ["hurts"]},
    "client.today.log": lambda world, at: {"day": [_today(world)], "outcome": ["done"]},
}

# Where a page has several forms for its own address: a field of the one that is meant.
WHICH_FORM = {"practitioner.assessments.sign": "confirmed", "practitioner.phrases.index": "name"}

# Rules that have nothing to write here, with the reason.
WRITES_NOTHING = {
    "public.setup.begin": "there is a practice already",
    "api.bounces.take": "it opens with a secret in its head",
    "public.second_step.show": "it opens in a browser whose password was right",
    "public.second_step.passkey": "the same",
    "client.own_answers.index": "it looks for answers; a question is posted so that no address holds it",
    "practitioner.viewing.end": "what it ends is kept in the cookie",
}


def _today(world: World) -> str:
    return today_in(world.people.client.time_zone).isoformat()


def arrange(world: World, address: Address) -> None:
    """Ready the records of an address so that its action can be done."""
    act = ARRANGED.get(address.rule.endpoint)
    if act is not None:
        act(world, address)
        db.session.commit()
    db.session.remove()


def _mail_thrown_away(world: World, address: Address) -> None:
    _get(world, address, MailReply, "reply").thrown_away_at = now()


def _asked_to_be_erased(world: World, address: Address) -> None:
    client = _get(world, address, Client, "client")
    known = {"practice_id": client.practice_id, "client_id": client.id, "asked_at": now()}
    db.session.add(Erasure(**known, reason=ErasureReason.WISH, state=ErasureState.ASKED))


def _to_be_erased(world: World, address: Address) -> None:
    client = _get(world, address, Client, "client")
    client.erase_on = now().date()
    known = {"practice_id": client.practice_id, "client_id": client.id, "asked_at": now()}
    erase_on, was = client.erase_on, {"status": client.status.value}
    grace = {"reason": ErasureReason.WISH, "state": ErasureState.GRACE, "erase_on": erase_on, "was": was}
    db.session.add(Erasure(**known, **grace))


def _kept_long_enough(world: World, address: Address) -> None:
    practice = db.session.get_one(Practice, world.people.practice.id)
    practice.retention_years = 1
    make_client(practice, "Orla Finch", id=LONG_KEPT, created_at=ago(days=2000))


def _get(world: World, address: Address, kind: Any, name: str) -> Any:
    return db.session.get(kind, getattr(world.records[address.of or "ada"], name).id)


def _unfinished_invitation(world: World, address: Address) -> None:
    client = _get(world, address, Client, "client")
    user = _get(world, address, User, "user")
    client.user_id = None
    user.email_key = "moved." + user.email_key
    client.consented_at = None


def _newer_published(world: World, address: Address) -> None:
    shelf = world.shelves[str(address.of)]
    content = {item.exercise_id: item.content for item in _items_of(shelf.published.id)}
    for item in _items_of(shelf.draft.id):
        item.content = content[item.exercise_id]
    draft = db.session.get_one(RoutineVersion, shelf.draft.id)
    draft.status, draft.published_at = RoutineStatus.PUBLISHED, datetime.now(UTC)


def _items_of(version_id: uuid.UUID) -> list[RoutineItem]:
    return db.session.query(RoutineItem).filter_by(version_id=version_id).all()


def _phase_passed(world: World, address: Address) -> None:
    program = _get(world, address, Program, "program")
    today = datetime.now(UTC).date()
    passed = {"passed_on": today + timedelta(days=1), "passed_by": program.assigned_by}
    rows = db.session.query(ProgramPhase).filter_by(program_id=program.id, position=1)
    rows.update(passed)


def _no_draft(world: World, address: Address) -> None:
    shelf = world.shelves[str(address.of)]
    db.session.query(RoutineItem).filter_by(version_id=shelf.draft.id).delete()
    db.session.query(RoutineVersion).filter_by(id=shelf.draft.id, status=RoutineStatus.DRAFT).delete()


def _retired(world: World, address: Address) -> None:
    shelf = world.shelves[str(address.of)]
    db.session.get_one(Routine, shelf.routine.id).retired_at = ago(days=1)


def _words_of_move(world: World, address: Address) -> str:
    move = world.shelves[str(address.of)].own_move
    return library.wording_of(db.session.get_one(Exercise, move.id)).digest


def _retired_move(world: World, address: Address) -> None:
    move = world.shelves[str(address.of)].own_move
    db.session.query(Exercise).filter_by(id=move.id).update({"retired_at": now()})


def _on_the_shelf(world: World, address: Address) -> None:
    """A shipped move that nobody has taken yet."""
    for row in db.session.query(Exercise).filter_by(key="bridge"):
        db.session.query(ExerciseMistake).filter_by(exercise_id=row.id).delete()
        db.session.delete(row)


def _nothing_half_typed(world: World, address: Address) -> None:
    assessment = _get(world, address, Assessment, "draft_assessment")
    db.session.query(AssessmentDraft).filter_by(assessment_id=assessment.id).delete()


def _harder_the_other_way(world: World, address: Address) -> None:
    _get(world, address, Program, "program").allows_harder = address.choice != "on"


def _program_ready_for(world: World, address: Address) -> None:
    ready = {"pause": ProgramStatus.ACTIVE, "resume": ProgramStatus.PAUSED, "restart": ProgramStatus.ENDED}
    program = _get(world, address, Program, "program")
    program.status = ready.get(address.choice, ProgramStatus.ACTIVE)


def _cases(world: World, address: Address) -> str:
    kinds = (AttentionKind.CONTACT_WANTED, AttentionKind.PAIN_UP)
    return " ".join(f"{kind.value}:{world.records[str(address.of)].answer.id}" for kind in kinds)


def _press(world: World, address: Address) -> str:
    client = world.records[str(address.of)].client
    query = select(ReasonHandling.press_id).where(ReasonHandling.client_id == client.id)
    return str(db.session.scalars(query).first())


def _reasons_kept(world: World, address: Address) -> None:
    rebuilding.rebuild_all()  # rows that were planted are seen by nobody


def _open_flag(world: World, address: Address) -> None:
    flag = _get(world, address, WarningFlag, "flag")
    flag.cleared_at = flag.cleared_by = flag.clear_note = None
    flag.taken_back_at = flag.taken_back_reason = None


def _sign_named(world: World, address: Address) -> None:
    checkin = world.records[str(address.of)].asked if address.of else None
    for records in world.records.values():
        if checkin is None or records.asked.id == checkin.id:
            warnings.raise_flag(records.client, ["fever"], checkin)


def _signs_denied(world: World, address: Address) -> None:
    checkin = world.records[str(address.of)].asked
    db.session.get_one(Checkin, checkin.id).signs_denied_at = now()


def _unsubscribed(world: World, address: Address) -> None:
    if address.choice == "on":
        for records in world.records.values():
            client = db.session.get_one(Client, records.client.id)
            client.unsubscribed_at = client.messages_stopped_at = now()


def _bounced(world: World, address: Address) -> None:
    _get(world, address, Client, "client").bounced_at = now()


def _asked_in_practice(world: World, address: Address) -> None:
    _get(world, address, QuestionnaireRequest, "questions").channel = AskChannel.CLINIC


def _without_account(world: World, address: Address) -> None:
    _get(world, address, Client, "client").user_id = None


def _signed(world: World, address: Address) -> None:
    assessment = _get(world, address, Assessment, "draft_assessment")
    assessment.status, assessment.signed_by, assessment.signed_at = (
        AssessmentStatus.SIGNED,
        assessment.created_by,
        now(),
    )


def _called_lately(world: World, address: Address) -> None:
    wait = _get(world, address, AnswerWait, "wait")
    wait.answered_at, wait.answered_by = now(), world.shelves[HOME[address.of or "ada"]].staff.id
    wait.how = AnsweredHow.PHONE


def _own_answer(world: World, address: Address) -> OwnAnswer:
    return db.session.get_one(OwnAnswer, world.shelves[address.practice or "here"].own_answer.id)


def _own_answer_removed(world: World, address: Address) -> None:
    _own_answer(world, address).removed_at = now()


def _own_answer_unsigned(world: World, address: Address) -> None:
    unsigned = {"status": OwnAnswerStatus.DRAFT, "signed_by": None, "signed_at": None}
    db.session.query(OwnAnswerSource).delete()
    db.session.query(OwnAnswer).filter_by(id=_own_answer(world, address).id).update(unsigned)


def _nobody_helped(world: World, address: Address) -> None:
    db.session.query(OwnAnswerHelped).delete()


def _just_sent(world: World, address: Address) -> None:
    _get(world, address, Message, "message").sent_at = now()


def _report_not_given(world: World, address: Address) -> None:
    with unlocked():
        _get(world, address, ProgressReport, "progress_report").given_at = None
        db.session.flush()


def _goal_as_it_was(world: World, address: Address) -> None:
    goal = _get(world, address, ClientGoal, "goal")
    goal.reached_on = now().date() if address.choice == "open" else None
    goal.removed_at = now() if address.choice == "back" else None


def _staff_time_removed(world: World, address: Address) -> None:
    _get(world, address, StaffTime, "staff_time").removed_at = now()


def _clinician_removed(world: World, address: Address) -> None:
    _get(world, address, OtherClinician, "clinician").removed_at = now()


def _note_signed(world: World, address: Address) -> None:
    note = _get(world, address, VisitNote, "note")
    note.status, note.signed_by, note.signed_at = NoteStatus.SIGNED, note.created_by, now()


def _hurt_yesterday(world: World, address: Address) -> None:
    day = today_in(world.people.client.time_zone)
    for log in db.session.query(PracticeLog).filter_by(local_date=day - timedelta(days=2)):
        log.local_date, log.pain = day - timedelta(days=1), 5


def _still_up(world: World, address: Address) -> None:
    _hurt_yesterday(world, address)
    for said in db.session.query(PainMorning).filter_by(client_id=world.people.client.id):
        said.local_date, said.settled = today_in(world.people.client.time_zone), False


def _sore_move(world: World) -> str:
    """A move of the client's that has an easier way."""
    moves = db.session.query(Prescription).filter_by(program_id=world.records["ada"].program.id)
    return next(str(move.id) for move in moves if move.content.get("easier"))


def _one_real_practice(world: World, address: Address) -> None:
    """The mail server of an installation is set on a page where no other practice sends through it."""
    db.session.get_one(Practice, world.shelves["there"].practice.id).is_demo = True
    if address.rule.endpoint.endswith("forget"):
        db.session.add(MailSetting(sealed="x", changed_at=now()))


def _two_backup_keys(world: World, address: Address) -> None:
    _one_real_practice(world, address)
    keys.make("Safe in the office", "Olive", key_id=BACKUP_KEY)
    keys.make("Olive’s home", "Olive")


def _staff(world: World) -> tuple[User, ...]:
    people = world.people
    return people.owner, people.colleague, people.assistant, people.stranger


def _unheard(world: World, address: Address) -> None:
    for user in _staff(world):
        db.session.add(
            OutboxMessage(
                practice_id=user.practice_id,
                user_id=user.id,
                kind=MailKind.PRACTICE_NOTICE,
                dedupe_key=f"unheard:{user.id.hex}",
                state=OutboxState.KEPT,
                due_at=now(),
                not_after=now(),
                created_at=now(),
            )
        )


def _in_doubt(world: World, address: Address) -> None:
    mail = _get(world, address, OutboxMessage, "mail")
    mail.state, mail.reason = OutboxState.IN_DOUBT, "it may have arrived"


def _with_second_step(world: World, address: Address) -> None:
    for user in _staff(world):
        db.session.get_one(User, user.id).second_step_since = now()
    db.session.execute(update(AuthSession).values(second_step_at=now()))


def _challenged(world: World, address: Address) -> None:
    asked = base64url_to_bytes(CHALLENGE["challenge"]).decode()
    db.session.execute(update(AuthSession).values(challenge=asked))


def _with_passkeys(world: World, address: Address) -> None:
    for number in range(2):
        key_id = PASSKEY if number else uuid.uuid4()
        about = {"user_id": world.people.owner.id, "practice_id": world.people.practice.id}
        key = {"credential_id": f"key-{number}", "public_key": "x", "sign_count": 0, "device": "Firefox"}
        db.session.add(Passkey(id=key_id, created_at=now(), **about, **key))


def _app_being_set_up(world: World, address: Address) -> None:
    for user in _staff(world):
        begin_with(user, APP_KEY)


def _member(world: World, address: Address) -> Client:
    return world.records["ada" if address.of == "here" else "zofia"].client


def _course_of(world: World, address: Address) -> Course:
    group_id = world.records["ada" if address.of == "here" else "zofia"].group.id
    return db.session.query(Course).filter_by(group_id=group_id).one()


def _course_is_draft(world: World, address: Address) -> None:
    _course_of(world, address).state = CourseState.DRAFT


def _nobody_was_written_to(world: World, address: Address) -> None:
    for message in db.session.query(GroupMessage):
        message.taken_back_at = now()


def _place_not_confirmed(world: World, address: Address) -> None:
    for request in db.session.query(CourseRequest):
        request.state, request.client_id = RequestState.UNCONFIRMED, None


def _out_of_the_group(world: World, address: Address) -> None:
    for member in db.session.query(GroupMember).filter_by(client_id=_member(world, address).id):
        member.left_at = now()


def _act_done(world: World, address: Address) -> None:
    act = _get(world, address, BulkAct, "act")
    act.state, act.begun_at, act.ended_at = BulkActState.DONE, now(), now()
    for line in db.session.query(BulkActLine).filter_by(act_id=act.id):
        line.state = LineState.DONE
    _get(world, address, Client, "client").status = ClientStatus.ARCHIVED


def _begun(world: World, address: Address) -> None:
    file = _get(world, address, MediaFile, "picture")
    file.state, file.ready_at, file.received = MediaState.ARRIVING, None, 0


def _consents_withdrawn(world: World, address: Address) -> None:
    for act in db.session.scalars(select(Consent).where(Consent.withdrawn_at.is_(None))):
        act.withdrawn_at, act.withdrawn_how = now(), ConsentHow.PAPER


def _document_removed(world: World, address: Address) -> None:
    _get(world, address, Document, "document").removed_at = now()


def _imported(world: World, address: Address) -> None:
    """All of the list has come in; its client is one whom it added."""
    about = _get(world, address, ClientImport, "client_import")
    about.state, about.begun_at, about.ended_at, about.said = ImportState.DONE, now(), now(), None
    of_it = ClientImportRow.import_id == about.id, ClientImportRow.client_id.is_not(None)
    row = db.session.scalars(select(ClientImportRow).where(*of_it)).one()
    row.fate, row.filled, row.version = ImportFate.ADDED, None, 1


def _on_show(world: World, address: Address) -> None:
    shelf = world.shelves[str(address.of)]
    media = db.session.scalars(
        select(ExercisePicture.media_id).where(ExercisePicture.practice_id == shelf.practice.id)
    ).first()
    about = {"practice_id": shelf.practice.id, "exercise_id": shelf.own_move.id, "media_id": media}
    db.session.add(ExercisePicture(id=PICTURE, spot=MoveSpot.START, shown_at=now(), **about))


def _lately_removed(world: World, address: Address) -> None:
    _on_show(world, address)
    db.session.get_one(ExercisePicture, PICTURE).removed_at = now()


def _logo_on_show(world: World, address: Address) -> None:
    shelf = world.shelves["here"]
    media = db.session.scalars(
        select(ExercisePicture.media_id).where(ExercisePicture.practice_id == shelf.practice.id)
    ).first()
    about = {"practice_id": shelf.practice.id, "media_id": media, "shown_at": now()}
    db.session.add(PracticeLogo(id=PICTURE, **about))


def _logo_lately_removed(world: World, address: Address) -> None:
    _logo_on_show(world, address)
    db.session.get_one(PracticeLogo, PICTURE).removed_at = now()


def _called_off(world: World, address: Address) -> None:
    _get(world, address, Appointment, "appointment").state = AppointmentState.CANCELLED


def _over(world: World, address: Address) -> None:
    _get(world, address, Appointment, "appointment").starts_at = ago(days=1)


def _offered(world: World, address: Address) -> None:
    _get(world, address, BookingRequest, "wish").state = BookingState.OFFERED


def _with_calendar(world: World, address: Address) -> None:
    for user in world.users.values():
        hashed = {"secret_hash": uuid.uuid4().hex, "made_at": now()}
        db.session.add(CalendarAddress(practice_id=user.practice_id, user_id=user.id, **hashed))


ARRANGED: dict[str, Callable[[World, Address], None]] = {
    "practitioner.erasure.call_back": _to_be_erased,
    "practitioner.erasure.decline": _asked_to_be_erased,
    "practitioner.erasure.due": _kept_long_enough,
    "public.invitation.show": _unfinished_invitation,
    "public.checkin.questions": _signs_denied,
    "public.checkin.taken_back": _sign_named,
    "client.warnings.taken_back": _sign_named,
    "practitioner.attention.done": _reasons_kept,
    "practitioner.appointments.bring_back": _called_off,
    "practitioner.appointments.outcome": _over,
    "client.appointments.take": _offered,
    "practitioner.calendar.revoke": _with_calendar,
    "practitioner.warnings.show": _open_flag,
    "practitioner.bulk_acts.undo": _act_done,
    "practitioner.imports.undo": _imported,
    "practitioner.imports.invite": _imported,
    "practitioner.program_phases.take_back": _phase_passed,
    "practitioner.version_offers.offer": _newer_published,
    "practitioner.groups.put_in": _out_of_the_group,
    "practitioner.media.take": _begun,
    **dict.fromkeys(("practitioner.consents.show", "client.consents.give"), _consents_withdrawn),
    "practitioner.documents.put_back": _document_removed,
    "practitioner.replies.bring_back": _mail_thrown_away,
    "practitioner.logo.remove": _logo_on_show,
    "practitioner.logo.put_back": _logo_lately_removed,
    "practitioner.move_pictures.remove": _on_show,
    "practitioner.move_pictures.put_back": _lately_removed,
    "practitioner.courses.open_it": _course_is_draft,
    "practitioner.group_messages.index": _nobody_was_written_to,
    "public.joining.confirm": _place_not_confirmed,
    "practitioner.amendments.amend": _signed,
    "practitioner.clinicians.bring_back": _clinician_removed,
    "practitioner.messages.take_back": _just_sent,
    "client.media.take": _begun,
    "practitioner.progress_reports.give": _report_not_given,
    "client.progress.goal": _goal_as_it_was,
    "practitioner.staff_time.bring_back": _staff_time_removed,
    "practitioner.inbox.back": _called_lately,
    "practitioner.own_answers.bring_back": _own_answer_removed,
    "practitioner.own_answers.sign": _own_answer_unsigned,
    "client.own_answers.helped": _nobody_helped,
    "practitioner.note_signing.amend": _note_signed,
    "practitioner.assessments.sign": _nothing_half_typed,
    "client.pain.morning": _hurt_yesterday,
    "client.pain.easier": _still_up,
    "client.mail.change": _unsubscribed,
    "client.mail.change_messages": _unsubscribed,
    "practitioner.addresses.works": _bounced,
    "practitioner.invitations.send": _without_account,
    "practitioner.invitations.hand_over": _without_account,
    "practitioner.questionnaires.hand_over": _asked_in_practice,
    "practitioner.moves.bring_back": _retired_move,
    "practitioner.moves.take": _on_the_shelf,
    "practitioner.routines.begin_draft": _no_draft,
    "practitioner.own_routines.bring_back": _retired,
    "practitioner.programs.change": _program_ready_for,
    "practitioner.programs.harder": _harder_the_other_way,
    "practitioner.mail_settings.show": _one_real_practice,
    "practitioner.mail_settings.forget": _one_real_practice,
    "practitioner.checkins.settle_doubts": _in_doubt,
    "practitioner.news.seen": _unheard,
    "practitioner.backups.make_key": _one_real_practice,
    "practitioner.backups.retire_key": _two_backup_keys,
    "practitioner.second_step.app": _app_being_set_up,
    "practitioner.second_step.add_passkey": _challenged,
    "practitioner.second_step.remove_passkey": _with_passkeys,
    "practitioner.second_step.codes": _with_second_step,
    "practitioner.second_step.remove": _with_second_step,
    "practitioner.second_step.reset": _with_second_step,
}
