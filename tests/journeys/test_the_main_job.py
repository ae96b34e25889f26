"""The main job from the first visit to a warning sign, by everybody who has a part in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.installation import Installation, link_in, zone_in_the_middle_of_the_day

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

pytestmark = pytest.mark.browser

OWNER = "olive@harbour.example"
CLIENT = "ada.north@clients.example"
OWNERS_PASSWORD = "lantern over the quiet quay"
CLIENTS_PASSWORD = "brown bread and salted butter"
PHONE = {"viewport": {"width": 375, "height": 720}}
VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


def test_the_main_job(from_nothing: Installation, sit_down: Callable[..., Reader]) -> None:
    clinic = from_nothing
    zone = zone_in_the_middle_of_the_day()
    olive = sit_down("Olive", clinic)
    ada = sit_down("Ada", clinic, **PHONE, has_touch=True)

    # 1. The first visit sets up the practice
    olive.opens("/")
    olive.sees("Set up your practice")
    olive.presses("Begin with this practice")
    olive.sees("There is a problem")
    sets_up_the_practice(olive, zone)
    olive.sees("Nobody needs you just now")

    # 4a. Olive reads the routine, says what the named mistake is, and publishes it under her name
    olive.presses("Routines")
    olive.presses("Hip routine")
    olive.sees("Not published yet")
    olive.presses("Read and publish")
    olive.sees("authored")
    publishes_the_routine(olive)
    olive.sees("is published")

    # 2. She adds a client with a slip in the address, puts it right, and invites her by mail
    adds_a_client(olive, "Ada North", "ada.nroth@clients.example", zone)
    olive.presses("Details")
    olive.presses("Edit")
    olive.fills(email=CLIENT)
    olive.presses("Save")
    olive.sees("is saved", CLIENT)
    olive.presses("Invite by email")
    olive.sees("kept here, not sent")  # no mail server is set: the journey reads it where it is kept
    first = clinic.mail_to(CLIENT)
    olive.presses("Send again")
    invitation = clinic.mail_to(CLIENT, after=1)
    assert "reason" not in invitation.text
    ada.opens(link_in(first, "/invitation/"))
    ada.sees("This link has been replaced")

    # 3. Ada follows the link, chooses a password and sees an empty, friendly first page
    ada.opens(link_in(invitation, "/invitation/"))
    ada.sees("Hello Ada")
    ada.fills(password="short")
    ada.presses("Open my page")
    ada.sees("There is a problem")
    ada.fills(password=CLIENTS_PASSWORD)
    ada.ticks("I agree that Harbour Chiropractic keeps my health record")
    ada.ticks("Stay signed in on this phone")
    ada.presses("Open my page")
    ada.sees("Hello Ada", "Your program comes next")

    # 4b. Olive assigns the routine: one screen, doses and check-in filled in beforehand
    olive.opens("/clients")
    olive.presses("Ada North")
    olive.presses("Assign program")
    olive.fills(at=a_little_ago(zone))
    olive.presses("Assign program", within="main form[novalidate]")
    olive.sees("is assigned")

    # 5. Ada sees it at once, reads a move, logs the day in two presses, and puts it right
    ada.opens("/my")
    ada.sees("Small standing hip turns", "Hip hinge")
    ada.presses("Hip hinge")
    ada.sees("Butt Mistake", "Do this instead", "Feet", "Knees")
    ada.opens("/my")
    ada.ticks("Done")
    ada.presses("Save")
    ada.sees("Today: Done")
    ada.presses("Put it right")
    ada.ticks("Partly")
    ada.ticks("3", question="pain")
    ada.ticks("Not sure", question="Butt Mistake")
    ada.presses("Save")
    ada.sees("Today: Partly", "Pain 3")

    # 6. Olive records an assessment and signs it; it stands on the timeline
    olive.opens("/clients")
    olive.presses("Ada North")
    assesses(olive)
    olive.opens("/clients")
    olive.presses("Ada North")
    olive.presses("Timeline")
    olive.sees("Assessment signed", "Program assigned", "Invitation accepted")

    # 7. A week later the check-in falls due; the worker sees it by itself, and its mail, which says nothing
    # of her health, is answered
    clinic.a_week_passes()
    mail = clinic.mail_to(CLIENT, after=2)
    assert not {"pain", "mistake", "hip", "back"} & set(mail.text.casefold().split())
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    sara = sit_down("Ada at her mail", clinic, **PHONE)
    sara.opens(link_in(mail, "/c/"))
    sara.sees("is any of this new")
    sara.presses("Go on")
    sara.sees("There is a problem")
    answers_the_checkin(sara, pain="3", contact="No")
    sara.sees("Your answers are with us")
    olive.opens("/today")
    olive.sees("Answered", "Ada North")
    olive.sees("Nobody needs you just now")

    # 8. The week after that her pain is up: Olive's first page says so
    clinic.a_week_passes()
    clinic.plans_now()
    mail = clinic.mail_to(CLIENT, after=3)
    sara.opens(link_in(mail, "/c/"))
    answers_the_checkin(sara, pain="7", contact="Yes")
    olive.opens("/today")
    olive.sees("Ada North", "pain")
    olive.does_not_see("Nobody needs you just now")

    # 8b. And she names a warning sign: the program is held, and a mail tells Olive at once, without a detail
    sara.opens(link_in(mail, "/c/"))
    ada.opens("/warning-signs")
    names_a_warning_sign(ada)
    alert = clinic.mail_to(OWNER)
    assert "Ada" not in alert.text + str(alert.message["Subject"])
    olive.opens(link_in(alert, "/"))
    olive.sees("Ada North", "What was reported")
    ada.opens("/my")
    ada.does_not_see("How did it go today")
    olive.fills(note="Spoke to her at once. Seen at the hospital, nothing new.")
    olive.presses("Clear and open the program")
    olive.sees("Cleared")
    ada.opens("/my")
    ada.sees("How did it go today")


def sets_up_the_practice(olive: Reader, zone: str) -> None:
    olive.fills(
        name="Harbour Chiropractic", phone="020 7946 0100", emergency_number="999", urgent_number="111"
    )
    olive.picks("Time zone", zone)
    olive.fills(owner_name="Olive Hart", owner_email=OWNER, password=OWNERS_PASSWORD)
    olive.presses("Begin with this practice")


def publishes_the_routine(olive: Reader) -> None:
    olive.fills(moves__1__video=VIDEO)
    olive.page.locator('[name="faults"]').first.check()
    olive.fills(video_time="4:30")
    olive.presses("Publish routine")
    olive.sees("There is a problem")
    takes_all_texts(olive)
    olive.presses("Publish routine")


def takes_all_texts(olive: Reader) -> None:
    """Each text is ticked as the practice's own, the folded ones, too."""
    olive.page.locator('[name$="-taken"]').evaluate_all(
        "(boxes) => boxes.forEach((box) => (box.checked = true))"
    )


