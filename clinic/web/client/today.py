"""A client's first page: today's moves, how it went, and the week."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from clinic.domain.dates import day_in_words
from clinic.domain.errors import NotFound
from clinic.domain.mail_standing import MailSort
from clinic.domain.programs import past_midnight_in_words
from clinic.domain.progress import progress_sentence, week_strip
from clinic.domain.stopping import CLIENTS_WORDS
from clinic.domain.words import one_after_another, say
from clinic.extensions import SAFE_METHODS
from clinic.services import mail_standing
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.messages import telling
from clinic.services.programs import diary as practice_logs
from clinic.services.programs import noticed, own, pain, stopping
from clinic.services.programs.diary import Diary
from clinic.services.programs.pain import AskedMorning
from clinic.web.authz import current_actor
from clinic.web.forms.practice_logs import LogForm, LogQuestions
from clinic.web.mailing import mail_leaves
from clinic.web.presenters import pain_answers as pain_words
from clinic.web.presenters.days import day_views
from clinic.web.presenters.hold import hold_text
from clinic.web.presenters.moves import move_rows
from clinic.web.presenters.phases import coming_in_words
from clinic.web.presenters.programs import left_out_words
from clinic.web.speaking import flash

BOTH_COUNT = say("You had logged this day on another page or phone: both count.")


def index() -> str:
    """Show today."""
    held = practice_logs.diary(current_actor())
    asked = pain.this_morning(held)
    return _page(held, log_form(held, held.today, asked), asked, editing=request.args.get("change") == "1")


def log() -> ResponseReturnValue:
    """Show the form of one day, or save it."""
    actor = current_actor()
    form = LogForm()
    held = practice_logs.diary(actor)
    if request.method in SAFE_METHODS:
        day = _asked_day(held)
        form = log_form(held, day, pain.this_morning(held))
        return render_template("client/log.html", form=form, day=day, today=held.today)
    day = _day_of(form, held.today)
    form.ask_about(_questions(held, day, pain.this_morning(held)))
    if form.validate_on_submit():
        with form.attempt():
            if "X-Tick" in request.headers:  # a script on its way to the warning signs, which stays unseen
                practice_logs.log_day(actor, day, form.entry(), seen=form.seen.data or None)
                return {}
            return _saved(actor, form)
    return render_template("client/log.html", form=form, day=day, today=held.today), 422


def _saved(actor: Actor, form: LogForm) -> Response:
    """Keep the log, and the word about this morning with it; then answer what was said of pain."""
    day = form.local_date()
    practice_logs.log_day(actor, day, form.entry(), seen=form.seen.data or None)
    if form.told_settled is not None:
        pain.say_morning(actor, form.told_settled)
    held = practice_logs.diary(actor)
    kept = practice_logs.kept_in_words(held, day)
    more = kept or _past_midnight(held, day)
    entry = held.entry(day)
    beside = BOTH_COUNT if entry and entry.outcome is not form.outcome.data else ""
    said = one_after_another([_saved_for(day, held.today), *filter(None, [beside, more])])
    flash(said, "caution" if kept else "success")
    told = pain.of_day(held, day)
    if told and (told.ruling.asks_signs or day != held.today):
        return redirect(url_for("client.pain.answer", day=day.isoformat()), 303)
    return redirect(url_for("client.today.index"), 303)


def _saved_for(day: date, today: date) -> str:
    """Names the day where it is not today: the page may have been open since then."""
    return say("Saved.") if day == today else say("Saved for %(day)s.", day=day_in_words(day))


def _past_midnight(held: Diary, day: date) -> str:
    before = held.today - timedelta(days=1)
    lacks = held.may_log(before) and held.entry(before) is None
    hour = now().astimezone(ZoneInfo(held.client.time_zone)).hour
    return past_midnight_in_words(day, held.today, hour, lacks_day_before=lacks)


def _page(held: Diary, form: LogForm, asked: AskedMorning | None, *, editing: bool) -> str:
    today = held.today
    yesterday = today - timedelta(days=1)
    outcomes, told = held.outcomes, pain.of_day(held, today)
    if told and asked and asked.answer:
        asked = None  # what was logged since is the newer word
    may_add = held.may_log(yesterday)
    shows_week = held.plan is not None and (held.programs or may_add)
    ended = None if held.programs else own.last_ended(held)
    return render_template(
        "client/today.html",
        held=held,
        form=form,
        editing=editing,
        entry=held.entry(today),
        told=pain_words.day_view(told) if told else None,
        is_left_for_now=pain.is_left_for_now(held, told, asked),
        morning=pain_words.morning_view(asked) if asked else None,
        moves=move_rows(held.moves),
        changes=[] if held.locked else own.changes_told(held),
        coming=[] if held.locked else _coming(held),
        paused=[left_out_words(each, today) for each in held.paused],
        week=day_views(week_strip(outcomes, held.plan, today), today) if held.plan and shows_week else [],
        sentence=progress_sentence(outcomes, held.plan, today) if held.plan and held.programs else "",
        yesterday=yesterday if may_add else None,
        yesterday_entry=held.entry(yesterday),
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
        has_questions=held.is_asked,
        has_message=held.is_written_to and telling.has_unread(held.client.practice_id, held.client.id, now()),
        recheck_due=noticed.is_any_due(
            held.client, (each.prescription.exercise_id for each in held.moves), today
        ),
        why_stopped=[*CLIENTS_WORDS.items()] if stopping.asks_why(held) else [],
        graduated=ended.graduated_on if ended else None,
        ended=ended,
        gets_word=not held.programs and _gets_word(held),
    )


def _coming(held: Diary) -> list[str]:
    """What the next phase of each running program brings."""
    phased = [each for each in held.running if each.id in held.phases]
    told = ((each.name, coming_in_words(each, held.phases[each.id], held.today)) for each in phased)
    if len(held.programs) == 1:
        return [words for _, words in told if words]
    return [say("%(program)s: %(coming)s", program=name, coming=words) for name, words in told if words]


def _gets_word(held: Diary) -> bool:
    """Whether a mail tells this client when their program is there."""
    against = mail_standing.against(held.client, held.client.practice, MailSort.CHECKIN)
    return mail_leaves() and held.client.user_id is not None and against is None


def log_form(held: Diary, day: date, asked: AskedMorning | None) -> LogForm:
    """The form of a day, holding what was logged already; `asked` is what this morning asks."""
    return LogForm.for_day(day, held.entry(day), _questions(held, day, asked))


def _questions(held: Diary, day: date, asked: AskedMorning | None) -> LogQuestions:
    """What the form asks; of this morning only while nothing was said, and with today's log."""
    moves = {move.id: str(move.content["name"]) for move in practice_logs.moves_on(held, day)}
    is_open = asked is not None and asked.settled is None and day == held.today
    return LogQuestions(practice_logs.named_mistake_on(held, day), moves, is_open)


def _asked_day(held: Diary) -> date:
    day = _parsed(request.args.get("day", held.today.isoformat()))
    if day is None or not held.may_log(day):
        raise NotFound
    return day


def _day_of(form: LogForm, today: date) -> date:
    return _parsed(form.day.data) or today


def _parsed(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
