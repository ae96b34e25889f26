"""Reading the mails whose time has come, each with all that decides on it and all it says.

Columns, not records: a check-in mail is one row of one query, and most mails are check-ins.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache, cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, Table, and_, bindparam, func, literal_column, select
from sqlalchemy.orm import aliased, joinedload

from clinic.domain.channels import channel_of
from clinic.domain.mail_standing import OF_APPOINTMENTS
from clinic.domain.programs import status_on
from clinic.domain.progress import Span
from clinic.domain.sending import CHECKIN_MAILS
from clinic.domain.types import CheckinState, ClientStatus, MailChannel, MailKind, OutboxState, ProgramStatus
from clinic.extensions import db
from clinic.models import (
    Appointment,
    Checkin,
    Client,
    Course,
    CourseRequest,
    GroupMember,
    GroupMessage,
    Invitation,
    OutboxMessage,
    Practice,
    PracticeLog,
    PracticeReminder,
    Program,
    QuestionnaireRequest,
    StaffInvitation,
    User,
    WarningFlag,
    has_open_flag,
)
from clinic.models.base import points_at
from clinic.services import bulk, links
from clinic.services.bulk import Row
from clinic.services.clock import today_in
from clinic.services.programs import quiet

OF_GROUPS = frozenset({MailKind.COURSE_PLACE, MailKind.COURSE_WELCOME, MailKind.GROUP_MESSAGE})


class DueMailRow(NamedTuple):
    """The outbox's row, as far as it matters here."""

    id: uuid.UUID
    practice_id: uuid.UUID
    kind: MailKind
    client_id: uuid.UUID | None
    checkin_id: uuid.UUID | None
    local_date: date | None
    day_key: str | None
    due_at: datetime
    start_by: datetime | None
    not_after: datetime
    attempts: int
    smtp_reply: str | None


class Recipient(NamedTuple):
    """The client a mail is about."""

    id: uuid.UUID
    name: str
    email: str | None
    time_zone: str
    status: ClientStatus
    consented_at: datetime | None
    mail_withdrawn_at: datetime | None
    unsubscribed_at: datetime | None
    messages_stopped_at: datetime | None
    bounced_at: datetime | None
    waking_from: time | None
    waking_until: time | None


@dataclass
class DueMail:
    """A promised mail whose time has come. Check-ins have a state, other mails what they are about."""

    mail: DueMailRow
    practice: Practice
    client: Recipient | None
    checkin: CheckinState | None
    program: ProgramStatus | None
    warning_open: bool
    user: User | None = None
    invitation: Invitation | None = None
    inviter: User | None = None
    staff_invitation: StaffInvitation | None = None
    flag: WarningFlag | None = None
    asking: QuestionnaireRequest | None = None
    course: Course | None = None  # of a welcome
    place: CourseRequest | None = None
    message: GroupMessage | None = None
    writer: User | None = None  # of the message
    appointment: Appointment | None = None
    is_member: bool = True  # of the group that the mail is about
    is_wished: bool = True  # of a reminder to practise: still, and nothing is logged of its day
    asks_why: bool = False  # a check-in in a silence that nobody has explained
    first_mail: uuid.UUID | None = None  # of a reminder: the mail it reminds of, and when that went out
    sent_at: datetime | None = None
    to_address: str | None = None  # where one goes that is for another address than the account's
    links: list[Row] = field(default_factory=list)  # made while it was written; added with the batch's

    @property
    def address(self) -> str | None:
        """Where it goes, as it stands now: a mistyped address put right is used at the next try."""
        if self.invitation is not None:
            return self.invitation.email
        if self.place is not None:
            return self.place.email
        if self.staff_invitation is not None:
            return self.staff_invitation.email
        if self.mail.kind is MailKind.ADDRESS_NOTICE:
            return self.to_address
        if self.user is not None and self.mail.kind is MailKind.ADDRESS_PROOF:
            return self.user.new_email or self.user.email
        if self.user is not None:
            return self.user.email
        return self.client.email if self.client else None

    @cached_property
    def stop_secret(self) -> str:
        """What stops this sort of mail to this client."""
        assert self.client is not None
        channel = channel_of(self.mail.kind) or MailChannel.CHECKINS
        return links.sign_unsubscribe(self.client.id, channel)

    @cached_property
    def stop_link(self) -> str:
        """The client's own unsubscribe page: in the header, and at the foot of both parts."""
        return links.secret_address("public.unsubscribe.show", self.stop_secret)


# Tables, not models: past the session a statement costs a third, and is known from the first time on.
_mail, _client = bulk.table_of(OutboxMessage), bulk.table_of(Client)
_checkin, _program = bulk.table_of(Checkin), bulk.table_of(Program)
_practice = bulk.table_of(Practice)
_MAIL = [_mail.c[name] for name in DueMailRow._fields]
_RECIPIENT = [_client.c[name] for name in Recipient._fields]
_PROGRAM = [_program.c[name] for name in ("status", "starts_on", "ends_on", "paused_from", "paused_until")]
_BEHIND = len(_MAIL) + len(_RECIPIENT)


