"""The practitioner's pages of clients: the list, the record, adding, correcting, archiving, inviting."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from clinic.extensions import db
from clinic.models import Client, Invitation, OtherClinician
from clinic.services.clients import invitations
from tests.factories.people import People, make_client
from tests.visitor import Visitor

Visit = Callable[..., Visitor]

TYPED = {
    "name": "Cora Lind",
    "email": "cora@clients.example",
    "phone": "020 7946 0123",
    "time_zone": "America/New_York",
    "kind": "online",
    "group_name": "Spring group",
    "reason_for_care": "Low back pain",
    "history": "Massage\nhelped",
    "notes": "",
    "consented": "y",
    "consented_on-day": "3",
    "consented_on-month": "2",
    "consented_on-year": "2026",
}


def text(answer: Any) -> str:
    """A page's words, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def cora() -> Client:
    """The client that TYPED describes."""
    return db.session.scalars(select(Client).where(Client.name == "Cora Lind")).one()


def count_clients() -> int:
    """How many clients there are in all."""
    return db.session.scalar(select(func.count()).select_from(Client)) or 0


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    """A practitioner's browser."""
    return visit(people.colleague)


def test_a_practice_without_clients_is_helped_to_its_first(people: People, visit: Visit) -> None:
    for client in (people.client, people.other_client):
        client.status = "archived"
    db.session.commit()
    page = visit(people.colleague).get("/clients")
    assert "No clients yet" in text(page)
    assert 'href="/clients/new"' in page.text


def test_the_list_names_the_practice_s_own_clients(staff: Visitor) -> None:
    page = text(staff.get("/clients"))
    assert "Ada Northcote" in page
    assert "Zofia Kern" not in page


def test_a_search_without_a_match_says_so_and_keeps_the_words(staff: Visitor) -> None:
    page = staff.get('/clients?q=<b>"nobody"')
    assert "No client matches" in text(page)
    assert 'value="&lt;b&gt;&#34;nobody&#34;"' in page.text


@pytest.mark.parametrize(
    "query", ["status=nonsense", "invitation=nonsense", "after=nonsense", "before=%00", "q=%00%ff", "after="]
)
def test_nonsense_in_the_address_is_ignored(staff: Visitor, query: str) -> None:
    staff.get(f"/clients?{query}")


def links(page: Any, words: str) -> list[str]:
    """Where the links with these words lead."""
    found = re.findall(r'<a[^>]*?href="([^"]+)"[^>]*>((?:(?!</a>).)*)</a>', page.text, re.DOTALL)
    return [unescape(href) for href, inner in found if words in inner]


@pytest.mark.parametrize(
    "tab", ["Program", "Assessments", "Questionnaires", "Check-ins", "Timeline", "Details"]
)
def test_the_way_back_from_a_record_keeps_the_list_and_the_client_in_it(staff: Visitor, tab: str) -> None:
    asked = "/clients?q=Ada&invitation=has_account"
    (record,) = links(staff.get(asked), "Ada Northcote")
    section = next(href for href in links(staff.get(record), tab) if "list=" in href)
    back = next(href for href in links(staff.get(section), "Clients") if "#" in href)
    client_id = urlsplit(record).path.rpartition("/")[2]
    assert back == f"{asked}#client-{client_id}"
    assert f'id="client-{client_id}"' in staff.get(back.partition("#")[0]).text


@pytest.mark.parametrize(
    "kept",
    ["https://evil.example/", "//evil.example", "next=https://evil.example", "status=nonsense", "\\evil"],
)
def test_the_way_back_leads_to_the_list_alone(people: People, staff: Visitor, kept: str) -> None:
    page = staff.get(f"/clients/{people.client.id}?{urlencode({'list': kept})}")
    assert "evil" not in page.text
    assert f'href="/clients#client-{people.client.id}"' in page.text


def test_adding_a_client_leads_to_their_record(staff: Visitor) -> None:
    answer = staff.post("/clients/new", TYPED, status=303)
    assert answer.location == f"/clients/{cora().id}"
    page = text(staff.get(answer.location))
    assert "Cora Lind is added." in page
    assert "in New York" in page
    details = text(staff.get(f"/clients/{cora().id}/details"))
    assert "Given on Tue 3 Feb 2026, recorded by Robin Vale" in details


