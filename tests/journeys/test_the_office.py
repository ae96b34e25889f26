"""A list of thirty comes in and is invited; and somebody is erased, seen through to the restored backup."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from clinic.domain.erasure import GRACE
from clinic.extensions import db
from clinic.models import Client, ClientImport, Erasure
from tests.journeys.installation import Installation, link_in, zone_in_the_middle_of_the_day
from tests.journeys.test_assign_to_thirty import signs_in_as_owner
from tests.journeys.test_the_main_job import (
    CLIENTS_PASSWORD,
    OWNER,
    OWNERS_PASSWORD,
    adds_a_client,
    sets_up_the_practice,
)

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}, "java_script_enabled": False}
ADA = "ada.north@clients.example"


def a_list(folder: Path, word: str, columns: str) -> Path:
    """Thirty people as another system writes them: one without an address, one whose birthday is none."""
    told = [(f"{each:02}", f"{word.lower()}{each:02}@lists.example") for each in range(30)]
    rows = [f"{word},Nr{number},{address},{number}/03/1970,29500" for number, address in told]
    rows[0] = f"{word},Nr00,{told[0][1]},,29500"
    rows[4] = f"{word},Nr04,,04/03/1970,29500"
    rows[9] = f"{word},Nr09,{told[9][1]},31/02/1970,29500"
    path = folder / f"{word.lower()}.csv"
    path.write_text("\n".join([columns, *rows]) + "\n")
    return path


def test_thirty_out_of_another_system_come_in_and_are_invited(
    settled: Installation, sit_down: SitDown, tmp_path: Path
) -> None:
    olive = sit_down("Olive", settled)
    signs_in_as_owner(olive)

    # 1. A list of Cliniko is known by its columns; the file goes up packed
    olive.opens("/clients")
    olive.presses("Import")
    olive.presses("Look at the file")
    olive.sees("There is a problem", "Choose a file")
    columns = "First name,Last name,Email,Date of birth,Medicare number"
    chooses(olive, a_list(tmp_path, "Marlow", columns))
    assert came_packed(settled)
    olive.sees("Cliniko", "30 rows", "cannot be read", "Marlow Nr09")

    # 2. What becomes of each row is read before anything is added
    olive.presses("1 cannot be read")
    olive.sees("Date of birth: '31/02/1970' is no date")
    olive.does_not_see("Marlow Nr03")
    olive.page.get_by_label("agree", exact=False).first.check()
    olive.presses("Add 29 clients")
    olive.page.get_by_text("Undo all of it").wait_for(timeout=30_000)
    olive.sees("What became of each row", "Marlow Nr03")

    # 3. One press invites all who came with it; whoever has no address is named
    olive.presses("Invite these 29")
    olive.sees("28 done, 1 left out", "no address")
    assert settled.mail_to("marlow00@lists.example")
    assert not settled.mails_to("marlow09@lists.example")


def test_without_a_script_on_a_phone_columns_are_matched_by_hand_and_all_of_it_is_undone(
    settled: Installation, sit_down: SitDown, tmp_path: Path
) -> None:
    olive = sit_down("Olive", settled, **PHONE)
    signs_in_as_owner(olive)
    olive.opens("/clients/import")
    chooses(olive, a_list(tmp_path, "Wick", "Vorname,Zuname,Adresse,Tag,Nummer"))
    olive.sees("Which column is which?", "For example Wick")
    olive.presses("Look at the rows")
    olive.sees("There is a problem", "Say which column holds the name")
    for column, means in (("Vorname", "First name"), ("Zuname", "Last name"), ("Adresse", "Email")):
        olive.page.get_by_label(column, exact=True).select_option(label=means)
    olive.presses("Look at the rows")
    assert not came_packed(settled)
    olive.sees("30 rows", "Not taken", "Tag")
    olive.presses("Add 30 clients")
    for _ in range(20):  # the page asks for itself every few seconds
        if olive.page.get_by_role("button", name="Undo all of it").count():
            break
        olive.page.wait_for_timeout(1000)
    olive.presses("Undo all of it")
    olive.page.get_by_text("What became of each row").wait_for(timeout=30_000)
    olive.opens("/clients?q=wick")
    olive.sees("No client matches")


def chooses(olive: Reader, path: Path) -> None:
    """Choose a file and have it looked at."""
    olive.page.locator("#file").set_input_files(path)
    with olive.page.expect_navigation():
        olive.page.get_by_role("button", name="Look at the file").click()
    olive.looks()


def came_packed(settled: Installation) -> bool:
    """Whether the file that came last was packed on its way."""
    with settled.inside():
        query = select(ClientImport.content).order_by(ClientImport.uploaded_at.desc()).limit(1)
        return bool((db.session.scalar(query) or b"")[:2] == b"\x1f\x8b")


def test_an_erasure_is_seen_through_to_the_backup_that_comes_back(
    untouched: Installation, sit_down: SitDown, tmp_path: Path
) -> None:
    clinic, zone = untouched, zone_in_the_middle_of_the_day()
    olive, ada = sit_down("Olive", clinic), sit_down("Ada", clinic, **PHONE)
    olive.opens("/")
    sets_up_the_practice(olive, zone)
    adds_a_client(olive, "Ada North", ADA, zone)
    olive.presses("Invite by email")
    ada.opens(link_in(clinic.mail_to(ADA), "/invitation/"))
    ada.fills(password=CLIENTS_PASSWORD)
    ada.ticks("I agree that Harbour Chiropractic keeps my health record")
    ada.presses("Open my page")
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "sheet").write_text(clinic.command("backup", "keys", "new"))
    clinic.command("backup", kept / "all.backup")

    # 1. Ada asks for it, without scripts; Olive reads it on her pages and says yes
    ada.opens("/account")
    ada.presses("Have your record erased")
    ada.sees("For 30 days the practice can still call it back")
    ada.presses("Ask for my record to be erased")
    olive.opens("/practice/erasure")
    olive.sees("Ada North", "Asked on")
    is_to_be_erased(olive)
    ada.opens("/my")
    ada.is_at("/sign-in")

    # 2. She calls it back: all is as it was, and Ada can sign in. Then it is meant after all
    olive.presses("Call back")
    olive.sees("Ada North is here as before")
    ada.fills(email=ADA, password=CLIENTS_PASSWORD)
    ada.presses("Sign in")
    ada.sees("Hello Ada")
    olive.presses("Details")
    olive.presses("Erase")
    is_to_be_erased(olive, asked=False)

    # 3. Thirty days later the worker erases her; what is left is a receipt without a name
    olive.page.goto("about:blank")  # what her page asks for by itself would find nobody
    clinic.stop()
    thirty_days_pass(clinic)
    clinic.start()
    clinic.until(lambda: not names_in(clinic), 60, "erased nobody")
    olive.opens("/clients")
    olive.does_not_see("Ada North")
    olive.opens("/practice/erasure")
    olive.does_not_see("Ada North")
    olive.presses("Erased client")
    olive.sees("Receipt of an erasure", "1 record; 1 account", "Nothing but this receipt")
    olive.does_not_see("Ada", "Erased again on")

    # 4. The backup of before comes back on another machine, where nobody ever meets her
    for each in (clinic.folder / "data" / "backups" / "nightly").glob("*-erased.list"):
        shutil.copy(each, kept)
    with another_machine(tmp_path / "another") as other:
        said = other.command("restore", kept / "all.backup", "--key", kept / "sheet", "--another")
        assert "erased again now: 1 person" in said
        other.start()
        robin = sit_down("Olive at the new machine", other)
        robin.opens("/sign-in")
        robin.fills(email=OWNER, password=OWNERS_PASSWORD)
        robin.presses("Sign in")
        robin.opens("/clients")
        robin.does_not_see("Ada North")
        robin.opens("/practice/erasure")
        robin.presses("Erased client")
        robin.sees("Erased again on", "after an older backup was restored")
        assert names_in(other) == []


def is_to_be_erased(olive: Reader, *, asked: bool = True) -> None:
    """From wherever Ada stands to the day on which she goes."""
    if asked:
        olive.presses("Erase")
        olive.sees("Ada North has asked for this")
    olive.presses("Erase Ada North")
    olive.sees("There is a problem")
    olive.ticks("The client asked for it")
    olive.presses("Erase Ada North")
    olive.sees("Ada North will be erased on")


def thirty_days_pass(clinic: Installation) -> None:
    """As if it had been asked for so long ago."""
    with clinic.inside():
        for table, column in ((Erasure, Erasure.erase_on), (Client, Client.erase_on)):
            for row in db.session.scalars(select(table).where(column.is_not(None))):
                assert row.erase_on is not None
                row.erase_on -= GRACE
        db.session.commit()


def names_in(clinic: Installation) -> list[str]:
    """Who is in the database."""
    with clinic.inside():
        return list(db.session.scalars(select(Client.name)))


@contextmanager
def another_machine(folder: Path) -> Iterator[Installation]:
    """A folder where nothing has run yet."""
    folder.mkdir()
    machine = Installation(folder)
    try:
        yield machine
        assert not machine.troubles()
    finally:
        machine.stop()
