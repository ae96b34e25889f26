"""The second step at sign-in: set up, asked for, lost, and wanted of everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from clinic.extensions import db
from clinic.models import AuditEvent, Authenticator, AuthSession, OutboxMessage, RecoveryCode, User
from clinic.services.accounts import signing_in as accounts
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.factories.people import PASSWORD, People
from tests.factories.second_step import code_of, set_up_app
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
WAY = "/sign-in/second-step"
PAGE = "/your-account/second-step"
CODE = re.compile(r"\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}\b")


def password(browser: Visitor, user: User, way: str = "/sign-in") -> str:
    answer = browser.post(way, {"email": user.email, "password": PASSWORD}, status=303)
    return str(answer.location)


def require(people: People) -> None:
    with transaction():
        people.practice.second_step_required = True


def events(action: str) -> int:
    query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)
    return db.session.scalar(query) or 0


# --- setting it up


def begin(browser: Visitor) -> str:
    """Begin with an app; returns the key it is shown."""
    browser.post(f"{PAGE}/app/new", status=303)
    page = browser.get(f"{PAGE}/app").get_data(as_text=True)
    found = re.search(r'id="app-secret"[^>]*value="([A-Z2-7]{32})"', page)
    assert found
    assert "<svg" in page
    return found[1]


def test_an_app_is_set_up_and_its_codes_are_shown_once(people: People, visit: Visit) -> None:
    browser, other = visit(people.colleague), visit(people.colleague)
    secret = begin(browser)
    codes = CODE.findall(
        browser.post(f"{PAGE}/app", {"code": code_of(secret)}, status=200).get_data(as_text=True)
    )
    assert len(set(codes)) == 10
    browser.get("/today")
    other.get("/today", status=303)  # it never took the second step
    page = browser.get(PAGE).get_data(as_text=True)
    assert "10 codes are left" in page
    assert not CODE.search(page)
    kept = db.session.scalars(select(RecoveryCode.code_hash)).all()
    assert not set(codes) & set(kept)
    assert secret not in db.session.scalars(select(Authenticator.sealed)).one()


def test_a_wrong_first_code_sets_nothing_up(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    secret = begin(browser)
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06}"
    browser.post(f"{PAGE}/app", {"code": wrong if wrong != code_of(secret, 1) else "000001"}, status=422)
    assert db.session.get_one(User, people.colleague.id).second_step_since is None


def test_another_app_takes_the_place_of_the_first(people: People, visit: Visit) -> None:
    old, _ = set_up_app(people.colleague)
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"code": code_of(old)}, status=303)
    secret = begin(browser)
    browser.post(f"{PAGE}/app", {"code": code_of(secret)}, status=303)
    assert "10 codes are left" in browser.get(PAGE).get_data(as_text=True)
    browser.post("/sign-out", status=303)
    password(browser, people.colleague)
    browser.post(WAY, {"code": code_of(old, 1)}, status=422)
    browser.post(WAY, {"code": code_of(secret, 1)}, status=303)


def test_setting_one_up_asks_again_first(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    with transaction():
        db.session.execute(update(AuthSession).values(proven_at=now() - timedelta(minutes=11)))
    for path in ("/app/new", "/app", "/codes", "/off"):
        assert browser.post(PAGE + path, {}, status=303).location.startswith("/still-you")


# --- signing in with it


def test_the_password_alone_opens_no_page(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    browser = visit()
    assert password(browser, people.colleague) == WAY
    assert browser.get("/today", status=303).location.startswith("/sign-in")
    browser.get(WAY)
    browser.post(WAY, {"code": "000000"}, status=422)
    browser.get("/today", status=303)
    assert browser.post(WAY, {"code": code_of(secret)}, status=303).location == "/today"
    browser.get("/today")
    assert (events("session.second_step_asked"), events("session.began")) == (1, 1)


def test_the_way_somebody_wanted_to_go_is_kept(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    browser, wanted = visit(), f"/clients/{people.client.id}"
    way = browser.get(wanted, status=303).location
    second = password(browser, people.colleague, way)
    assert browser.post(second, {"code": code_of(secret)}, status=303).location == wanted


def test_what_was_typed_before_the_session_ended_is_back_after_both_steps(
    people: People, visit: Visit
) -> None:
    secret, _ = set_up_app(people.owner)
    browser = visit()
    password(browser, people.owner)
    browser.post(WAY, {"code": code_of(secret)}, status=303)
    with transaction():
        db.session.execute(update(AuthSession).values(ended_at=now()))
    browser.post("/practice/settings/name", {"name": "Harbour Typed Name"}, status=303)
    password(browser, people.owner)
    back = browser.post(WAY, {"code": code_of(secret, 1)}, status=303).location
    assert back == "/practice/settings/name"
    assert "Harbour Typed Name" in browser.get(back).get_data(as_text=True)


def test_a_code_works_once_even_if_the_clock_is_put_back(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    code = code_of(secret)
    for status in (303, 422):
        browser = visit()
        password(browser, people.colleague)
        browser.post(WAY, {"code": code}, status=status)
    earlier = now() - timedelta(hours=1)
    with time_machine.travel(earlier, tick=True):
        browser = visit()
        password(browser, people.colleague)
        browser.post(WAY, {"code": code}, status=422)
        browser.post(WAY, {"code": code_of(secret)}, status=422)


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 422), (0, 303), (1, 303), (2, 422)])
def test_a_phone_may_be_a_step_off(people: People, visit: Visit, steps: int, status: int) -> None:
    with time_machine.travel(now().replace(second=10, microsecond=0), tick=False):
        secret, _ = set_up_app(people.colleague)  # with the code of the step before
        browser = visit()
        password(browser, people.colleague)
        browser.post(WAY, {"code": code_of(secret, steps)}, status=status)


def test_a_recovery_code_works_once_and_the_page_says_how_many_are_left(people: People, visit: Visit) -> None:
    _, codes = set_up_app(people.colleague)
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"code": codes[0].lower().replace("-", " ")}, status=303)
    assert "9 codes are left" in browser.get(PAGE).get_data(as_text=True)
    again = visit()
    password(again, people.colleague)
    again.post(WAY, {"code": codes[0]}, status=422)
    again.post(WAY, {"code": codes[1]}, status=303)


def test_a_new_set_of_recovery_codes_ends_the_earlier_one(people: People, visit: Visit) -> None:
    _, codes = set_up_app(people.colleague)
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"code": codes[0]}, status=303)
    new = CODE.findall(browser.post(f"{PAGE}/codes", status=200).get_data(as_text=True))
    browser.post("/sign-out", status=303)
    password(browser, people.colleague)
    browser.post(WAY, {"code": codes[1]}, status=422)
    browser.post(WAY, {"code": new[0]}, status=303)


def test_nobodys_recovery_code_opens_another_account(people: People, visit: Visit) -> None:
    _, codes = set_up_app(people.colleague)
    set_up_app(people.owner)
    browser = visit()
    password(browser, people.owner)
    browser.post(WAY, {"code": codes[0]}, status=422)


def test_wrong_codes_slow_down_in_every_browser_and_the_right_one_works_after_the_wait(
    people: People, visit: Visit
) -> None:
    secret, codes = set_up_app(people.colleague)
    for number in range(5):
        browser = visit()
        password(browser, people.colleague)
        browser.post(WAY, {"code": f"00000{number}"}, status=422)
    browser = visit()
    password(browser, people.colleague)
    for code in (code_of(secret), codes[0]):
        page = browser.post(WAY, {"code": code}, status=422).get_data(as_text=True)
        assert "Wait 1 minute" in page
    with time_machine.travel(now() + timedelta(seconds=61), tick=True):
        browser.post(WAY, {"code": code_of(secret)}, status=303)


def test_whoever_takes_too_long_begins_again(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    browser = visit()
    password(browser, people.colleague)
    with time_machine.travel(now() + timedelta(minutes=16), tick=True):
        answer = browser.post(WAY, {"code": code_of(secret)}, status=303)
    assert answer.location == "/sign-in"


def test_a_new_password_ends_what_waits_for_the_second_step(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    browser = visit()
    password(browser, people.colleague)
    with transaction():
        link = accounts.mint_reset(people.colleague)
    visit().post(f"/new-password/{link}", {"password": "seven grey herons over water"}, status=303)
    assert browser.post(WAY, {"code": code_of(secret)}, status=303).location == "/sign-in"


def test_a_new_password_does_not_take_the_place_of_the_second_step(people: People, visit: Visit) -> None:
    set_up_app(people.colleague)
    with transaction():
        link = accounts.mint_reset(people.colleague)
    new = "seven grey herons over water"
    browser = visit()
    browser.post(f"/new-password/{link}", {"password": new}, status=303)
    answer = browser.post("/sign-in", {"email": people.colleague.email, "password": new}, status=303)
    assert answer.location == WAY


def test_asked_again_by_the_second_step_where_there_is_one(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"code": code_of(secret)}, status=303)
    browser.post("/still-you", {"password": PASSWORD}, status=422)
    browser.post("/still-you", {"code": code_of(secret)}, status=422)  # it was used
    browser.post("/still-you", {"code": code_of(secret, 1)}, status=303)


# --- wanted of everybody


@pytest.mark.parametrize("who", ["owner", "colleague", "assistant"])
def test_whoever_has_none_is_led_to_set_it_up_before_anything_else(
    people: People, visit: Visit, who: str
) -> None:
    require(people)
    browser, user = visit(), getattr(people, who)
    assert password(browser, user) == "/today"
    for path in ("/today", f"/clients/{people.client.id}", "/your-account", "/practice"):
        assert browser.get(path, status=303).location == PAGE
    assert "Set up a second step first" in browser.get(PAGE).get_data(as_text=True)
    secret = begin(browser)
    browser.post(f"{PAGE}/app", {"code": code_of(secret)}, status=200)
    browser.get("/today")


def test_what_was_typed_when_it_began_to_be_wanted_is_not_lost(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    require(people)
    assert (
        browser.post("/practice/settings/name", {"name": "Harbour Typed Name"}, status=303).location == PAGE
    )
    secret = begin(browser)
    browser.post(f"{PAGE}/app", {"code": code_of(secret)}, status=200)
    page = browser.get("/sign-in/again").get_data(as_text=True)
    assert "Harbour Typed Name" in page


def test_what_was_pressed_names_nobody_before_the_second_step_is_set_up(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    require(people)
    browser.post(f"/clients/{people.client.id}/looked-after", {"x": "y"}, status=303)
    assert browser.get("/sign-in/again", status=303).location == "/today"
    secret = begin(browser)
    browser.post(f"{PAGE}/app", {"code": code_of(secret)}, status=200)
    assert people.client.name in browser.get("/sign-in/again").get_data(as_text=True)


def test_clients_go_on_as_before(people: People, visit: Visit) -> None:
    require(people)
    browser = visit()
    assert password(browser, people.client_user) == "/my"
    browser.get("/my")


def test_the_owner_wants_one_of_everybody_and_nobody_else_does(people: People, visit: Visit) -> None:
    visit(people.colleague).post("/practice/second-step", {"required": "y"}, status=404)
    visit(people.owner).post("/practice/second-step", {"required": "y"}, status=303)
    assert visit(people.colleague).get("/today", status=303).location == PAGE
    assert events("second_step.required") == 1
    visit(people.stranger).get("/today")


def test_nobody_takes_off_what_is_wanted_of_everybody(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    require(people)
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"code": code_of(secret)}, status=303)
    browser.post(f"{PAGE}/off", status=303)
    assert db.session.get_one(User, people.colleague.id).second_step_since is not None


def test_one_that_nobody_wants_can_be_taken_off(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"code": code_of(secret)}, status=303)
    browser.post(f"{PAGE}/off", status=303)
    assert password(visit(), people.colleague) == "/today"
    assert events("second_step.removed") == 1


# --- a lost phone


def test_the_owner_takes_off_a_colleagues_second_step_and_they_are_told(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.colleague)
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"code": code_of(secret)}, status=303)
    page = visit(people.owner).get("/practice/people").get_data(as_text=True)
    path = f"/practice/people/{people.colleague.id}/second-step"
    assert path in page
    visit(people.owner).post(path, status=303)
    browser.get("/today", status=303)
    assert password(visit(), people.colleague) == "/today"
    assert events("second_step.reset") == 1
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "second_step_reset")).one()
    assert mail.user_id == people.colleague.id


def test_where_there_is_none_nothing_is_taken_off_and_nobody_is_told(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    for user in (people.colleague, people.client_user):
        owner.post(f"/practice/people/{user.id}/second-step", status=303)
    assert "has no second step" in owner.get("/practice").get_data(as_text=True)
    assert events("second_step.reset") == 0
    assert db.session.scalars(select(OutboxMessage)).all() == []


def test_an_owner_does_not_reset_their_own_this_way(people: People, visit: Visit) -> None:
    secret, _ = set_up_app(people.owner)
    browser = visit()
    password(browser, people.owner)
    browser.post(WAY, {"code": code_of(secret)}, status=303)
    browser.post(f"/practice/people/{people.owner.id}/second-step", status=303)
    assert db.session.get_one(User, people.owner.id).second_step_since is not None