@pytest.mark.usefixtures("mail_server")
def test_adding_and_inviting_sends_the_mail_at_once(staff: Visitor) -> None:
    answer = staff.post("/clients/new", {**TYPED, "invite": "y"}, status=303)
    page = text(staff.get(answer.location))
    assert "An invitation is on its way to cora@clients.example." in page
    assert "Mail to cora@clients.example of" in page
    assert "goes out" in page


@pytest.mark.parametrize(
    "change, words",
    [
        ({"name": "  "}, "Enter the client’s name."),
        ({"name": "x" * 121}, "Use 120 characters or fewer."),
        ({"email": "cora@@example"}, "@-sign"),
        ({"email": ""}, None),
        ({"kind": ""}, "Choose private client or online student."),
        ({"kind": "other"}, "Choose one of these."),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone."),
        ({"consented_on-day": "31"}, "This day does not exist"),
        ({"consented_on-day": ""}, "The date must have a day."),
        ({"consented_on-year": "26"}, "like 24 11 2026"),
        ({"consented": ""}, "Tick this box too"),
        ({"consented_on-year": "2999"}, "future"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_saved(
    staff: Visitor, change: dict[str, str], words: str | None
) -> None:
    before = count_clients()
    answer = staff.post("/clients/new", {**TYPED, **change}, status=303 if words is None else 422)
    if words is None:
        return
    assert count_clients() == before
    assert "There is a problem" in text(answer)
    assert words in text(answer)
    assert "<title>Error: " in answer.text
    assert "Massage" in answer.text
    assert 'value="020 7946 0123"' in answer.text


def test_an_invitation_wished_without_consent_saves_nothing(staff: Visitor) -> None:
    without = {key: value for key, value in TYPED.items() if not key.startswith("consented")}
    before = count_clients()
    answer = staff.post("/clients/new", {**without, "invite": "y"}, status=422)
    assert "The consent of Cora Lind is not recorded. Record it first." in text(answer)
    assert count_clients() == before


@pytest.mark.parametrize(
    "lacks, page",
    [({"email": None}, "edit"), ({"consented_at": None, "consent_recorded_by": None}, "consents")],
)
def test_what_keeps_an_invitation_back_leads_to_where_it_is_put_right(
    people: People, staff: Visitor, lacks: dict[str, None], page: str
) -> None:
    made = make_client(people.practice, "Cora Lind", **lacks)
    db.session.commit()
    for tab in ("", "/details"):
        panel = staff.get(f"/clients/{made.id}{tab}").text.split(">Account<")[1].split("</section>")[0]
        assert f'href="/clients/{made.id}/{page}"' in panel


def test_the_same_address_twice_is_refused_with_the_name(staff: Visitor) -> None:
    staff.post("/clients/new", TYPED, status=303)
    answer = staff.post("/clients/new", {**TYPED, "name": "Cara Lund"}, status=422)
    assert "Cora Lind has this email address already." in text(answer)


def test_columns_that_are_not_asked_for_cannot_be_set(people: People, staff: Visitor) -> None:
    extra = {
        "practice_id": str(people.elsewhere.id),
        "user_id": str(people.client_user.id),
        "status": "archived",
        "unsubscribed_at": "2026-01-01",
        "version": "7",
        "id": str(people.client.id),
    }
    staff.post("/clients/new", {**TYPED, **extra}, status=303)
    made = cora()
    assert made.practice_id == people.practice.id
    assert (made.user_id, made.status, made.unsubscribed_at, made.version) == (None, "active", None, 1)


def test_two_who_edit_at_once_see_both_texts(people: People, visit: Visit) -> None:
    one, two = visit(people.colleague), visit(people.owner)
    one.post("/clients/new", TYPED, status=303)
    at = f"/clients/{cora().id}/edit"
    seen = re.search(r'name="version" value="(\d+)"', one.get(at).text)
    assert seen is not None
    two.post(at, {**TYPED, "phone": "111", "version": seen[1]}, status=303)
    page = one.post(at, {**TYPED, "phone": "222", "version": seen[1]}, status=409)
    assert "Phone 111 222" in text(page).replace("Saved now What you typed", "")
    assert 'value="222"' in page.text
    assert cora().phone == "111"
    now_seen = re.search(r'name="version" value="(\d+)"', page.text)
    assert now_seen is not None
    one.post(at, {**TYPED, "phone": "222", "version": now_seen[1]}, status=303)
    assert cora().phone == "222"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "٣"])
def test_an_unreadable_version_never_overwrites(staff: Visitor, version: str) -> None:
    staff.post("/clients/new", TYPED, status=303)
    staff.post(f"/clients/{cora().id}/edit", {**TYPED, "phone": "222", "version": version}, status=409)
    assert cora().phone == "020 7946 0123"


def test_the_edit_page_holds_what_is_stored(staff: Visitor) -> None:
    staff.post("/clients/new", TYPED, status=303)
    page = staff.get(f"/clients/{cora().id}/edit").text
    for value in ('value="Cora Lind"', 'value="cora@clients.example"'):
        assert value in page
    assert re.search(r'value="America/New_York"\s+selected', page)
    assert re.search(r'name="kind"\s+value="online"[^>]* checked', page)


def test_correcting_the_address_offers_a_new_invitation(staff: Visitor) -> None:
    staff.post("/clients/new", {**TYPED, "email": "cara@clients.example", "invite": "y"}, status=303)
    answer = staff.post(f"/clients/{cora().id}/edit", {**TYPED, "version": str(cora().version)}, status=303)
    page = staff.get(answer.location)
    assert "The invitation to the old address has ended." in text(page)
    assert "Invite by email" in text(page)
    timeline = text(staff.get(f"/clients/{cora().id}/timeline"))
    assert "Email: cara@clients.example → cora@clients.example" in timeline
    assert "The address was corrected" in timeline


def test_archiving_asks_why_and_restoring_brings_back(people: People, staff: Visitor) -> None:
    at = f"/clients/{people.client.id}/status"
    assert "Give a reason" in text(staff.post(at, {"reason": " "}, status=422))
    staff.post(at, {"reason": "Moved away"}, status=303)
    assert "Ada Northcote is archived." in text(staff.get("/clients"))
    assert "Ada Northcote" not in text(staff.get("/clients"))
    assert "Ada Northcote" in text(staff.get("/clients?status=archived"))
    assert "Restore Ada Northcote?" in text(staff.get(at))
    staff.post(at, {"reason": "Came back"}, status=303)
    page = text(staff.get(f"/clients/{people.client.id}/timeline"))
    assert "Client archived" in page
    assert "Reason: Moved away" in page
    assert "Client restored" in page


def test_a_link_is_handed_over_once_with_its_code(people: People, staff: Visitor) -> None:
    client = make_client(people.practice, "Dov Aster", email=None)
    db.session.commit()
    page = staff.post(f"/clients/{client.id}/invitation/link", status=200)
    found = re.search(r'value="(http://localhost/invitation/[\w-]+)"', page.text)
    assert found is not None
    assert "<svg" in page.text
    assert "Shown only now" in text(page)
    assert invitations.offer(found[1].rpartition("/")[2]).client.id == client.id
    details = staff.get(f"/clients/{client.id}/details")
    assert found[1].rpartition("/")[2] not in details.text
    assert "Link handed over" in text(details)


@pytest.mark.usefixtures("mail_server")
def test_an_invitation_is_sent_again_and_taken_back(people: People, staff: Visitor) -> None:
    staff.post("/clients/new", {**TYPED, "invite": "y"}, status=303)
    at = f"/clients/{cora().id}"
    staff.post(f"{at}/invitation", status=303)
    page = text(staff.get(f"{at}/details"))
    assert "Send again" in page
    newest = db.session.scalars(select(Invitation).where(Invitation.revoked_at.is_(None))).one()
    staff.post(f"/invitations/{newest.id}/revoke", status=303)
    page = text(staff.get(f"{at}/details"))
    assert "Invitation revoked" in page
    assert "Its links no longer work." in page
    timeline = text(staff.get(f"{at}/timeline"))
    assert "Invitation by mail, once more" in timeline
    assert "Invitation taken back" in timeline


def test_why_no_mail_can_go_is_said_instead_of_a_button(people: People, staff: Visitor) -> None:
    people.practice.emergency_number = None
    db.session.commit()
    staff.post("/clients/new", TYPED, status=303)
    page = text(staff.get(f"/clients/{cora().id}/details"))
    assert "Set the emergency and urgent numbers" in page
    assert "Invite by email" not in page
    assert "Show link and code" in page


PAGES = ["", "/program", "/assessments", "/check-ins", "/timeline", "/details", "/edit", "/status"]


@pytest.mark.parametrize("page", PAGES)
def test_every_section_opens_for_staff_alone(people: People, visit: Visit, page: str) -> None:
    at = f"/clients/{people.client.id}{page}"
    assert "Ada Northcote" in text(visit(people.assistant).get(at))
    for other in (people.stranger, people.client_user, people.foreign_client_user):
        assert "Ada Northcote" not in text(visit(other).get(at, status=404)).replace(
            "Ada Northcote Sign out", ""
        )
    visit().get(at, status=303)


@pytest.mark.parametrize("page", ["/edit", "/status", "/invitation", "/invitation/link"])
def test_strangers_change_nothing(people: People, visit: Visit, page: str) -> None:
    values = {**TYPED, "version": "1", "reason": "x"}
    visit(people.stranger).post(f"/clients/{people.client.id}{page}", values, status=404)
    visit(people.client_user).post(f"/clients/{people.client.id}{page}", values, status=404)
    db.session.refresh(people.client)
    assert (people.client.name, people.client.status) == ("Ada Northcote", "active")


@pytest.mark.parametrize(
    "page", ["/timeline?before=nonsense", "/timeline?before=00000000-0000-0000-0000-000000000000"]
)
def test_a_timeline_from_nowhere_starts_at_the_newest(people: People, staff: Visitor, page: str) -> None:
    staff.get(f"/clients/{people.client.id}{page}")


def test_a_client_has_a_pain_ceiling_of_their_own_or_the_practices(people: People, staff: Visitor) -> None:
    staff.post("/clients/new", TYPED, status=303)
    client = cora()
    assert client.pain_ceiling is None
    address = f"/clients/{client.id}"
    assert "The practice says 6 of 10." in text(staff.get(f"{address}/edit"))
    staff.post(f"{address}/edit", TYPED | {"version": "1", "pain_ceiling": "4"}, status=303)
    assert cora().pain_ceiling == 4
    assert "When a move hurts, stop from 4 of 10" in text(staff.get(f"{address}/details"))
    staff.post(f"{address}/edit", TYPED | {"version": "2", "pain_ceiling": ""}, status=303)
    assert cora().pain_ceiling is None
    staff.post(f"{address}/edit", TYPED | {"version": "3", "pain_ceiling": "0"}, status=422)
    assert cora().pain_ceiling is None


BORN = {"born_on-day": "3", "born_on-month": "5", "born_on-year": "1961"}


def test_a_date_of_birth_is_kept_and_shown(staff: Visitor) -> None:
    staff.post("/clients/new", TYPED | BORN, status=303)
    assert cora().born_on == date(1961, 5, 3)
    here = f"/clients/{cora().id}"
    assert "born 3 May 1961" in text(staff.get(here))
    assert "3 May 1961" in text(staff.get(f"{here}/details"))
    assert "Cora Lind, born 3 May 1961" in text(staff.get(f"{here}/assessments/new"))
    assert 'value="1961"' in staff.get(f"{here}/edit").text
    assert "born 3 May 1961" in text(staff.get("/clients?q=cora"))


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ({"born_on-year": "2999"}, "A date of birth cannot be in the future."),
        ({"born_on-year": "1066"}, "Enter a year of birth from"),
        ({"born_on-day": "31", "born_on-month": "2"}, "This day does not exist in the calendar."),
    ],
)
def test_a_date_of_birth_that_cannot_be_is_refused(staff: Visitor, born: dict[str, str], said: str) -> None:
    before = count_clients()
    assert said in text(staff.post("/clients/new", TYPED | BORN | born, status=422))
    assert count_clients() == before


