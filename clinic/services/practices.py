"""The practice itself: its beginning, its numbers and its people."""

from __future__ import annotations

import hmac
import uuid
from base64 import b32encode
from dataclasses import dataclass
from datetime import date, time
from functools import partial
from itertools import chain
from typing import Any

from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from clinic.domain.access import Permission
from clinic.domain.answer_promise import USUAL_DAYS, USUAL_WEEK, promise_problems
from clinic.domain.attention import ASSESS_EVERY, assess_every_problems
from clinic.domain.cleaning import has_private_signs
from clinic.domain.errors import RuleBroken, must_hold
from clinic.domain.load import USUAL_LIMIT, DayLoad, load_limit_problems
from clinic.domain.own_answers import word_problems
from clinic.domain.pain_rule import CEILING
from clinic.domain.types import Role
from clinic.domain.words import say
from clinic.domain.zones import zone_problem
from clinic.extensions import db
from clinic.mail.addresses import Address
from clinic.mail.headers import MailRefused, clean
from clinic.models import Practice, User
from clinic.services import audit, bulk, mail_setup
from clinic.services.access import practice_of, user_for
from clinic.services.accounts import passwords
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.checkins import schedules
from clinic.services.clock import now
from clinic.services.mail_setup import MailServerDetails
from clinic.services.outbox import promises as outbox
from clinic.services.reach import across_practices
from clinic.services.reasons import rebuilding
from clinic.services.routines import publishing as routines
from clinic.services.transaction import after_commit, release, transaction
from config import Settings

LONGEST_ADDRESS = 300
CODE_SIGNS = 16  # 80 bits
WAKING = {"waking_from", "waking_until"}

# when its days begin, which pain asks for somebody, and when an assessment is due
RULED_BY = frozenset({"time_zone", "pain_ceiling", "assess_every_weeks"})


@dataclass(frozen=True, slots=True)
class PracticeDetails:
    """What a practice says of itself. The numbers stand in every mail and beside every warning sign."""

    name: str
    time_zone: str
    phone: str
    email: str | None
    emergency_number: str
    urgent_number: str
    waking_from: time = time(8)
    waking_until: time = time(20)
    pain_ceiling: int = CEILING  # of 10: from here on clients are told to stop
    load_minutes: int = USUAL_LIMIT.minutes  # a day, above which whoever assigns is warned
    load_moves: int = USUAL_LIMIT.moves
    address: str | None = None  # lines of text, on paper
    assess_every_weeks: int = ASSESS_EVERY  # from one assessment to the next; 0: nobody is reminded
    answer_days: int = USUAL_DAYS  # working days until a message is answered; 0: nothing is promised
    works_on: str = USUAL_WEEK  # ISO weekdays, Monday is 1
    closed_from: date | None = None
    closed_until: date | None = None  # the last closed day
    answers_word: str | None = None  # of its public page of answers; None: there is none


@across_practices("whether there is a practice")
def exists() -> bool:
    """Whether this installation has a practice; if not, the first visit begins one."""
    return db.session.scalar(select(Practice.id).limit(1)) is not None


@across_practices("whether there is a practice")
def names() -> list[str]:
    """What the practices of this installation are called, the oldest first."""
    return list(db.session.scalars(select(Practice.name).order_by(Practice.created_at)))


def set_up_code() -> str | None:
    """What the first visit has to know, where anybody could come first; None outside production.

    It follows from the installation's secret, so that all its processes know it.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.production:
        return None
    told = hmac.digest(settings.secret_key.encode(), b"set-up code", "sha256")
    code = b32encode(told).decode().lower()[:CODE_SIGNS]
    return "-".join(code[at : at + 4] for at in range(0, CODE_SIGNS, 4))


def is_set_up_code(typed: str) -> bool:
    """Whether somebody knows it, however they space it."""
    code = set_up_code()
    known = "".join(sign for sign in typed.casefold() if sign.isalnum())
    return code is None or hmac.compare_digest(known.encode(), code.replace("-", "").encode())


@across_practices("whether there is a practice")
def all_made_up() -> bool:
    """Whether there is nobody here but the people of the demonstration."""
    real = select(Practice.id).where(Practice.is_demo.is_(False)).limit(1)
    return db.session.scalar(real) is None


@across_practices("whether there is a practice")
def only_one() -> Practice | None:
    """The practice of an installation that has exactly one: its name may stand where nobody has signed in."""
    found = db.session.scalars(select(Practice).limit(2)).all()
    return found[0] if len(found) == 1 else None


@across_practices("what a practice's app is called")
def name_of(practice_id: uuid.UUID) -> str | None:
    """What a practice calls itself; its pages say so to whoever opens them. None where there is none."""
    return db.session.scalar(select(Practice.name).where(Practice.id == practice_id))


@across_practices("a practice begins")
def begin(
    details: PracticeDetails,
    owner_name: str,
    owner_address: Address,
    password: str,
    *,
    mail: MailServerDetails | None = None,
    is_demo: bool = False,
    only_first: bool = False,
) -> User:
    """Begin a practice with its owner's account and the routine of the catalogue as a draft."""
    accounts.check_password(password, owner_address.typed, owner_name)
    release()
    password_hash = passwords.hashed(password)
    with transaction() as session:
        if only_first:
            _lock_practices()
            _refuse_second()
        practice = Practice(is_demo=is_demo, created_at=now())
        _apply(practice, details)
        session.add(practice)
        session.flush()
        owner = accounts.add_staff(practice, Role.OWNER, owner_name, owner_address, password_hash)
        routines.begin_with_catalogue(practice)
        audit.record(accounts.actor_of(owner), "practice.begun", subject_id=practice.id)
        if mail is not None:
            session.flush()
            mail_setup.set_server(accounts.actor_of(owner), mail)
    return owner


