"""Erasing whoever's day has come: by the worker, one person in one transaction, tried again until it is done.

Nobody erases somebody half: what a killed worker leaves is as it was, and the next one begins anew. Before a
row goes, the list outside the backups has its line: what is on it may have been erased, never the other way.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import Row, delete, inspect, select, update

from clinic.domain.erasure import AFTER_A_RESTORE, OPEN, ErasureState, pseudonym
from clinic.domain.traces import trace
from clinic.extensions import db, for_writing
from clinic.mail import maildir
from clinic.models import Client, Erasure, KeptForm, KeptRecord, MediaFile, Practice, User
from clinic.services import audit
from clinic.services.appointments import closing
from clinic.services.clock import now, today_in
from clinic.services.erasure import asking, closure, forgetting, kept, outside
from clinic.services.erasure.outside import ErasedEntry, FoundLists
from clinic.services.media import tidying as media_tidying
from clinic.services.reach import across_practices, from_nothing, stay_in
from clinic.services.sending import replies
from clinic.services.transaction import release, transaction
from config import Settings

log = logging.getLogger(__name__)


class ErasureOutcome(StrEnum):
    """What became of one try."""

    DONE = "done"
    MAIL_IN_FLIGHT = "mail_in_flight"  # a sender has a mail of theirs in its hands: a minute later
    NOT_NOW = "not_now"  # somebody else does it, or it was called back


def run(stopping: Callable[[], bool] = lambda: False) -> int:
    """Erase everybody whose day has come, and what no law keeps any more; returns how many people."""
    done = 0
    for erasure_id, practice_id in _due():
        if stopping():
            break
        with from_nothing():
            stay_in(practice_id)
            try:
                done += erase(erasure_id) is ErasureOutcome.DONE
            except Exception as error:  # one record that resists holds up nobody else's
                log.error("erasure %s: %s", erasure_id, trace(error))
    for practice_id, zone in _practices_keeping():
        with from_nothing():
            stay_in(practice_id)
            with transaction():
                kept.end_of_practice(practice_id, today_in(zone))
    _settle_files()
    _put_beside()
    return done


def erase(erasure_id: uuid.UUID, *, even_in_flight: bool = False) -> ErasureOutcome:
    """Erase one person whose grace is over, within the reach of their practice; safe to be repeated.

    `even_in_flight`: nobody sends here, whatever the rows of an older backup say.
    """
    entry = _begin(erasure_id)
    if entry is None:
        return ErasureOutcome.NOT_NOW
    outside.note([entry])
    with transaction() as session:
        session.expire_all()
        erasure = _held(erasure_id)
        if erasure is None or erasure.state is not ErasureState.UNDER_WAY:
            return ErasureOutcome.NOT_NOW
        client = _held_client(erasure)
        if client is not None:
            ids = closure.rows_of(client)
            if closure.any_in_flight(client.practice_id, ids) and not even_in_flight:
                return ErasureOutcome.MAIL_IN_FLIGHT
            _erase(client, erasure, ids)
        erasure.state, erasure.erased_at, erasure.note, erasure.was = ErasureState.DONE, now(), None, {}
        audit.record_for(
            erasure.practice_id,
            audit.SYSTEM,
            "erasure.done",
            client_id=erasure.client_id,
            subject_id=erasure.id,
            pseudonym=erasure.pseudonym,
            rows=sum(erasure.counts.values()),
        )
    _put_beside()
    return ErasureOutcome.DONE


def replay(found: FoundLists, *, even_in_flight: bool = False) -> int:
    """Erase again whoever an older backup has brought back; returns how many people."""
    again = 0
    for entry in found.entries.values():
        with from_nothing():
            stay_in(entry.practice_id)
            erasure_id = _begin_again(entry)
            if erasure_id is not None:
                again += erase(erasure_id, even_in_flight=even_in_flight) is ErasureOutcome.DONE
    return again


@across_practices("who was erased before this backup came back")
def replay_here() -> int:
    """The same from the list in the data folder: before a machine serves, whatever was put back beside us."""
    with for_writing(False):
        entries = outside.here()
        release()
    return replay(FoundLists(entries, (), ()))


@across_practices("who was erased before this backup came back")
def take_in(found: FoundLists, today: Callable[[str], date] = today_in) -> tuple[int, int]:
    """After a restore: erase again whom the lists name, keep one list of all of them here.

    Returns how many people were erased again, and how many who are in their grace were given a week more.
    """
    again = replay(found, even_in_flight=True)
    outside.note(found.entries.values())
    put_off = 0
    with transaction():
        query = select(Erasure, Practice.time_zone).join(Practice, Practice.id == Erasure.practice_id)
        for erasure, zone in db.session.execute(query.where(Erasure.state == ErasureState.GRACE)).all():
            earliest = today(zone) + AFTER_A_RESTORE
            if erasure.erase_on is not None and erasure.erase_on < earliest:
                put_off += 1
                erasure.erase_on = earliest
                _set_day(erasure, earliest)
    return again, put_off


@across_practices("who was erased before this backup came back")
def put_list_beside(*, always: bool = True) -> bool:
    """Copy the list to where the backups are kept, if it changed or `always`; whether it is there now."""
    with for_writing(False):
        is_there = outside.put_beside(always=always)
        release()
    return is_there


@across_practices("who was erased before this backup came back")
def not_on(found: FoundLists) -> int:
    """How many people the database knows as erased and the lists do not: then the lists are not whole."""
    query = select(Erasure.practice_id, Erasure.client_id).where(Erasure.state == ErasureState.DONE)
    with for_writing(False):
        known = {(row.practice_id, row.client_id) for row in db.session.execute(query)}
        release()
    return len(known - found.entries.keys())


@across_practices("who is to be erased today")
def _due() -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    waiting = Erasure.state.in_((ErasureState.GRACE, ErasureState.UNDER_WAY))
    query = (
        select(Erasure.id, Erasure.practice_id, Erasure.erase_on, Practice.time_zone)
        .join(Practice, Practice.id == Erasure.practice_id)
        .where(waiting, Erasure.erase_on <= now().date() + timedelta(days=1))
        .order_by(Erasure.erase_on, Erasure.id)
    )
    with for_writing(False):
        found = db.session.execute(query).all()
        release()
    return [(row.id, row.practice_id) for row in found if row.erase_on <= today_in(row.time_zone)]


@across_practices("whose signed records no law keeps any more")
def _practices_keeping() -> Sequence[Row[uuid.UUID, str]]:
    query = select(Practice.id, Practice.time_zone).where(Practice.id.in_(select(KeptRecord.practice_id)))
    with for_writing(False):
        found = db.session.execute(query).all()
        release()
    return found


@across_practices("files of the erased that are still to go")
def _settle_files() -> None:
    """Note which bytes have gone; the storage may have been away."""
    query = select(Erasure.id, Erasure.files).where(Erasure.state == ErasureState.DONE)
    with for_writing(False):
        waiting = [row for row in db.session.execute(query).all() if row.files]
        release()
    if not waiting:
        return
    media_tidying.tidy(now())
    for erasure_id, files in waiting:
        with transaction():
            ids = [uuid.UUID(hex=name) for name in files]
            left = db.session.scalars(select(MediaFile.id).where(MediaFile.id.in_(ids))).all()
            erasure = db.session.get_one(Erasure, erasure_id)
            erasure.files = sorted(each.hex for each in left)


def _put_beside() -> None:
    put_list_beside(always=False)


def _begin(erasure_id: uuid.UUID) -> ErasedEntry | None:
    """From here on it cannot be called back; None where it is somebody else's or no more wanted."""
    with transaction() as session:
        session.expire_all()
        erasure = _held(erasure_id)
        if erasure is None or erasure.state not in (ErasureState.GRACE, ErasureState.UNDER_WAY):
            return None
        if erasure.state is ErasureState.GRACE:
            practice = session.get_one(Practice, erasure.practice_id)
            if erasure.erase_on is None or erasure.erase_on > today_in(practice.time_zone):
                return None
            erasure.state, erasure.note = ErasureState.UNDER_WAY, None
        if erasure.pseudonym is None:
            erasure.pseudonym = pseudonym(erasure.id, _taken(erasure.practice_id))
        return outside.entry_of(erasure)


