"""The audit trail in words: each action a sentence, an icon, and what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic.domain.attention import AttentionKind
from clinic.domain.dates import DAY_NAMES, count, week_start
from clinic.domain.dates import day_in_words as day
from clinic.domain.pain_rule import CEILING
from clinic.domain.reason_acts import ReasonAct
from clinic.domain.tapering import TaperingStep
from clinic.domain.types import LogObstacle, MailKind
from clinic.domain.words import say
from clinic.services.clients.timeline import OF_LOGS, LoggedWords, TimelineEvent
from clinic.web.filters import local_date, moment
from clinic.web.presenters.clients import FIELD_WORDS, value_words
from clinic.web.presenters.programs import FIELD_WORDS as DOSE_WORDS
from clinic.web.presenters.programs import STOPS

SHORT = 160  # characters of a long text; the record itself holds the rest


@dataclass(frozen=True, slots=True)
class ActionWords:
    """How one kind of action is told."""

    title: str
    icon: str = "circle"
    tone: str | None = None


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line of the timeline, as its component takes it."""

    title: str
    icon: str
    tone: str | None
    when: str
    iso: str
    by: str
    text: str | None
    is_routine: bool = False
    is_log: bool = False
    week: date = date.min  # its Monday, where the practice is


@dataclass(frozen=True, slots=True)
class TimelineFold:
    """Routine lines of one week, one press below."""

    summary: str
    lines: tuple[TimelineLine, ...]


