"""The second step at sign-in: setting it up, taking it, recovery codes, and taking it off."""

from __future__ import annotations

import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import ColumnElement, CursorResult, Update, and_, delete, func, select, update

from clinic.domain import second_step as rules
from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, RuleBroken
from clinic.domain.words import say, say_many
from clinic.extensions import db
from clinic.models import Authenticator, Passkey, RecoveryCode, User
from clinic.services import access, audit, sealing
from clinic.services.accounts import passkeys, sessions
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.links import digest
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import one_at_a_time, transaction

PURPOSE = "second step"
WRONG = say("That code is not right, or it was used before. Take the one the app shows now.")
UNREADABLE = say("The app cannot be checked here any more. Take a recovery code, and set the app up again.")


@dataclass(frozen=True, slots=True)
class SecondStepState:
    """What somebody has set up."""

    app_since: datetime | None
    passkeys: list[Passkey]
    codes_left: int
    is_required: bool


@dataclass(frozen=True, slots=True)
class AppToSetUp:
    """What an app needs to show codes: by hand, or as an address in a QR code."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class SetUpDone:
    """The session's new secret, and recovery codes that can be shown only now; none where there were some."""

    session_secret: str
    codes: tuple[str, ...]


def state(actor: Actor) -> SecondStepState:
    """What the signed-in person has set up."""
    since = select(Authenticator.confirmed_at).where(_app_of(actor), Authenticator.confirmed_at.is_not(None))
    keys, required = passkeys.of(accounts.own(actor)), sessions.wants_second_step(access.practice_of(actor))
    return SecondStepState(db.session.scalar(since), keys, _codes_left(actor), required)


def begin_app(actor: Actor) -> None:
    """Make the secret of an app to be set up; one that was begun before is forgotten."""
    with transaction():
        one_at_a_time(User, actor.user_id)
        db.session.execute(delete(Authenticator).where(_app_of(actor), Authenticator.confirmed_at.is_(None)))
        app_id = uuid.uuid4()
        sealed = sealing.seal(PURPOSE, place(app_id, actor.user_id), pyotp.random_base32())
        db.session.add(
            Authenticator(
                id=app_id,
                practice_id=actor.practice_id,
                user_id=actor.user_id,
                sealed=sealed,
                created_at=now(),
            )
        )


def app_to_set_up(actor: Actor) -> AppToSetUp | None:
    """The app that is being set up; None where none is."""
    row = _app_being_set_up(actor)
    try:
        secret = _secret(row) if row else None
    except RuleBroken:
        secret = None
    if secret is None:
        return None
    user, practice = accounts.own(actor), access.practice_of(actor)
    address = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=practice.name)
    return AppToSetUp(secret, address)


def confirm_app(actor: Actor, session_id: uuid.UUID, typed: str) -> SetUpDone:
    """Take the app that is being set up, shown by its first code, in place of an earlier one.

    Other browsers of the account are signed out; raises RuleBroken if the code is wrong.
    """
    with transaction():
        user, row = _locked(actor.user_id), _app_being_set_up(actor)
        if row is None:
            raise RuleBroken(say("Begin again: show the picture to the app once more."))
        right = _is_free(user) and _use_app(row, typed)
        done = None
        if right:
            earlier = and_(_app_of(actor), Authenticator.id != row.id)
            db.session.execute(delete(Authenticator).where(earlier))
            row.confirmed_at = now()
            done = _set_up(actor, user, session_id, "app")
        _count(user, right=right)
        refusal = _refusal(user)
    if done is None:
        raise RuleBroken(refusal, "code")
    return done


def add_passkey(actor: Actor, session_id: uuid.UUID, answer: str, device: str) -> SetUpDone:
    """Take the passkey that a browser has made; raises RuleBroken if its answer is not right."""
    with transaction():
        user = _locked(actor.user_id)
        passkeys.add(user, session_id, answer, device)
        return _set_up(actor, user, session_id, "passkey")


def remove_passkey(actor: Actor, passkey_id: uuid.UUID) -> None:
    """Forget a passkey of one's own; raises RuleBroken where it is the last way of a second step."""
    with transaction():
        user = _locked(actor.user_id)
        keys = passkeys.of(user)
        gone = next((key for key in keys if key.id == passkey_id), None)
        if gone is None:
            raise RuleBroken(say("That passkey is forgotten already."))
        has_app = select(Authenticator.id).where(_app_of(actor), Authenticator.confirmed_at.is_not(None))
        if len(keys) == 1 and db.session.scalar(has_app) is None:
            raise RuleBroken(
                say("It is your only second step. Set up another one first, or take the step off.")
            )
        db.session.delete(gone)
        audit.record(actor, "second_step.passkey_removed", subject_id=user.id)


