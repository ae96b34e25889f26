"""What was found by attacking the product: a test for each hole, so that it stays shut."""

from __future__ import annotations

import gzip
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.domain.errors import RuleBroken
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.models import Checkin, Client, OutboxMessage, Practice, Program, User, WarningFlag
from clinic.services import warnings
from clinic.services.accounts import signing_in as accounts
from clinic.services.clients import invitations
from clinic.services.clients import records as clients
from clinic.services.clients.importing import import_clients
from clinic.services.clients.records import ClientDetails
from clinic.services.consents import acts
from clinic.services.transaction import transaction
from clinic.services.upkeep.backups.restoring import OLD_FORMAT, Trust, restore
from clinic.services.upkeep.backups.rows import one_instant, revision
from config import Settings
from tests.factories.checkins import enrol, link_to, sent_checkin
from tests.factories.people import PASSWORD, People, make_client
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import typed

Visit = Callable[..., Visitor]
WRONG = "not the password at all"
GOOD = "seven grey herons over water"
ANSWER = {"days": "5", "pain": "3", "mistake": "no", "contact": "no"}


def sign_in(browser: Visitor, email: str, password: str = PASSWORD, **options: Any) -> Any:
    return browser.post("/sign-in", {"email": email, "password": password}, **options)


@pytest.fixture
def program(people: People) -> Program:
    return enrol(people)


@pytest.fixture
def checkin(program: Program) -> Checkin:
    return sent_checkin(program)


# --- accounts


@pytest.mark.parametrize(
    "way", ["\N{FULLWIDTH LATIN SMALL LETTER P}eople", "\N{MATHEMATICAL BOLD SMALL P}eople", "PEOPLE"]
)
def test_another_spelling_of_the_domain_is_no_new_budget_of_tries(
    people: People, visit: Visit, way: str
) -> None:
    for _ in range(8):
        sign_in(visit(), people.colleague.email, WRONG, status=422)
    other = people.colleague.email.replace("people", way)
    assert parse_address(other).key == people.colleague.email_key
    sign_in(visit(), other, WRONG, status=429)


def test_a_stranger_who_tries_passwords_does_not_shut_out_a_browser_the_owner_has_used(
    people: People, visit: Visit
) -> None:
    browser = visit()
    sign_in(browser, people.owner.email, status=303)
    browser.post("/sign-out", status=303)
    for _ in range(8):
        sign_in(visit(), people.owner.email, WRONG, status=422)
    sign_in(visit(), people.owner.email, status=429)
    sign_in(browser, people.owner.email, status=303)


def test_a_browser_that_was_used_once_has_no_more_tries_than_others(people: People, visit: Visit) -> None:
    browser = visit()
    sign_in(browser, people.owner.email, status=303)
    browser.post("/sign-out", status=303)
    for _ in range(8):
        sign_in(browser, people.owner.email, WRONG, status=422)
    sign_in(browser, people.owner.email, status=429)


def test_a_browser_of_one_account_earns_no_tries_at_another(people: People, visit: Visit) -> None:
    browser = visit()
    sign_in(browser, people.colleague.email, status=303)
    browser.post("/sign-out", status=303)
    for _ in range(8):
        sign_in(visit(), people.owner.email, WRONG, status=422)
    sign_in(browser, people.owner.email, status=429)


def test_a_caller_with_a_whole_network_of_addresses_is_one_caller(people: People, visit: Visit) -> None:
    def attempt(number: int, network: str = "2001:db8:1:2") -> int:
        form = {"email": f"{number}@people.example", "password": WRONG}
        at = {"REMOTE_ADDR": f"{network}::{number + 1:x}"}
        return int(visit().post("/sign-in", form, environ_overrides=at).status_code)

    assert {attempt(number) for number in range(30)} == {422}
    assert attempt(30) == 429
    assert attempt(31, "2001:db8:1:3") == 422