ACTIONS: Mapping[str, ActionWords] = {
    "backup_key.made": ActionWords("Backup key made", "lock"),
    "backup_key.retired": ActionWords("Backup key retired", "lock"),
    "client.created": ActionWords("Client added", "user-plus"),
    "client.corrected": ActionWords("Record changed", "pencil"),
    "client.handed_over": ActionWords("Handed over to a colleague", "users"),
    "client.archived": ActionWords("Client archived", "archive"),
    "client.restored": ActionWords("Client restored", "undo-2"),
    "erasure.wished": ActionWords("Erasure asked for by the client", "mail-open"),
    "erasure.begun": ActionWords("To be erased", "trash-2", "attention"),
    "erasure.called_back": ActionWords("Erasure called back", "undo-2"),
    "erasure.declined": ActionWords("Erasure declined", "ban"),
    "erasure.done": ActionWords("A client was erased", "trash-2"),
    "audit.words_forgotten": ActionWords("The trail forgot an erased client", "trash-2"),
    "kept_record.taken_out": ActionWords("Kept record of an erased client taken out", "download"),
    "kept_record.erased": ActionWords("Kept record erased: its time was over", "trash-2"),
    "client.looked_after": ActionWords("Looked after", "check"),
    "thread.assigned": ActionWords("Somebody was told to answer", "users"),
    "wait.needless": ActionWords("Message that needs no answer", "check"),
    "wait.goes_on": ActionWords("Waits for an answer again", "undo-2"),
    "group.made": ActionWords("Group made", "users"),
    "group.corrected": ActionWords("Group changed", "pencil"),
    "group.joined": ActionWords("Put in a group", "users"),
    "group.left": ActionWords("Taken out of a group", "users"),
    "move.picture_shown": ActionWords("Picture or video of a move", "upload"),
    "move.picture_removed": ActionWords("Picture or video of a move removed", "trash-2"),
    "course.made": ActionWords("Course made", "calendar"),
    "course.corrected": ActionWords("Course changed", "pencil"),
    "course.opened": ActionWords("Course opened", "play"),
    "course.began": ActionWords("Course began", "play"),
    "course.ended": ActionWords("Course ended", "square"),
    "course.called_off": ActionWords("Course called off", "ban"),
    "course.link_made": ActionWords("Link to join a course made", "qr-code"),
    "course.link_ended": ActionWords("Link to join a course turned off", "ban"),
    "course.asked": ActionWords("Asked for a place in a course", "user-plus"),
    "course.confirmed": ActionWords("Address confirmed for a place in a course", "mail-check"),
    "course.accepted": ActionWords("Given a place in a course", "circle-check"),
    "course.refused": ActionWords("Given no place in a course", "ban"),
    "group.message_written": ActionWords("Message to a group written", "mail"),
    "group.message_taken_back": ActionWords("Message to a group taken back", "undo-2"),
    "reason.snoozed": ActionWords("Put off", "clock"),
    "reason.handed": ActionWords("Handed to a colleague", "users"),
    "reason.undone": ActionWords("Taken back", "undo-2"),
    "client.viewed_as": ActionWords("Pages viewed as the client", "eye"),
    "appointment.made": ActionWords("Appointment made", "calendar"),
    "appointment.moved": ActionWords("Appointment changed", "calendar"),
    "appointment.called_off": ActionWords("Appointment called off", "ban"),
    "appointment.held": ActionWords("Appointment held", "calendar"),
    "appointment.missed": ActionWords("Appointment missed", "ban"),
    "booking.asked": ActionWords("Asked for a session", "calendar"),
    "booking.offered": ActionWords("Times for a session offered", "calendar"),
    "booking.taken": ActionWords("Took a time for a session", "calendar"),
    "booking.withdrawn": ActionWords("No longer asks for a session", "undo-2"),
    "booking.declined": ActionWords("Answered without a time for a session", "ban"),
    "booking.hours_set": ActionWords("Hours for sessions set", "calendar"),
    "appointment.brought_back": ActionWords("Appointment brought back", "undo-2"),
    "goal.set": ActionWords("Goal written down", "flag"),
    "goal.reached": ActionWords("Goal reached", "circle-check"),
    "goal.open": ActionWords("Goal not reached after all", "undo-2"),
    "goal.remove": ActionWords("Goal removed", "trash-2"),
    "goal.put_back": ActionWords("Goal put back", "undo-2"),
    "findings.shared": ActionWords("Findings shared with the client changed", "eye"),
    "message.told": ActionWords("Told the client by message", "message-circle"),
    "progress_report.signed": ActionWords("Report of progress signed", "clipboard-check"),
    "progress_report.given": ActionWords("Report of progress given to the client", "send"),
    "progress_report.withdrawn": ActionWords("Report of progress withdrawn", "ban"),
    "calendar.made": ActionWords("Address for a calendar made", "calendar"),
    "calendar.revoked": ActionWords("Address for a calendar ended", "ban"),
    "address.change_begun": ActionWords("Address to sign in with is to change", "mail"),
    "address.proved": ActionWords("Address to sign in with proved by a mailed link", "mail-check"),
    "colleague.invited": ActionWords("Colleague invited by mail", "mail"),
    "colleague.invited_again": ActionWords("Colleague invited by mail, once more", "mail"),
    "colleague.link_handed": ActionWords("Link for a colleague made", "qr-code"),
    "colleague.invitation_revoked": ActionWords("Invitation of a colleague taken back", "ban"),
    "colleague.joined": ActionWords("Invitation of a colleague accepted", "circle-check"),
    "account.role_changed": ActionWords("Role changed", "users"),
    "account.closed": ActionWords("Account closed", "ban"),
    "account.opened": ActionWords("Account opened again", "undo-2"),
    "invitation.sent": ActionWords("Invitation by mail", "mail"),
    "invitation.resent": ActionWords("Invitation by mail, once more", "mail"),
    "invitation.handed": ActionWords("Invitation link handed over", "qr-code"),
    "invitation.revoked": ActionWords("Invitation taken back", "ban"),
    "invitation.accepted": ActionWords("Invitation accepted", "circle-check"),
    "program.assigned": ActionWords("Program assigned", "footprints"),
    "program.started": ActionWords("Program started", "play"),
    "program.dose_corrected": ActionWords("Dose changed", "pencil"),
    "program.harder_allowed": ActionWords("Harder ways of the moves allowed", "trending-up"),
    "program.harder_not_allowed": ActionWords("Harder ways of the moves no longer allowed", "minus"),
    "program.phase_passed": ActionWords("Gone on to the next phase", "footprints"),
    "program.phase_taken_back": ActionWords("Next phase taken back", "undo-2"),
    "program.version_offered": ActionWords("New version of the program offered", "refresh-cw"),
    "program.version_withdrawn": ActionWords("Offer of a new version withdrawn", "undo-2"),
    "program.version_taken": ActionWords("New version of the program taken over", "circle-check"),
    "program.version_kept": ActionWords("New version not taken: goes on as it is", "minus"),
    "program.moved": ActionWords("Days of the program moved", "calendar"),
    "program.checkin_changed": ActionWords("Check-in times changed", "calendar"),
    "tapering.offered": ActionWords("Fewer check-ins offered", "calendar-check"),
    "tapering.put_off": ActionWords("Fewer check-ins put off", "calendar"),
    "program.paused": ActionWords("Program paused", "pause"),
    "program.pause_planned": ActionWords("Pause of the program planned", "pause"),
    "program.pause_called_off": ActionWords("Pause of the program called off", "play"),
    "program.resumed": ActionWords("Program resumed", "play"),
    "program.ended": ActionWords("Program ended", "square"),
    "program.taken_back": ActionWords("Program taken back, as if never assigned", "undo-2"),
    "program.restarted": ActionWords("Program started again", "refresh-cw"),
    "session.own_device": ActionWords("Moves are kept on their own device", "download"),
    "session.shared_device": ActionWords("Moves are no longer kept on the device", "ban"),
    "practice.logged": ActionWords("Practice logged", "check"),
    "practice.corrected": ActionWords("Practice log corrected", "pencil"),
    "pain.settled": ActionWords("Pain had settled the next morning", "check"),
    "pain.still_up": ActionWords("Pain was still up the next morning", "triangle-alert", "attention"),
    "practice.easier": ActionWords("An easier way taken for the day", "check"),
    "practice.stopped": ActionWords("Said why they stopped", "square", "attention"),
    "recheck.passed": ActionWords("Form re-check: it was right", "circle-check"),
    "recheck.failed": ActionWords("Form re-check: not right yet", "circle-alert", "attention"),
    "assessment.begun": ActionWords("Assessment begun", "ruler"),
    "assessment.saved": ActionWords("Assessment saved", "ruler"),
    "assessment.dated": ActionWords("Date of the assessment changed", "ruler"),
    "assessment.signed": ActionWords("Assessment signed", "clipboard-check"),
    "assessment.amended": ActionWords("Assessment amended", "pencil"),
    "note.handed_over": ActionWords("Draft of a visit note handed over to a colleague", "users"),
    "assessment.handed_over": ActionWords("Draft of an assessment handed over to a colleague", "users"),
    "assessment.discarded": ActionWords("Assessment draft discarded", "trash-2"),
    "clinician.added": ActionWords("Other clinician added", "user-plus"),
    "clinician.corrected": ActionWords("Other clinician changed", "pencil"),
    "clinician.removed": ActionWords("Other clinician removed", "trash-2"),
    "clinician.brought_back": ActionWords("Other clinician brought back", "undo-2"),
    "practice.logo_shown": ActionWords("Logo of the practice changed", "pencil"),
    "practice.logo_removed": ActionWords("Logo of the practice removed", "trash-2"),
    "message.written": ActionWords("Message from the client", "mail"),
    "message.answered": ActionWords("Message to the client", "mail"),
    "message.answered_by_phone": ActionWords("Answered by phone", "phone"),
    "message.taken_back": ActionWords("Message taken back", "undo-2"),
    "staff_time.noted": ActionWords("Time spent noted", "clock"),
    "staff_time.corrected": ActionWords("Time spent changed", "pencil"),
    "staff_time.removed": ActionWords("Time spent removed", "trash-2"),
    "staff_time.brought_back": ActionWords("Time spent brought back", "undo-2"),
    "staff_time.taken_out": ActionWords("Time spent by client taken out as a table", "download"),
    "own_answer.written": ActionWords("Answer written", "pencil"),
    "own_answer.taken": ActionWords("Shipped answer taken over", "plus"),
    "own_answer.changed": ActionWords("Answer changed", "pencil"),
    "own_answer.signed": ActionWords("Answer signed", "clipboard-check"),
    "own_answer.removed": ActionWords("Answer removed", "trash-2"),
    "own_answer.brought_back": ActionWords("Answer brought back", "undo-2"),
    "own_answer.words_asked": ActionWords(
        "Asked whether their words may be used in an answer", "message-circle"
    ),
    "own_answer.words_agreed": ActionWords("Agreed that their words are used in an answer", "circle-check"),
    "own_answer.words_declined": ActionWords("Declined that their words are used in an answer", "ban"),
    "own_answer.helped": ActionWords("Said that an answer helped", "circle-check"),
    "note.begun": ActionWords("Note begun", "pencil"),
    "note.saved": ActionWords("Note saved", "pencil"),
    "note.signed": ActionWords("Note signed", "clipboard-check"),
    "note.amended": ActionWords("Note amended", "pencil"),
    "note.discarded": ActionWords("Draft of a note discarded", "trash-2"),
    "clients.taken_out": ActionWords("List of clients taken out as a file", "download"),
    "practice.taken_out": ActionWords("Everything of the practice taken out as files", "download"),
    "consent.given": ActionWords("Consent given", "circle-check"),
    "consent.withdrawn": ActionWords("Consent withdrawn", "ban", "attention"),
    "consent_text.signed": ActionWords("Words that clients agree to signed off", "pencil"),
    "document.added": ActionWords("Document added", "file-text"),
    "document.corrected": ActionWords("What stands beside a document changed", "pencil"),
    "document.shared": ActionWords("Document shared with the client", "file-text"),
    "document.withheld": ActionWords("Document no longer shared with the client", "file-text"),
    "document.removed": ActionWords("Document removed", "trash-2"),
    "document.put_back": ActionWords("Document put back", "undo-2"),
    "report.downloaded": ActionWords("Taken out as a file", "download"),
    "checkin.sent": ActionWords("Check-in sent", "send"),
    "checkin.kept": ActionWords("Check-in kept here, not sent", "minus", "attention"),
    "checkin.skipped": ActionWords("Check-in not sent", "minus"),
    "checkin.by_hand": ActionWords("Check-in asked for by hand", "send"),
    "checkin.taken_back": ActionWords("Check-in called back before it went out", "undo-2"),
    "checkin.in_doubt": ActionWords("Check-in may not have arrived", "circle-question-mark", "attention"),
    "checkin.reminded": ActionWords("Reminder of a check-in sent", "bell"),
    "checkin.expired": ActionWords("Check-in not answered", "clock"),
    "checkin.answered": ActionWords("Check-in answered", "message-circle"),
    "checkin.corrected": ActionWords("Check-in answer corrected", "pencil"),
    "checkin.failed": ActionWords("Check-in could not be sent", "mail-x", "attention"),
    "checkin.handled": ActionWords("Check-in dealt with", "check"),
    "checkin.previewed": ActionWords("Check-in mail previewed", "eye"),
    "questionnaire.sent": ActionWords("Questionnaires asked", "clipboard-list"),
    "questionnaire.resent": ActionWords("Questionnaires by mail, once more", "mail"),
    "questionnaire.handed": ActionWords("Tablet handed over for questionnaires", "clipboard-list"),
    "questionnaire.answered": ActionWords("Questionnaire answered", "clipboard-check"),
    "questionnaire.corrected": ActionWords("Questionnaire corrected", "pencil"),
    "questionnaire.expired": ActionWords("Questionnaires not answered in time", "circle"),
    "questionnaire.revoked": ActionWords("Questionnaires taken back", "ban"),
    "flag.raised": ActionWords("Warning sign reported", "shield-alert", "emergency"),
    "flag.taken_back": ActionWords("Warning sign said to be ticked by mistake", "undo-2", "attention"),
    "flag.cleared": ActionWords("Warning sign cleared", "circle-check"),
    "practice_reminder.wished": ActionWords("Reminder to practise wished for", "clock"),
    "mail.unsubscribed": ActionWords("Unsubscribed from mail", "mail-x", "attention"),
    "mail.resubscribed": ActionWords("Subscribed to mail again", "mail-check"),
    "mail.arrived": ActionWords("Mail said to have arrived", "check"),
    "mail.doubted": ActionWords("Mail in doubt again", "undo-2"),
    "mail.resent": ActionWords("Mail tried again", "refresh-cw"),
    "mail.failed": ActionWords("Mail could not be sent", "mail-x", "attention"),
    "mail.kept": ActionWords("Mail kept here, not sent", "mail-x", "attention"),
    "mail.kept_back": ActionWords("Mail not sent", "mail-x", "attention"),
    "mail.bounced": ActionWords("Mail came back", "mail-x", "attention"),
    "mail.returning": ActionWords("Mail comes back week after week", "mail-x", "attention"),
    "mail.replied": ActionWords("Wrote back by mail", "mail", "attention"),
    "mail.reply_thrown_away": ActionWords("Mail of the client thrown away", "trash-2"),
    "mail.reply_brought_back": ActionWords("Mail of the client brought back", "undo-2"),
    "mail.reply_read": ActionWords("Mail of the client read", "mail-check"),
    "mail.address_works": ActionWords("Address said to work", "mail-check"),
}