def begin_first(
    details: PracticeDetails,
    owner_name: str,
    owner_address: Address,
    password: str,
    *,
    mail: MailServerDetails | None = None,
) -> User:
    """Begin the first practice of an installation through its web page; refused once there is one."""
    _refuse_second()
    return begin(details, owner_name, owner_address, password, mail=mail, only_first=True)


def change(actor: Actor, **values: Any) -> None:
    """Change some of what the practice says of itself, by the names of PracticeDetails; owners only.

    What is not named stays as it is, so two pages that are open at once do not undo each other.
    """
    if not actor.may(Permission.CHANGE_PRACTICE):
        raise RuleBroken(say("Only the owner of the practice can change these details."))
    with transaction():
        practice = practice_of(actor)
        held = {name: getattr(practice, name) for name in PracticeDetails.__slots__}
        before = {name: str(value or "") for name, value in held.items()}
        _apply(practice, PracticeDetails(**{**held, **values}))
        _keep()
        after = {name: str(getattr(practice, name) or "") for name in PracticeDetails.__slots__}
        changed = audit.changes(before, after)
        if RULED_BY & changed.keys():
            after_commit("reasons", partial(_rebuild, practice.id))
        if WAKING & changed.keys():
            schedules.plan_practice_again(practice)
        if changed:
            audit.record(actor, "practice.changed", subject_id=practice.id, changed=changed)


def _keep() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        raise RuleBroken(say("Another practice has this word. Choose another one."), "answers_word") from None


def set_up_mail(actor: Actor, details: MailServerDetails, reply_to: str) -> None:
    """Set the mail server and where answers go, both or neither; owners only."""
    with transaction():
        mail_setup.set_server(actor, details)
        _reply_to(actor, reply_to)


def change_reply_address(actor: Actor, reply_to: str) -> None:
    """Set where answers to the practice's mail go; owners only."""
    if not actor.may(Permission.CHANGE_PRACTICE):
        raise RuleBroken(say("Only the owner of the practice can change these details."))
    with transaction():
        _reply_to(actor, reply_to)


def send_test_mail(actor: Actor) -> str:
    """Promise a mail to whoever asks, to see that mail arrives; returns the address it goes to."""
    with transaction():
        person = user_for(actor, actor.user_id)
        outbox.promise_test_mail(person)
        audit.record(actor, "mail.tested")
    return person.email


def _reply_to(actor: Actor, address: str) -> None:
    practice = practice_of(actor)
    if practice.email != address:
        changed = {"email": [practice.email or "", address]}
        practice.email = address
        audit.record(actor, "practice.changed", subject_id=practice.id, changed=changed)


def _rebuild(practice_id: uuid.UUID) -> None:
    rebuilding.rebuild(practice_id)


def _refuse_second() -> None:
    if exists():
        raise RuleBroken(say("This installation has its practice already. Please sign in."))


def _lock_practices() -> None:
    # there is no row yet that could be locked; SQLite has one writer anyway
    if bulk.on_postgres():
        db.session.execute(text("LOCK TABLE practice IN SHARE ROW EXCLUSIVE MODE"))


def name_problem(name: str) -> str | None:
    """Why a practice cannot be called so; None where it can."""
    try:
        clean("From", name)
    except MailRefused:
        return say("Leave “=?” out of the name: no mail could carry it.")
    if has_private_signs(name):
        return say("A sign in the name exists in one typeface only. Leave it out.")
    return None


def hours_problem(waking_from: time, waking_until: time) -> str | None:
    """What is wrong with the hours in which mail may arrive; None where nothing is."""
    return None if waking_from < waking_until else say("The last hour has to be later than the first.")


def _apply(practice: Practice, details: PracticeDetails) -> None:
    if problem := name_problem(details.name):
        raise RuleBroken(problem, "name")
    if problem := zone_problem(details.time_zone):
        raise RuleBroken(say("%(problem)s.", problem=problem), "time_zone")
    if problem := hours_problem(details.waking_from, details.waking_until):
        raise RuleBroken(problem, "waking_until")
    must_hold(
        chain(
            load_limit_problems(DayLoad(details.load_minutes, details.load_moves)),
            assess_every_problems(details.assess_every_weeks),
            promise_problems(
                details.answer_days, details.works_on, details.closed_from, details.closed_until
            ),
            word_problems(details.answers_word),
        )
    )
    for name in PracticeDetails.__slots__:
        setattr(practice, name, getattr(details, name))


def staff(actor: Actor) -> list[User]:
    """The people of the practice who may sign in, clients aside."""
    query = (
        select(User).where(User.practice_id == actor.practice_id, User.works_here).order_by(User.created_at)
    )
    return list(db.session.scalars(query)) if actor.is_staff else []
