"""The practice's clients: the list, a record and its sections, adding, correcting, archiving."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict
from clinic.domain.mail_standing import MailSort
from clinic.domain.pain_rule import ceiling_of
from clinic.models import Client, Practice
from clinic.services import mail_standing, warnings
from clinic.services.access import client_for, practice_of
from clinic.services.actors import Actor
from clinic.services.assessments import recording as exams
from clinic.services.attention import cases
from clinic.services.checkins import histories as checkin_histories
from clinic.services.checkins import ledger as checkin_ledger
from clinic.services.checkins import rhythms
from clinic.services.clients import clinicians, invitations, on_top, responsible, timeline
from clinic.services.clients import listing as client_list
from clinic.services.clients import overview as client_overview
from clinic.services.clients import records as clients
from clinic.services.clients.listing import ClientFilter, WhoseClients
from clinic.services.clients.on_top import RecordTop
from clinic.services.clients.records import NamesakesFound
from clinic.services.clients.timeline import LoggedWords, TimelinePage
from clinic.services.clock import now, today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs import diary as practice_logs
from clinic.services.programs import noticed, tapering
from clinic.services.reasons.listed import is_said_to_do_well
from clinic.web.authz import ask_again, current_actor
from clinic.web.forms.attention import CameFrom
from clinic.web.forms.bulk_acts import ChooseForm
from clinic.web.forms.client_filter import (
    address_parts,
    filter_fields,
    kept_list,
    page_parts,
    wanted_from,
)
from clinic.web.forms.clients import STATUS_WORDS, AddClientForm, EditClientForm, ReasonForm
from clinic.web.mailing import flash_promised
from clinic.web.practitioner.program_page import program_page
from clinic.web.practitioner.record_frame import WITH_RESPONSIBLE, record_section
from clinic.web.presenters import assessments as assessment_words
from clinic.web.presenters import attention as reason_words
from clinic.web.presenters import checkins as checkin_words
from clinic.web.presenters import client_assessments
from clinic.web.presenters import clients as words
from clinic.web.presenters import clinicians as clinician_words
from clinic.web.presenters import noticing as noticing_words
from clinic.web.presenters import programs as program_words
from clinic.web.presenters import tapering as offer_words
from clinic.web.presenters import timeline as timeline_words
from clinic.web.speaking import flash
from clinic.web.whose import only_own

LATEST = 6  # events on the overview
LEDGER_SHOWN = 26  # half a year of weeks
Page = str | Response | tuple[str, int]


def index() -> str:
    """The list, searched and filtered."""
    said, actor = wanted_from(request.args), current_actor()
    wanted = _as_remembered(said)
    found = client_list.page(actor, wanted)
    at, today = now(), today_in(practice_of(actor).time_zone)
    staff = cases.colleagues(actor)
    asking = [(each.id, reason_words.entry(each.asks, at, today, staff)) for each in found.rows if each.asks]
    return render_template(
        "practitioner/clients/index.html",
        may_import=actor.may(Permission.IMPORT_CLIENTS),
        found=found,
        entries=dict(asking),
        choices=reason_words.choices(staff, at, today, CameFrom.CLIENTS),
        wanted=wanted,
        fields=filter_fields(wanted, _others(actor, staff)),
        kept=kept_list(said),
        mine=wanted.whose is WhoseClients.MINE if isinstance(wanted.whose, WhoseClients) else None,
        colleagues=staff,
        kept_parts=page_parts(wanted),
        filter_parts=address_parts(wanted),
        many=ChooseForm(),
        words=words,
        pages=_pages(said, found),
    )


def add() -> Page:
    """Add a client, and invite them at once if wished."""
    actor = current_actor()
    practice = practice_of(actor)
    form = AddClientForm(time_zone=practice.time_zone)
    form.be_asked_by(actor, practice)
    form.responsible_id.offer(responsible.takers(actor), first=actor.user_id)
    form.time_zone.put_first(practice.time_zone)
    if form.validate_on_submit():
        try:
            with form.attempt():
                return _added(form, practice)
        except NamesakesFound as found:
            return _add_page(form, found.people), 409
    return _add_page(form), 422 if form.errors else 200


def show(client_id: uuid.UUID) -> str:
    """What matters about a client now: program, practice, check-ins, invitation, the latest events."""
    actor = current_actor()
    client = client_for(actor, client_id, WITH_RESPONSIBLE)
    facts, today = client_overview.facts(actor, client), today_in(client.time_zone)
    latest, at = timeline.page(actor, client.id, size=LATEST), now()
    top = on_top.of_record(actor, client, latest, at)
    practice = client_overview.practice(client, facts.programs)
    return record_section(
        "overview",
        client,
        facts=facts,
        age=words.age_words(client, today),
        next_up=words.next_up(facts, today),
        programs=_programs(facts, today),
        is_without_program=not facts.has_running_program,
        practice_words=practice.in_words if practice else "",
        pain_words=words.pain(facts.pain),
        events=_told(client, latest, top.logs),
        offers=offer_words.lines(top.offers, today),
        **_reasons(top, at),
        **(NO_INVITATION if client.user_id else _invitation(client)),
    )


def program(client_id: uuid.UUID) -> str:
    """The client's program."""
    actor = current_actor()
    client = client_for(actor, client_id)
    found, today = programs.summary(actor, client.id), today_in(client.time_zone)
    if len(one := program_words.going_on(found, today)) == 1:
        return program_page(actor, client, one[0], found)
    locked = warnings.open_flag(client) is not None
    return record_section(
        "program",
        client,
        locked=locked,
        offers=_offers(client),
        noticed=_noticed(client) if found else [],
        load=program_words.load_together(found, today, practice_of(actor).load_limit),
        **program_words.cards(found, today, locked=locked),
    )