def _of(table: Table, key: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(table.c.practice_id == _mail.c.practice_id, table.c.id == key)


_IS_DUE = and_(_mail.c.state == OutboxState.READY, _mail.c.due_at <= bindparam("at"))
_WARNING_OPEN = has_open_flag(_mail.c.practice_id, _mail.c.client_id)
_ANY = select(_mail.c.id).where(_IS_DUE).limit(1)
_WITH_ALL = select(*_MAIL, *_RECIPIENT, *_PROGRAM, _checkin.c.state, _WARNING_OPEN).select_from(
    _mail.outerjoin(_client, _of(_client, _mail.c.client_id))
    .outerjoin(_checkin, _of(_checkin, _mail.c.checkin_id))
    .outerjoin(_program, _of(_program, _checkin.c.program_id))
)
_HELD = _WITH_ALL.where(_mail.c.lease_token == bindparam("token"), _mail.c.state == OutboxState.LEASED)


def any_at(at: datetime) -> bool:
    """Whether a mail's time has come."""
    return db.session.execute(_ANY, {"at": at}).first() is not None


def take(at: datetime, most: int) -> list[DueMail]:
    """The mails due longest, locked for the caller's transaction; what another worker holds is left out."""
    db.session.flush()
    dues = _read(db.session.execute(_due_longest(most), {"at": at}).all())
    _complete_silent([due for due in dues if due.mail.kind in CHECKIN_MAILS and not due.warning_open], at)
    return dues


def held(token: uuid.UUID) -> list[DueMail]:
    """The mails of a batch that are still in its holder's hands, as things stand now."""
    return _read(db.session.execute(_HELD, {"token": token}).all())


@cache
def _due_longest(most: int) -> Select[Any]:
    return (
        _WITH_ALL.where(_IS_DUE)
        .order_by(_mail.c.due_at, _mail.c.id)
        # written out: for a number it does not know PostgreSQL would plan anew each time
        .limit(literal_column(str(most), Integer))
        # two workers take different rows; SQLite has one writer and needs no such word
        .with_for_update(skip_locked=True, of=_mail)
    )


def _read(rows: Sequence[Any]) -> list[DueMail]:
    practices = _practices({row.practice_id for row in rows})
    dues = [_due(row, practices) for row in rows]
    _complete([due for due in dues if due.mail.kind not in CHECKIN_MAILS])
    _complete_groups([due for due in dues if due.mail.kind in OF_GROUPS])
    _complete_appointments([due for due in dues if due.mail.kind in OF_APPOINTMENTS])
    _complete_reminders([due for due in dues if due.mail.kind == MailKind.REMINDER])
    _complete_practice([due for due in dues if due.mail.kind == MailKind.PRACTICE_REMINDER])
    return dues


def _due(row: Any, practices: dict[uuid.UUID, Practice]) -> DueMail:
    mail = DueMailRow(*row[: len(_MAIL)])
    client = Recipient(*row[len(_MAIL) : _BEHIND]) if row[len(_MAIL)] else None
    *dates, checkin, warning_open = row[_BEHIND:]
    program = _program_today(client, *dates) if client and dates[0] else None
    return DueMail(mail, practices[mail.practice_id], client, checkin, program, warning_open)


def _program_today(
    client: Recipient,
    stored: ProgramStatus,
    starts_on: date,
    ends_on: date | None,
    paused_from: date | None,
    paused_until: date | None,
) -> ProgramStatus:
    pause = Span(paused_from, paused_until) if paused_from else None
    return status_on(today_in(client.time_zone), stored, starts_on=starts_on, ends_on=ends_on, pause=pause)


def _practices(ids: set[uuid.UUID]) -> dict[uuid.UUID, Practice]:
    if not ids:
        return {}
    rows = db.session.execute(_these_practices(lists=bulk.takes_lists()), {"ids": bulk.keys(ids)})
    # to be read only: they belong to no session
    return {row.id: Practice(**row._mapping) for row in rows}


@cache
def _these_practices(*, lists: bool) -> Select[Any]:
    return select(_practice).where(bulk.among_named(_practice.c.id, "ids", lists=lists))


def _complete(dues: Sequence[DueMail]) -> None:
    """What mails other than check-ins are about."""
    if not dues:
        return
    inviter = aliased(User)
    query = (
        select(
            OutboxMessage.id,
            OutboxMessage.to_address,
            User,
            Invitation,
            inviter,
            StaffInvitation,
            WarningFlag,
            QuestionnaireRequest,
        )
        .outerjoin(User, points_at(OutboxMessage.user_id, User))
        .outerjoin(Invitation, points_at(OutboxMessage.invitation_id, Invitation))
        .outerjoin(StaffInvitation, points_at(OutboxMessage.staff_invitation_id, StaffInvitation))
        .outerjoin(inviter, _invited_by(inviter))
        .outerjoin(WarningFlag, points_at(OutboxMessage.flag_id, WarningFlag))
        .outerjoin(
            QuestionnaireRequest, points_at(OutboxMessage.questionnaire_request_id, QuestionnaireRequest)
        )
        .where(OutboxMessage.id.in_([due.mail.id for due in dues]))
        .execution_options(populate_existing=True)
    )
    rows: Any = db.session.execute(query)
    found = {row[0]: row[1:] for row in rows}
    for due in dues:
        due.to_address, due.user, due.invitation, due.inviter, *rest = found[due.mail.id]
        due.staff_invitation, due.flag, due.asking = rest


def _invited_by(inviter: type[User]) -> ColumnElement[bool]:
    return and_(
        inviter.practice_id == OutboxMessage.practice_id,
        inviter.id == func.coalesce(Invitation.created_by, StaffInvitation.created_by),
    )


def _complete_groups(dues: Sequence[DueMail]) -> None:
    """What mails to members of groups are about, and whether they still stand in them."""
    if not dues:
        return
    writer, group_id = aliased(User), func.coalesce(OutboxMessage.group_id, GroupMessage.group_id)
    member = select(GroupMember.id).where(
        GroupMember.practice_id == OutboxMessage.practice_id,
        GroupMember.group_id == group_id,
        GroupMember.client_id == OutboxMessage.client_id,
        GroupMember.left_at.is_(None),
    )
    query = (
        select(OutboxMessage.id, GroupMessage, writer, Course, CourseRequest, member.exists())
        .outerjoin(GroupMessage, points_at(OutboxMessage.group_message_id, GroupMessage))
        .outerjoin(writer, points_at(GroupMessage.written_by, writer))
        .outerjoin(Course, and_(Course.practice_id == OutboxMessage.practice_id, Course.group_id == group_id))
        .outerjoin(CourseRequest, points_at(OutboxMessage.course_request_id, CourseRequest))
        .where(OutboxMessage.id.in_([due.mail.id for due in dues]))
        .execution_options(populate_existing=True)
    )
    rows: Any = db.session.execute(query)
    found = {row[0]: row[1:] for row in rows}
    for due in dues:
        due.message, due.writer, due.course, due.place, due.is_member = found[due.mail.id]


def _complete_appointments(dues: Sequence[DueMail]) -> None:
    """Which appointments mails are about, as they stand now."""
    if not dues:
        return
    query = (
        select(OutboxMessage.id, Appointment)
        .join(Appointment, points_at(OutboxMessage.appointment_id, Appointment))
        .where(OutboxMessage.id.in_([due.mail.id for due in dues]))
        .options(joinedload(Appointment.client), joinedload(Appointment.with_whom))
        .execution_options(populate_existing=True)
    )
    rows: Any = db.session.execute(query)
    found = {row[0]: row[1] for row in rows}
    for due in dues:
        due.appointment = found.get(due.mail.id)


def _complete_reminders(dues: Sequence[DueMail]) -> None:
    """What reminders remind of."""
    if not dues:
        return
    query = (
        select(Checkin.id, Checkin.sent_at, OutboxMessage.id)
        .outerjoin(
            OutboxMessage,
            and_(
                points_at(OutboxMessage.checkin_id, Checkin),
                OutboxMessage.kind == MailKind.CHECKIN,
            ),
        )
        .where(Checkin.id.in_([due.mail.checkin_id for due in dues]))
    )
    rows: Any = db.session.execute(query)
    found = {row[0]: row[1:] for row in rows}
    for due in dues:
        due.sent_at, due.first_mail = found[due.mail.checkin_id]


def _complete_silent(dues: Sequence[DueMail], at: datetime) -> None:
    """Which check-ins ask why their client stopped."""
    asked = quiet.by_mail({due.client.id: due.mail.practice_id for due in dues if due.client}, at)
    for due in dues:
        due.asks_why = due.client is not None and due.client.id in asked


def _complete_practice(dues: Sequence[DueMail]) -> None:
    """Which reminders to practise are wished for still, by clients who have logged nothing that day."""
    if not dues:
        return
    logged = select(PracticeLog.id).where(
        PracticeLog.practice_id == OutboxMessage.practice_id,
        PracticeLog.client_id == OutboxMessage.client_id,
        PracticeLog.local_date == OutboxMessage.local_date,
    )
    query = (
        select(OutboxMessage.id)
        .join(
            PracticeReminder,
            and_(
                PracticeReminder.practice_id == OutboxMessage.practice_id,
                PracticeReminder.client_id == OutboxMessage.client_id,
            ),
        )
        .where(
            OutboxMessage.id.in_([due.mail.id for due in dues]),
            PracticeReminder.stopped_at.is_(None),
            ~logged.exists(),
        )
    )
    wished = set(db.session.scalars(query))
    for due in dues:
        due.is_wished = due.mail.id in wished