def new_codes(actor: Actor) -> tuple[str, ...]:
    """A new set of recovery codes in place of the earlier one; they can be shown only now."""
    with transaction():
        user = _locked(actor.user_id)
        if user.second_step_since is None:
            raise RuleBroken(say("Set up a second step first."))
        codes = _renew_codes(user)
        audit.record(actor, "recovery_codes.renewed", subject_id=user.id)
    return codes


def enter(waiting_secret: str, typed: str = "", passkey: str = "") -> str | None:
    """Take the second step after the password; returns the secret of the session that begins.

    None where there is no browser that waits for it any more; raises RuleBroken if the code is wrong.
    """
    waiting = sessions.waiting(waiting_secret)
    if waiting is None:
        return None
    with transaction():
        user = _locked(waiting.user_id)
        way = _right_way(user, waiting.session_id, typed, passkey)
        _count(user, right=way is not None)
        refusal, secret = _refusal(user, passkey), None
        if way is not None:
            secret = sessions.go_on(waiting, user)
            audit.record(accounts.actor_of(user), "session.began", how=way)
    if secret is None:
        raise RuleBroken(refusal, "code")
    return secret


def waits_with_passkeys(waiting_secret: str) -> bool:
    """Whether whoever waits for the second step has a passkey to take it with."""
    waiting = sessions.waiting(waiting_secret)
    return waiting is not None and bool(passkeys.of(db.session.get_one(User, waiting.user_id)))


def options_while_waiting(waiting_secret: str) -> str | None:
    """What a browser that waits for the second step is asked for; None where none waits."""
    waiting = sessions.waiting(waiting_secret)
    if waiting is None:
        return None
    return passkeys.options_to_use(db.session.get_one(User, waiting.user_id), waiting.session_id)


def prove(actor: Actor, session_id: uuid.UUID, typed: str = "", passkey: str = "") -> str:
    """Show by a code or a passkey who sits there; returns the session's new secret, raises RuleBroken."""
    with transaction():
        user = _locked(actor.user_id)
        way = _right_way(user, session_id, typed, passkey)
        _count(user, right=way is not None)
        refusal, secret = _refusal(user, passkey), None
        if way is not None:
            secret = sessions.prove(session_id)
            audit.record(actor, "session.proven", how=way)
    if secret is None:
        raise RuleBroken(refusal, "code")
    return secret


def remove(actor: Actor, session_id: uuid.UUID) -> None:
    """Take one's own second step off; raises RuleBroken where the practice wants one of everybody."""
    with transaction():
        user = _locked(actor.user_id)
        if sessions.wants_second_step(access.practice_of(actor)):
            raise RuleBroken(
                say("The practice asks everybody for a second step. Set up another app instead.")
            )
        _take_off(user)
        sessions.end_all(user, but=session_id)
        audit.record(actor, "second_step.removed", subject_id=user.id)


def reset(actor: Actor, user_id: uuid.UUID) -> User:
    """Take a colleague's second step off, whose phone is gone; owners only. They are told by mail."""
    if not actor.may(Permission.HELP_SIGN_IN):
        raise Forbidden("Only the owner resets a second step.")
    with transaction():
        user = access.user_for(actor, user_id)
        if user.id == actor.user_id:
            raise RuleBroken(say("Change your own second step on the page of your account."))
        _locked(user.id)
        if user.second_step_since is None:
            raise RuleBroken(say("%(name)s has no second step.", name=user.name))
        _take_off(user)
        sessions.end_all(user)
        audit.record(actor, "second_step.reset", subject_id=user.id)
    return user


def reset_for(user: User, who: str) -> None:
    """The same from the command line, within the caller's transaction."""
    _locked(user.id)
    _take_off(user)
    sessions.end_all(user)
    audit.record_for(user.practice_id, who, "second_step.reset", subject_id=user.id)


def require(actor: Actor, *, required: bool) -> None:
    """Want a second step of everybody who works here, or of nobody; owners only."""
    if not actor.may(Permission.CHANGE_PRACTICE):
        raise Forbidden("Only the owner of the practice can change this.")
    with transaction():
        practice = access.practice_of(actor)
        if sessions.wants_second_step(practice) != required:
            practice.second_step_required = required
            audit.record(actor, "second_step.required", subject_id=practice.id, required=required)


def _set_up(actor: Actor, user: User, session_id: uuid.UUID, how: str) -> SetUpDone:
    """What follows once a way of the second step has shown that it works."""
    user.second_step_since = user.second_step_since or now()
    sessions.end_all(user, but=session_id)
    secret = sessions.prove(session_id, by_second_step=True)
    codes = () if _codes_left(actor) else _renew_codes(user)
    audit.record(actor, "second_step.set_up", subject_id=user.id, how=how)
    return SetUpDone(secret, codes)


def _take_off(user: User) -> None:
    for kind in (Authenticator, Passkey, RecoveryCode):
        db.session.execute(delete(kind).where(_of(kind, user)))
    user.second_step_since = user.no_code_before = None
    user.wrong_codes = 0
    outbox.promise_second_step_reset(user)