PERSONAL = {
    "own_number": "K-2024/117",
    "sex": "female",
    "address": "4 Mill Lane\nTop flat",
    "postcode": "BS1 4QA",
    "town": "Bristol",
    "country": "United Kingdom",
    "emergency_name": "Per Lind",
    "emergency_phone": "020 7946 0999",
    "emergency_relation": "Husband",
}


def test_personal_details_are_kept_shown_and_told_in_the_timeline(staff: Visitor) -> None:
    staff.post("/clients/new", TYPED | PERSONAL, status=303)
    here = f"/clients/{cora().id}"
    told = text(staff.get(f"{here}/details"))
    for words in ("K-2024/117", "Female", "BS1 4QA Bristol", "Per Lind, Husband, 020 7946 0999"):
        assert words in told
    staff.post(f"{here}/edit", TYPED | PERSONAL | {"version": "1", "sex": "", "town": "Bath"}, status=303)
    assert cora().sex is None
    assert "Sex: Female → nothing. Town: Bristol → Bath" in text(staff.get(f"{here}/timeline"))


@pytest.mark.parametrize("typed", ["K-2024/117", "k 2024", "2024/117", "024117"])
def test_a_client_is_found_by_the_number_of_the_practice(staff: Visitor, typed: str) -> None:
    staff.post("/clients/new", TYPED | PERSONAL, status=303)
    assert "Cora Lind" in text(staff.get(f"/clients?q={typed}"))


