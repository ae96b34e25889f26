"""Asking, answering, scoring, comparing and putting right."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.asking import AnswerSource, AskChannel, AskState
from clinic.domain.attention import AttentionKind
from clinic.domain.change import ChangeReason, ChangeVerdict
from clinic.domain.errors import Conflict, LinkProblem, NotFound, RuleBroken
from clinic.domain.score_changes import AnsweredQuestionnaire, activity_changes, score_changes
from clinic.domain.sending import day_key
from clinic.domain.types import ClientStatus, LinkProblemKind, MailKind, OutboxState
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    OutboxMessage,
    QuestionnaireRequest,
    QuestionnaireResponse,
)
from clinic.services.attention import acts
from clinic.services.attention import today as attention
from clinic.services.attention.cases import ReasonCase
from clinic.services.outbox import promises as outbox
from clinic.services.questionnaires import answering as questionnaire_answering
from clinic.services.questionnaires import asked as questionnaires
from clinic.services.questionnaires import asking as questionnaire_asking
from clinic.services.questionnaires import pages as questionnaire_pages
from clinic.services.questionnaires import results as questionnaire_results
from clinic.services.questionnaires.given import GivenAnswers
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.factories.questionnaires import SINCE, activities, ask, feeling, link_to, pain, ticked, typed

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLOCKED = (
    "questionnaires.asked",
    "questionnaires.answering",
    "questionnaires.asking",
    "checkins.free_days",
    "questionnaires.pages",
    "links",
    "outbox.promises",
    "audit",
)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the time that these services go by."""

    def put(at: datetime) -> None:
        for module in CLOCKED:
            monkeypatch.setattr(f"clinic.services.{module}.now", lambda: at)
        monkeypatch.setattr("clinic.services.questionnaires.wishes.today_in", lambda zone: at.date())

    return put


@pytest.fixture
def noon(set_clock: Callable[[datetime], None]) -> datetime:
    set_clock(NOON)
    return NOON


def actions(people: People) -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.client_id == people.client.id)
    return [each for each in db.session.scalars(query) if each.startswith("questionnaire.")]