def adds_a_client(olive: Reader, name: str, email: str, zone: str) -> None:
    olive.presses("Clients")
    olive.presses("Add client")
    olive.presses("Add client", within="main form")
    olive.sees("There is a problem")
    olive.fills(
        name=name, email=email, reason_for_care="Stiff hips, sore low back.", history="Six weeks of physio."
    )
    olive.picks("Time zone", zone)
    olive.ticks("Private client")
    olive.page.locator('[name="consented"]').check()
    olive.presses("Add client", within="main form")
    olive.sees("is added")


def assesses(olive: Reader) -> None:
    olive.presses("Assessments")
    olive.presses("Begin")
    if olive.page.locator('[name="battery"]').count():
        olive.page.locator('[name="battery"]').first.check()
    olive.presses("Begin assessment", within="main form")
    for section, answer in (("Orthopedic", 0), ("Neurologic", 5), ("Functional movement", 0)):
        olive.sees(section)
        olive.page.locator('main form [type="radio"]').nth(answer).check()
        olive.presses("Save and go on")
    olive.presses("Go on to sign")
    olive.page.locator('[name="confirmed"]').check()
    olive.presses("Sign assessment")
    olive.sees("Signed")


def answers_the_checkin(sara: Reader, *, pain: str, contact: str) -> None:
    sara.ticks("None of these")
    sara.presses("Go on")
    sara.sees("How was your week?")
    assert sara.page.locator("input[type=radio]:checked").count() == 0
    sara.presses("Send your answers")
    sara.sees("There is a problem")
    sara.page.locator('label:has([name="days"][value="4"])').click()
    sara.page.locator(f'label:has([name="pain"][value="{pain}"])').click()
    sara.page.locator(f'label:has([name="contact"][value="{contact.lower()}"])').click()
    sara.presses("Send your answers")


def names_a_warning_sign(ada: Reader) -> None:
    ada.page.locator('label:has([name="signs"])').first.click()
    ada.presses("Tell my practice")
    ada.sees("Call")


def a_little_ago(zone: str) -> str:
    return (datetime.now(ZoneInfo(zone)) - timedelta(minutes=5)).strftime("%H:%M")
