"""The practice's logo: on every paper, changed by the owner alone, removed and put back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import MediaFile, PracticeLogo
from clinic.services.clock import now
from clinic.services.media import tidying
from tests.factories.media import empty_store, picture
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.pdf_reader import tags_in
from tests.visitor import Visitor


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> Iterator[None]:
    empty_store()
    yield
    empty_store()


@pytest.fixture
def owner(people: People, visit: Callable[..., Visitor]) -> Visitor:
    return visit(people.owner)


def send(owner: Visitor, data: bytes, status: int) -> str:
    return owner.post("/practice/logo", {"file": (BytesIO(data), "logo.png")}, status=status).text


def pictures_on(data: bytes) -> int:
    return sum(1 for tag, words in tags_in(data) if tag == "Figure" and words.startswith("Logo of"))


def test_the_logo_stands_on_paper_until_it_is_removed_and_again_when_it_is_put_back(
    people: People, owner: Visitor
) -> None:
    version = publish_routine(people.practice, people.owner)
    program = assign_program(people.colleague, people.client, version)
    sheet = f"/programs/{program.id}/handout.pdf"
    without = pictures_on(owner.get(sheet).data)
    send(owner, picture(), 303)
    assert pictures_on(owner.get(sheet).data) == without + 1
    assert "Logo of " in owner.get("/practice/logo").text
    owner.post("/practice/logo/remove", status=303)
    owner.post("/practice/logo/remove", status=303)  # pressed twice
    assert pictures_on(owner.get(sheet).data) == without
    page = owner.get("/practice/logo").text
    kept = re.search(r'name="logo" value="([^"]+)"', page)
    assert kept is not None
    owner.post("/practice/logo/put-back", {"logo": kept[1]}, status=303)
    assert pictures_on(owner.get(sheet).data) == without + 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawing"),
        (b"%PDF-1.7 nonsense", "This is a PDF"),
        (picture()[:300], "cut off or damaged"),
    ],
)
def test_what_is_no_picture_is_said(owner: Visitor, data: bytes, said: str) -> None:
    assert said in send(owner, data, 422)
    assert not db.session.scalars(select(PracticeLogo)).all()


def test_a_logo_is_kept_as_long_as_it_is_shown_and_a_day_longer(people: People, owner: Visitor) -> None:
    send(owner, picture(), 303)
    for _ in range(2):
        tidying.tidy(now() + timedelta(days=3))
    assert db.session.scalars(select(MediaFile)).all()
    owner.post("/practice/logo/remove", status=303)
    for _ in range(2):
        tidying.tidy(now() + timedelta(days=3))
    db.session.expire_all()
    assert not db.session.scalars(select(PracticeLogo)).all()
    assert not db.session.scalars(select(MediaFile)).all()


def test_two_logos_one_after_the_other_are_one(owner: Visitor) -> None:
    send(owner, picture(), 303)
    send(owner, picture(size=(64, 64)), 303)
    shown = db.session.scalars(select(PracticeLogo).filter_by(removed_at=None)).all()
    assert len(shown) == 1