def _locked(user_id: uuid.UUID) -> User:
    """The account, held until the transaction ends: codes are looked at one after the other."""
    one_at_a_time(User, user_id)
    return db.session.get_one(User, user_id, populate_existing=True)


def _right_way(user: User, session_id: uuid.UUID, typed: str, passkey: str) -> str | None:
    """What a code is one of, now used up; None where it is wrong, or too many were.

    A passkey cannot be guessed, so it works however many codes were wrong.
    """
    if passkey:
        return "passkey" if passkeys.use(user, session_id, passkey) else None
    plain = rules.plain_code(typed)
    if not _is_free(user):
        return None
    if not rules.is_app_code(plain):
        return "recovery_code" if _use_recovery_code(user, plain) else None
    query = select(Authenticator).where(_of(Authenticator, user), Authenticator.confirmed_at.is_not(None))
    row = db.session.scalar(query)
    return "app" if row is not None and _use_app(row, typed) else None


def _is_free(user: User) -> bool:
    return user.no_code_before is None or user.no_code_before <= now()


def _count(user: User, *, right: bool) -> None:
    if right:
        user.wrong_codes, user.no_code_before = 0, None
    elif _is_free(user):
        user.wrong_codes += 1
        wait = rules.wait_after(user.wrong_codes)
        user.no_code_before = now() + wait if wait else None


def _refusal(user: User, passkey: str = "") -> str:
    if passkey:
        return passkeys.WRONG
    if user.no_code_before is None or _is_free(user):
        return WRONG
    minutes = -(-int((user.no_code_before - now()).total_seconds()) // 60)
    return say_many(
        "Too many codes were wrong. Wait 1 minute, then try again.",
        "Too many codes were wrong. Wait %(number)s minutes, then try again.",
        max(1, minutes),
    )


def _use_app(row: Authenticator, typed: str) -> bool:
    """Whether a code is one of this app that was never used; it is used up by this."""
    plain = rules.plain_code(typed)
    if not rules.is_app_code(plain):
        return False
    codes = pyotp.TOTP(_secret(row))
    for step in rules.usable_steps(now(), row.last_step):
        if hmac.compare_digest(codes.generate_otp(step), plain):
            # the condition is in the UPDATE: of the same code twice at once, one gets through
            return _changed(
                update(Authenticator)
                .where(Authenticator.id == row.id, Authenticator.last_step < step)
                .values(last_step=step)
            )
    return False


def _use_recovery_code(user: User, plain: str) -> bool:
    return _changed(
        update(RecoveryCode)
        .where(
            _of(RecoveryCode, user), RecoveryCode.code_hash == digest(plain), RecoveryCode.used_at.is_(None)
        )
        .values(used_at=now())
    )


def _renew_codes(user: User) -> tuple[str, ...]:
    db.session.execute(delete(RecoveryCode).where(_of(RecoveryCode, user)))
    codes = [_random_code() for _ in range(rules.RECOVERY_CODES)]
    about = {"practice_id": user.practice_id, "user_id": user.id, "created_at": now()}
    db.session.add_all(RecoveryCode(code_hash=digest(code), **about) for code in codes)
    return tuple(map(rules.in_groups, codes))


def _random_code() -> str:
    return "".join(secrets.choice(rules.ALPHABET) for _ in range(rules.GROUPS * rules.IN_A_GROUP))


def _codes_left(actor: Actor) -> int:
    query = select(func.count()).where(
        RecoveryCode.practice_id == actor.practice_id,
        RecoveryCode.user_id == actor.user_id,
        RecoveryCode.used_at.is_(None),
    )
    return db.session.scalar(query) or 0


def _app_being_set_up(actor: Actor) -> Authenticator | None:
    query = select(Authenticator).where(_app_of(actor), Authenticator.confirmed_at.is_(None))
    return db.session.scalar(query)


def _app_of(actor: Actor) -> ColumnElement[bool]:
    return and_(Authenticator.practice_id == actor.practice_id, Authenticator.user_id == actor.user_id)


def _of(kind: type[Authenticator | Passkey | RecoveryCode], user: User) -> ColumnElement[bool]:
    return and_(kind.practice_id == user.practice_id, kind.user_id == user.id)


def _secret(row: Authenticator) -> str:
    try:
        return sealing.unseal(PURPOSE, place(row.id, row.user_id), row.sealed)
    except sealing.Unreadable:
        raise RuleBroken(UNREADABLE, "code") from None


def place(app_id: uuid.UUID, user_id: uuid.UUID) -> str:
    """Where an app's secret is sealed: it opens in no other row."""
    return f"authenticator.sealed.{app_id.hex}.{user_id.hex}"


def _changed(statement: Update) -> bool:
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(done, CursorResult)
    return done.rowcount == 1
