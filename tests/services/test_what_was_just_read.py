"""What finding a session read is not read again, and never stays when it may have changed since."""

from __future__ import annotations

from sqlalchemy import update

from clinic.extensions import db
from clinic.models import Client
from clinic.services import access
from clinic.services.accounts import sessions
from clinic.services.transaction import one_at_a_time, release, transaction
from tests.factories.people import People
from tests.statements import statements

OTHER = "Europe/Berlin"


def begin(people: People) -> str:
    with transaction():
        secret = sessions.begin(people.client_user, persistent=False)
    db.session.remove()
    return secret


def rename_behind_its_back(people: People) -> None:
    """As somebody else's request would: the objects here hear nothing of it."""
    change = update(Client).where(Client.id == people.client.id).values(time_zone=OTHER)
    db.session.execute(change, execution_options={"synchronize_session": False})


def test_a_client_whose_session_was_found_is_not_asked_for_again(people: People) -> None:
    found = sessions.find(begin(people))
    assert found is not None
    with statements(db.engine) as asked:
        assert access.own_client(found.actor) is found.client
    assert asked == []


def test_behind_a_lock_a_row_is_as_it_stands(people: People) -> None:
    found = sessions.find(begin(people))
    assert found is not None
    with transaction():
        rename_behind_its_back(people)
        one_at_a_time(Client, found.actor.client_id)
        assert access.own_client(found.actor).time_zone == OTHER


def test_what_was_let_go_is_asked_for_again(people: People) -> None:
    found = sessions.find(begin(people))
    assert found is not None
    release()
    with transaction():
        rename_behind_its_back(people)
    assert access.own_client(found.actor).time_zone == OTHER