def rows(kind: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def reading(people: People) -> list[AnsweredQuestionnaire]:
    return questionnaire_results.for_client(people.actor(people.colleague), people.client.id)


# ---------------------------------------------------------------- asking


def test_what_is_asked_keeps_its_version_and_the_day_it_is_since(people: People) -> None:
    request = ask(people, "groc11", "nprs")
    assert request.asks == [
        {"key": "nprs", "version": 1},
        {"key": "groc11", "version": 1, "since": SINCE.isoformat(), "first_visit": False},
    ]
    assert actions(people) == ["questionnaire.sent"]


def test_the_same_form_sent_twice_is_one_asking(people: People) -> None:
    key = uuid.uuid4().hex
    first, second = (ask(people, "nprs", form_key=key) for _ in range(2))
    assert first.id == second.id
    assert rows(QuestionnaireRequest) == 1


REFUSED = [
    ("nothing", (), {}, "keys"),
    ("what is not there", ("oswald",), {}, "keys"),
    ("a screen nobody acts on", ("phq2",), {"confirmed": False}, "confirmed"),
    ("a rating without its day", ("groc11",), {"since": None}, "since"),
    (
        "a rating since a day to come",
        ("groc11",),
        {"since": datetime.now(UTC).date() + timedelta(2)},
        "since",
    ),
]


@pytest.mark.parametrize("said, keys, wish, field", REFUSED, ids=[row[0] for row in REFUSED])
def test_asking_refuses(
    people: People, said: str, keys: tuple[str, ...], wish: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        ask(people, *keys, **wish)
    assert refused.value.field == field
    assert rows(QuestionnaireRequest) == 0


def test_an_assistant_asks_no_screen(people: People) -> None:
    with pytest.raises(RuleBroken):
        ask(people, "phq2", by=people.assistant)
    assert ask(people, "nprs", by=people.assistant)


def test_strangers_ask_nobody(people: People) -> None:
    with pytest.raises(NotFound):
        ask(people, "nprs", by=people.stranger)


# ---------------------------------------------------------------- by mail

NOT_MAILED: dict[str, Callable[[People], None]] = {
    "no address": lambda people: setattr(people.client, "email", None),
    "no consent": lambda people: setattr(people.client, "consented_at", None),
    "stopped": lambda people: setattr(people.client, "messages_stopped_at", NOON),
    "bounced": lambda people: setattr(people.client, "bounced_at", NOON),
    "archived": lambda people: setattr(people.client, "status", ClientStatus.ARCHIVED),
    "numbers not set": lambda people: setattr(people.practice, "emergency_number", None),
}


@pytest.mark.parametrize("why", NOT_MAILED)
def test_nobody_is_mailed_who_cannot_be(people: People, why: str) -> None:
    NOT_MAILED[why](people)
    db.session.commit()
    with pytest.raises(RuleBroken):
        ask(people, "nprs", channel=AskChannel.MAIL)
    assert rows(OutboxMessage) == 0


def test_a_mail_is_promised_on_the_clients_own_day(people: People, noon: datetime) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.questionnaire_request_id) == ("questionnaire", request.id)
    assert mail.day_key == day_key(people.client.id, NOON.date())
    assert mail.due_at == NOON


def test_a_day_has_one_mail_so_the_second_waits_for_the_next(people: People, noon: datetime) -> None:
    ask(people, "nprs", channel=AskChannel.MAIL)
    ask(people, "groc11", channel=AskChannel.MAIL)
    dues = sorted(mail.due_at for mail in db.session.scalars(select(OutboxMessage)))
    assert dues == [NOON, datetime(2026, 11, 24, 8, tzinfo=UTC)]


def test_at_night_it_waits_for_the_morning(people: People, set_clock: Callable[[datetime], None]) -> None:
    set_clock(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    ask(people, "nprs", channel=AskChannel.MAIL)
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert mail.due_at == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_a_resend_is_another_mail_once_the_first_is_gone(people: People, noon: datetime) -> None:
    actor = people.actor(people.colleague)
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    with pytest.raises(RuleBroken, match="on its way"):
        questionnaire_asking.resend(actor, request.id)
    with transaction():
        db.session.scalars(select(OutboxMessage)).one().state = OutboxState.SENT
    questionnaire_asking.resend(actor, request.id)
    assert rows(OutboxMessage) == 2
    assert "questionnaire.resent" in actions(people)


def test_taken_back_the_link_ends_and_the_mail_is_not_sent(people: People, noon: datetime) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    secret = link_to(request)
    questionnaire_asking.revoke(people.actor(people.colleague), request.id)
    assert db.session.scalars(select(OutboxMessage)).one().state is OutboxState.CANCELLED
    with pytest.raises(LinkProblem) as ended:
        questionnaire_pages.open_link(secret)
    assert ended.value.kind is LinkProblemKind.REVOKED
    assert "questionnaire.revoked" in actions(people)


def test_what_nobody_answers_runs_out_once(
    people: People, noon: datetime, set_clock: Callable[[datetime], None]
) -> None:
    request = ask(people, "nprs", channel=AskChannel.PAGES)
    later = NOON + timedelta(days=14)
    assert questionnaire_asking.expire_due(later - timedelta(seconds=1)) == 0
    set_clock(later)
    assert [questionnaire_asking.expire_due(later) for _ in range(2)] == [1, 0]
    asked = questionnaires.asked_one(people.actor(people.colleague), request.id)
    assert asked.state is AskState.EXPIRED
    with pytest.raises(NotFound):
        questionnaire_pages.open_own(people.actor(people.client_user), request.id)
    assert "questionnaire.expired" in actions(people)


# ---------------------------------------------------------------- answering


def test_each_page_is_kept_as_it_is_sent(people: People) -> None:
    request = ask(people, "nprs", "groc11", channel=AskChannel.MAIL)
    secret = link_to(request)
    questionnaire_answering.answer_link(secret, 1, pain(3, None, 8))
    opened = questionnaire_pages.open_link(secret)
    assert (opened.state, opened.next_number) == (AskState.PARTLY, 2)
    questionnaire_answering.answer_link(secret, 2, GivenAnswers({"change": -3}))
    opened = questionnaire_pages.open_link(secret)
    assert (opened.state, opened.is_done, opened.is_closed) == (AskState.ANSWERED, True, False)
    groc, nprs = reading(people)
    assert dict(nprs.scores) == {"now": 3, "average": None, "worst": 8}
    assert (dict(groc.scores), groc.since, groc.source) == ({"change": -3}, SINCE, AnswerSource.LINK)
    assert groc.rated_change is ChangeVerdict.WORSE


def test_the_same_page_sent_again_is_one_answer(people: People) -> None:
    secret = link_to(ask(people, "nprs", channel=AskChannel.MAIL))
    for _ in range(3):
        questionnaire_answering.answer_link(secret, 1, pain())
    assert rows(QuestionnaireResponse) == 1
    assert actions(people).count("questionnaire.answered") == 1


def test_the_same_day_an_answer_is_changed_and_the_first_stays_readable(people: People) -> None:
    secret = link_to(ask(people, "nprs", channel=AskChannel.MAIL))
    questionnaire_answering.answer_link(secret, 1, pain(now=3))
    questionnaire_answering.answer_link(secret, 1, pain(now=6))
    actor = people.actor(people.colleague)
    every = questionnaire_results.for_client(actor, people.client.id, every=True)
    assert [(each.revision, each.scores["now"], each.is_current) for each in every] == [
        (2, 6, True),
        (1, 3, False),
    ]
    assert "questionnaire.corrected" in actions(people)


def test_the_next_day_nothing_is_changed_any_more(
    people: People, noon: datetime, set_clock: Callable[[datetime], None]
) -> None:
    secret = link_to(ask(people, "nprs", channel=AskChannel.MAIL))
    questionnaire_answering.answer_link(secret, 1, pain(now=3))
    set_clock(NOON + timedelta(days=1))
    assert questionnaire_pages.open_link(secret).is_closed
    with pytest.raises(LinkProblem):
        questionnaire_answering.answer_link(secret, 1, pain(now=6))
    assert rows(QuestionnaireResponse) == 1


def test_what_is_no_answer_is_refused(people: People) -> None:
    secret = link_to(ask(people, "nprs", channel=AskChannel.MAIL))
    for given in (pain(now=11), GivenAnswers({"sleep": 2})):
        with pytest.raises(RuleBroken):
            questionnaire_answering.answer_link(secret, 1, given)
    with pytest.raises(NotFound):
        questionnaire_answering.answer_link(secret, 2, pain())
    assert rows(QuestionnaireResponse) == 0


def test_questions_asked_in_the_practice_are_not_on_own_pages(people: People) -> None:
    own = people.actor(people.client_user)
    here, there = ask(people, "nprs"), ask(people, "nprs", channel=AskChannel.PAGES)
    assert [opened.request.id for opened in questionnaire_pages.open_of_own(own)] == [there.id]
    with pytest.raises(NotFound):
        questionnaire_answering.answer_own(own, here.id, 1, pain())


def test_other_clients_and_strangers_find_nothing(people: People) -> None:
    request = ask(people, "nprs", channel=AskChannel.PAGES)
    for user in (people.other_client_user, people.foreign_client_user):
        with pytest.raises(NotFound):
            questionnaire_pages.open_own(people.actor(user), request.id)
    with pytest.raises(NotFound):
        questionnaire_pages.open_for_staff(people.actor(people.stranger), request.id)
    (row,) = typed(people, request, pain())
    with pytest.raises(NotFound):
        questionnaire_results.response(people.actor(people.stranger), row.id)


def test_two_who_type_do_not_write_over_each_other(people: People) -> None:
    request = ask(people, "nprs")
    typed(people, request, pain(now=3))
    typed(people, request, pain(now=3))
    with pytest.raises(Conflict):
        typed(people, request, pain(now=9))
    assert rows(QuestionnaireResponse) == 1


def test_the_last_answer_calls_back_the_mail(people: People, noon: datetime) -> None:
    request = ask(people, "nprs", channel=AskChannel.MAIL)
    questionnaire_answering.answer_own(people.actor(people.client_user), request.id, 1, pain())
    assert db.session.scalars(select(OutboxMessage)).one().state is OutboxState.CANCELLED


# ---------------------------------------------------------------- own activities, asked again


def test_the_same_activities_are_asked_about_again(people: People) -> None:
    typed(people, ask(people, "psfs"), activities(socks=2, garden=4, car=3))
    again = ask(people, "psfs")
    assert again.asks[0]["activities"] == ["socks", "garden", "car"]
    with pytest.raises(RuleBroken, match="same activities"):
        typed(people, again, activities(socks=2, stairs=4, car=3))
    typed(people, again, activities(socks=6, garden=5, car=None))


def test_a_change_is_told_of_what_was_stored(people: People) -> None:
    typed(people, ask(people, "psfs"), activities(socks=2, garden=4, car=3))
    typed(people, ask(people, "psfs"), activities(socks=6, garden=5, car=5))
    (change,) = score_changes(reading(people), ["psfs"])
    assert (change.outcome.verdict, change.outcome.by) == (ChangeVerdict.BETTER, 2.33)
    assert [each.activity for each in activity_changes(change)] == ["socks", "garden", "car"]


def test_new_activities_are_a_new_beginning(people: People) -> None:
    typed(people, ask(people, "psfs"), activities(socks=2))
    request = ask(people, "psfs", new_activities=True)
    assert "activities" not in request.asks[0]
    typed(people, request, activities(stairs=5))
    (change,) = score_changes(reading(people), ["psfs"])
    assert change.outcome.why is ChangeReason.OTHER_ACTIVITIES


@pytest.mark.parametrize(
    "given",
    [
        GivenAnswers({f"a{n}": 1 for n in range(1, 7)}, tuple("abcdef")),
        GivenAnswers({"a1": 1, "a2": 1}, ("same", "same")),
        GivenAnswers({"a1": 1}, ("x" * 121,)),
        GivenAnswers({"a1": 1}, ("one", "two")),
    ],
    ids=["six", "twice", "long", "not rated"],
)
def test_activities_that_do_not_fit_are_refused(people: People, given: GivenAnswers) -> None:
    with pytest.raises(RuleBroken):
        typed(people, ask(people, "psfs"), given)


# ---------------------------------------------------------------- a positive screen


def screens(people: People) -> list[attention.ClientWithReasons]:
    listed = attention.today(people.actor(people.colleague)).listed
    return [each for each in listed if any(r.kind is AttentionKind.SCREEN_POSITIVE for r in each.reasons)]


@pytest.mark.parametrize(
    "given, listed",
    [((1, 1), 0), ((1, 2), 1), ((3, None), 1), ((2, None), 0)],
    ids=["2", "3", "3 by one answer alone", "2 and a blank"],
)
def test_a_positive_screen_is_on_the_first_page_the_same_day(
    people: People, given: tuple[int | None, int | None], listed: int
) -> None:
    typed(people, ask(people, "phq2"), feeling(*given))
    assert len(screens(people)) == listed


def test_dealt_with_it_is_off_the_list_and_comes_back_with_the_next(people: People) -> None:
    (row,) = typed(people, ask(people, "phq2"), feeling(2, 2))
    case = ReasonCase(AttentionKind.SCREEN_POSITIVE, row.id)
    acts.handle(people.actor(people.colleague), people.client.id, [case], "Talked.")
    assert screens(people) == []
    typed(people, ask(people, "phq2"), feeling(3, 3))
    assert len(screens(people)) == 1


def test_a_screen_of_another_client_is_not_dealt_with(people: People) -> None:
    (row,) = typed(people, ask(people, "phq2"), feeling(2, 2))
    case = ReasonCase(AttentionKind.SCREEN_POSITIVE, row.id)
    with pytest.raises(NotFound):
        acts.handle(people.actor(people.colleague), people.other_client.id, [case], "")
    with pytest.raises(NotFound):
        acts.handle(people.actor(people.stranger), people.foreign_client.id, [case], "")


def test_a_screen_that_was_put_right_counts_as_it_is_now(people: People) -> None:
    (row,) = typed(people, ask(people, "phq2"), feeling(2, 2))
    actor = people.actor(people.colleague)
    questionnaire_answering.correct(actor, row.id, 1, feeling(0, 1), "Read the wrong line.")
    assert screens(people) == []


def called(people: People) -> list[uuid.UUID | None]:
    """Who is mailed that answers ask for somebody today."""
    query = select(OutboxMessage.user_id).where(OutboxMessage.kind == MailKind.SCREEN_ALERT)
    return sorted(db.session.scalars(query), key=str)


def test_a_positive_screen_of_the_clients_own_calls_everybody_who_hears_the_news_once(people: People) -> None:
    request = ask(people, "phq2", channel=AskChannel.PAGES)
    client = people.actor(people.client_user)
    questionnaire_answering.answer_own(client, request.id, 1, feeling(1, 1))
    assert called(people) == []
    questionnaire_answering.answer_own(client, request.id, 1, feeling(1, 2))
    questionnaire_answering.answer_own(client, request.id, 1, feeling(3, 3))
    assert called(people) == sorted([people.owner.id, people.colleague.id], key=str)


def test_so_does_one_answered_by_its_link(people: People) -> None:
    request = ask(people, "phq2", channel=AskChannel.MAIL)
    questionnaire_answering.answer_link(link_to(request), 1, feeling(3, None))
    assert len(called(people)) == 2


def test_whoever_types_answers_in_has_them_before_them(people: People) -> None:
    typed(people, ask(people, "phq2"), feeling(3, 3))
    assert called(people) == []


# ---------------------------------------------------------------- putting right


def test_a_correction_adds_a_revision_with_its_reason(people: People) -> None:
    (row,) = typed(people, ask(people, "nprs"), pain(now=3))
    actor = people.actor(people.owner)
    questionnaire_answering.correct(actor, row.id, 1, pain(now=8), "Typed the wrong number.")
    shown, revisions = questionnaire_results.response(actor, row.id)
    assert (shown.revision, shown.is_current) == (1, False)
    assert [each.scores["now"] for each in revisions] == [8, 3]
    assert (revisions[0].reason, revisions[0].typed_by) == ("Typed the wrong number.", people.owner.name)
    assert revisions[0].answered_at == revisions[1].answered_at
    assert "questionnaire.corrected" in actions(people)


def test_a_correction_needs_a_reason_and_the_newest_revision(people: People) -> None:
    (row,) = typed(people, ask(people, "nprs"), pain(now=3))
    actor = people.actor(people.colleague)
    with pytest.raises(RuleBroken):
        questionnaire_answering.correct(actor, row.id, 1, pain(now=8), "  ")
    questionnaire_answering.correct(actor, row.id, 1, pain(now=8), "One.")
    with pytest.raises(Conflict):
        questionnaire_answering.correct(actor, row.id, 1, pain(now=2), "Another.")
    assert rows(QuestionnaireResponse) == 2


def test_what_a_client_answered_from_home_is_not_put_right_by_the_practice(people: People) -> None:
    request = ask(people, "nprs", channel=AskChannel.PAGES)
    questionnaire_answering.answer_own(people.actor(people.client_user), request.id, 1, pain())
    row = db.session.scalars(select(QuestionnaireResponse)).one()
    with pytest.raises(RuleBroken):
        questionnaire_answering.correct(people.actor(people.colleague), row.id, 1, pain(now=1), "Why not.")


# ---------------------------------------------------------------- on a tablet


def test_a_device_that_was_handed_over_is_good_for_two_hours_and_ends_the_one_before(
    people: People, noon: datetime, set_clock: Callable[[datetime], None]
) -> None:
    request = ask(people, "nprs", "rmdq24")
    actor = people.actor(people.colleague)
    first = questionnaire_asking.hand_over(actor, request.id)
    secret = questionnaire_asking.hand_over(actor, request.id)
    with pytest.raises(LinkProblem):
        questionnaire_pages.open_link(first)
    opened = questionnaire_pages.open_link(secret)
    assert [page.questionnaire.id for page in opened.pages] == ["nprs", "rmdq24"]
    questionnaire_answering.answer_link(secret, 2, ticked(1, 5, 24))
    assert (reading(people)[0].source, reading(people)[0].scores) == (AnswerSource.TABLET, {"count": 3})
    assert questionnaires.asked_one(actor, request.id).state is AskState.PARTLY
    set_clock(NOON + timedelta(hours=2))
    with pytest.raises(LinkProblem):
        questionnaire_pages.open_link(secret)


@pytest.mark.parametrize(
    "given, scores",
    [(ticked(), 0), (ticked(*range(1, 25)), 24), (GivenAnswers({f"s{n}": None for n in range(1, 25)}), None)],
    ids=["none is true today", "all are", "left out"],
)
def test_statements_that_are_not_ticked_are_not_true_today(
    people: People, given: GivenAnswers, scores: int | None
) -> None:
    typed(people, ask(people, "rmdq24"), given)
    assert dict(reading(people)[0].scores) == {"count": scores}


def test_the_outbox_keeps_what_it_is_about(app: Flask, people: People, noon: datetime) -> None:
    ask(people, "nprs", channel=AskChannel.MAIL)
    assert outbox.counts()[OutboxState.READY] == 1