def _begin_again(entry: ErasedEntry) -> uuid.UUID | None:
    """Ready the erasure of somebody who is there again; None where nobody is."""
    with transaction() as session:
        session.expire_all()
        client = session.get(Client, entry.client_id)
        if client is None or client.practice_id != entry.practice_id:
            return None
        erasure = session.get(Erasure, entry.erasure_id) or _open(entry)
        if erasure is None:
            erasure = Erasure(id=entry.erasure_id, practice_id=entry.practice_id, client_id=entry.client_id)
            erasure.asked_at = now()
        taken = _taken(entry.practice_id, but=erasure.id)
        erasure.pseudonym = pseudonym(erasure.id, taken) if entry.pseudonym in taken else entry.pseudonym
        erasure.state, erasure.reason, erasure.erase_on = ErasureState.UNDER_WAY, entry.reason, entry.on
        erasure.erased_at, erasure.again_at = None, now()
        erasure.keep_years, erasure.keep_law = entry.keep_years, entry.keep_law
        session.add(erasure)
        return erasure.id


def _open(entry: ErasedEntry) -> Erasure | None:
    query = select(Erasure).where(
        Erasure.practice_id == entry.practice_id,
        Erasure.client_id == entry.client_id,
        Erasure.state.in_(OPEN),
    )
    return db.session.scalars(query).one_or_none()