def test_an_open_browser_is_no_place_to_try_passwords(people: People, visit: Visit) -> None:
    for _ in range(8):
        visit(people.colleague).post("/your-account", {"current": WRONG, "password": GOOD}, status=422)
    visit(people.colleague).post("/your-account", {"current": PASSWORD, "password": GOOD}, status=429)
    visit(people.owner).post("/your-account", {"current": PASSWORD, "password": GOOD}, status=303)


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten-password"])
def test_a_nought_byte_in_an_address_is_an_unknown_address(people: People, visit: Visit, path: str) -> None:
    answer = visit().post(path, {"email": "a\x00b@people.example", "password": WRONG})
    assert answer.status_code in (200, 422)


def test_the_time_to_an_answer_does_not_tell_whether_an_address_is_known(
    people: People, visit: Visit
) -> None:
    def seconds(email: str) -> float:
        browser, began = visit(), time.monotonic()
        browser.post("/forgotten-password", {"email": email}, status=200)
        return time.monotonic() - began

    assert seconds("nobody@people.example") >= 0.2
    assert seconds(people.owner.email) >= 0.2


def test_a_reset_link_from_before_is_worthless_once_the_password_is_changed(
    people: People, visit: Visit
) -> None:
    with transaction():
        secret = accounts.mint_reset(people.colleague)
    visit(people.colleague).post("/your-account", {"current": PASSWORD, "password": GOOD}, status=303)
    visit().get(f"/new-password/{secret}", status=410)


# --- links


def test_an_invited_person_learns_nobodys_name_by_typing_addresses(people: People, visit: Visit) -> None:
    invited = make_client(people.practice, "Cora Lind", email=None)
    hidden = make_client(people.practice, "Quentin Planted", email="quentin@clients.example")
    db.session.commit()
    secret = invitations.hand_over(people.actor(people.colleague), invited.id)[1]
    for taken in (hidden.email, people.other_client_user.email, people.colleague.email):
        page = visit().post(f"/invitation/{secret}", {"email": taken, "password": GOOD}, status=422)
        said = page.get_data(as_text=True).split("<main")[1]
        assert "Quentin" not in said
        assert "Bela" not in said
        assert "account" not in said.replace("Make your account", "")
        assert "This email address cannot be used" in said


def details_of(client: Client, **changes: Any) -> ClientDetails:
    values = {name: getattr(client, name) for name in clients.PLAIN}
    values |= {"name": client.name, "email": parse_address(client.email or "")}
    return ClientDetails(
        **(values | {"consented_on": client.consented_at.date() if client.consented_at else None} | changes)
    )


def test_a_checkin_link_mailed_to_a_mistyped_address_ends_when_it_is_put_right(
    people: People, checkin: Checkin, visit: Visit
) -> None:
    link = link_to(checkin)
    visit().get(link)
    right = details_of(people.client, email=parse_address("right@clients.example"))
    clients.correct(people.actor(people.colleague), people.client.id, right, people.client.version)
    visit().get(link, status=410)
    visit().post(link, {"none": "y"}, status=410)
    visit().get(link_to(checkin))


def test_other_corrections_leave_the_checkin_link_alone(
    people: People, checkin: Checkin, visit: Visit
) -> None:
    link = link_to(checkin)
    right = details_of(people.client, phone="020 7946 0200")
    clients.correct(people.actor(people.colleague), people.client.id, right, people.client.version)
    visit().get(link)


def test_signs_ticked_after_a_flag_was_cleared_are_one_flag_and_one_alert(
    people: People, checkin: Checkin, visit: Visit
) -> None:
    link, browser = link_to(checkin), visit()
    browser.post(link, {"signs": "bladder"}, status=303)
    flag = db.session.scalars(select(WarningFlag)).one()
    warnings.clear(people.actor(people.colleague), flag.id, "Seen today.")
    before = alerts()
    for _ in range(3):
        browser.post(link, {"signs": "bladder"}, status=303)
    assert db.session.scalar(select(func.count()).select_from(WarningFlag)) == 2
    assert alerts() - before == 2  # the owner's and the practitioner's


def alerts() -> int:
    mails = select(func.count()).where(OutboxMessage.kind == "warning_sign_alert")
    return db.session.scalar(mails) or 0


# --- forms


