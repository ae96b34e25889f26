"""Check-ins for the practice: today's plan, trouble and the way out, ledgers, rhythms, offers, mornings."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from clinic.domain.dates import day_in_words as day
from clinic.domain.tapering import OfferDecision, TaperingStep
from clinic.domain.types import (
    CheckinKind,
    CheckinState,
    ClientStatus,
    MistakeAnswer,
    OutboxState,
    ProgramStatus,
    SkipReason,
)
from clinic.extensions import db
from clinic.models import Checkin, CheckinEvent, OutboxMessage, Program, TaperingOffer
from clinic.services import notices, warnings
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats
from tests.factories.checkins import answered, enrol, schedule_of, sent_checkin
from tests.factories.people import People
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import typed

Visit = Callable[..., Visitor]
BOARD = "/check-ins"


@pytest.fixture
def program(people: People) -> Program:
    made = enrol(people)
    with transaction():  # so that tests pass at night
        people.client.waking_from, people.client.waking_until = time.min, time.max
    return made


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    return visit(people.colleague)


def text(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.get_data(as_text=True))).split())


def tab(people: People) -> str:
    return f"/clients/{people.client.id}/check-ins"


def mailed(program: Program, state: CheckinState, outcome: OutboxState, why: str = "") -> OutboxMessage:
    checkin = sent_checkin(program, state=state)
    with transaction() as session:
        mail = outbox.promise(
            program.practice_id, "checkin", checkin.id.hex, client_id=program.client_id, checkin_id=checkin.id
        )
        assert mail is not None
        mail.state, mail.reason = outcome, why
        session.add(
            CheckinEvent(
                practice_id=program.practice_id,
                checkin_id=checkin.id,
                state=state,
                reason=why,
                happened_at=now(),
            )
        )
    return mail


# --- the practice's page


def test_an_empty_board_says_so(people: People, staff: Visitor) -> None:
    page = text(staff.get(BOARD))
    assert "No more check-ins are due today" in page
    assert "No answers yet" in page
    assert "Not delivered" not in page
    assert "Not sent in the last 7 days" not in page


@pytest.mark.usefixtures("mail_server")
def test_what_failed_is_sent_again_with_one_press(people: People, program: Program, staff: Visitor) -> None:
    mail = mailed(program, CheckinState.FAILED, OutboxState.FAILED, "550 no such user")
    page = staff.get(BOARD)
    assert "550 no such user" in text(page)
    assert "gets it twice" not in text(page)
    answer = staff.post(f"/mail/{mail.id}/resend", status=303)
    assert "It is on its way again" in text(staff.get(answer.location))
    db.session.expire_all()
    assert mail.state is OutboxState.READY


def test_what_is_in_doubt_asks_first_because_it_may_arrive_twice(
    people: People, program: Program, staff: Visitor
) -> None:
    mailed(program, CheckinState.IN_DOUBT, OutboxState.IN_DOUBT, "the server closed the connection")
    for page in (staff.get(BOARD), staff.get(tab(people))):
        assert f"If it did, {people.client.name} gets it twice." in text(page)
        assert "Send it again anyway" in text(page)


def test_what_was_skipped_stands_there_with_its_reason(
    people: People, program: Program, staff: Visitor
) -> None:
    sent_checkin(program, state=CheckinState.SKIPPED, skip_reason=SkipReason.UNSUBSCRIBED)
    page = text(staff.get(BOARD))
    assert "Not sent in the last 7 days" in page
    assert "The client has unsubscribed" in page


def test_a_mail_server_that_refuses_is_told_with_what_to_do(people: People, staff: Visitor) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    assert "Nothing is being sent" not in text(staff.get(BOARD))
    heartbeats.beat(heartbeats.MAIL_SERVER, "refused at auth 535: 5.7.8 wrong password")
    page = text(staff.get(BOARD))
    assert "535: 5.7.8 wrong password" in page
    assert "Nothing is lost" in page
    heartbeats.beat(heartbeats.MAIL_SERVER, "")
    assert "wrong password" not in text(staff.get(BOARD))


def test_a_sender_that_is_not_there_is_told(people: People, staff: Visitor) -> None:
    assert "has never been seen" in text(staff.get(BOARD))


def test_without_the_numbers_the_board_says_why_nothing_goes_out(people: People, staff: Visitor) -> None:
    with transaction():
        people.practice.urgent_number = None
    assert "No mail goes to clients yet" in text(staff.get(BOARD))


# --- a client's ledger


def test_the_ledger_tells_every_change_with_its_time_and_reason(
    people: People, program: Program, staff: Visitor
) -> None:
    mailed(program, CheckinState.FAILED, OutboxState.FAILED, "550 no such user")
    page = text(staff.get(tab(people)))
    assert "What happened to it" in page
    assert page.count("550 no such user") == 2  # in short, and as a change
    assert "Not delivered" in page


def test_a_long_ledger_begins_with_half_a_year(people: People, program: Program, staff: Visitor) -> None:
    for week in range(30):
        sent_checkin(program, at=now() - timedelta(weeks=week), state=CheckinState.EXPIRED)
    page = staff.get(tab(people))
    assert "Show 4 older" in text(page)
    assert page.get_data(as_text=True).count("What happened") == 0  # they have no history here
    assert "older" not in text(staff.get(f"{tab(people)}?all=1"))


def test_the_mistake_is_told_week_by_week_in_words(people: People, program: Program, staff: Visitor) -> None:
    for weeks, said in ((4, MistakeAnswer.YES), (1, MistakeAnswer.NO)):
        answered(program, now() - timedelta(weeks=weeks), mistake=said)
    page = text(staff.get(tab(people)))
    assert "The mistake: noticed less than before" in page
    assert "no answer" in page  # the weeks between
    assert "%" not in page


def test_pain_and_days_are_drawn_with_gaps_as_gaps(people: People, program: Program, staff: Visitor) -> None:
    for weeks, pain in ((4, 6), (3, 5), (1, 3)):
        answered(program, now() - timedelta(weeks=weeks), pain=pain, days_practised=7 - pain)
    sent_checkin(program, at=now() - timedelta(weeks=2), state=CheckinState.EXPIRED)
    page = staff.get(tab(people))
    assert "Pain down from 6 to 3" in text(page)
    assert "Days practised up from 1 to 4" in text(page)
    for line in re.findall(r'chart-line" d="([^"]+)"', page.get_data(as_text=True)):
        assert line.count("M") == 2  # the pen is lifted over the week without an answer
    assert "not reported" in text(page)


def test_what_is_drawn_stands_on_the_day_it_was_told(
    people: People, program: Program, staff: Visitor
) -> None:
    told = now().replace(hour=12) - timedelta(weeks=3)
    answered(program, told, of=(told - timedelta(days=4)).date(), pain=6)
    answered(program, now(), pain=3)
    assert f"Pain down from 6 to 3 since {day(told.date())}" in text(staff.get(tab(people)))


def test_a_checkin_is_sent_now_and_twice_is_once(people: People, program: Program, staff: Visitor) -> None:
    assert "Send a check-in now" in text(staff.get(tab(people)))
    for _ in range(2):
        answer = staff.post(f"/programs/{program.id}/check-in/now", status=303)
        assert answer.location.endswith(tab(people))
    [made] = db.session.scalars(select(Checkin).where(Checkin.kind == CheckinKind.MANUAL))
    assert made.state is CheckinState.WAITING
    assert "By hand" in text(staff.get(tab(people)))


def test_while_a_warning_sign_is_open_nothing_is_sent_by_hand(
    people: People, program: Program, staff: Visitor
) -> None:
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    assert "Send a check-in now" not in text(staff.get(tab(people)))
    answer = staff.post(f"/programs/{program.id}/check-in/now", status=303)
    assert "cannot be sent now" in text(staff.get(answer.location))


# --- rhythms


def rhythm_page(program: Program) -> str:
    return f"/programs/{program.id}/check-in"


def changed(staff: Visitor, program: Program, status: int = 303, **fields: str) -> Any:
    held = schedule_of(program)
    version = db.session.get_one(Program, program.id, populate_existing=True).version
    form = {"version": str(version), "pace": "1", "weekday": str(held.weekday), "at": "09:00"}
    return staff.post(rhythm_page(program), form | fields, status=status)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pace": "2", "weekday": "1"}, "Every 2 weeks on Tuesday at 09:00. Next: Tue"),
        ({"pace": "4", "weekday": "4", "at": "17:30"}, "Every 4 weeks on Friday at 17:30. Next: Fri"),
        ({"pace": "1", "weekday": "6"}, "Sundays at 09:00. Next: Sun"),
        (
            {"pace": "cadence", "cadence": "1, 3,7 ,60"},
            "On days 1, 3, 7, 60 after the first, at 09:00. Next:",
        ),
    ],
)
def test_a_rhythm_is_changed_and_shows_from_when_it_holds(
    program: Program, staff: Visitor, fields: dict[str, str], words: str
) -> None:
    page = text(staff.get(changed(staff, program, **fields).location))
    assert words in page
    assert "London time" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"pace": ""}, "Choose how often."),
        ({"pace": "3"}, "Choose one of these."),
        ({"at": ""}, "Enter a time like 09:00."),
        ({"at": "late"}, "Enter a time like 09:00."),
        ({"pace": "cadence", "cadence": ""}, "Write days after the start, like 1, 3, 7, 14."),
        ({"pace": "cadence", "cadence": "7, 3"}, "The days must rise, from 1 up to 730."),
        ({"pace": "cadence", "cadence": "0, 3"}, "The days must rise, from 1 up to 730."),
    ],
)
def test_a_rhythm_that_is_none_is_refused_beside_its_field(
    program: Program, staff: Visitor, fields: dict[str, str], words: str
) -> None:
    page = changed(staff, program, status=422, **fields)
    assert words in text(page)
    assert "error-text" in page.get_data(as_text=True)
    assert schedule_of(program).every_weeks == 1


def test_the_form_shows_the_rhythm_that_stands(program: Program, staff: Visitor) -> None:
    changed(staff, program, pace="cadence", cadence="1, 3, 60")
    form = typed(staff.get(rhythm_page(program)))
    assert (form["pace"], form["cadence"]) == ("cadence", "1, 3, 60")


# --- offers


@pytest.fixture
def offer(program: Program) -> TaperingOffer:
    numbers = {
        "source": "logged",
        "answered": 4,
        "asked": 4,
        "practised": 26,
        "expected": 28,
        "since": "2026-10-26",
    }
    with transaction() as session:
        made = TaperingOffer(
            practice_id=program.practice_id,
            client_id=program.client_id,
            program_id=program.id,
            step=TaperingStep.TWO_WEEKLY,
            numbers=numbers,
            offered_at=now(),
        )
        session.add(made)
    return made


def decided(offer: TaperingOffer) -> OfferDecision | None:
    return db.session.get_one(TaperingOffer, offer.id, populate_existing=True).decision


def test_an_offer_stands_with_its_figures_wherever_the_client_is_looked_at(
    people: People, offer: TaperingOffer, staff: Visitor
) -> None:
    client = f"/clients/{people.client.id}"
    for address in ("/today", client, f"{client}/program", f"/programs/{offer.program_id}"):
        page = text(staff.get(address))
        assert "Check in every 2 weeks instead of every week?" in page, address
        assert "4 of 4 check-ins answered, practice logged on 26 of 28 days" in page, address


def test_one_press_takes_it_and_a_second_finds_it_taken(
    people: People, program: Program, offer: TaperingOffer, staff: Visitor
) -> None:
    answer = staff.post(f"/tapering/{offer.id}/accept", {"from": "today"}, status=303)
    assert answer.location == "/today"
    page = text(staff.get("/today"))
    assert f"Check-ins of {people.client.name} come every 2 weeks from now on" in page
    assert "instead of every week?" not in page
    assert schedule_of(program).every_weeks == 2
    answer = staff.post(f"/tapering/{offer.id}/later", status=303)
    assert answer.location.endswith("/program")
    assert "This was accepted already" in text(staff.get(answer.location))
    assert decided(offer) is OfferDecision.ACCEPTED


def test_not_now_puts_it_off(people: People, program: Program, offer: TaperingOffer, staff: Visitor) -> None:
    staff.post(f"/tapering/{offer.id}/later", {"from": "today"}, status=303)
    assert "It is offered again in four weeks" in text(staff.get("/today"))
    assert decided(offer) is OfferDecision.NOT_NOW
    timeline = text(staff.get(f"/clients/{people.client.id}/timeline"))
    assert "Fewer check-ins put off" in timeline
    assert "Every 2 weeks" in timeline


def test_the_timeline_tells_a_changed_rhythm_in_words(
    people: People, program: Program, offer: TaperingOffer, staff: Visitor
) -> None:
    staff.post(f"/tapering/{offer.id}/accept", status=303)
    page = text(staff.get(f"/clients/{people.client.id}/timeline"))
    assert "Check-in times changed" in page
    assert "Weeks from one to the next: 1 → 2" in page


@pytest.mark.parametrize("choice", ["accept", "later"])
@pytest.mark.parametrize("who", ["stranger", "client_user", "foreign_client_user"])
def test_nobody_else_decides_it(
    people: People, offer: TaperingOffer, visit: Visit, who: str, choice: str
) -> None:
    visit(getattr(people, who)).post(f"/tapering/{offer.id}/{choice}", status=404)
    assert decided(offer) is None


# --- the overview, the client's own page, the record's hours, the morning mail


def test_a_locked_program_is_not_called_active(people: People, program: Program, staff: Visitor) -> None:
    client = f"/clients/{people.client.id}"
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    for address in (client, f"{client}/program", f"/programs/{program.id}"):
        assert "Locked by a warning sign" in text(staff.get(address)), address


def test_the_overview_has_practice_and_pain_in_a_line_each(
    people: People, program: Program, staff: Visitor
) -> None:
    answered(program, now() - timedelta(days=9), pain=6)
    answered(program, now() - timedelta(days=2), pain=3)
    page = text(staff.get(f"/clients/{people.client.id}"))
    assert "Practice in the last 2 weeks 0 of 14 days, 14 not reported" in page
    assert "Pain in check-ins 3 of 10, was 6 on" in page


def test_the_overview_says_what_comes_next(people: People, program: Program, staff: Visitor) -> None:
    address = f"/clients/{people.client.id}"
    following = schedule_of(program).next_on
    assert following is not None
    planned = f"Check-in {day(following)}"
    people.client.born_on = date(1961, 5, 3)
    db.session.commit()
    page = text(staff.get(address))
    assert f"Next {planned}" in page
    assert re.search(r"Age \d\d years", page)
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    assert planned not in text(staff.get(address))


def test_assigning_comes_first_only_where_no_program_runs(
    people: People, program: Program, staff: Visitor
) -> None:
    with_one = staff.get(f"/clients/{people.client.id}").get_data(as_text=True)
    without = staff.get(f"/clients/{people.other_client.id}").get_data(as_text=True)
    button = re.compile(r'class="button button-(\w+)" href="/clients/[^"]+/programs/new"')
    assert button.findall(with_one) == ["secondary"]
    assert button.findall(without) == ["primary"]


def edited(staff: Visitor, people: People, **fields: str) -> Any:
    here = f"/clients/{people.client.id}/edit"
    return staff.post(here, typed(staff.get(here)) | fields)


def test_a_clients_waking_hours_move_what_is_planned(
    people: People, program: Program, staff: Visitor
) -> None:
    assert edited(staff, people, waking_from="11:00", waking_until="18:00").status_code == 303
    db.session.expire_all()
    assert people.client.waking_from == time(11)
    page = text(staff.get(f"/clients/{people.client.id}/details"))
    assert "Mail not before 11:00" in page
    assert "at 11:00, London time" in text(staff.get(f"/programs/{program.id}"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"waking_from": "09:00", "waking_until": ""}, "Enter both times, or neither."),
        ({"waking_from": "", "waking_until": "20:00"}, "Enter both times, or neither."),
        ({"waking_from": "20:00", "waking_until": "09:00"}, "The last hour has to be later than the first."),
        ({"waking_from": "soon", "waking_until": "20:00"}, "Enter a time like 09:00."),
    ],
)
def test_half_an_interval_is_refused(
    people: People, staff: Visitor, fields: dict[str, str], words: str
) -> None:
    answer = edited(staff, people, **fields)
    assert answer.status_code == 422
    assert words in text(answer)


def test_the_practices_waking_hours_move_what_is_planned(people: People, visit: Visit) -> None:
    program = enrol(people)
    owner = visit(people.owner)
    form = typed(owner.get("/practice/settings/hours"))
    later = {"waking_from": "12:00", "waking_until": "19:00"}
    owner.post("/practice/settings/hours", form | later, status=303)
    assert "at 12:00, London time" in text(owner.get(f"/programs/{program.id}"))


@pytest.mark.usefixtures("mail_server")
def test_the_morning_mail_is_switched_off_and_on(people: People, staff: Visitor) -> None:
    assert "Morning mail" in text(staff.get("/your-account"))
    staff.post("/your-account/morning-mail", {}, status=303)
    assert notices.wanted(people.actor(people.colleague)) is False
    assert "Warning signs are still mailed to you at once" in text(staff.get("/your-account"))
    staff.post("/your-account/morning-mail", {"wanted": "y"}, status=303)
    assert notices.wanted(people.actor(people.colleague)) is True


def test_a_client_who_has_graduated_reads_a_good_bye(people: People, program: Program, visit: Visit) -> None:
    client = visit(people.client_user)
    assert "end of your program" not in text(client.get("/my"))
    with transaction():
        program.status, program.graduated_on = ProgramStatus.ENDED, now().date()
    page = text(client.get("/my"))
    assert "You have come to the end of your program" in page
    assert "no more check-in mails come" in page
    assert people.practice.phone in page


def test_an_archived_client_sees_a_closed_page_with_the_practices_phone(
    people: People, program: Program, visit: Visit
) -> None:
    client = visit(people.client_user)
    with transaction():
        people.client.status = ClientStatus.ARCHIVED
    for address in ("/my", "/my/program", "/my/history", "/account"):
        page = text(client.get(address, status=403))
        assert "Your pages are closed" in page
        assert people.practice.phone in page
    client.post("/my/log", {"day": now().date().isoformat(), "outcome": "done"}, status=403)
    client.get("/warning-signs")  # what to do about a warning sign is told to everybody