def test_two_clients_do_not_have_one_number(people: People, staff: Visitor) -> None:
    people.client.own_number = PERSONAL["own_number"]
    db.session.commit()
    page = text(staff.post("/clients/new", TYPED | PERSONAL | {"emergency_phone": "4.47912E+11"}, status=422))
    assert f"{people.client.name} has this number already." in page
    assert "a spreadsheet has rounded it" in page


def test_other_clinicians_are_added_changed_removed_and_brought_back(people: People, staff: Visitor) -> None:
    details = f"/clients/{people.client.id}/details"
    new = f"/clients/{people.client.id}/clinicians/new"
    typed = {"key": "0" * 32, "version": "0", "role": "surgeon", "name": "Dr Hale", "place": "City Hospital"}
    assert "a spreadsheet" in text(staff.post(new, typed | {"phone": "4.47912E+11"}, status=422))
    for _ in range(2):  # pressed twice
        staff.post(new, typed, status=303)
    told = text(staff.get(details))
    assert told.count("Surgeon City Hospital") == 1
    hale = db.session.scalars(select(OtherClinician)).one()
    here = f"/clinicians/{hale.id}"
    staff.post(here, typed | {"version": "1", "place": "Harbour Clinic"}, status=303)
    met = text(staff.post(here, typed | {"version": "1", "phone": "020 7946 0123"}, status=409))
    assert "Harbour Clinic" in met
    assert "City Hospital" in met
    staff.post(f"{here}/remove", {}, status=303)
    assert "Nobody is written down" in text(staff.get(details))
    staff.post(f"{here}/bring-back", {}, status=303)
    assert "Nobody is written down" not in text(staff.get(details))
    assert "Other clinician removed" in text(staff.get(f"/clients/{people.client.id}/timeline"))


