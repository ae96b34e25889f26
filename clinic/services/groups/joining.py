"""A place in a course, asked for by its link: typed by anybody, confirmed by mail, decided once.

The page says the same to everybody; what the practice knows of an address is said in a mail to it alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from clinic.domain.consents import JOINING, ConsentHow, ConsentKind
from clinic.domain.courses import (
    KEPT_UNCONFIRMED,
    TAKES_IN,
    UNDECIDED,
    CourseDoor,
    RequestState,
    door,
    on_confirming,
)
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.search import sort_key
from clinic.domain.types import ClientKind, LinkPurpose, MailKind
from clinic.domain.words import say
from clinic.extensions import db
from clinic.mail.addresses import Address, parse_address
from clinic.models import (
    Client,
    ClientGroup,
    Course,
    CourseRequest,
    GroupMember,
    LinkToken,
    OutboxMessage,
    Practice,
)
from clinic.models.base import given
from clinic.services import access, audit, links, mail_standing
from clinic.services.actors import Actor
from clinic.services.clients import invitations, memberships, records
from clinic.services.clients.records import ClientDetails
from clinic.services.clock import now
from clinic.services.consents import acts as consents
from clinic.services.consents import texts
from clinic.services.consents.acts import Given
from clinic.services.groups import filling
from clinic.services.outbox import promises as outbox
from clinic.services.reach import across_practices
from clinic.services.transaction import one_at_a_time, transaction

TAKEN = say("Every place is taken. Give the course more places first, or wait until somebody leaves.")
MOST_LISTED = 200
_LISTED = (
    select(CourseRequest)
    .where(
        given(CourseRequest.practice_id),
        given(CourseRequest.course_id),
        CourseRequest.state.in_(UNDECIDED),
    )
    .order_by(CourseRequest.confirmed_at, CourseRequest.id)
    .limit(MOST_LISTED)
)


@dataclass(frozen=True, slots=True)
class CourseOffer:
    """What a link to join offers, and whether anybody gets in."""

    course: Course
    group: ClientGroup
    practice: Practice
    door: CourseDoor


@dataclass(frozen=True, slots=True)
class PlaceAsked:
    """What somebody typed who wants a place, and agreed to."""

    name: str
    address: Address
    time_zone: str
    mails: bool = False  # that they are written to, too


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """What the practice knows of the address of a request."""

    is_client: bool
    is_member: bool


def offer(code: str) -> CourseOffer:
    """What a code offers; NotFound for one that opens nothing, or nothing any more."""
    with across_practices("which course a link to join is of") as across:
        course = db.session.scalars(select(Course).where(Course.join_code == code)).one_or_none()
        if course is None:
            raise NotFound
        across.found(course.practice_id)
    return _offer(course)


def ask(code: str, asked: PlaceAsked) -> None:
    """Keep what was typed, and mail a link to the address: one row, and a mail an hour, however often."""
    with transaction():
        offered = offer(code)
        if offered.course.state not in TAKES_IN:
            return
        request = _kept(offered, asked)
        at = now()
        key = f"{MailKind.COURSE_PLACE}:{request.id.hex}:{at:%Y%m%d%H}"
        outbox.promise(request.practice_id, MailKind.COURSE_PLACE, key, course_request_id=request.id)


def request_of(secret: str) -> CourseRequest:
    """What a mailed link confirms; raises LinkProblem."""
    token = links.find(secret, LinkPurpose.COURSE_PLACE)
    return db.session.get_one(CourseRequest, token.course_request_id)


def offer_of(request: CourseRequest) -> CourseOffer:
    """What the course of a request offers now."""
    return _offer(db.session.get_one(Course, request.course_id))


def confirm(secret: str) -> CourseRequest:
    """The address is proved: decide, or let the practice decide. Pressed again it stays as it was decided."""
    with transaction():
        request = request_of(secret)
        one_at_a_time(Course, request.course_id)  # two at the last place
        db.session.refresh(request)
        if request.state is RequestState.UNCONFIRMED or _has_left(request):
            _decide(request, offer_of(request))
    return request


def way_in(request: CourseRequest) -> str | None:
    """The secret of a link to an account, for who has a place, no account, and wants no mail with one.

    Their address is proved: they have come by a link that was mailed to it.
    """
    with transaction():
        leader = filling.leader_of(db.session.get_one(Course, request.course_id))
        client = db.session.get(Client, request.client_id) if request.client_id else None
        if request.state is not RequestState.JOINED or client is None or leader is None:
            return None
        if client.user_id is not None or client.consented_at is not None:
            return None
        _, secret = invitations.hand_over(leader, client.id)
    return secret


def known(request: CourseRequest) -> KnownPlace:
    """What the practice knows of whoever asks. Two queries."""
    client = _client_of(request)
    course = db.session.get_one(Course, request.course_id)
    member = memberships.row_of(db.session.get_one(ClientGroup, course.group_id), client) if client else None
    return KnownPlace(client is not None, member is not None and member.left_at is None)


def waiting(actor: Actor, course: Course) -> Sequence[CourseRequest]:
    """Who waits for a place in a course, the earliest first; staff only. One query."""
    access.staff_only(actor)
    return db.session.scalars(_LISTED, {"practice_id": actor.practice_id, "course_id": course.id}).all()


def accept(actor: Actor, group_id: uuid.UUID, request_id: uuid.UUID) -> CourseRequest:
    """Give somebody a place; what a colleague has decided stays so. Raises RuleBroken. Staff only."""
    with transaction():
        request, course = _held(actor, group_id, request_id)
        if request.state in UNDECIDED:
            at_door = _offer(course).door
            if at_door is not CourseDoor.OPEN:
                raise RuleBroken(TAKEN if at_door is CourseDoor.FULL else filling.IS_OVER)
            _let_in(actor, course, request)
            request.decided_by, request.decided_at = actor.user_id, now()
            audit.record(actor, "course.accepted", client_id=request.client_id, subject_id=course.group_id)
    return request


def refuse(actor: Actor, group_id: uuid.UUID, request_id: uuid.UUID) -> CourseRequest:
    """Give somebody no place; what a colleague has decided stays so. Staff only."""
    with transaction():
        request, course = _held(actor, group_id, request_id)
        if request.state in UNDECIDED:
            request.state = RequestState.REFUSED
            request.decided_by, request.decided_at = actor.user_id, now()
            audit.record(actor, "course.refused", subject_id=course.group_id)
    return request


@across_practices("tidying up")
def tidy(at: datetime) -> None:
    """Delete what was typed more than seven days before `at` and never confirmed."""
    with transaction() as session:
        old = select(CourseRequest.id).where(
            CourseRequest.state == RequestState.UNCONFIRMED, CourseRequest.asked_at < at - KEPT_UNCONFIRMED
        )
        session.execute(delete(LinkToken).where(LinkToken.course_request_id.in_(old)))
        session.execute(delete(OutboxMessage).where(OutboxMessage.course_request_id.in_(old)))
        session.execute(delete(CourseRequest).where(CourseRequest.id.in_(old)))


def _offer(course: Course) -> CourseOffer:
    members = select(func.count()).where(
        GroupMember.practice_id == course.practice_id,
        GroupMember.group_id == course.group_id,
        GroupMember.left_at.is_(None),
    )
    at_door = door(course.state, db.session.scalar(members) or 0, course.places)
    group = db.session.get_one(ClientGroup, course.group_id)
    return CourseOffer(course, group, db.session.get_one(Practice, course.practice_id), at_door)


def _kept(offered: CourseOffer, asked: PlaceAsked) -> CourseRequest:
    course, wording = offered.course, texts.in_force(offered.practice)
    record_words = wording[ConsentKind.RECORD].text
    mail_words = wording[ConsentKind.MAIL].text if asked.mails else None
    if found := _of_address(course, asked.address):
        if found.state is RequestState.UNCONFIRMED:
            found.name, found.time_zone = asked.name, asked.time_zone
            found.asked_at = found.consented_at = now()
            found.record_words, found.mail_words = record_words, mail_words
        return found
    at = now()
    request = CourseRequest(
        id=uuid.uuid4(),
        practice_id=course.practice_id,
        course_id=course.id,
        name=asked.name,
        email=asked.address.typed,
        email_key=asked.address.key,
        time_zone=asked.time_zone,
        state=RequestState.UNCONFIRMED,
        asked_at=at,
        consented_at=at,
        record_words=record_words,
        mail_words=mail_words,
    )
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError:
        if found := _of_address(course, asked.address):  # by another press in the same moment
            return found
        raise
    return request


def _of_address(course: Course, address: Address) -> CourseRequest | None:
    query = select(CourseRequest).where(
        CourseRequest.practice_id == course.practice_id,
        CourseRequest.course_id == course.id,
        CourseRequest.email_key == address.key,
    )
    return db.session.scalars(query).one_or_none()


def _client_of(request: CourseRequest) -> Client | None:
    query = select(Client).where(
        Client.practice_id == request.practice_id, Client.email_key == request.email_key
    )
    return db.session.scalars(query).one_or_none()


def _has_left(request: CourseRequest) -> bool:
    return request.state is RequestState.JOINED and not known(request).is_member


def _decide(request: CourseRequest, offered: CourseOffer) -> None:
    course, client = offered.course, _client_of(request)
    leader = filling.leader_of(course)
    # whom a person has to look at: another name at an address we know, a record that is closed or locked
    is_odd = client is not None and (
        client.sort_key != sort_key(request.name)
        or not client.is_active
        or mail_standing.of_client(client, offered.practice).warning_open
    )
    becomes = on_confirming(offered.door, needs_approval=course.needs_approval or is_odd or leader is None)
    if becomes is None:
        return
    request.state, request.confirmed_at = becomes, now()
    audit.record_for(request.practice_id, audit.SYSTEM, "course.confirmed", subject_id=course.group_id)
    if becomes is RequestState.JOINED and leader is not None:
        _let_in(leader, course, request)


def _let_in(actor: Actor, course: Course, request: CourseRequest) -> None:
    client = _client_of(request) or _new_client(actor, request)
    practice = access.practice_of(actor)
    agreed = _agreed(request, practice)
    given = Given(ConsentHow.PAGE, request.name, at=request.consented_at, words=agreed)
    consents.note_given(actor, client, consents.give(client, practice, list(agreed), given))
    filling.join(actor, db.session.get_one(ClientGroup, course.group_id), client)
    request.state, request.client_id = RequestState.JOINED, client.id


def _agreed(request: CourseRequest, practice: Practice) -> Mapping[ConsentKind, str]:
    """What somebody agreed to who asked for a place, in its words."""
    if request.record_words is None:
        return dict.fromkeys(ConsentKind, JOINING.format(practice=practice.name))
    told = {ConsentKind.RECORD: request.record_words, ConsentKind.MAIL: request.mail_words}
    return {kind: words for kind, words in told.items() if words is not None}


def _new_client(actor: Actor, request: CourseRequest) -> Client:
    details = ClientDetails(
        name=request.name,
        email=parse_address(request.email, smtputf8=True),
        phone=None,
        time_zone=request.time_zone,
        kind=ClientKind.ONLINE,
    )
    return records.create(actor, access.practice_of(actor), details)


def _held(actor: Actor, group_id: uuid.UUID, request_id: uuid.UUID) -> tuple[CourseRequest, Course]:
    request = access.course_request_for(actor, request_id)
    course = db.session.get_one(Course, request.course_id)
    if course.group_id != group_id:
        raise NotFound
    one_at_a_time(Course, course.id)
    db.session.refresh(request)
    return request, course
