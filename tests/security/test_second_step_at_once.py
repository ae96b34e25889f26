"""The same code in the same moment: it works once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.errors import RuleBroken
from clinic.domain.second_step import FREE_TRIES
from clinic.extensions import db
from clinic.models import AuditEvent, User
from clinic.services.accounts import second_step, sessions
from clinic.services.transaction import transaction
from tests.factories.people import People, make_people
from tests.factories.second_step import code_of, set_up_app

AT_ONCE = 12


@pytest.fixture
def everybody(live_app: Flask) -> People:
    return make_people()


def enter_at_once(app: Flask, user: User, codes: list[str]) -> Counter[bool]:
    """What becomes of codes typed in as many browsers in the same moment: whether each was let in."""
    with transaction():
        waiting = [sessions.begin(user, persistent=False) for _ in codes]

    def press(secret: str, code: str) -> bool:
        with app.app_context():
            try:
                return second_step.enter(secret, code) is not None
            except RuleBroken:
                return False
            finally:
                db.session.remove()

    db.session.remove()
    with ThreadPoolExecutor(len(codes)) as pool:
        return Counter(pool.map(press, waiting, codes))


def test_one_code_lets_one_browser_in(live_app: Flask, everybody: People) -> None:
    secret, codes = set_up_app(everybody.owner)
    one_in = {True: 1, False: AT_ONCE - 1}
    assert enter_at_once(live_app, everybody.owner, [code_of(secret)] * AT_ONCE) == one_in
    with transaction():
        second = db.session.get_one(User, everybody.owner.id)
        second.wrong_codes, second.no_code_before = 0, None
    assert enter_at_once(live_app, everybody.owner, [codes[0]] * AT_ONCE) == one_in
    began = select(func.count()).where(AuditEvent.action == "session.began")
    assert db.session.scalar(began) == 2


def test_guesses_at_once_are_all_counted(live_app: Flask, everybody: People) -> None:
    set_up_app(everybody.owner)
    guesses = [f"{number:06}" for number in range(AT_ONCE)]
    enter_at_once(live_app, everybody.owner, guesses)
    user = db.session.get_one(User, everybody.owner.id, populate_existing=True)
    assert user.wrong_codes == FREE_TRIES
    assert user.no_code_before is not None