def test_consent_cannot_be_dated_before_anybody_could_have_given_it(people: People, visit: Visit) -> None:
    browser, path = visit(people.colleague), f"/clients/{people.client.id}/consents"
    acts.withdraw(people.actor(people.colleague), people.client.id, ConsentKind.MAIL, ConsentHow.PAPER)
    form = {"kind": "mail", "how": "paper", "document": ""}
    form |= {"given_on-day": "1", "given_on-month": "1", "given_on-year": "0001"}
    answer = browser.post(path, form, status=422)
    assert "Enter a day from 2000 on." in answer.get_data(as_text=True)


def test_ten_thousand_doses_are_refused_as_quickly_as_two(
    people: People, program: Program, visit: Visit
) -> None:
    browser = visit(people.colleague)
    form = {f"doses-{number}-sets": "1" for number in range(10_000)}
    began = time.monotonic()
    browser.post(f"/programs/{program.id}/doses", form, status=400)
    browser.post(f"/clients/{people.client.id}/programs/new", form, status=422)
    assert time.monotonic() - began < 3


def test_ten_thousand_unknown_fields_make_no_page_of_ten_thousand_lines(people: People, visit: Visit) -> None:
    from tests.factories.assessments import draft

    sheet = draft(people.actor(people.colleague), people.client)
    form = {f"stranger{number}": "1" for number in range(10_000)}
    page = visit(people.colleague).post(f"/assessments/{sheet.id}/orthopedic", form, status=422)
    assert page.get_data(as_text=True).count("is not a field of this page") <= 10


def test_asking_for_the_head_of_a_days_form_is_like_asking_for_the_form(
    people: People, program: Program, visit: Visit
) -> None:
    today = visit(people.client_user).get("/my").get_data(as_text=True)
    assert "/my/log" in today
    from clinic.services.clock import today_in

    day = today_in(people.client.time_zone).isoformat()
    assert visit(people.client_user).client.head(f"/my/log?day={day}").status_code == 200


# --- mail


def letters(people: People, kind: str = "test_mail") -> list[OutboxMessage]:
    """Promise one mail to the owner, and have it written."""
    from clinic.services.outbox import promises as outbox
    from clinic.services.sending import claims as sending_claims

    with transaction():
        outbox.promise_test_mail(people.owner)
    claim = sending_claims.claim("test", real_server=False, smtputf8=False)
    return [db.session.get_one(OutboxMessage, letter.mail_id) for letter in claim.letters]


LETTERHEAD = "/practice/settings/name"


def practice_form(browser: Visitor, **changes: str) -> dict[str, str]:
    return typed(browser.get(LETTERHEAD)) | changes


def test_a_reply_address_with_an_accent_in_its_domain_stops_no_mail(people: People, visit: Visit) -> None:
    browser = visit(people.owner)
    browser.post(
        LETTERHEAD,
        practice_form(browser, email="desk@café.example"),
        status=303,
    )
    assert len(letters(people)) == 1


def test_a_practices_name_that_no_mail_could_carry_is_refused_where_it_is_typed(
    people: People, visit: Visit
) -> None:
    browser = visit(people.owner)
    answer = browser.post(LETTERHEAD, practice_form(browser, name="Backs =?utf-8?q?x?= Necks"), status=422)
    assert "=?" in answer.get_data(as_text=True)
    assert len(letters(people)) == 1


# --- files


HEAD = "name,email,phone,notes\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEAD + "Ada\x00Lind,,,\n", "line 2, name"),
        (HEAD + '"Ada\nBcc: all@clients.example",,,\n', "line 2, name"),  # where the row begins
        (HEAD + "Ada,,,a\x00b\n", "line 2, notes"),
        (HEAD + "Ada,,,left side, then right\n", "line 2, row: has more cells than the first line"),
    ],
    ids=["nought byte in a name", "header in a name", "nought byte in notes", "comma without quotes"],
)
def test_a_hostile_line_of_a_csv_file_is_named_and_nothing_is_added(
    people: People, tmp_path: Path, content: str, said: str
) -> None:
    db.session.query(User).filter(User.practice_id == people.elsewhere.id, User.role == "owner").delete()
    before = db.session.scalar(select(func.count()).select_from(Client))
    (tmp_path / "x.csv").write_bytes(content.encode())
    outcome = import_clients(tmp_path / "x.csv", dry_run=False)
    assert said in "; ".join(map(str, outcome.problems))
    assert db.session.scalar(select(func.count()).select_from(Client)) == before


