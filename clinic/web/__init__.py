"""The web app: every address on one screen, each with its audience and the record its id names."""

from __future__ import annotations

from flask import Flask

from clinic.domain.types import Audience, Section
from clinic.services.watching import watchman
from clinic.web import assets, authz, errors, filters, limits, metrics, packing, requests, security
from clinic.web.authz import Rule
from config import Settings

PUBLIC, CLIENT, STAFF = Audience.PUBLIC, Audience.CLIENT, Audience.PRACTITIONER
OWNER, DEV = Audience.OWNER, Audience.DEV
FORM = ("GET", "POST")
POST = ("POST",)
SECTIONS = f"any({', '.join(Section)})"


def url_map(settings: Settings) -> tuple[Rule, ...]:
    """All rules. A page that is not listed here does not exist."""
    from clinic.web.api import bounces
    from clinic.web.client import account as client_account
    from clinic.web.client import appointments as client_appointments
    from clinic.web.client import calendar as client_calendar
    from clinic.web.client import consents as client_consents
    from clinic.web.client import documents as client_documents
    from clinic.web.client import erasure as client_erasure
    from clinic.web.client import groups as client_groups
    from clinic.web.client import handout as client_handout
    from clinic.web.client import history, new_version, own_record, program, today
    from clinic.web.client import mail as client_mail
    from clinic.web.client import media as client_media
    from clinic.web.client import pain as client_pain
    from clinic.web.client import questionnaires as client_questions
    from clinic.web.client import warnings as client_warnings
    from clinic.web.practitioner import (
        account,
        addresses,
        amendments,
        appointments,
        assigning,
        attention,
        backups,
        batteries,
        bulk_acts,
        checkins,
        clients,
        clinicians,
        comparisons,
        consents,
        courses,
        documents,
        erasure,
        group_messages,
        groups,
        imports,
        invitations,
        mail_settings,
        media,
        move_pictures,
        moves,
        news,
        note_signing,
        notes,
        overview,
        own_routines,
        own_tests,
        people,
        phrases,
        practice,
        program_phases,
        programs,
        replies,
        retests,
        routine_plans,
        second_step,
        taking_out,
        tapering,
        trail,
        version_offers,
        viewing,
        warnings,
        whose,
    )
    from clinic.web.practitioner import assessment_recording as recording
    from clinic.web.practitioner import assessments as exam
    from clinic.web.practitioner import calendar as staff_calendar
    from clinic.web.practitioner import questionnaires as questions
    from clinic.web.practitioner import reports as files
    from clinic.web.practitioner import routines as routine_pages
    from clinic.web.public import (
        address,
        calendar,
        checkin,
        health,
        home,
        invitation,
        joining,
        proving,
        reset,
        setup,
        signin,
        staff_invitation,
        unsubscribe,
    )
    from clinic.web.public import questionnaires as mailed_questions
    from clinic.web.public import second_step as signing_in_twice

    rules = (
        # without an account
        Rule("/", home.index, PUBLIC),
        Rule("/livez", health.alive, PUBLIC),
        Rule("/readyz", health.ready, PUBLIC),
        Rule("/healthz", health.show, PUBLIC),
        Rule("/metrics", metrics.show, PUBLIC),
        Rule("/sign-in", signin.sign_in, PUBLIC, FORM),
        Rule("/sign-in/again", signin.again, PUBLIC),
        Rule("/sign-in/second-step", signing_in_twice.show, PUBLIC, FORM),
        Rule("/sign-in/second-step/passkey", signing_in_twice.passkey, PUBLIC, POST),
        Rule("/still-you", proving.show, PUBLIC, FORM),
        Rule("/still-you/passkey", proving.passkey, PUBLIC, POST),
        Rule("/sign-out", signin.sign_out, PUBLIC, POST),
        Rule("/forgotten-password", reset.ask, PUBLIC, FORM),
        Rule("/new-password/<secret>", reset.choose, PUBLIC, FORM, "link"),
        Rule("/address/<secret>", address.show, PUBLIC, FORM, "link"),
        Rule("/.well-known/change-password", home.change_password, PUBLIC),
        Rule("/.well-known/security.txt", home.security, PUBLIC),
        Rule("/set-up", setup.begin, PUBLIC, FORM),
        Rule("/invitation/<secret>", invitation.show, PUBLIC, FORM, "link"),
        Rule("/colleague/<secret>", staff_invitation.show, PUBLIC, FORM, "link"),
        Rule("/join/<code>", joining.show, PUBLIC, FORM, "course"),
        Rule("/join/confirm/<secret>", joining.confirm, PUBLIC, FORM, "link"),
        Rule("/c/<secret>", checkin.show, PUBLIC, FORM, "link"),
        Rule("/c/<secret>/taken-back", checkin.taken_back, PUBLIC, FORM, "link"),
        Rule("/c/<secret>/questions", checkin.questions, PUBLIC, FORM, "link"),
        Rule("/q/<secret>", mailed_questions.show, PUBLIC, record="link"),
        Rule("/q/<secret>/<int:number>", mailed_questions.ask, PUBLIC, FORM, "link"),
        Rule("/calendar/<secret>.ics", calendar.read, PUBLIC, record="link"),
        # a mail program's one click brings no token of ours; the view refuses any other form without one
        Rule("/u/<secret>", unsubscribe.show, PUBLIC, FORM, "link", csrf=False),
        # machines: what came back, with a secret in its head instead of a session
        Rule("/api/mail/bounces", bounces.take, PUBLIC, POST, csrf=False),
        # practitioners
        Rule("/today", attention.index, STAFF),
        Rule("/clients/<uuid:client_id>/looked-after", attention.done, STAFF, POST, "client"),
        Rule("/clients/<uuid:client_id>/looked-after/undo", attention.undo, STAFF, POST, "client"),
        Rule("/flags/<uuid:flag_id>", warnings.show, STAFF, FORM, "flag"),
        Rule("/mail", replies.index, STAFF),
        Rule("/mail/<uuid:reply_id>/read", replies.read, STAFF, POST, "reply"),
        Rule("/clients", clients.index, STAFF),
        Rule("/clients/new", clients.add, STAFF, FORM),
        Rule("/clients/list.csv", taking_out.clients, STAFF, POST, asks_again=True),
        Rule("/clients/import", imports.index, STAFF, FORM, takes_file="file"),
        Rule("/clients/import/<uuid:import_id>", imports.show, STAFF, FORM, "import"),
        Rule("/clients/import/<uuid:import_id>/columns", imports.columns, STAFF, FORM, "import"),
        Rule("/clients/import/<uuid:import_id>/undo", imports.undo, STAFF, POST, "import"),
        Rule("/clients/import/<uuid:import_id>/invite", imports.invite, STAFF, POST, "import"),
        Rule("/clients/many", bulk_acts.index, STAFF),
        Rule("/clients/many/new", bulk_acts.choose, STAFF, POST),
        Rule("/clients/many/<uuid:act_id>", bulk_acts.show, STAFF, FORM, "act"),
        Rule("/clients/many/<uuid:act_id>/undo", bulk_acts.undo, STAFF, POST, "act"),
        Rule("/groups", groups.index, STAFF),
        Rule("/groups/new", groups.add, STAFF, FORM),
        Rule("/groups/<uuid:group_id>", groups.show, STAFF, record="group"),
        Rule("/groups/<uuid:group_id>/edit", groups.edit, STAFF, FORM, "group"),
        Rule("/groups/<uuid:group_id>/put-in", groups.put_in, STAFF, POST, "group"),
        Rule("/groups/<uuid:group_id>/take-out", groups.take_out, STAFF, POST, "group"),
        Rule("/groups/<uuid:group_id>/messages", group_messages.index, STAFF, FORM, "group"),
        Rule(
            "/groups/<uuid:group_id>/messages/<uuid:group_message_id>",
            group_messages.show,
            STAFF,
            record="group",
        ),
        Rule(
            "/groups/<uuid:group_id>/messages/<uuid:group_message_id>/take-back",
            group_messages.take_back,
            STAFF,
            POST,
            "group",
        ),
        Rule("/groups/<uuid:group_id>/course", courses.show, STAFF, record="group"),
        Rule("/groups/<uuid:group_id>/course/report", courses.report, STAFF, record="group"),
        Rule("/groups/<uuid:group_id>/course/report.csv", courses.report_csv, STAFF, record="group"),
        Rule("/groups/<uuid:group_id>/course/edit", courses.edit, STAFF, FORM, "group"),
        Rule("/groups/<uuid:group_id>/course/open", courses.open_it, STAFF, POST, "group"),
        Rule("/groups/<uuid:group_id>/course/call-off", courses.call_off, STAFF, FORM, "group"),
        Rule("/groups/<uuid:group_id>/course/link/<any(on, off):choice>", courses.link, STAFF, POST, "group"),
        Rule(
            "/groups/<uuid:group_id>/course/requests/<uuid:place_id>/<any(accept, refuse):choice>",
            courses.decide,
            STAFF,
            POST,
            "group",
        ),
        Rule("/clients/<uuid:client_id>", clients.show, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/program", clients.program, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/assessments", clients.assessments, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/check-ins", clients.checkins, STAFF, record="client"),
        Rule(
            "/clients/<uuid:client_id>/documents", documents.index, STAFF, FORM, "client", takes_file="file"
        ),
        Rule("/clients/<uuid:client_id>/consents", consents.show, STAFF, FORM, "client"),
        Rule(
            "/clients/<uuid:client_id>/consents/<any(record, mail):kind>/withdrawn",
            consents.withdraw,
            STAFF,
            FORM,
            "client",
        ),
        Rule("/documents/<uuid:document_id>", documents.edit, STAFF, FORM, "document"),
        Rule("/documents/<uuid:document_id>/file", documents.file, STAFF, record="document"),
        Rule("/documents/<uuid:document_id>/remove", documents.remove, STAFF, POST, "document"),
        Rule("/documents/<uuid:document_id>/put-back", documents.put_back, STAFF, POST, "document"),
        Rule("/clients/<uuid:client_id>/timeline", clients.history, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/details", clients.details, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/who-looked", trail.of_client, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/appointments", appointments.index, STAFF, FORM, "client"),
        Rule("/appointments/<uuid:appointment_id>", appointments.move, STAFF, FORM, "appointment"),
        Rule("/appointments/<uuid:appointment_id>.ics", appointments.file, STAFF, record="appointment"),
        Rule(
            "/appointments/<uuid:appointment_id>/call-off", appointments.call_off, STAFF, POST, "appointment"
        ),
        Rule("/appointments/<uuid:appointment_id>/back", appointments.bring_back, STAFF, POST, "appointment"),
        Rule("/clients/<uuid:client_id>/view-as", viewing.begin, STAFF, POST, "client"),
        Rule("/view-as/end", viewing.end, STAFF, POST),
        Rule("/clients/<uuid:client_id>/edit", clients.edit, STAFF, FORM, "client"),
        Rule("/clients/<uuid:client_id>/status", clients.status, STAFF, FORM, "client"),
        Rule("/clients/<uuid:client_id>/address-works", addresses.works, STAFF, POST, "client"),
        Rule("/clients/<uuid:client_id>/invitation", invitations.send, STAFF, POST, "client"),
        Rule("/clients/<uuid:client_id>/invitation/link", invitations.hand_over, STAFF, POST, "client"),
        Rule("/invitations/<uuid:invitation_id>/revoke", invitations.revoke, STAFF, POST, "invitation"),
        Rule("/clients/<uuid:client_id>/programs/new", assigning.assign, STAFF, FORM, "client"),
        Rule("/clients/<uuid:client_id>/programs/load", assigning.load, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/programs/moves", assigning.moves, STAFF, record="client"),
        Rule("/routines/<uuid:routine_id>/favourite", assigning.favour, STAFF, POST, "routine"),
        Rule("/programs/<uuid:program_id>", programs.show, STAFF, record="program"),
        Rule("/programs/<uuid:program_id>/doses", programs.correct, STAFF, FORM, "program"),
        Rule("/programs/<uuid:program_id>/check-in", programs.checkin, STAFF, FORM, "program"),
        Rule("/programs/<uuid:program_id>/days", programs.days, STAFF, FORM, "program"),
        Rule("/programs/<uuid:program_id>/extend", programs.extend, STAFF, POST, "program"),
        Rule(
            "/programs/<uuid:program_id>/phases/<int:position>/go-on",
            program_phases.pass_on,
            STAFF,
            POST,
            "program",
        ),
        Rule(
            "/programs/<uuid:program_id>/phases/<int:position>/take-back",
            program_phases.take_back,
            STAFF,
            POST,
            "program",
        ),
        Rule(
            "/programs/<uuid:program_id>/<any(pause, resume, end, restart):action>",
            programs.change,
            STAFF,
            FORM,
            "program",
        ),
        Rule("/clients/<uuid:client_id>/assessments/new", recording.begin, STAFF, FORM, "client"),
        Rule("/assessments/<uuid:assessment_id>", exam.show, STAFF, record="assessment"),
        Rule(
            f"/assessments/<uuid:assessment_id>/<{SECTIONS}:section>",
            recording.edit,
            STAFF,
            FORM,
            "assessment",
        ),
        Rule("/assessments/<uuid:assessment_id>/go-on", recording.go_on, STAFF, record="assessment"),
        Rule("/assessments/<uuid:assessment_id>/sign", exam.sign, STAFF, FORM, "assessment"),
        Rule("/assessments/<uuid:assessment_id>/amend", amendments.amend, STAFF, FORM, "assessment"),
        Rule("/clients/<uuid:client_id>/clinicians/new", clinicians.add, STAFF, FORM, "client"),
        Rule("/clinicians/<uuid:clinician_id>", clinicians.edit, STAFF, FORM, "clinician"),
        Rule("/clinicians/<uuid:clinician_id>/remove", clinicians.remove, STAFF, POST, "clinician"),
        Rule("/clinicians/<uuid:clinician_id>/bring-back", clinicians.bring_back, STAFF, POST, "clinician"),
        Rule("/clients/<uuid:client_id>/notes", notes.index, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/notes/new", notes.begin, STAFF, POST, "client"),
        Rule("/notes/<uuid:note_id>", notes.show, STAFF, record="note"),
        Rule("/notes/<uuid:note_id>/edit", notes.edit, STAFF, FORM, "note"),
        Rule("/notes/<uuid:note_id>/sign", note_signing.sign, STAFF, FORM, "note"),
        Rule("/notes/<uuid:note_id>/amend", note_signing.amend, STAFF, FORM, "note"),
        Rule("/notes/<uuid:note_id>/discard", note_signing.discard, STAFF, FORM, "note"),
        Rule("/phrases", phrases.index, STAFF, FORM),
        Rule("/assessments/<uuid:assessment_id>/again", retests.again, STAFF, POST, "assessment"),
        Rule("/clients/<uuid:client_id>/assessments/compare", comparisons.compare, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/assessments/trends", comparisons.trends, STAFF, record="client"),
        Rule("/programs/<uuid:program_id>/re-test", retests.program, STAFF, POST, "program"),
        Rule(
            f"/assessments/<uuid:assessment_id>/<{SECTIONS}:section>/keep",
            recording.keep,
            STAFF,
            POST,
            "assessment",
        ),
        Rule("/assessments/<uuid:assessment_id>/date", recording.day, STAFF, FORM, "assessment"),
        Rule("/assessments/<uuid:assessment_id>/discard", recording.discard, STAFF, FORM, "assessment"),
        # what goes out on paper or as a file
        Rule("/assessments/<uuid:assessment_id>/report.pdf", files.assessment, STAFF, record="assessment"),
        Rule("/assessments/<uuid:assessment_id>/client.pdf", files.for_client, STAFF, record="assessment"),
        Rule(
            "/assessments/<uuid:assessment_id>/findings.csv",
            files.assessment_findings,
            STAFF,
            record="assessment",
            asks_again=True,
        ),
        Rule(
            "/clients/<uuid:client_id>/findings.csv", files.findings, STAFF, record="client", asks_again=True
        ),
        Rule(
            "/clients/<uuid:client_id>/assessments/fhir.json",
            files.fhir,
            STAFF,
            record="client",
            asks_again=True,
        ),
        Rule("/clients/<uuid:client_id>/record.zip", files.record, STAFF, POST, "client", asks_again=True),
        Rule("/programs/<uuid:program_id>/handout.pdf", files.handout, STAFF, record="program"),
        Rule("/assessments/batteries", batteries.index, STAFF),
        Rule("/assessments/batteries/new", batteries.compose, STAFF, FORM),
        Rule("/assessments/batteries/<battery_key>", batteries.show, STAFF, record="battery"),
        Rule("/assessments/batteries/<battery_key>/edit", batteries.edit, STAFF, FORM, "battery"),
        Rule("/assessments/batteries/<battery_key>/retire", batteries.retire, STAFF, FORM, "battery"),
        Rule("/assessments/tests/new", own_tests.add, STAFF, FORM),
        Rule("/assessments/tests/<test_key>", batteries.test, STAFF, record="test"),
        Rule("/assessments/tests/<test_key>/edit", own_tests.edit, STAFF, FORM, "test"),
        Rule("/assessments/tests/<test_key>/retire", own_tests.retire, STAFF, FORM, "test"),
        Rule("/clients/<uuid:client_id>/questionnaires", questions.index, STAFF, record="client"),
        Rule("/clients/<uuid:client_id>/questionnaires/ask", questions.ask, STAFF, FORM, "client"),
        Rule("/questionnaires/<uuid:request_id>", questions.request_page, STAFF, record="questions"),
        Rule(
            "/questionnaires/<uuid:request_id>/hand-over/<any(locked, open):how>",
            questions.hand_over,
            STAFF,
            POST,
            "questions",
        ),
        Rule("/questionnaires/<uuid:request_id>/resend", questions.resend, STAFF, POST, "questions"),
        Rule("/questionnaires/<uuid:request_id>/revoke", questions.revoke, STAFF, POST, "questions"),
        Rule("/questionnaires/<uuid:request_id>/<int:number>", questions.type_in, STAFF, FORM, "questions"),
        Rule("/questionnaires/answers/<uuid:response_id>", questions.response, STAFF, record="answers"),
        Rule("/questionnaires/answers/<uuid:response_id>/correct", questions.correct, STAFF, FORM, "answers"),
        Rule("/routines", routine_pages.index, STAFF),
        Rule("/routines/new", own_routines.add, STAFF, FORM),
        Rule("/routines/<uuid:routine_id>", routine_pages.show, STAFF, record="routine"),
        Rule("/routines/<uuid:routine_id>/draft", routine_pages.begin_draft, STAFF, POST, "routine"),
        Rule("/routines/<uuid:routine_id>/name", own_routines.rename, STAFF, FORM, "routine"),
        Rule("/routines/<uuid:routine_id>/retire", own_routines.retire, STAFF, FORM, "routine"),
        Rule("/routines/<uuid:routine_id>/bring-back", own_routines.bring_back, STAFF, POST, "routine"),
        Rule("/routines/<uuid:routine_id>/edit", routine_plans.edit, STAFF, FORM, "routine"),
        Rule("/routines/<uuid:routine_id>/publish", routine_pages.publish, STAFF, FORM, "routine"),
        Rule("/library", moves.index, STAFF),
        Rule("/library/new", moves.add, STAFF, FORM),
        Rule("/library/shelf", moves.shipped, STAFF),
        Rule("/library/shelf/<move_key>", moves.take, STAFF, POST, "move"),
        Rule("/library/<uuid:move_id>", moves.show, STAFF, record="move"),
        Rule("/library/<uuid:move_id>/edit", moves.edit, STAFF, FORM, "move"),
        Rule("/library/<uuid:move_id>/sign", moves.sign, STAFF, POST, "move"),
        Rule("/library/<uuid:move_id>/retire", moves.retire, STAFF, FORM, "move"),
        Rule("/library/<uuid:move_id>/back", moves.bring_back, STAFF, POST, "move"),
        Rule("/library/<uuid:move_id>/delete", moves.delete, STAFF, FORM, "move"),
        # what clients see of a move, and files on their way in
        Rule("/library/<uuid:move_id>/pictures", move_pictures.show, STAFF, FORM, "move", takes_file="file"),
        Rule("/library/<uuid:move_id>/pictures/remove", move_pictures.remove, STAFF, POST, "move"),
        Rule("/library/<uuid:move_id>/pictures/put-back", move_pictures.put_back, STAFF, POST, "move"),
        Rule("/media", media.begin, STAFF, POST),
        Rule("/media/<uuid:media_id>", media.show, STAFF, record="media"),
        Rule("/media/<uuid:media_id>/pieces", media.take, STAFF, POST, "media", takes_file="piece"),
        Rule("/routines/<uuid:routine_id>/offer", version_offers.offer, STAFF, FORM, "routine"),
        Rule(
            "/routines/<uuid:routine_id>/offer/withdraw", version_offers.withdraw_all, STAFF, POST, "routine"
        ),
        Rule(
            "/version-offers/<uuid:version_offer_id>/withdraw",
            version_offers.withdraw,
            STAFF,
            POST,
            "offer of a version",
        ),
        Rule("/check-ins", checkins.index, STAFF),
        Rule("/programs/<uuid:program_id>/check-in/now", checkins.send_now, STAFF, POST, "program"),
        Rule("/check-ins/doubts", checkins.settle_doubts, STAFF, POST),
        Rule("/check-ins/preview", checkins.preview, STAFF),
        Rule("/check-ins/preview.html", checkins.preview_html, STAFF),
        Rule("/check-ins/preview/send", checkins.preview_send, STAFF, POST),
        Rule("/tapering/<uuid:offer_id>/<any(accept, later):choice>", tapering.decide, STAFF, POST, "offer"),
        Rule("/mail/<uuid:message_id>/resend", checkins.resend, STAFF, POST, "message"),
        Rule("/practice", practice.show, STAFF),
        Rule("/practice/settings/<any(name, help, hours, limits):part>", practice.settings, OWNER, FORM),
        Rule("/practice/test-mail", mail_settings.test, STAFF, POST),
        Rule("/practice/mail", mail_settings.show, OWNER, FORM, asks_again=True),
        Rule("/practice/mail/forget", mail_settings.forget, OWNER, POST, asks_again=True),
        Rule("/practice/overview", overview.show, STAFF),
        Rule("/practice/overview.csv", overview.table, STAFF, asks_again=True),
        Rule("/practice/erasure", erasure.index, OWNER),
        Rule("/practice/erasure/settings", erasure.settings, OWNER, POST, asks_again=True),
        Rule("/practice/erasure/due", erasure.due, OWNER, POST, asks_again=True),
        Rule("/practice/erasure/<uuid:erasure_id>", erasure.receipt, OWNER, record="erasure"),
        Rule(
            "/practice/erasure/<uuid:erasure_id>/receipt.txt", erasure.receipt_text, OWNER, record="erasure"
        ),
        Rule(
            "/practice/erasure/<uuid:erasure_id>/kept.zip",
            erasure.kept_record,
            OWNER,
            POST,
            "erasure",
            asks_again=True,
        ),
        Rule("/clients/<uuid:client_id>/erasure", erasure.erase, OWNER, FORM, "client", asks_again=True),
        Rule("/clients/<uuid:client_id>/erasure/call-back", erasure.call_back, STAFF, POST, "client"),
        Rule("/clients/<uuid:client_id>/erasure/decline", erasure.decline, OWNER, POST, "client"),
        Rule("/practice/take-out", taking_out.show, OWNER),
        Rule("/practice/everything.zip", taking_out.everything, OWNER, POST, asks_again=True),
        Rule("/practice/consents", consents.wording, OWNER, FORM),
        Rule("/practice/backups", backups.show, OWNER),
        Rule("/practice/trail", trail.index, OWNER),
        Rule("/practice/backups/keys", backups.make_key, OWNER, POST, asks_again=True),
        Rule("/practice/backups/keys/retire", backups.retire_key, OWNER, POST, asks_again=True),
        Rule("/news/seen", news.seen, STAFF, POST),
        Rule("/whose-clients", whose.choose, STAFF, POST),
        Rule("/practice/people", people.index, STAFF),
        Rule("/practice/people/invite", people.invite, OWNER, FORM, asks_again=True),
        Rule(
            "/practice/people/invitations/<uuid:staff_invitation_id>/send-again",
            people.send_again,
            OWNER,
            POST,
            "staff_invitation",
            asks_again=True,
        ),
        Rule(
            "/practice/people/invitations/<uuid:staff_invitation_id>/revoke",
            people.revoke,
            OWNER,
            POST,
            "staff_invitation",
        ),
        Rule(
            "/practice/people/<uuid:user_id>/role",
            people.role,
            OWNER,
            FORM,
            "user",
            asks_again=True,
        ),
        Rule(
            "/practice/people/<uuid:gone_id>/open",
            people.open_again,
            OWNER,
            FORM,
            "user",
            asks_again=True,
        ),
        Rule(
            "/practice/people/<uuid:user_id>/close",
            people.close,
            OWNER,
            FORM,
            "user",
            asks_again=True,
        ),
        Rule(
            "/practice/people/<uuid:user_id>/second-step",
            second_step.reset,
            OWNER,
            FORM,
            "user",
            asks_again=True,
        ),
        Rule("/practice/people/<uuid:user_id>/devices", people.devices, OWNER, record="user"),
        Rule(
            "/practice/people/<uuid:user_id>/devices/end",
            people.end_device,
            OWNER,
            POST,
            "user",
            asks_again=True,
        ),
        Rule("/practice/second-step", second_step.require, OWNER, POST, asks_again=True),
        Rule("/your-account/second-step", second_step.show, STAFF),
        Rule("/your-account/second-step/app/new", second_step.begin_app, STAFF, POST, asks_again=True),
        Rule("/your-account/second-step/app", second_step.app, STAFF, FORM, asks_again=True),
        Rule(
            "/your-account/second-step/passkey/new",
            second_step.passkey_options,
            STAFF,
            POST,
            asks_again=True,
        ),
        Rule("/your-account/second-step/passkey", second_step.add_passkey, STAFF, POST, asks_again=True),
        Rule(
            "/your-account/second-step/passkey/forget",
            second_step.remove_passkey,
            STAFF,
            POST,
            asks_again=True,
        ),
        Rule("/your-account/second-step/codes", second_step.codes, STAFF, POST, asks_again=True),
        Rule("/your-account/second-step/off", second_step.remove, STAFF, FORM, asks_again=True),
        Rule("/your-account", account.show, STAFF, FORM),
        Rule("/your-account/calendar", staff_calendar.show, STAFF),
        Rule("/your-account/calendar/new", staff_calendar.make, STAFF, POST),
        Rule("/your-account/calendar/end", staff_calendar.revoke, STAFF, POST),
        Rule("/your-account/devices", account.devices, STAFF),
        Rule("/your-account/devices/end", account.end_device, STAFF, POST),
        Rule("/your-account/morning-mail", account.notice, STAFF, POST),
        # clients
        Rule("/warning-signs", client_warnings.show, CLIENT, FORM),
        Rule("/warning-signs/taken-back", client_warnings.taken_back, CLIENT, FORM),
        Rule("/account", client_account.show, CLIENT, FORM),
        Rule("/account/erasure", client_erasure.ask, CLIENT, FORM, asks_again=True),
        Rule("/account/record.zip", own_record.take, CLIENT, POST, asks_again=True),
        Rule("/my/appointments", client_appointments.index, CLIENT),
        Rule(
            "/my/appointments/<uuid:appointment_id>.ics",
            client_appointments.file,
            CLIENT,
            record="appointment",
        ),
        Rule("/account/calendar", client_calendar.show, CLIENT),
        Rule("/account/calendar/new", client_calendar.make, CLIENT, POST),
        Rule("/account/calendar/end", client_calendar.revoke, CLIENT, POST),
        Rule("/account/consents", client_consents.show, CLIENT),
        Rule("/account/consents/<any(record, mail):choice>/withdraw", client_consents.withdraw, CLIENT, POST),
        Rule("/account/consents/<any(record, mail):choice>/give", client_consents.give, CLIENT, POST),
        Rule("/account/devices", client_account.devices, CLIENT),
        Rule("/account/devices/end", client_account.end_device, CLIENT, POST),
        Rule("/account/check-in-mail", client_mail.show, CLIENT),
        Rule("/account/check-in-mail/<any(on, off):choice>", client_mail.change, CLIENT, POST),
        Rule("/account/messages/<any(on, off):choice>", client_mail.change_messages, CLIENT, POST),
        Rule("/my", today.index, CLIENT),
        Rule("/my/log", today.log, CLIENT, FORM),
        Rule("/my/log/answer", client_pain.answer, CLIENT),
        Rule("/my/morning", client_pain.morning, CLIENT, FORM),
        Rule("/my/program", program.show, CLIENT),
        Rule("/my/handout.pdf", client_handout.show, CLIENT),
        Rule("/my/media/<uuid:media_id>", client_media.show, CLIENT, record="media"),
        Rule("/my/documents/<uuid:document_id>", client_documents.file, CLIENT, record="own document"),
        Rule("/my/program/<int:position>", program.move, CLIENT, record="own program"),
        Rule("/my/new-version/<uuid:version_offer_id>", new_version.show, CLIENT, record="own new version"),
        Rule(
            "/my/new-version/<uuid:version_offer_id>/<any(take, keep):choice>",
            new_version.answer,
            CLIENT,
            POST,
            "own new version",
        ),
        Rule("/my/groups", client_groups.index, CLIENT),
        Rule("/my/history", history.index, CLIENT),
        Rule("/my/questions", client_questions.index, CLIENT),
        Rule("/my/questions/<uuid:request_id>/<int:number>", client_questions.ask, CLIENT, FORM, "questions"),
    )
    return rules if settings.production else (*rules, *_dev_rules())


def _dev_rules() -> tuple[Rule, ...]:
    from clinic.web.dev import mail, pages

    return (
        Rule("/dev/components", pages.components, DEV),
        # in development alone, and there for the owner: each view has a door of its own
        Rule("/dev/mail", mail.index, DEV),
        Rule("/dev/mail/<key>", mail.show, DEV),
        Rule("/dev/mail/<key>/html", mail.html, DEV),
    )


def init_web(app: Flask, settings: Settings) -> None:
    """What is noted of a request, then security, templates, errors and the rules."""
    requests.init_requests(app, settings)
    if settings.env != "test":
        app.before_request(watchman.of(app).begin)
    security.init_security(app, settings)
    assets.init_assets(app)
    packing.init_packing(app)
    filters.init_filters(app)
    errors.init_errors(app)
    limits.init_limits(app, settings)
    authz.init_authz(app, url_map(settings))