def _programs(facts: client_overview.ClientOverview, today: date) -> list[tuple[str, str, str]]:
    """By name those that go on, or the last one, each with its mark."""
    return [
        (each.name, *program_words.program_mark(each.on(today), locked=facts.warning))
        for each in facts.programs or filter(None, [facts.last])
    ]


def _noticed(client: Client) -> list[noticing_words.NoticedLine]:
    return noticing_words.for_staff(noticed.of_client(client, today_in(client.time_zone)))


def assessments(client_id: uuid.UUID) -> str:
    """The client's assessments."""
    actor = current_actor()
    client = client_for(actor, client_id)
    today = today_in(practice_of(actor).time_zone)
    held = exams.for_client(actor, client.id)
    mistake = assessment_words.mistake_name(exams.named_mistake(actor))
    return record_section("assessments", client, **client_assessments.client_page(held, mistake, today))


def checkins(client_id: uuid.UUID) -> str:
    """The client's check-ins."""
    actor = current_actor()
    client = client_for(actor, client_id)
    ledger, flag = checkin_ledger.for_client(actor, client.id), warnings.open_flag(client)
    shown = len(ledger) if request.args.get("all") == "1" else LEDGER_SHOWN
    section = checkin_words.section(
        ledger,
        checkin_histories.of(actor.practice_id, [entry.checkin.id for entry in ledger[:shown]]),
        rhythms.of_client(actor, client.id),
        zone=practice_of(actor).time_zone,
        today=today_in(client.time_zone),
        flag=flag,
        kept_back=mail_standing.problem(
            client, practice_of(actor), MailSort.CHECKIN, warning_open=flag is not None
        ),
        logged=practice_logs.mistake_answers(client),
        shown=shown,
        is_well=is_said_to_do_well(actor.practice_id, client.id),
    )
    return record_section("checkins", client, checkins=section)


def history(client_id: uuid.UUID) -> str:
    """Everything that happened, newest first."""
    actor = current_actor()
    client = client_for(actor, client_id)
    start = request.args.get("before", type=uuid.UUID)
    page = timeline.page(actor, client.id, before=start)
    logs = timeline.logs_of(actor, client.id, page)
    return record_section(
        "timeline", client, events=_told(client, page, logs), before=page.before, start=start
    )


def details(client_id: uuid.UUID) -> str:
    """Everything that is written down about a client, and their invitation."""
    client = client_for(current_actor(), client_id)
    rows = words.details(client, practice_of(current_actor()))
    others = clinician_words.lines(clinicians.of_client(current_actor(), client.id))
    return record_section("details", client, rows=rows, others=others, **_invitation(client))


def edit(client_id: uuid.UUID) -> Page:
    """Correct a record; where somebody else saved first, show both texts."""
    actor = current_actor()
    client, practice = client_for(actor, client_id), practice_of(actor)
    form = EditClientForm()
    form.be_about(client, practice)
    form.responsible_id.offer(responsible.takers(actor), has=client.responsible)
    form.time_zone.put_first(client.time_zone, practice.time_zone)
    if not form.is_filled_in:
        form.show(client)
    if form.validate_on_submit():
        try:
            with form.attempt():
                typed = form.details(today_in(practice.time_zone))
                signs_in = clients.changes_sign_in(actor, client, typed)
                if signs_in and (asked := ask_again()):
                    return asked
                ended = clients.correct(actor, client_id, typed, form.version.data)
                _say_corrected(client.name, ended, signs_in=signs_in)
                return redirect(url_for("practitioner.clients.details", client_id=client_id), 303)
        except Conflict:
            return _conflict(client_id, form), 409
    return _edit_page(client_id, form), 422 if form.errors else 200


def status(client_id: uuid.UUID) -> Page:
    """Archive a client or restore one, with the reason."""
    actor = current_actor()
    client = client_for(actor, client_id)
    is_active, said = client.is_active, STATUS_WORDS[client.status]
    form = ReasonForm(was=client.status.value)
    if form.validate_on_submit() and form.was.data != client.status.value:
        return redirect(url_for("practitioner.clients.show", client_id=client_id), 303)  # a second press
    if form.validate_on_submit():
        change = clients.archive if is_active else clients.restore
        with form.attempt():
            client = change(actor, client_id, form.reason.data)
            flash(said.done.format(client.name), "success")
            return redirect(url_for("practitioner.clients.show", client_id=client_id), 303)
    context = {"form": form, "client": client, "said": said, "is_active": is_active}
    return render_template("practitioner/clients/status.html", **context), 422 if form.errors else 200


