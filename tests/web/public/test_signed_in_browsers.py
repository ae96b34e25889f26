"""Where somebody is signed in is listed, and each browser can be signed out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import AuditEvent, AuthSession
from tests.factories.people import PASSWORD, People
from tests.factories.second_step import set_up_app
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
ROOMS = {"colleague": "/your-account/devices", "client_user": "/account/devices"}
HOMES = {"colleague": "/today", "client_user": "/my"}


def signed_in(visit: Visit, people: People, who: str) -> Visitor:
    browser = visit()
    form = {"email": getattr(people, who).email, "password": PASSWORD}
    browser.post("/sign-in", form, status=303, headers={"User-Agent": FIREFOX})
    return browser


def buttons(browser: Visitor, page: str) -> list[str]:
    """The ids that the page's buttons send."""
    html = browser.get(page).get_data(as_text=True)
    return re.findall(r'name="end" value="([0-9a-f-]{36})"', html)


@pytest.mark.parametrize("who", ROOMS)
def test_they_are_listed_with_device_and_time_and_one_is_signed_out(
    people: People, visit: Visit, who: str
) -> None:
    here, there = signed_in(visit, people, who), signed_in(visit, people, who)
    page = here.get(ROOMS[who]).get_data(as_text=True)
    assert page.count("Firefox on Windows") >= 2
    assert "This one" in page
    (other,) = buttons(here, ROOMS[who])
    here.post(ROOMS[who] + "/end", {"end": other}, status=303)
    there.get(HOMES[who], status=303)
    here.get(HOMES[who])
    here.post(ROOMS[who] + "/end", {"end": other}, status=303)  # a second press
    assert buttons(here, ROOMS[who]) == []


@pytest.mark.parametrize("who", ROOMS)
def test_all_others_are_signed_out_at_once(people: People, visit: Visit, who: str) -> None:
    here, others = signed_in(visit, people, who), [signed_in(visit, people, who) for _ in range(3)]
    here.post(ROOMS[who] + "/end", {"end": "all"}, status=303)
    for other in others:
        other.get(HOMES[who], status=303)
    here.get(HOMES[who])


@pytest.mark.parametrize("end", ["x", "0" * 32, ""])
def test_what_is_no_session_of_ones_own_is_not_found(people: People, visit: Visit, end: str) -> None:
    signed_in(visit, people, "colleague").post(ROOMS["colleague"] + "/end", {"end": end}, status=404)


def test_nobody_signs_a_colleague_out_by_the_id_of_their_session(people: People, visit: Visit) -> None:
    there = signed_in(visit, people, "owner")
    theirs = db.session.scalars(select(AuthSession.id).where(AuthSession.user_id == people.owner.id)).one()
    signed_in(visit, people, "colleague").post(ROOMS["colleague"] + "/end", {"end": str(theirs)}, status=404)
    there.get("/today")


@pytest.mark.parametrize("who", ROOMS)
def test_the_owner_signs_anybody_of_the_practice_out(people: People, visit: Visit, who: str) -> None:
    there = signed_in(visit, people, who)
    page = f"/practice/people/{getattr(people, who).id}/devices"
    visit(people.assistant).get(page, status=404)
    owner = visit(people.owner)
    (found,) = buttons(owner, page)
    owner.post(page + "/end", {"end": found}, status=303)
    there.get(HOMES[who], status=303)
    again = signed_in(visit, people, who)
    owner.post(page + "/end", {"end": "all"}, status=303)
    again.get(HOMES[who], status=303)
    ended = select(AuditEvent.action).where(AuditEvent.action.in_(["session.ended", "session.others_ended"]))
    assert len(db.session.scalars(ended).all()) == 2


def test_the_owner_signs_nobody_of_another_practice_out(people: People, visit: Visit) -> None:
    visit(people.owner).post(f"/practice/people/{people.stranger.id}/devices/end", {"end": "all"}, status=404)


def test_a_browser_that_waits_for_the_second_step_is_not_signed_in(people: People, visit: Visit) -> None:
    set_up_app(people.colleague)
    signed_in(visit, people, "colleague")  # the password alone
    page = visit(people.owner).get(f"/practice/people/{people.colleague.id}/devices").get_data(as_text=True)
    assert "Firefox on Windows" not in page
    assert len(re.findall(r'name="end" value="[0-9a-f-]{36}"', page)) == 1