def _taken(practice_id: uuid.UUID, but: uuid.UUID | None = None) -> frozenset[str]:
    query = select(Erasure.pseudonym).where(
        Erasure.practice_id == practice_id, Erasure.pseudonym.is_not(None), Erasure.id != but
    )
    return frozenset(each for each in db.session.scalars(query) if each)


def _held(erasure_id: uuid.UUID) -> Erasure | None:
    query = select(Erasure).where(Erasure.id == erasure_id).with_for_update(skip_locked=True)
    return db.session.scalars(query).one_or_none()


def _held_client(erasure: Erasure) -> Client | None:
    """The client, whom nobody adds anything to until the transaction ends."""
    of_practice = Client.practice_id == erasure.practice_id, Client.id == erasure.client_id
    return db.session.scalars(select(Client).where(*of_practice).with_for_update()).one_or_none()


def _erase(client: Client, erasure: Erasure, ids: closure.Ids) -> None:
    assert erasure.pseudonym
    practice_id = client.practice_id
    kept.keep(client, erasure)
    db.session.flush()  # the database lets go of what is signed while it reads that this is under way
    erasure.files = _files_of(client)
    erasure.counts = {name: len(some) for name, some in sorted(ids.items()) if some}
    if erasure.files:
        erasure.counts["media_file"] = len(erasure.files)
    erasure.counts["audit_event"] = forgetting.forget(client, ids, erasure.pseudonym)
    media_tidying.erase_of_client(practice_id, client.id)
    _forget_mails(client)
    db.session.execute(
        delete(KeptForm).where(KeptForm.practice_id == practice_id, KeptForm.expires_at < now())
    )
    db.session.flush()
    gone = {key for some in ids.values() for key in some}
    for row in db.session.identity_map.values():
        if gone.intersection(inspect(row).identity or ()):
            db.session.expunge(row)  # what was read of them is not written back
    closure.delete_rows(practice_id, ids)
    replies.count_unread(practice_id)
    asking.count_wishes(practice_id)
    closing.count_open(practice_id)


def _files_of(client: Client) -> list[str]:
    query = select(MediaFile.id).where(
        MediaFile.practice_id == client.practice_id, MediaFile.client_id == client.id
    )
    return sorted(each.hex for each in db.session.scalars(query))


def _forget_mails(client: Client) -> None:
    """Mails that were kept here because no server was set."""
    settings: Settings = current_app.config["SETTINGS"]
    addresses = {client.email}
    if client.user_id is not None:
        user = db.session.get_one(User, client.user_id)
        addresses |= {user.email, user.new_email}
    maildir.forget(settings.data_dir / "mail", {each.casefold() for each in addresses if each})


def _set_day(erasure: Erasure, day: date) -> None:
    db.session.execute(
        update(Client)
        .where(Client.practice_id == erasure.practice_id, Client.id == erasure.client_id)
        .values(erase_on=day)
        .execution_options(synchronize_session=False)
    )
