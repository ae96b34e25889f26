"""The list of reasons is kept as things happen: making it anew changes nothing, whatever came when."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from clinic.domain.asking import AnswerSource
from clinic.domain.attention import (
    KINDS,
    RULES_VERSION,
    ActivitiesSaid,
    AnswerGiven,
    AttentionKind,
    CheckinUnanswered,
    ClientFacts,
    Handling,
    LoggedDay,
    MorningSaid,
    OpenInvitation,
    OpenSign,
    PositiveScreen,
    PracticeFell,
    ProgramRun,
    reasons,
    shown,
)
from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.errors import ClinicError
from clinic.domain.programs import GOES_ON, ProgramChange
from clinic.domain.progress import Adherence
from clinic.domain.reason_acts import ReasonAct
from clinic.domain.skipping import AWAITED
from clinic.domain.types import (
    CheckinKind,
    CheckinState,
    ClientStatus,
    LogObstacle,
    LogOutcome,
    ProgramAction,
    ProgramStatus,
    Role,
)
from clinic.extensions import db
from clinic.models import (
    Checkin,
    CheckinAnswer,
    Client,
    Invitation,
    OpenReason,
    PainMorning,
    Practice,
    PracticeDecline,
    PracticeLog,
    Program,
    ProgramEvent,
    QuestionnaireResponse,
    ReasonHandling,
    WarningFlag,
)
from clinic.services import practices, warnings
from clinic.services.actors import Actor
from clinic.services.attention import acts
from clinic.services.attention import today as attention
from clinic.services.attention.cases import ReasonCase
from clinic.services.checkins import answers as checkin_answers
from clinic.services.checkins import silence
from clinic.services.checkins.answers import CheckinReply
from clinic.services.clients import invitations, records
from clinic.services.clock import now
from clinic.services.outbox import ledger
from clinic.services.outbox.steps import MailStep
from clinic.services.programs import changing, days, diary, looking_over
from clinic.services.reasons import listed, rebuilding
from clinic.services.reasons.keeping import difference
from clinic.services.reasons.marks import WATCHED
from clinic.services.sending import bounces
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, link_to, sent_checkin
from tests.factories.people import People, make_client, make_people
from tests.factories.questionnaires import ask, feeling, typed

NOTES = (None, "Better on Sunday.")
FIRST = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(slots=True)
class History:
    """Two clients of a practice, and a clock that moves."""

    people: People
    clients: list[Client]
    at: datetime = FIRST
    who: int = 0

    @property
    def client(self) -> Client:
        """Whom the next thing happens to."""
        return db.session.get_one(Client, self.clients[self.who].id)

    @property
    def staff(self) -> Actor:
        return self.people.actor(self.people.colleague)

    @property
    def program(self) -> Program:
        query = select(Program).where(Program.client_id == self.client.id)
        return db.session.scalars(query.order_by(Program.assigned_at.desc())).first() or enrol(
            self.people, self.client, starts_on=self.at.date()
        )


# --- what may happen, each through the use-case of the product


def log(past: History, number: int) -> None:
    client = past.client
    actor = Actor(past.people.client_user.id, client.practice_id, Role.CLIENT, client.name, client.id)
    pain, note = (None, 3, 5, 9, 10)[number % 5], "It pulls." if number % 4 == 3 else None
    diary.log_day(actor, now().date() - DAY * (number % 2), DiaryEntry(LogOutcome.DONE, pain, None, note))


def answer(past: History, number: int) -> None:
    secret = link_to(sent_checkin(past.program)).removeprefix("/c/")
    checkin_answers.deny_signs(secret)
    checkin_answers.answer(
        secret, CheckinReply(5, (None, 2, 4, 10)[number % 4], None, number % 3 == 0, NOTES[number % 2])
    )
    if number % 5 == 0:
        checkin_answers.answer(secret, CheckinReply(5, number % 7, None, False))


def mail_goes_out(past: History, number: int) -> None:
    waiting = sent_checkin(past.program, state=CheckinState.WAITING, sent_at=None)
    states = (CheckinState.SENT, CheckinState.IN_DOUBT, CheckinState.FAILED)
    for state in (CheckinState.SENT, states[number % 3]):
        with transaction():
            ledger.follow([MailStep(waiting.practice_id, waiting.client_id, waiting.id, state)], now())


def mail_goes_out_again(past: History, number: int) -> None:
    with transaction():
        query = select(Checkin).where(Checkin.client_id == past.client.id, Checkin.state.in_(AWAITED))
        again = [
            MailStep(each.practice_id, each.client_id, each.id, CheckinState.WAITING)
            for each in db.session.scalars(query)
        ]
        ledger.follow(again, now())


def wait_no_longer(past: History, number: int) -> None:
    silence.expire(now())


def name_a_sign(past: History, number: int) -> None:
    with transaction():
        warnings.raise_flag(past.client, [("saddle", "fever")[number % 2]])


def clear_a_sign(past: History, number: int) -> None:
    flag = warnings.open_flag(past.client)
    if flag is not None:
        warnings.clear(past.people.actor(past.people.owner), flag.id, "Seen.")


def bounce(past: History, number: int) -> None:
    client = past.client
    with transaction():
        bounces.note(client.practice_id, Client.id == client.id, client.email or "", "550", now())


def trust_again(past: History, number: int) -> None:
    bounces.trust_again(past.staff, past.client.id)


def invite(past: History, number: int) -> None:
    invitations.hand_over(past.staff, past.client.id)


def take_back(past: History, number: int) -> None:
    newest = invitations.latest(past.staff, past.client.id).invitation
    if newest is not None:
        invitations.revoke(past.staff, newest.id)


def change_program(past: History, number: int) -> None:
    action, program = list(ProgramAction)[number % len(ProgramAction)], past.program
    on = max(now().date(), program.starts_on)
    weeks = number % 4 + 1 if action is ProgramAction.RESTART else None
    if action is ProgramAction.MOVE:
        last = on + DAY * (7 * number)
        days.move(past.staff, program.id, program.version, starts_on=program.starts_on, ends_on=last)
        return
    until = on + DAY * number if action is ProgramAction.PAUSE and number % 2 else None
    change = ProgramChange(action, on + DAY * (number % 3 if until else 0), "So.", until=until)
    changing.change(past.staff, program.id, program.version, change, weeks=weeks)


def another_program(past: History, number: int) -> None:
    enrol(past.people, past.client, starts_on=now().date() + DAY * (number - 3))


def screen(past: History, number: int) -> None:
    typed(past.people, ask(past.people, "phq2", client=past.client), feeling(number % 4, 2))


def archive_or_restore(past: History, number: int) -> None:
    is_active = past.client.status is ClientStatus.ACTIVE
    (records.archive if is_active else records.restore)(past.staff, past.client.id, "So.")


def look_after(past: History, number: int) -> None:
    client = past.client
    found = listed.of_clients(client.practice_id, [client.id], now()).get(client.id, ())
    cases = [ReasonCase(each.kind, each.subject_id) for each in found]
    done = [case for case in cases if case.kind is not AttentionKind.WARNING_SIGN]
    acts.handle(past.staff, client.id, done[: number + 1], "Called.")


def morning_after(past: History, number: int) -> None:
    client, today = past.client, now().date()
    which = (PainMorning.client_id == client.id, PainMorning.local_date == today)
    with transaction() as session:
        said = session.scalars(select(PainMorning).where(*which)).one_or_none()
        if said is None:
            said = PainMorning(
                practice_id=client.practice_id, client_id=client.id, local_date=today, said_at=now()
            )
            session.add(said)
        else:
            said.corrected_at = now()
        said.settled = number % 3 == 2


def hurts_too_much(past: History, number: int) -> None:
    query = select(PracticeLog).where(PracticeLog.client_id == past.client.id)
    with transaction() as session:
        for log in session.scalars(query.order_by(PracticeLog.local_date.desc()).limit(1)):
            log.outcome, log.obstacle = LogOutcome.NOT_DONE, LogObstacle.HURTS
            log.corrected_at = now()


def another_ceiling(past: History, number: int) -> None:
    with transaction():
        past.client.pain_ceiling = (None, 4, 10)[number % 3]


def put_off(past: History, number: int) -> None:
    day = now().date() + DAY * (1, 2, 7, 20)[number % 4]
    acts.snooze(past.staff, past.client.id, _open_cases(past)[: number % 3 + 1], day)


def hand_over(past: History, number: int) -> None:
    to = (past.people.owner, past.people.colleague, past.people.assistant)[number % 3]
    acts.hand_over(past.staff, past.client.id, _open_cases(past)[: number % 3 + 1], to.id)


def take_back_an_act(past: History, number: int) -> None:
    query = select(ReasonHandling.press_id).where(ReasonHandling.client_id == past.client.id)
    presses = db.session.scalars(query.order_by(ReasonHandling.handled_at.desc())).all()
    if presses:
        acts.undo(past.staff, past.client.id, presses[number % len(presses)])


def _open_cases(past: History) -> list[ReasonCase]:
    query = select(OpenReason).where(OpenReason.client_id == past.client.id).order_by(OpenReason.place)
    return [ReasonCase(each.kind, each.subject_id) for each in db.session.scalars(query)]


def worker(past: History, number: int) -> None:
    days.start_due(now())
    days.pause_due(now())
    days.end_due(now())
    looking_over.run(now())


STEPS: tuple[Callable[[History, int], None], ...] = (
    *(
        log,
        log,
        log,
        morning_after,
        morning_after,
        hurts_too_much,
        another_ceiling,
        put_off,
        hand_over,
        take_back_an_act,
        take_back_an_act,
    ),
    *(answer, answer, mail_goes_out, mail_goes_out, mail_goes_out_again, wait_no_longer),
    *(name_a_sign, clear_a_sign, bounce, trust_again, invite, take_back, change_program),
    *(another_program, screen, archive_or_restore, look_after, look_after, worker),
)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Callable[[History, int], None], int, int, int]]:
    """Steps, each with whom it happens to, a number that says how, and how many days have gone by."""
    step = st.tuples(
        st.sampled_from(STEPS), st.integers(0, 1), st.integers(0, 11), st.sampled_from((0, 0, 1, 2, 7, 15))
    )
    return draw(st.lists(step, min_size=4, max_size=12))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories())
@example([(answer, 0, 1, 0), (answer, 0, 3, 7), (look_after, 0, 9, 0), (answer, 0, 4, 7)])
@example(
    [(mail_goes_out, 0, 0, 0), (mail_goes_out, 0, 0, 7), (look_after, 0, 9, 2), (mail_goes_out, 0, 0, 1)]
)
@example(
    [(log, 1, 0, 0), (look_after, 0, 9, 15), (worker, 0, 0, 15), (change_program, 1, 1, 0), (log, 1, 0, 7)]
)
def test_making_the_list_anew_changes_nothing_whatever_happened(
    people: People, steps: list[tuple[Callable[[History, int], None], int, int, int]]
) -> None:
    clients = [make_client(people.practice, f"Somebody {uuid.uuid4()}") for _ in range(2)]
    past = History(people, clients)
    with time_machine.travel(past.at, tick=False):
        for client in clients:
            enrol(people, client, starts_on=FIRST.date())
    for step, who, number, later in steps:
        past.at += DAY * later + timedelta(minutes=1)
        past.who = who
        with time_machine.travel(past.at, tick=False):
            try:
                step(past, number)
            except (ClinicError, IntegrityError):  # not allowed, or a second check-in of a day
                db.session.rollback()
            _nothing_differs(past, step.__name__)
            _the_pages_say_what_the_rules_say(past, step.__name__)


def _nothing_differs(past: History, after: str) -> None:
    keys = [(client.practice_id, client.id) for client in past.clients]
    found = difference(keys, KINDS)
    assert len(found) == 0, (after, found)


def _the_pages_say_what_the_rules_say(past: History, after: str) -> None:
    at = now()
    ruled = {client.id: shown(reasons(plainly(client.id)), at) for client in past.clients}
    found = listed.of_clients(past.people.practice.id, ruled, at)
    assert {who: shown(found.get(who, ()), at) for who in ruled} == ruled, after
    # clients of earlier histories are in the practice, too, and a page has its end
    page = attention.today(past.staff, everybody=True)
    first = {each.client_id: each.reasons for each in page.listed}
    assert {who: first[who] for who in ruled if who in first} == {
        w: r for w, r in ruled.items() if w in first
    }


# --- the facts of one client once more, read without a clever statement


def plainly(client_id: uuid.UUID) -> ClientFacts:
    db.session.expire_all()
    client = db.session.get_one(Client, client_id)

    def all_of(record: type) -> list:
        return list(db.session.scalars(select(record).where(record.client_id == client_id)))

    programs = [
        each for each in all_of(Program) if each.status in (ProgramStatus.ASSIGNED, ProgramStatus.ACTIVE)
    ]
    answers = sorted(all_of(CheckinAnswer), key=lambda each: (each.answered_at, each.id))
    checkins, given = all_of(Checkin), all_of(QuestionnaireResponse)
    answered_at = max(
        (each.answered_at or each.due_at for each in checkins if each.state == "answered"), default=None
    )
    return ClientFacts(
        client_id=client_id,
        zone=ZoneInfo(db.session.get_one(Practice, client.practice_id).time_zone),
        is_active=client.status is ClientStatus.ACTIVE,
        has_signed_in=client.user_id is not None,
        bounced_at=client.bounced_at,
        signs=[OpenSign(f.id, f.tier, f.raised_at) for f in all_of(WarningFlag) if f.cleared_at is None],
        screens=[
            PositiveScreen(r.id, r.answered_at, r.recorded_at) for r in _in_force(given) if r.screen_positive
        ],
        answers=[
            AnswerGiven(a.id, a.answered_at, a.corrected_at, a.pain, a.contact_wanted, bool(a.note))
            for a in answers
        ],
        unanswered=[
            CheckinUnanswered(c.id, c.due_at, c.local_date)
            for c in checkins
            if (c.state in AWAITED or c.silent_since) and (answered_at is None or c.due_at > answered_at)
        ],
        programs=[
            ProgramRun(
                *(p.id, p.status, p.starts_on, p.ends_on, _changed_on(p)),
                *(p.name, p.paused_from, p.paused_until),
            )
            for p in programs
        ],
        practised_on=max((each.local_date for each in all_of(PracticeLog)), default=None),
        fell=[
            PracticeFell(
                d.program_id,
                d.since,
                _kept(d.before_done, d.before_of),
                _kept(d.now_done, d.now_of),
                d.noticed_at,
            )
            for d in all_of(PracticeDecline)
            if any(p.id == d.program_id and p.status is ProgramStatus.ACTIVE for p in programs)
        ],
        invitations=[
            OpenInvitation(i.id, i.created_at)
            for i in all_of(Invitation)
            if i.accepted_at is None and i.revoked_at is None
        ],
        pain_ceiling=client.pain_ceiling or 6,
        named=[
            ActivitiesSaid(
                r.id, r.answered_at, r.recorded_at, r.source is not AnswerSource.TYPED, tuple(r.activities)
            )
            for r in sorted(_in_force(given), key=lambda each: (each.answered_at, each.id))
            if r.activities
        ],
        mornings=[
            MorningSaid(m.id, m.local_date, m.settled, m.corrected_at or m.said_at)
            for m in all_of(PainMorning)
        ],
        logged=_days(all_of(PracticeLog)),
        handled=_in_force_acts(all_of(ReasonHandling)),
    )


def _days(logs: list[PracticeLog]) -> list[LoggedDay]:
    told = []
    for day in sorted({log.local_date for log in logs}):
        of_day = [
            log
            for log in logs
            if log.local_date == day and (log.pain is not None or log.note or log.obstacle)
        ]
        if of_day:
            first = min(of_day, key=lambda log: (log.logged_at, log.id))
            said_at = max(log.corrected_at or log.logged_at for log in of_day)
            pain = max((log.pain for log in of_day if log.pain is not None), default=None)
            hurts = any(log.obstacle is LogObstacle.HURTS and log.outcome != "done" for log in of_day)
            wrote = any(log.note for log in of_day)
            told.append(LoggedDay(first.id, day, said_at, pain, hurts, wrote))
    return told


def _says_something(log: PracticeLog) -> bool:
    return log.pain is not None or bool(log.note) or log.obstacle is LogObstacle.HURTS


def _in_force_acts(handlings: list[ReasonHandling]) -> list[Handling]:
    taken_back = {each.undoes for each in handlings}
    return [
        Handling(h.kind, h.subject_id, h.handled_at, h.act, h.until, h.handed_to)
        for h in handlings
        if h.id not in taken_back and h.act is not ReasonAct.UNDONE
    ]


def _in_force(given: list[QuestionnaireResponse]) -> list[QuestionnaireResponse]:
    newest: dict[tuple[uuid.UUID, str], QuestionnaireResponse] = {}
    for row in sorted(given, key=lambda each: each.revision):
        newest[row.request_id, row.questionnaire_key] = row
    return list(newest.values())


def _changed_on(program: Program) -> object:
    events = db.session.scalars(select(ProgramEvent).where(ProgramEvent.program_id == program.id))
    return max((event.effective_on for event in events if event.action in GOES_ON), default=None)


def _kept(done: int, of: int) -> Adherence:
    return Adherence(window=14, expected=of, done=done, partly=0, not_done=0, not_reported=max(0, of - done))


# --- made anew


@pytest.fixture
def asking(people: People) -> Client:
    """Ada, who would like to be contacted, and whose mail does not arrive."""
    answer(History(people, [people.client]), 3)
    bounce(History(people, [people.client]), 0)
    return people.client


def rows() -> list[tuple[AttentionKind, uuid.UUID]]:
    return sorted((row.kind, row.subject_id) for row in db.session.scalars(select(OpenReason)))


def test_an_empty_table_is_filled_from_what_is_recorded(people: People, asking: Client) -> None:
    before = rows()
    assert {kind for kind, _ in before} >= {AttentionKind.CONTACT_WANTED, AttentionKind.BOUNCED}
    with transaction() as session:
        for row in session.scalars(select(OpenReason)):
            session.delete(row)
        session.execute(update(Practice).values(reasons_version=0))
    page = attention.today(people.actor(people.owner))
    assert (page.is_made, page.count) == (False, 0)
    rebuilding.build_missing()
    assert rows() == before
    page = attention.today(people.actor(people.owner))
    assert (page.is_made, page.count) == (True, 1)


def test_what_is_wrong_is_mended_counted_and_told_without_a_name(
    people: People, asking: Client, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows()
    with transaction() as session:
        session.execute(update(OpenReason).where(OpenReason.kind == AttentionKind.BOUNCED).values(place=0))
        wanted = OpenReason.kind == AttentionKind.CONTACT_WANTED
        session.execute(update(OpenReason).where(wanted).values(subject_id=uuid.uuid4()))
    assert rebuilding.rebuild_all().mended == 3  # one put right, one added, one taken away
    assert rows() == before
    assert "3 rows of practice" in caplog.text
    assert asking.name not in caplog.text
    caplog.clear()
    assert rebuilding.rebuild_all().mended == 0
    assert "reasons" not in caplog.text


def test_a_practice_that_moves_has_its_days_begin_elsewhere(people: People) -> None:
    enrol(people)
    query = select(OpenReason.shows_from).where(OpenReason.kind == AttentionKind.ENDING)
    before = db.session.scalars(query).one()
    practices.change(people.actor(people.owner), time_zone="Asia/Tokyo")
    assert db.session.scalars(query).one() == before - timedelta(hours=9)


def test_a_practice_that_is_new_has_its_list(people: People) -> None:
    assert people.practice.reasons_version == RULES_VERSION


def test_every_column_that_is_watched_is_one() -> None:
    for record, watches in WATCHED.items():
        for watch in watches:
            assert watch.columns <= set(record.__mapper__.columns.keys()), record


# --- at once, with commits that are real


def test_of_ten_wishes_and_their_endings_at_once_none_is_lost(live_app: Flask) -> None:
    people = make_people()
    program = enrol(people)
    with transaction() as session:
        session.add_all(sent_on_its_own_day(program, answer_id) for answer_id in ANSWERS_AT_ONCE)
    actor, client_id = people.actor(people.colleague), program.client_id
    at_once(live_app, [partial(wish, client_id, answer_id) for answer_id in ANSWERS_AT_ONCE])
    assert wishes() == ANSWERS_AT_ONCE
    done, left = set(list(ANSWERS_AT_ONCE)[:5]), set(list(ANSWERS_AT_ONCE)[5:])
    cases = [[ReasonCase(AttentionKind.CONTACT_WANTED, answer_id)] for answer_id in done]
    at_once(live_app, [partial(acts.handle, actor, client_id, case, None) for case in cases])
    assert wishes() == left
    assert rebuilding.rebuild_all().mended == 0


ANSWERS_AT_ONCE = {uuid.UUID(int=number) for number in range(1, 11)}


def sent_on_its_own_day(program: Program, answer_id: uuid.UUID) -> Checkin:
    day = FIRST.date() + DAY * answer_id.int
    values = {"practice_id": program.practice_id, "client_id": program.client_id, "program_id": program.id}
    state, kind = CheckinState.ANSWERED, CheckinKind.WEEKLY
    return Checkin(id=answer_id, kind=kind, local_date=day, due_at=FIRST, state=state, **values)


def wish(client_id: uuid.UUID, answer_id: uuid.UUID) -> None:
    with transaction() as session:
        checkin = session.get_one(Checkin, answer_id)
        session.add(
            CheckinAnswer(
                id=answer_id,
                practice_id=checkin.practice_id,
                client_id=client_id,
                checkin_id=checkin.id,
                contact_wanted=True,
                answered_at=FIRST,
            )
        )
        session.flush()
        time.sleep(0.05)  # the others write in between, where the database lets them


def at_once(app: Flask, acts: list[Callable[[], None]]) -> None:
    def act(each: Callable[[], None]) -> None:
        with app.app_context():
            each()

    db.session.rollback()  # what was read here would hold the others up
    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(act, acts))


def wishes() -> set[uuid.UUID]:
    query = select(OpenReason.subject_id).where(OpenReason.kind == AttentionKind.CONTACT_WANTED)
    found = set(db.session.scalars(query))
    db.session.rollback()
    return found
