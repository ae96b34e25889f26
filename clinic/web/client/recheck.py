"""The form re-check of each move: watch again, find out by yourself, show it to the practice if you like."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say
from clinic.services.programs import rechecks
from clinic.services.programs.rechecks import AskedRechecks, MoveCheck
from clinic.web import given_back
from clinic.web.authz import current_actor
from clinic.web.forms.noticing import RecheckForm
from clinic.web.presenters import noticing as words
from clinic.web.presenters.hold import hold_text
from clinic.web.presenters.moves import MoveView, move_view

FEW = 3  # as many stand open beside each other; of more, one does
MOVES_CHANGED = say("Your moves have changed. Nothing was saved: these are your moves now.")


@dataclass(frozen=True, slots=True)
class CheckView:
    """One move of the page: what it is asked, or what its re-check came to."""

    prescription_id: uuid.UUID
    place: int
    move: MoveView
    check: MoveCheck
    form: RecheckForm
    asks: bool
    is_made: bool  # today
    is_first: bool  # somebody has just sent it, or asked for it

    @property
    def rank(self) -> int:
        """Where it stands on the page: what came of those of today leads to the next that waits."""
        return 0 if self.is_first else 1 if self.is_made else 2 if self.asks else 3

    @property
    def recheck(self) -> words.RecheckView:
        """How its client stands with it."""
        return words.recheck_for_client(self.check.noticed.recheck)

    @property
    def in_short(self) -> str:
        """The same in one sentence."""
        return words.recheck_in_short(self.check.noticed.recheck)

    @property
    def fixes(self) -> list[str]:
        """What helps with what was not right."""
        return words.fixes(self.check)


def show() -> ResponseReturnValue:
    """The moves that are due with their self-tests, each saved by itself, and what came of those of today."""
    actor = current_actor()
    asked = rechecks.of_client(actor)
    views = _views(asked)
    form = next((each.form for each in views if each.prescription_id == _sent()), None)
    if request.method == "POST" and form is None:
        form = RecheckForm(formdata=None)
        form.refuse(RuleBroken(MOVES_CHANGED))
    elif form and form.validate_on_submit():
        with form.attempt():
            of_move = next(each for each in views if each.form is form)
            rechecks.check(actor, of_move.prescription_id, form.answers)
            return redirect(url_for("client.recheck.show", _anchor=f"move-{of_move.place}"), 303)
    held = asked.held
    waiting = [each for each in views if each.asks]
    page = render_template(
        "client/recheck.html",
        checks=views,
        waiting=waiting,
        opened=waiting if len(waiting) <= FEW else waiting[:1],
        others=[each for each in views if not (each.asks or each.is_made)],
        folds_others=len(views) > FEW,
        form=form,
        manages_alone=asked.noticed.manages_alone,
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
    )
    return page, 422 if form and form.errors else 200


def _views(asked: AskedRechecks) -> list[CheckView]:
    today, sent, again = asked.held.today, _sent(), request.args.get("again", "")
    is_quiet = not any(_is_due(each) or _is_made(each, today) for each in asked.checks)
    found = []
    for place, check in enumerate(asked.checks, 1):
        key, is_made = check.move.prescription.id, _is_made(check, today)
        form = RecheckForm.of_move(place, check.tests, is_sent=key == sent)
        is_first = key == sent or str(key) == again
        asks = is_first or (_is_due(check) and not is_made) or is_quiet
        found.append(CheckView(key, place, move_view(check.move), check, form, asks, is_made, is_first))
    return sorted(found, key=lambda each: each.rank)


def _is_due(check: MoveCheck) -> bool:
    return check.noticed.recheck.is_due


def _is_made(check: MoveCheck, today: date) -> bool:
    last = check.noticed.recheck.last
    return last is not None and last.day == today


def _sent() -> uuid.UUID | None:
    """The move whose form was sent, now or before somebody had to sign in again."""
    sent = request.form or given_back.fields_here()
    try:
        return uuid.UUID(sent.get("move", "") if sent else "")
    except ValueError:
        return None
