"""A published hip routine and programs made of it, through the same services the pages use."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta

from clinic.catalogue import load_catalogue
from clinic.extensions import db
from clinic.models import Client, Practice, Program, RoutineVersion, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.checkins.rhythms import WeeklyCheckin
from clinic.services.clock import today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs.assigning import Assignment
from clinic.services.routines import publishing as routines
from clinic.services.routines.publishing import MistakeMeaning, MoveEdit, RoutineEdit
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import transaction


def publish_routine(practice: Practice, owner: User) -> RoutineVersion:
    """The hip routine, published by the owner, with tucking under as the named mistake."""
    with transaction():
        routines.begin_with_catalogue(practice)
    actor = accounts.actor_of(owner)
    routine = routines.listed(actor)[0]
    draft = routines.draft_of(actor, routine)
    assert draft is not None
    fault = load_catalogue().faults["tuck"]
    mistake = MistakeMeaning(
        fault_keys=("tuck",), see=fault.see, fix=fault.fix, self_test="Stand side-on to a mirror."
    )
    moves = {
        item.id: MoveEdit(
            cues=tuple(item.exercise.cues),
            dose=dose_of(item),
            mistake=mistake if any(each.is_named for each in item.exercise.mistakes) else None,
        )
        for item in draft.items
    }
    routines.publish(actor, routine.id, RoutineEdit(moves), routines.digest_of(draft, practice))
    return routines.whole_version(actor, draft.id)


def assign_program(
    practitioner: User,
    client: Client,
    version: RoutineVersion,
    *,
    starts_on: date | None = None,
    weeks: int | None = 12,
    checkin: bool = True,
) -> Program:
    """The routine assigned to a client, from 20 days ago unless told otherwise, with check-ins."""
    actor = accounts.actor_of(practitioner)
    first = starts_on or today_in(client.time_zone) - timedelta(days=20)
    wish = Assignment(
        key=uuid.uuid4().hex,
        version_id=version.id,
        doses={item.id: dose_of(item) for item in version.items},
        starts_on=first,
        weeks=weeks,
        checkin=WeeklyCheckin(first.weekday(), time(9)) if checkin else None,
    )
    program = programs.assign(actor, client.id, wish)
    db.session.expire_all()
    return program
