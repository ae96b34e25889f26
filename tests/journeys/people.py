"""A practice that is under way, and clients of it for the smaller journeys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from clinic.domain.types import LinkPurpose, Role
from clinic.extensions import db
from clinic.models import Checkin, Practice, RoutineVersion, User
from clinic.services import links
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, link_to, sent_checkin
from tests.factories.people import PASSWORD, make_client, make_practice, make_user
from tests.factories.programs import assign_program, publish_routine
from tests.journeys.installation import Installation, zone_in_the_middle_of_the_day

OWNER = "olive@harbour.example"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A client who can sign in, with the paths that their mails hold."""

    name: str
    email: str
    checkin: str
    expired_checkin: str
    unsubscribe: str
    password: str = PASSWORD


def settle(installation: Installation) -> None:
    """A practice, its owner, and the routine published."""
    with installation.inside():
        practice = make_practice(time_zone=zone_in_the_middle_of_the_day())
        owner = make_user(practice, Role.OWNER, "Olive Hart", email=OWNER)
        db.session.commit()
        publish_routine(practice, owner)


def a_client(
    installation: Installation, name: str, *, pain_before: int | None = None, phone: str | None = None
) -> Somebody:
    """A client in their third week, with an account and a check-in that waits for its answer."""
    email = f"{'.'.join(name.lower().split())}@clients.example"
    with installation.inside():
        practice = db.session.query(Practice).one()
        owner = db.session.query(User).filter_by(email=OWNER).one()
        version = hip_routine()
        user = make_user(practice, Role.CLIENT, name, email=email)
        client = make_client(practice, name, user=user, time_zone=practice.time_zone, phone=phone)
        db.session.commit()
        program = assign_program(owner, client, version)
        if pain_before is not None:
            answered(program, now() - timedelta(days=7), pain=pain_before)
        checkin = sent_checkin(program)
        path = link_to(checkin)
        return Somebody(name, email, path, _expired_link(checkin), f"/u/{links.sign_unsubscribe(client.id)}")


def hip_routine() -> RoutineVersion:
    """The routine that was published first, whatever else has come since."""
    return (
        db.session.query(RoutineVersion)
        .join(RoutineVersion.routine)
        .filter_by(name="Hip routine", is_listed=True)
        .one()
    )


def _expired_link(checkin: Checkin) -> str:
    with transaction():
        secret = links.mint(
            checkin.practice_id, LinkPurpose.CHECKIN, now() - timedelta(days=1), checkin_id=checkin.id
        )
    return f"/c/{secret}"
