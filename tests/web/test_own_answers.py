"""The practice's own answers: taken or written, signed, found under a move and before one asks, and shown."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from clinic.extensions import db
from clinic.models import Exercise, OwnAnswer, OwnAnswerHelped, OwnAnswerSource
from clinic.services.messages import writing as messages
from clinic.services.messages.writing import ClientWords
from tests.factories.moves import make_move
from tests.factories.people import People
from tests.factories.programs import assign_program, publish_routine
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
LIBRARY = "/library/answers"
FEET = "What do my knees and feet do? Do they swivel?"
SOCKS, SHOES = "May I wear socks?", "May I wear shoes?"
TYPED = {"key": "0" * 32, "version": "0", "question": SOCKS, "text": "Yes.\n\nOr none.", "tags": "feet"}


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    version = publish_routine(people.practice, people.owner)
    for client in (people.client, people.other_client):
        assign_program(people.colleague, client, version)
    return visit(people.colleague)


@pytest.fixture
def anybody(visit: Visit) -> Visitor:
    return visit()


def one(question: str) -> OwnAnswer:
    db.session.expire_all()
    return db.session.scalars(select(OwnAnswer).where(OwnAnswer.question == question)).one()


def signed(staff: Visitor, question: str) -> OwnAnswer:
    answer = one(question)
    staff.post(f"{LIBRARY}/{answer.id}/sign", {"version": str(answer.version)}, status=303)
    return one(question)


def move(key: str) -> Exercise:
    return db.session.scalars(select(Exercise).where(Exercise.key == key)).one()


def test_a_shipped_answer_is_found_by_clients_once_it_is_signed(
    people: People, staff: Visitor, visit: Visit
) -> None:
    assert FEET in staff.get(f"{LIBRARY}/shelf").text
    for _ in range(2):  # pressed twice
        staff.post(f"{LIBRARY}/shelf/knees_and_feet", status=303)
    assert FEET not in staff.get(f"{LIBRARY}/shelf").text
    ada = visit(people.client_user)
    assert FEET not in ada.get("/my/program/1").text
    assert "Nothing fits" in ada.post("/my/answers", {"q": "do my feet swivel"}, status=200).text
    signed(staff, FEET)
    assert FEET in ada.get("/my/program/1").text
    assert FEET not in ada.get("/my/program/2").text, "the other move is not what it is about"
    assert FEET in ada.post("/my/answers", {"q": "do my feet swivel"}, status=200).text
    assert FEET in ada.get("/my/answers").text


def test_this_helped_is_counted_once_for_each_client(people: People, staff: Visitor, visit: Visit) -> None:
    staff.post(f"{LIBRARY}/shelf/knees_and_feet", status=303)
    draft = one(FEET)
    ada, bela = visit(people.client_user), visit(people.other_client_user)
    ada.post(f"/my/answers/{draft.id}/helped", status=404)
    answer = signed(staff, FEET)
    for _ in range(2):
        went = ada.post(f"/my/answers/{answer.id}/helped", {"move": "1"}, status=303)
    assert went.location.endswith("/my/program/1#answers")
    bela.post(f"/my/answers/{answer.id}/helped", status=303)
    visit(people.foreign_client_user).post(f"/my/answers/{answer.id}/helped", status=404)
    assert db.session.scalar(select(func.count()).select_from(OwnAnswerHelped)) == 2
    assert "You said that this helped." in ada.get("/my/program/1").text
    assert "Helped 2 clients" in staff.get(LIBRARY).text


def test_new_words_want_a_name_again(people: People, staff: Visitor, visit: Visit) -> None:
    turn = move("hip_turns_standing")
    for _ in range(2):
        staff.post(f"{LIBRARY}/new", TYPED | {"about": str(turn.id)}, status=303)
    answer = signed(staff, SOCKS)
    at, ada, seen = f"{LIBRARY}/{answer.id}", visit(people.client_user), answer.version
    told = TYPED | {"version": str(seen), "about": str(turn.id), "tags": "socks"}
    staff.post(f"{at}/edit", told, status=303)
    assert SOCKS in ada.get("/my/program/1").text, "its words are as they were signed"
    met = staff.post(f"{at}/edit", told | {"text": "No."}, status=409)
    assert "Somebody else saved this" in met.text
    told["version"] = str(one(SOCKS).version)
    staff.post(f"{at}/edit", told | {"text": "No."}, status=303)
    assert SOCKS not in ada.get("/my/program/1").text
    staff.post(f"{at}/sign", {"version": str(seen)}, status=303)
    assert "No." not in ada.get("/my/program/1").text, "it was signed as it stood before"
    signed(staff, SOCKS)
    assert SOCKS in ada.get("/my/program/1").text
    staff.post(f"{at}/remove", status=303)
    assert SOCKS not in ada.get("/my/answers").text
    staff.post(f"{at}/back", status=303)
    assert SOCKS in ada.get("/my/answers").text


def test_an_answer_without_a_move_stands_under_those_that_share_a_tag(
    people: People, staff: Visitor, visit: Visit
) -> None:
    staff.post(f"{LIBRARY}/new", TYPED | {"tags": move("hip_hinge").tags[0]}, status=303)
    signed(staff, SOCKS)
    assert SOCKS in visit(people.client_user).get("/my/program/2").text


def test_a_form_names_all_that_is_wrong(people: People, staff: Visitor) -> None:
    told = staff.post(
        f"{LIBRARY}/new", TYPED | {"question": "", "text": "", "tags": "x" * 31}, status=422
    ).text
    for problem in ("Write the question", "Write the answer", "Use 8 tags or fewer"):
        assert problem in told
    staff.post(f"{LIBRARY}/new", TYPED | {"about": "something"}, status=422)


def test_of_many_moves_those_that_an_answer_is_about_stand_first_and_the_others_are_folded(
    people: People, staff: Visitor
) -> None:
    owner = people.actor(people.owner)
    moves = [make_move(owner, name=f"Step {number}") for number in range(9)]
    staff.post(f"{LIBRARY}/new", TYPED | {"about": str(moves[7].id)}, status=303)
    page = staff.get(f"{LIBRARY}/{one(SOCKS).id}/edit").text
    shown, folded = page.split("Choose further moves")
    boxes = r'name="about"\s+value="([^":]+)"'
    assert re.findall(boxes, shown) == [str(moves[7].id)]
    assert {str(each.id) for each in moves} - set(re.findall(boxes, folded)) == {str(moves[7].id)}
    assert "Choose moves" in staff.get(f"{LIBRARY}/new").text


def test_an_assistant_reads_and_does_not_write(people: People, staff: Visitor, visit: Visit) -> None:
    staff.post(f"{LIBRARY}/shelf/sink", status=303)
    at = f"{LIBRARY}/{db.session.scalars(select(OwnAnswer.id)).one()}"
    assistant = visit(people.assistant)
    assert "Sign it" not in assistant.get(at).text
    assistant.post(f"{at}/sign", {"version": "1"}, status=403)
    assistant.post(f"{LIBRARY}/shelf/washing_machine", status=403)
    assistant.get(f"{LIBRARY}/new", status=303)


def test_the_library_is_searched_as_that_of_moves(people: People, staff: Visitor) -> None:
    for key in ("sink", "washing_machine"):
        staff.post(f"{LIBRARY}/shelf/{key}", status=303)
    found = staff.get(f"{LIBRARY}?q=CUPBOARD").text
    assert "sink" in found
    assert "washing out" not in found
    assert "No answer matches" in staff.get(f"{LIBRARY}?q=%25").text
    assert "Waits for a sign-off" in staff.get(f"{LIBRARY}?shown=waiting").text


def test_anybody_reads_what_is_public_and_signed_and_only_while_the_practice_wants_it(
    people: People, staff: Visitor, visit: Visit, anybody: Visitor
) -> None:
    for question, is_public in ((SOCKS, "y"), (SHOES, "")):
        about = {"question": question, "key": "1" * 32}
        staff.post(f"{LIBRARY}/new", TYPED | about | ({"is_public": "y"} if is_public else {}), status=303)
    anybody.get("/p/hips-first/answers", status=404)
    owner = visit(people.owner)
    settings = "/practice/settings/answers"
    assert (
        "Use 3 to 40 small letters" in owner.post(settings, {"answers_word": "Hips first"}, status=422).text
    )
    owner.post(settings, {"answers_word": "hips-first"}, status=303)
    assert "May I wear" not in anybody.get("/p/hips-first/answers").text
    for question in (SOCKS, SHOES):
        signed(staff, question)
    shown = anybody.get("/p/hips-first/answers").text
    assert SOCKS in shown
    assert SHOES not in shown
    assert not re.search(r"Helped|Signed by", shown)
    people.elsewhere.answers_word = "other"
    db.session.commit()
    assert (
        "Another practice has this word" in owner.post(settings, {"answers_word": "other"}, status=422).text
    )
    owner.post(settings, {"answers_word": ""}, status=303)
    anybody.get("/p/hips-first/answers", status=404)


def test_an_answer_about_a_move_that_is_deleted_stays_as_one_about_no_move(
    people: People, staff: Visitor
) -> None:
    staff.post("/library/shelf/bridge", status=303)
    bridge = move("bridge")
    staff.post(f"{LIBRARY}/new", TYPED | {"about": str(bridge.id)}, status=303)
    staff.post(f"/library/{bridge.id}/delete", status=303)
    assert not one(SOCKS).moves


def test_an_answer_stands_under_each_of_its_moves_and_under_no_other(
    people: People, staff: Visitor, visit: Visit
) -> None:
    turn, hinge = move("hip_turns_standing"), move("hip_hinge")
    about = [str(turn.id), str(hinge.id), f"{hinge.id}:mistake"]
    staff.post(f"{LIBRARY}/new", TYPED | {"about": about}, status=303)
    answer = signed(staff, SOCKS)
    assert {each.move_id: each.about_mistake for each in answer.moves} == {turn.id: False, hinge.id: True}
    shown = staff.get(f"{LIBRARY}/{answer.id}").text
    assert turn.name in shown
    assert f"{hinge.name}, the mistake" in shown
    assert hinge.name in staff.get(LIBRARY).text
    ada = visit(people.client_user)
    assert SOCKS in ada.get("/my/program/1").text
    assert SOCKS in ada.get("/my/program/2").text
    told = TYPED | {"version": str(answer.version), "about": [str(hinge.id)]}
    staff.post(f"{LIBRARY}/{answer.id}/edit", told, status=303)
    assert SOCKS not in ada.get("/my/program/1").text
    assert SOCKS in ada.get("/my/program/2").text
    staff.post(f"{LIBRARY}/{answer.id}/edit", told | {"about": about}, status=409)


def test_a_message_becomes_an_answer_without_the_person_and_with_their_leave(
    people: People, staff: Visitor, visit: Visit
) -> None:
    people.client.town = "Málaga"
    db.session.commit()
    ada = visit(people.client_user)
    asked = f"{people.client.name} here, in Malaga since 3 May 2024: may I wear socks?"
    message = messages.write(people.actor(people.client_user), "1" * 32, ClientWords(asked))
    messages.answer(people.actor(people.colleague), people.client.id, "2" * 32, "Yes. Or none.")
    assert "Make an answer of it" in staff.get(f"/clients/{people.client.id}/messages").text
    at = f"/messages/{message.id}/answer"
    opened = staff.get(at).text
    for told in (people.client.name.split()[0], "Malaga", "3 May 2024", "Yes. Or none."):
        assert told in opened
    typed = {**TYPED, "question": asked, "text": "Yes, Malaga.", "ask": "y"}
    refused = staff.post(at, typed, status=422).text
    assert "Look at what could tell who asked" in refused
    typed |= {"question": SOCKS, "text": "Yes."}
    for _ in range(2):
        staff.post(at, typed, status=303)
    answer = one(SOCKS)
    here = f"{LIBRARY}/{answer.id}"
    staff.post(f"{here}/sign", {"version": "1"}, status=303)
    assert "has not said yet" in staff.get(here).text
    source = db.session.scalars(select(OwnAnswerSource)).one()
    lend = f"/my/answers/words/{source.id}"
    assert "May we use your words?" in ada.get("/my/answers").text
    visit(people.other_client_user).post(f"{lend}/agree", status=404)
    ada.post(f"{lend}/agree", status=303)
    signed(staff, SOCKS)
    bela = visit(people.other_client_user)
    assert SOCKS in bela.get("/my/answers").text
    ada.post(f"{lend}/decline", status=303)
    assert SOCKS not in bela.get("/my/answers").text
    assert signed(staff, SOCKS).signed_at is None, "it is to be put in other words first"
