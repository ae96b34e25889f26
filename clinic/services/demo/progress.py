"""What the demo's clients who have logins want to be able to do again, and which findings they see."""

from __future__ import annotations

from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Client, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.assessments import shared
from clinic.services.progress import goals

GOALS = ("Weed the flower bed for an hour", "Lift my grandson onto the swing")
MOST_SHARED = 4


def make(practitioner: Actor) -> None:
    """Two goals each, and the first measures of their assessments shared."""
    query = (
        select(Client.id, User)
        .join(User, User.id == Client.user_id)
        .where(Client.practice_id == practitioner.practice_id, User.password_hash.is_not(None))
    )
    for client_id, user in db.session.execute(query).all():
        actor = accounts.actor_of(user)
        for number, words in enumerate(GOALS):
            goals.add(actor, f"{number:032x}", words)
        found = shared.offered(practitioner, client_id)[:MOST_SHARED]
        shared.share(practitioner, client_id, [each.spot.place.name for each in found])