# Details that have words of their own; what is not here is for machines and is left out.
SAID = {
    "kind": "{}",
    "to": "To {}",
    "program": "{}",
    "name": "{}",
    "names": "{}",
    "how": "{}",
    "sort": "{}",
    "step": "{}",
    "move": "{}",
    "on": "From {}",
    "until": "Until {}",
    "stop": "{}",
    "day": "For {}",
    "reason": "Reason: {}",
    "note": "Note: {}",
    "told": "For the client: because {}",
    "outcome": "{}",
    "pain": "Pain {}",
    "days_practised": "Days practised: {}",
    "mistake": "Mistake: {}",
    "contact_wanted": "Would like to be contacted",
    "because": "{}",
    "colleague": "To {}",
    "was": "{}",
    "obstacle": "{}",
    "counted": "{}",
    "said": "“{}”",
}
LOOKED_AFTER: Mapping[AttentionKind, str] = {
    AttentionKind.WARNING_SIGN: "Warning sign",
    AttentionKind.SCREEN_POSITIVE: "PHQ-2 screen was positive",
    AttentionKind.LOG_PAIN: "High pain in the log",
    AttentionKind.ANSWER_PAIN: "High pain in a check-in",
    AttentionKind.LOG_HURTS: "Left out practice, some or all, because it hurt",
    AttentionKind.STILL_UP: "Pain still up the morning after",
    AttentionKind.PAIN_UP: "Pain up",
    AttentionKind.LOG_RISING: "Pain in the log was rising",
    AttentionKind.LOG_NOTE: "Wrote in the log",
    AttentionKind.ANSWER_NOTE: "Wrote in a check-in",
    AttentionKind.ACTIVITIES: "Named what is hard to do",
    AttentionKind.CONTACT_WANTED: "Wanted to be contacted",
    AttentionKind.ANSWER_LATE: "Waited for an answer longer than promised",
    AttentionKind.CONSENT_WITHDRAWN: "Withdrew consent to the record",
    AttentionKind.NOT_ANSWERED: "Check-ins were not answered",
    AttentionKind.BOUNCED: "Mail did not arrive",
    AttentionKind.PRACTICE_DROPPED: "Practice was down",
    AttentionKind.NOT_PRACTISED: "No practice was reported",
    AttentionKind.NEVER_SIGNED_IN: "Invited, not signed in",
    AttentionKind.ENDING: "Program was about to end",
    AttentionKind.RETEST_DUE: "Re-test was due",
    AttentionKind.ASSESSMENT_DUE: "Assessment was due",
}
STEPS: Mapping[TaperingStep, str] = {
    TaperingStep.TWO_WEEKLY: "Every 2 weeks",
    TaperingStep.MONTHLY: "Every 4 weeks",
    TaperingStep.GRADUATE: "To graduate",
}
ACTS: Mapping[ReasonAct, str] = {
    ReasonAct.SNOOZED: "Was put off",
    ReasonAct.HANDED: "Was handed to a colleague",
}
OBSTACLES: Mapping[LogObstacle, str] = {
    LogObstacle.HURTS: say("It hurts"),
    LogObstacle.NO_TIME: say("No time"),
    LogObstacle.FORGOT: say("Forgot"),
    LogObstacle.NOT_SURE_HOW: say("Not sure how"),
    LogObstacle.OTHER: say("Another reason"),
}
# What happens every day and asks for nobody: folded by week.
MAILS_SENT = frozenset({"checkin.sent", "checkin.reminded"})
RHYTHM_WORDS = {
    "weekday": "Day",
    "at": "Time",
    "every_weeks": "Weeks from one to the next",
    "days_after_start": "Days after the first day",
}
MAILS: Mapping[MailKind, str] = {
    MailKind.CHECKIN: "Check-in",
    MailKind.REMINDER: "Check-in reminder",
    MailKind.QUESTIONNAIRE: "Questions by mail",
    MailKind.INVITATION: "Invitation",
    MailKind.STAFF_INVITATION: "Invitation of a colleague",
    MailKind.PROGRAM_CHANGED: "Word of a changed program",
    MailKind.PROGRAM_OFFERED: "Word of a new version of the program",
    MailKind.COURSE_PLACE: "Link that asks for a place in a course",
    MailKind.COURSE_WELCOME: "Welcome to a course",
    MailKind.GROUP_MESSAGE: "Word of a message to a group",
    MailKind.APPOINTMENT: "Word of an appointment",
    MailKind.APPOINTMENT_REMINDER: "Reminder of an appointment",
    MailKind.BOOKING_ANSWER: "Word of an answer about a session",
    MailKind.BOOKING_WISH: "Call to a client who asks for a session",
    MailKind.MESSAGE_WAITS: "Word of a message",
    MailKind.PRACTICE_REMINDER: "Reminder to practise",
    MailKind.PASSWORD_RESET: "New password",
    MailKind.ADDRESS_PROOF: "Link that proves an address",
    MailKind.ADDRESS_NOTICE: "Word of another address",
    MailKind.SECOND_STEP_RESET: "Second step taken off",
    MailKind.WARNING_SIGN_ALERT: "Warning sign alert",
    MailKind.SCREEN_ALERT: "Call to answers of the same day",
    MailKind.REPLY: "A mail to read",
    MailKind.PRACTICE_NOTICE: "News of the practice",
    MailKind.CHECKIN_PREVIEW: "Check-in to look at",
    MailKind.TEST_MAIL: "Test mail",
}
VALUES = {
    **{kind.value: words for kind, words in MAILS.items()},
    "address_corrected": "The address was corrected",
    "archived": "The client was archived",
    "assessment_report": "Assessment report",
    "client_page": "Page for the client",
    "handout": "Handout",
    "findings_csv": "Findings as a table",
    "fhir_bundle": "Findings as FHIR",
    "progress_report": "A report of progress",
    "whole_record": "The whole record",
    "own_record": "The client’s own record",
    "document": "A document",
    "to_record": "To the record",
    "to_mail": "To mail",
    "paper": "On paper",
    "in_person": "In person",
    "page": "By the client, on a page",
    "imported": "From a file",
    "letter": "Letter",
    "scan": "Scan",
    "imaging_report": "Imaging report",
    "consent_form": "Consent form",
    "clinic": "In the practice",
    "mail": "By mail",
    "pages": "On the client’s own pages",
    "checkins": "Check-in mails",
    "messages": "Questionnaires by mail",
    **{kind.value: words for kind, words in LOOKED_AFTER.items()},
    **{step.value: words for step, words in STEPS.items()},
    **{act.value: words for act, words in ACTS.items()},
    **{why.value: words for why, words in OBSTACLES.items()},
    **{stop.value: words for stop, words in STOPS.items()},
    "done": "Done",
    "partly": "Partly",
    "not_done": "Not done",
    "not_sure": "not sure",
    "True": "yes",
    "False": "no",
}