def test_a_csv_file_with_an_endless_first_line_is_refused_in_a_line(people: People, tmp_path: Path) -> None:
    db.session.query(User).filter(User.practice_id == people.elsewhere.id, User.role == "owner").delete()
    (tmp_path / "x.csv").write_text("x" * 200_000 + "\nAda\n")
    with pytest.raises(RuleBroken):
        import_clients(tmp_path / "x.csv", dry_run=False)


def crafted(head: Any, *lines: Any) -> bytes:
    return gzip.compress("\n".join(json.dumps(line) for line in (head, *lines)).encode() + b"\n")


@pytest.mark.parametrize(
    "lines",
    [
        [["no_such_table", {"id": "x"}]],
        [["practice", {"no_such_column": "x"}]],
        [["practice", {"id": "not-an-id", "name": "x"}]],
        [["practice", {"id": 7}]],
        [["practice", {"name": "no id, no zone"}]],
        [["practice", ["a", "list"]]],
        [["practice"]],
        ["a string"],
        [7],
        [["client", {"id": "0" * 32, "practice_id": "1" * 32}]],
    ],
    ids=lambda lines: json.dumps(lines[0])[:40],
)
def test_a_crafted_backup_is_refused_in_a_line_and_changes_nothing(
    live_app: Any, tmp_path: Path, lines: list[Any]
) -> None:
    with one_instant() as connection:
        head = {"format": OLD_FORMAT, "revision": revision(connection)}
    (tmp_path / "x.gz").write_bytes(crafted(head, *lines, {"rows": len(lines)}))
    with pytest.raises(RuleBroken, match=r"x\.gz"):
        restore(tmp_path / "x.gz", Trust(unverified=True))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Practice)) == 0


def test_a_damaged_backup_is_refused_in_a_line(live_app: Any, tmp_path: Path) -> None:
    whole = bytearray(crafted({"format": OLD_FORMAT}, *[["practice", {"id": n}] for n in range(2000)]))
    for place in range(30, len(whole) - 30, 7):
        whole[place] ^= 0xFF
    (tmp_path / "x.gz").write_bytes(bytes(whole))
    with pytest.raises(RuleBroken, match=r"x\.gz"):
        restore(tmp_path / "x.gz", Trust(unverified=True))


def test_a_backup_nested_without_end_is_refused_in_a_line(live_app: Any, tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"[" * 200_000 + b"\n"))
    with pytest.raises(RuleBroken, match=r"x\.gz"):
        restore(tmp_path / "x.gz", Trust(unverified=True))


def test_the_folder_of_the_records_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    Settings.from_env({"CLINIC_DATA_DIR": str(folder)})
    assert folder.stat().st_mode & 0o077 == 0


# --- the log


def test_an_error_of_the_database_is_logged_without_the_row_it_is_about(
    people: People, visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # not at the call: a trace shows the lines of the code there
    insert = (
        "INSERT INTO user_account (id, practice_id, role, name, email, email_key, created_at) SELECT "
        "practice_id, practice_id, role, 'PLANTED', email, email_key, created_at FROM user_account"
    )

    def crash(*_: object, **__: object) -> None:
        with transaction() as session:
            session.add(WarningFlag(practice_id=people.practice.id, client_id=people.client.id))
            people.client.reason_for_care = "PLANTED pain"
            session.connection().exec_driver_sql(insert)

    monkeypatch.setattr("clinic.web.practitioner.clients.client_list.page", crash)
    with caplog.at_level(logging.DEBUG):
        page = visit(people.colleague).get("/clients", status=500)
    assert "PLANTED" not in page.get_data(as_text=True)
    assert "unhandled" in caplog.text
    assert "clients.py" in caplog.text  # the trace says where
    assert "PLANTED" not in caplog.text
    assert people.owner.email not in caplog.text
    assert "@people.example" not in caplog.text
