"""A place in a course by its link: the same page for everybody, nothing for robots, one press for people."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from clinic.domain.consents import ConsentKind
from clinic.domain.courses import CourseDays, LateStart
from clinic.domain.types import LinkPurpose, MailKind
from clinic.extensions import db
from clinic.models import Client, Consent, ConsentText, Course, CourseRequest, OutboxMessage
from clinic.services import links
from clinic.services.clock import now, today_in
from clinic.services.groups import courses, making
from clinic.services.groups.courses import CourseWish
from clinic.services.transaction import transaction
from clinic.web.forms.joining import opened_at
from tests.factories.people import People
from tests.factories.programs import publish_routine
from tests.visitor import Visitor


@pytest.fixture
def course(people: People) -> Course:
    """Open from tomorrow on, without approval, with a link."""
    actor, version = people.actor(people.colleague), publish_routine(people.practice, people.owner)
    group = making.make(actor, "Hips in autumn", people.colleague.id, "0" * 32)
    wish = CourseWish(
        days=CourseDays(today_in("Europe/London") + timedelta(days=1), 2),
        version_id=version.id,
        checkin=None,
        places=None,
        late=LateStart.OWN_WEEK,
        needs_approval=False,
        welcome=None,
    )
    courses.put(actor, group.id, wish, 0)
    courses.open_it(actor, group.id)
    return courses.set_link(actor, group.id, on=True)


@pytest.fixture
def anybody(visit: Callable[..., Visitor]) -> Visitor:
    return visit()


def form(**more: str) -> dict[str, str]:
    """What a person types, who took a while."""
    typed = {"name": "Nora Vance", "email": "nora@clients.example", "time_zone": "Europe/London"}
    return (
        typed | {"consents": "y", "mails": "y", "website": "", "opened": opened_at(time.time() - 30)} | more
    )


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(CourseRequest)) or 0


def told(page: str) -> str:
    """The page without what differs at each look."""
    return re.sub(r'nonce="[^"]+"|nonce-[\w+/=-]+', "", page)


def test_who_asks_reads_the_same_whether_we_know_them_or_not(
    people: People, course: Course, anybody: Visitor
) -> None:
    at = f"/join/{course.join_code}"
    assert "Hips in autumn" in anybody.get(at).text
    ours, other = str(people.client.email), "x" * len(str(people.client.email).split("@")[0])
    strange = other + "@" + ours.split("@")[1]
    pages = [told(anybody.post(at, form(email=each)).text).replace(each, "…") for each in (ours, strange)]
    assert pages[0] == pages[1]
    assert rows() == 2


@pytest.mark.parametrize(
    "trap", [{"website": "http://spam.example"}, {"opened": ""}, {"opened": "0.x"}, {"opened": "now"}]
)
def test_a_robot_reads_the_same_and_leaves_nothing(
    course: Course, anybody: Visitor, trap: dict[str, str]
) -> None:
    if trap.get("opened") == "now":
        trap = {"opened": opened_at(time.time())}
    assert "Check your email" in anybody.post(f"/join/{course.join_code}", form(**trap)).text
    assert (rows(), db.session.scalar(select(func.count()).select_from(OutboxMessage))) == (0, 0)


def test_without_consent_or_address_nothing_is_kept(course: Course, anybody: Visitor) -> None:
    page = anybody.post(f"/join/{course.join_code}", form(consents="", email=""), status=422).text
    assert "please tick that you agree" in page
    assert "Enter your email address." in page
    assert rows() == 0


def test_the_mailed_link_asks_for_a_press_and_tells_what_became_of_it(
    course: Course, anybody: Visitor
) -> None:
    anybody.post(f"/join/{course.join_code}", form())
    secret = mailed()
    for _ in range(2):
        assert "Confirm, I want a place" in anybody.get(f"/join/confirm/{secret}").text
    anybody.post(f"/join/confirm/{secret}", {}, status=303)
    assert "You have a place." in anybody.get(f"/join/confirm/{secret}").text


def mailed() -> str:
    """The secret of the link that is mailed to the one who asked."""
    request = db.session.scalars(select(CourseRequest)).one()
    with transaction():
        return links.mint(
            request.practice_id,
            LinkPurpose.COURSE_PLACE,
            now() + timedelta(days=7),
            course_request_id=request.id,
        )


def test_record_and_mail_are_agreed_to_one_by_one_in_the_words_that_were_asked(
    people: People, course: Course, anybody: Visitor, visit: Callable[..., Visitor]
) -> None:
    with transaction():
        db.session.add(
            ConsentText(
                practice_id=people.practice.id,
                kind=ConsentKind.RECORD,
                number=1,
                text="You keep my chart.",
                made_by=people.owner.id,
                made_by_name=people.owner.name,
                made_at=now(),
            )
        )
    page = anybody.get(f"/join/{course.join_code}").text
    assert "You keep my chart." in page
    assert "writes to me by email" in page
    anybody.post(f"/join/{course.join_code}", form(mails=""))
    answer = anybody.post(f"/join/confirm/{mailed()}", {}, status=303)
    client = db.session.scalars(select(Client).where(Client.name == "Nora Vance")).one()
    (act,) = db.session.scalars(select(Consent).where(Consent.client_id == client.id))
    assert (act.kind, act.text, act.text_number) == (ConsentKind.RECORD, "You keep my chart.", 1)
    assert (client.record_consented_at is not None, client.consented_at) == (True, None)

    # no mail invites them, so the way to their page opens here and now; afterwards it is the practice's
    invited = answer.headers["Location"]
    assert "/invitation/" in invited
    anybody.post(invited, {"password": "four plain words together", "persistent": ""}, status=303)
    db.session.refresh(client)
    assert client.user_id is not None
    kinds = db.session.scalars(select(OutboxMessage.kind).where(OutboxMessage.client_id == client.id)).all()
    assert not {MailKind.INVITATION, MailKind.COURSE_WELCOME} & set(kinds)


def test_a_course_that_is_over_says_so_and_codes_are_not_guessed(
    people: People, course: Course, anybody: Visitor
) -> None:
    anybody.get("/join/nonsense", status=404)
    code = course.join_code
    with transaction() as session:
        held = session.get_one(Course, course.id)
        held.state, held.join_code = held.state.__class__("ended"), code
    assert "This course is over." in anybody.get(f"/join/{code}").text
    assert "This course is over." in anybody.post(f"/join/{code}", form()).text
    assert rows() == 0


def test_an_open_course_says_its_days_and_asks_for_the_rest(
    course: Course, people: People, visit: Callable[..., Visitor]
) -> None:
    leader, path = visit(people.colleague), f"/groups/{course.group_id}/course/edit"
    page = leader.get(path)
    assert "its days and its routine stay as they are" in page.text
    assert 'name="starts_on-day"' not in page.text
    assert 'name="weeks"' not in page.text
    assert 'name="routine"' not in page.text
    kept = course.starts_on, course.weeks, course.version_id
    saved = leader.post(
        path,
        {"weeks": "7", "version": str(course.version), "pace": "off", "late": "own_week", "places": "12"},
    )
    assert saved.status_code == 303
    db.session.refresh(course)
    assert course.places == 12
    assert (course.starts_on, course.weeks, course.version_id) == kept