def told(
    event: TimelineEvent, zone: str, logged: LoggedWords | None = None, ceiling: int = CEILING
) -> TimelineLine:
    """An event as a line, its time where the practice is, with what the log says of it now.

    A pain from the client's ceiling on, "it hurts" and words are not routine.
    """
    words = ACTIONS.get(event.action) or _unknown(event.action)
    details = {**_worth_saying(event, zone), **(_of_log(logged) if logged else {})}
    asks = logged is not None and _asks(logged, ceiling)
    on = local_date(event.happened_at, zone)
    return TimelineLine(
        title=words.title,
        icon=words.icon,
        tone="attention" if asks else words.tone,
        when=moment(event.happened_at, zone),
        iso=event.happened_at.isoformat(timespec="seconds"),  # HTML knows no microseconds
        by=event.actor_name,
        text=_text(details) or None,
        is_routine=event.action in MAILS_SENT or (event.action in OF_LOGS and not asks),
        week=week_start(on),
        is_log=event.action in OF_LOGS,
    )


def folded(lines: Sequence[TimelineLine]) -> list[TimelineLine | TimelineFold]:
    """The same lines, with the routine ones of a week folded at the place of their newest."""
    weeks: dict[date, list[TimelineLine]] = {}
    for line in lines:
        if line.is_routine:
            weeks.setdefault(line.week, []).append(line)
    shown: list[TimelineLine | TimelineFold] = []
    for line in lines:
        routine = weeks.get(line.week, [])
        if not line.is_routine or len(routine) == 1:
            shown.append(line)
        elif line is routine[0]:
            shown.append(TimelineFold(_summary(routine), tuple(routine)))
    return shown