def _added(form: AddClientForm, practice: Practice) -> Response:
    details = form.details(today_in(practice.time_zone))
    client = clients.add(
        current_actor(),
        details,
        invite=bool(form.invite.data),
        key=form.key.data or "",
        another=form.is_another(),
    )
    flash(f"{client.name} is added.", "success")
    if form.invite.data:
        to = client.email
        flash_promised(f"An invitation is on its way to {to}.", f"The invitation to {to}")
    return redirect(url_for("practitioner.clients.show", client_id=client.id), 303)


def _add_page(form: AddClientForm, namesakes: Sequence[Client] = ()) -> str:
    return render_template("practitioner/clients/add.html", form=form, namesakes=namesakes, words=words)


def _offers(client: Any) -> list[offer_words.OfferLine]:
    return offer_words.lines(tapering.open_for(current_actor(), client.id), today_in(client.time_zone))


# of somebody who has an account the overview says no more than that; the details tell how they came by it
NO_INVITATION = dict.fromkeys(
    ("invitation", "invitation_state", "invitation_words", "mail_problem", "mail_remedy")
)


def _invitation(client: Any) -> dict[str, Any]:
    actor = current_actor()
    practice = practice_of(actor)
    found = invitations.latest(actor, client.id)
    newest = found.invitation
    state = invitations.state_of(newest) if newest else None
    mail = invitations.mail_status(found, client, practice)
    told = words.invitation_words(newest, state, practice.time_zone, mail) if newest and state else None
    problem = invitations.mail_problem(client, practice)
    reason = mail_standing.against(client, practice, MailSort.INVITATION) if problem else None
    return {
        "invitation": newest,
        "invitation_state": state,
        "invitation_words": told,
        "mail_problem": problem,
        "mail_remedy": words.mail_remedy(client, reason) if reason else None,
    }


def _reasons(top: RecordTop, at: datetime) -> dict[str, Any]:
    """What stands on top of the record: the same rows, words and acts as on the first page."""
    if top.asks is None:
        return {"entry": None}
    today = today_in(practice_of(current_actor()).time_zone)
    return {
        "entry": reason_words.entry(top.asks, at, today, top.colleagues),
        "choices": reason_words.choices(top.colleagues, at, today, CameFrom.RECORD),
    }


def _told(
    client: Any, page: TimelinePage, logs: Mapping[uuid.UUID, LoggedWords]
) -> list[timeline_words.TimelineLine | timeline_words.TimelineFold]:
    practice = practice_of(current_actor())
    ceiling = ceiling_of(client.pain_ceiling, practice.pain_ceiling)
    zone = practice.time_zone
    return timeline_words.folded(
        [timeline_words.told(event, zone, logs.get(event.id), ceiling) for event in page.events]
    )


def _edit_page(client_id: uuid.UUID, form: EditClientForm, **context: Any) -> str:
    client = client_for(current_actor(), client_id)
    context = {"conflict": False, "differences": []} | context
    return render_template("practitioner/clients/edit.html", form=form, client=client, **context)


def _conflict(client_id: uuid.UUID, form: EditClientForm) -> str:
    actor = current_actor()
    client, practice = client_for(actor, client_id), practice_of(actor)
    typed = form.details(today_in(practice.time_zone))
    form.version.data, form.version.raw_data = client.version, None
    told = words.differences(clients.shown(client, practice), clients.typed(typed, form.responsible_id.said))
    return _edit_page(client_id, form, differences=told, conflict=True)


def _say_corrected(name: str, invitation_ended: bool, *, signs_in: bool) -> None:
    flash(f"The record of {name} is saved.", "success")
    if signs_in:
        flash(f"{name} signs in with the old address until the link to the new one is pressed.", "caution")
        flash_promised("A mail with the link goes to the new one, and word to the old.", "The link")
    if invitation_ended:
        flash("The invitation to the old address has ended. Send a new one below.", "caution")


def _as_remembered(said: ClientFilter) -> ClientFilter:
    """The filter of an address that does not say whose clients: as the switch was pressed last."""
    whose = WhoseClients.MINE if only_own() else WhoseClients.ALL
    return said if said.whose is not None else replace(said, whose=whose)


def _others(actor: Actor, staff: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, str]:
    return {user_id: name for user_id, name in staff.items() if user_id != actor.user_id}


def _pages(wanted: ClientFilter, found: client_list.ClientPage) -> dict[str, str | None]:
    at, parts = "practitioner.clients.index", address_parts(wanted)
    return {
        "before": url_for(at, before=found.before, **parts) if found.before else None,
        "after": url_for(at, after=found.after, **parts) if found.after else None,
    }