def test_a_phone_that_a_spreadsheet_spoiled_is_refused(staff: Visitor) -> None:
    page = staff.post("/clients/new", TYPED | {"phone": "4.47912E+11"}, status=422)
    assert "a spreadsheet has rounded it" in text(page)


@pytest.mark.parametrize("name", ["\u00a0", "\u200b \u3164", "\u202e"])
def test_a_name_that_nobody_can_see_is_no_name(staff: Visitor, name: str) -> None:
    page = staff.post("/clients/new", TYPED | {"name": name}, status=422)
    assert "Enter the client’s name." in text(page)


@pytest.mark.parametrize("name", ["Ada Northcote", "ada  NORTHCOTE", "Northcote, Ada"])
def test_a_second_person_of_the_same_name_is_added_only_after_asking(
    people: People, staff: Visitor, name: str
) -> None:
    people.client.phone = "020 7946 0777"
    db.session.commit()
    before = count_clients()
    asked = staff.post("/clients/new", TYPED | {"name": name}, status=409)
    assert f"A client called {' '.join(name.split())} is here already" in text(asked)
    assert "020 7946 0777" in text(asked)
    assert "no date of birth" in text(asked)
    assert f'href="/clients/{people.client.id}"' in asked.text
    assert "Add anyway" in asked.text
    assert count_clients() == before
    again = TYPED | {"name": name, "another": " ".join(name.split())}
    staff.post("/clients/new", again, status=303)
    assert count_clients() == before + 1


def test_who_was_asked_about_one_name_is_asked_about_the_next(people: People, staff: Visitor) -> None:
    staff.post("/clients/new", TYPED | {"name": "Ada Northcote", "another": "Cora Lind"}, status=409)


def test_people_born_on_different_days_are_not_asked_about(people: People, staff: Visitor) -> None:
    people.client.born_on = date(1984, 1, 9)
    db.session.commit()
    staff.post("/clients/new", TYPED | BORN | {"name": "Ada Northcote"}, status=303)


def test_two_of_one_name_are_told_apart_in_the_list(people: People, staff: Visitor) -> None:
    people.client.phone = "020 7946 0777"
    db.session.commit()
    assert "020 7946 0777" not in text(staff.get("/clients"))
    make_client(people.practice, "Ada Northcote", born_on=date(1984, 1, 9))
    page = text(staff.get("/clients"))
    assert "020 7946 0777" in page
    assert "born 9 Jan 1984" in page