def _summary(lines: Sequence[TimelineLine]) -> str:
    """What a fold holds: "Week of Mon 23 Nov: 4 practice logs, 1 mail"."""
    logs = sum(line.is_log for line in lines)
    parts = [count(logs, "practice log")] * bool(logs)
    mails = len(lines) - logs
    parts += [count(mails, "mail")] * bool(mails)
    return f"Week of {day(lines[0].week)}: {', '.join(parts)}"


def _asks(logged: LoggedWords, ceiling: int) -> bool:
    is_high = logged.pain is not None and logged.pain >= ceiling
    return is_high or logged.obstacle is LogObstacle.HURTS or bool(logged.note)


def _of_log(logged: LoggedWords) -> dict[str, Any]:
    return {
        "pain": logged.pain,
        "mistake": logged.mistake.value if logged.mistake else None,
        "obstacle": logged.obstacle.value if logged.obstacle else None,
        "counted": one_after_another(logged.counted),
        "said": logged.note,
    }


def _worth_saying(event: TimelineEvent, zone: str) -> Mapping[str, Any]:
    """The details, without the day if it is the event's own, and without a name that is told already."""
    details = dict(event.details)
    if details.get("day") == local_date(event.happened_at, zone).isoformat():
        del details["day"]
    if details.get("name") == details.get("program"):
        details.pop("name", None)
    return details


