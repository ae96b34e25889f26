"""Questionnaires for the practice: asking, typing in, handing over, reading, putting right."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.catalogue import load_catalogue
from clinic.domain.access import Permission
from clinic.domain.asking import AskChannel
from clinic.domain.errors import Conflict
from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.services import access
from clinic.services.clock import now, today_in
from clinic.services.questionnaires import answering, asking, results
from clinic.services.questionnaires import asked as questionnaires
from clinic.services.questionnaires.pages import QuestionnairePage as Sheet
from clinic.services.questionnaires.pages import open_for_staff
from clinic.services.questionnaires.wishes import Prospect, prospect
from clinic.web.authz import current_actor, end_session
from clinic.web.filters import moment
from clinic.web.forms.client_filter import list_behind
from clinic.web.forms.questionnaire_answers import answers_form, correct_form
from clinic.web.forms.questionnaires import ActForm, AskForm
from clinic.web.mailing import flash_promised, mail_leaves, not_sent
from clinic.web.presenters import clients as client_words
from clinic.web.presenters import questionnaires as words
from clinic.web.presenters.questionnaire_answers import revision
from clinic.web.presenters.questionnaire_trends import blocks
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Page = str | Response | tuple[str, int]


class SavedAnswers(NamedTuple):
    """Answers that stand in the record, and where they are read."""

    lines: list[tuple[str, str]]
    url: str


def index(client_id: uuid.UUID) -> str:
    """What a client was asked and answered, scores over time, first against latest."""
    actor = current_actor()
    client, practice = access.client_for(actor, client_id), access.practice_of(actor)
    zone, today = practice.time_zone, today_in(practice.time_zone)
    asked = questionnaires.asked(actor, client_id)
    answered = results.for_client(actor, client_id)
    return render_template(
        "practitioner/questionnaires/index.html",
        client=client,
        current_tab="questionnaires",
        kept=list_behind(request.args),
        is_without_program=False,
        local_time=client_words.local_time(client, now()),
        words=client_words,
        open_lines=[words.asked_line(each, zone, today) for each in asked if each.is_open],
        over_lines=[words.asked_line(each, zone, today) for each in asked if not each.is_open],
        blocks=blocks(answered, zone, today),
        positive=next((each for each in answered if each.screen_positive), None),
    )


def ask(client_id: uuid.UUID) -> Page:
    """Choose what to ask and how."""
    actor = current_actor()
    known_of = prospect(actor, client_id)
    known = load_catalogue().questionnaires
    form = AskForm()
    form.offer(known.newest.values())
    form.be_asked_by(actor, known_of.client, access.practice_of(actor))
    if not form.is_filled_in:
        form.show(known_of, _usual(known_of) if request.args.get("set") == "usual" else ())
    if form.validate_on_submit():
        with form.attempt():
            made = asking.ask(actor, client_id, form.wish())
            if made.channel is AskChannel.CLINIC:
                return redirect(_request_url(made.id), 303)
            if made.channel is AskChannel.MAIL:
                flash_promised("The questions are on their way.", "The mail with the questions")
            else:
                flash("The questions are waiting.", "success")
            return redirect(_index_url(client_id), 303)
    page = render_template(
        "practitioner/questionnaires/ask.html",
        form=form,
        client=known_of.client,
        prospect=known_of,
        known=known,
        may_screen=actor.may(Permission.ASK_SCREENS),
    )
    return page, 422 if form.errors else 200


def request_page(request_id: uuid.UUID) -> str:
    """One set of questions: what is answered, and what can be done with it."""
    return _request_page(request_id)


def resend(request_id: uuid.UUID) -> Response:
    """Mail the link once more."""
    leaves = mail_leaves()
    told = "The mail is on its way." if leaves else not_sent("The mail with the questions")
    return _done(request_id, lambda: asking.resend(current_actor(), request_id), told)


def revoke(request_id: uuid.UUID) -> Response:
    """Take the questions back."""
    return _done(
        request_id, lambda: asking.revoke(current_actor(), request_id), "The questions are taken back."
    )


def hand_over(request_id: uuid.UUID, how: str) -> Response:
    """Give this device to the client: "locked" signs the practitioner out of it first."""
    with told_on_the_next_page():
        secret = asking.hand_over(current_actor(), request_id)
        if how == "locked":
            end_session()
        return redirect(url_for("public.questionnaires.show", secret=secret), 303)
    return redirect(_request_url(request_id), 303)


def type_in(request_id: uuid.UUID, number: int) -> Page:
    """Type the answers to one questionnaire for the client."""
    actor = current_actor()
    opened = open_for_staff(actor, request_id)
    page = opened.page(number)
    if page.response is not None and request.method == "GET":
        return redirect(_response_url(page.response.id), 303)
    form, meanwhile = answers_form(page), None
    if form.is_answered:
        try:
            with form.attempt():
                answering.answer_for(actor, request_id, number, form.given())
                return redirect(_request_url(request_id), 303)
        except Conflict:
            meanwhile = _saved(open_for_staff(actor, request_id).page(number))
    earlier = results.for_client(actor, opened.client.id)
    shown = render_template(
        "practitioner/questionnaires/type_in.html",
        form=form,
        page=page,
        client=opened.client,
        back_url=_request_url(request_id),
        before=_before(earlier, page),
        meanwhile=meanwhile,
    )
    return shown, 409 if meanwhile else 422 if form.errors else 200


def response(response_id: uuid.UUID) -> str:
    """One answered questionnaire, item by item, with what stood before."""
    actor = current_actor()
    shown, revisions = results.response(actor, response_id)
    current = next(each for each in revisions if each.is_current)
    row = access.questionnaire_response_for(actor, response_id)
    zone = access.practice_of(actor).time_zone
    return render_template(
        "practitioner/questionnaires/response.html",
        client=access.client_for(actor, row.client_id),
        made=shown.questionnaire,
        current=current,
        current_words=revision(current, zone),
        earlier=[revision(each, zone) for each in revisions if not each.is_current],
        may_correct=current.can_be_corrected,
        when=moment(current.answered_at, zone),
    )


def correct(response_id: uuid.UUID) -> Page:
    """Put an answer right that was given in the practice, with a reason."""
    actor = current_actor()
    row = access.questionnaire_response_for(actor, response_id)
    opened = open_for_staff(actor, row.request_id)
    page = next(each for each in opened.pages if each.questionnaire.id == row.questionnaire_key)
    assert page.response is not None
    form, meanwhile = correct_form(page, page.response), None
    if form.validate_on_submit():
        try:
            with form.attempt():
                corrected = answering.correct(
                    actor, response_id, form.revision.data, form.given(), form.reason.data or ""
                )
                return redirect(_response_url(corrected.id), 303)
        except Conflict:
            meanwhile = _saved(page)
            form.revision.data, form.revision.raw_data = page.response.revision, None
    shown = render_template(
        "practitioner/questionnaires/correct.html",
        form=form,
        page=page,
        client=opened.client,
        back_url=_response_url(response_id),
        meanwhile=meanwhile,
    )
    return shown, 409 if meanwhile else 422 if form.errors else 200


def _request_page(request_id: uuid.UUID) -> str:
    actor = current_actor()
    asked = questionnaires.asked_one(actor, request_id)
    zone = access.practice_of(actor).time_zone
    return render_template(
        "practitioner/questionnaires/request.html",
        asked=asked,
        client=access.client_for(actor, asked.request.client_id),
        pages=words.page_marks(asked),
        mark=words.mark(asked),
        mail=words.mail_line(asked, zone),
        mail_problem=asking.mail_problem(actor, asked),
        channel=words.CHANNELS[asked.request.channel],
        form=ActForm(),
    )


def _saved(page: Sheet) -> SavedAnswers:
    """What somebody else saved meanwhile, beside what was typed."""
    assert page.response is not None
    actor = current_actor()
    shown, _ = results.response(actor, page.response.id)
    told = revision(shown, access.practice_of(actor).time_zone)
    return SavedAnswers(
        [(line.question, line.answer) for line in told.lines], _response_url(page.response.id)
    )


def _done(request_id: uuid.UUID, act: Any, said: str) -> Response:
    with told_on_the_next_page():
        act()
        flash(said, "success")
    return redirect(_request_url(request_id), 303)


def _usual(known_of: Prospect) -> tuple[str, ...]:
    return load_catalogue().questionnaires.sets["follow_up" if known_of.has_answered else "baseline"].asks


def _before(earlier: list[AnsweredQuestionnaire], page: Sheet) -> list[tuple[str, str]]:
    """Earlier values, for the practitioner who types."""
    mine = next((each for each in earlier if each.questionnaire.id == page.questionnaire.id), None)
    if mine is None:
        return []
    zone = access.practice_of(current_actor()).time_zone
    told = revision(mine, zone)
    return [
        ("Last time", moment(mine.answered_at, zone)),
        *((line.question, line.answer) for line in told.lines),
    ]


def _index_url(client_id: uuid.UUID) -> str:
    return url_for("practitioner.questionnaires.index", client_id=client_id)


def _request_url(request_id: uuid.UUID) -> str:
    return url_for("practitioner.questionnaires.request_page", request_id=request_id)


def _response_url(response_id: uuid.UUID) -> str:
    return url_for("practitioner.questionnaires.response", response_id=response_id)