def _unknown(action: str) -> ActionWords:
    """A word that nobody has put into the table yet: better plain than missing."""
    return ActionWords(action.replace(".", " ").replace("_", " ").capitalize())


def _text(details: Mapping[str, Any]) -> str:
    given = [name for name in SAID if _is_said(details.get(name))]
    said = [SAID[name].format(_value(name, details[name])) for name in given]
    changed = details.get("changed")
    if isinstance(changed, Mapping):
        said += [_change(name, pair) for name, pair in changed.items()]
    elif "before" in details:
        said.append(_before(details["before"], details.get("after")))
    return one_after_another(filter(None, said))


def one_after_another(said: Iterable[str]) -> str:
    """As sentences; what somebody wrote may have its own end."""
    *first, last = [*said] or [""]
    return "".join(f"{part} " if part[-1] in ".?!" else f"{part}. " for part in first) + last


def _is_said(value: Any) -> bool:
    return value is not None and value is not False and value != ""


def _change(name: str, pair: Any) -> str:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
    return f"{_label(name)}: {_short(name, before)} → {_short(name, after)}"


def _before(before: Any, after: Any) -> str:
    if after is None:
        return f"Before: {_value('', before)}"
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return f"{_value('', before)} → {_value('', after)}"
    names = [name for name in after if before.get(name) != after[name]]
    return one_after_another(_change(name, [before.get(name), after[name]]) for name in names)


def _short(name: str, value: Any) -> str:
    words = value_words(name, value) if name in FIELD_WORDS else _value(name, value)
    return words if len(words) <= SHORT else f"{words[:SHORT].rstrip()} …"


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, Mapping):
        return ", ".join(f"{_label(key).lower()} {_value(key, each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(_value(name, each) for each in value)
    if name in {"on", "until", "day", "first_day", "last_day"}:
        return _day(str(value))
    if name == "weekday":
        return DAY_NAMES[int(value)]
    return VALUES.get(str(value), str(value))


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def _label(name: str) -> str:
    plain = DOSE_WORDS.get(name, name).replace("_", " ")
    return FIELD_WORDS.get(name) or RHYTHM_WORDS.get(name) or plain[:1].upper() + plain[1:]
