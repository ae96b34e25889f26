"""The audit trail in words: each action a sentence, an icon, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic.domain.attention import AttentionKind
from clinic.domain.dates import DAY_NAMES
from clinic.domain.dates import day_in_words as day
from clinic.domain.tapering import Step
from clinic.domain.types import MailKind
from clinic.models import AuditEvent
from clinic.web.filters import local_date, moment
from clinic.web.presenters.clients import FIELD_WORDS, value_words
from clinic.web.presenters.programs import FIELD_WORDS as DOSE_WORDS

SHORT = 160  # characters of a long text; the record itself holds the rest


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind of action is told."""

    title: str
    icon: str = "circle"
    tone: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the timeline, as its component takes it."""

    title: str
    icon: str
    tone: str | None
    when: str
    iso: str
    by: str
    text: str | None


ACTIONS: Mapping[str, Words] = {
    "client.created": Words("Client added", "user-plus"),
    "client.corrected": Words("Record changed", "pencil"),
    "client.archived": Words("Client archived", "archive"),
    "client.restored": Words("Client restored", "undo-2"),
    "client.looked_after": Words("Looked after", "check"),
    "client.viewed_as": Words("Pages viewed as the client", "eye"),
    "invitation.sent": Words("Invited by mail", "mail"),
    "invitation.resent": Words("Invited by mail again", "mail"),
    "invitation.handed": Words("Invitation link handed over", "qr-code"),
    "invitation.revoked": Words("Invitation taken back", "ban"),
    "invitation.accepted": Words("Invitation accepted", "circle-check"),
    "program.assigned": Words("Program assigned", "footprints"),
    "program.started": Words("Program started", "play"),
    "program.dose_corrected": Words("Dose changed", "pencil"),
    "program.checkin_changed": Words("Check-in times changed", "calendar"),
    "tapering.offered": Words("Fewer check-ins offered", "calendar-check"),
    "tapering.put_off": Words("Fewer check-ins put off", "calendar"),
    "program.paused": Words("Program paused", "pause"),
    "program.resumed": Words("Program resumed", "play"),
    "program.ended": Words("Program ended", "square"),
    "program.restarted": Words("Program started again", "refresh-cw"),
    "practice.logged": Words("Practice logged", "check"),
    "practice.corrected": Words("Practice log corrected", "pencil"),
    "assessment.begun": Words("Assessment begun", "ruler"),
    "assessment.saved": Words("Assessment saved", "ruler"),
    "assessment.dated": Words("Date of the assessment changed", "ruler"),
    "assessment.signed": Words("Assessment signed", "clipboard-check"),
    "assessment.amended": Words("Assessment amended", "pencil"),
    "assessment.discarded": Words("Assessment draft discarded", "trash-2"),
    "report.downloaded": Words("Taken out as a file", "download"),
    "checkin.sent": Words("Check-in sent", "send"),
    "checkin.skipped": Words("Check-in not sent", "minus"),
    "checkin.by_hand": Words("Check-in asked for by hand", "send"),
    "checkin.in_doubt": Words("Check-in may not have arrived", "circle-question-mark", "attention"),
    "checkin.reminded": Words("Reminder of a check-in sent", "bell"),
    "checkin.expired": Words("Check-in not answered", "clock"),
    "checkin.answered": Words("Check-in answered", "message-circle"),
    "checkin.corrected": Words("Check-in answer corrected", "pencil"),
    "checkin.failed": Words("Check-in could not be sent", "mail-x", "attention"),
    "checkin.handled": Words("Check-in dealt with", "check"),
    "checkin.previewed": Words("Check-in mail previewed", "eye"),
    "questionnaire.sent": Words("Questionnaires asked", "clipboard-list"),
    "questionnaire.resent": Words("Questionnaires asked by mail again", "mail"),
    "questionnaire.handed": Words("Tablet handed over for questionnaires", "clipboard-list"),
    "questionnaire.answered": Words("Questionnaire answered", "clipboard-check"),
    "questionnaire.corrected": Words("Questionnaire corrected", "pencil"),
    "questionnaire.expired": Words("Questionnaires not answered in time", "circle"),
    "questionnaire.revoked": Words("Questionnaires taken back", "ban"),
    "flag.raised": Words("Warning sign reported", "shield-alert", "emergency"),
    "flag.cleared": Words("Warning sign cleared", "circle-check"),
    "mail.unsubscribed": Words("Unsubscribed from mail", "mail-x", "attention"),
    "mail.resubscribed": Words("Subscribed to mail again", "mail-check"),
    "mail.resent": Words("Mail sent again", "refresh-cw"),
    "mail.failed": Words("Mail could not be sent", "mail-x", "attention"),
    "mail.kept_back": Words("Mail not sent", "mail-x", "attention"),
    "mail.bounced": Words("Mail came back", "mail-x", "attention"),
    "mail.address_works": Words("Address said to work", "mail-check"),
}

# Details that have words of their own; what is not here is for machines and is left out.
SAID = {
    "kind": "{}",
    "to": "To {}",
    "program": "{}",
    "name": "{}",
    "names": "{}",
    "how": "{}",
    "step": "{}",
    "move": "{}",
    "on": "From {}",
    "day": "For {}",
    "reason": "Reason: {}",
    "note": "Note: {}",
    "outcome": "{}",
    "pain": "Pain {}",
    "days_practised": "Days practised: {}",
    "mistake": "Mistake: {}",
    "contact_wanted": "Would like to be contacted",
    "because": "{}",
}
LOOKED_AFTER: Mapping[AttentionKind, str] = {
    AttentionKind.WARNING_SIGN: "Warning sign",
    AttentionKind.SCREEN_POSITIVE: "PHQ-2 screen was positive",
    AttentionKind.PAIN_UP: "Pain up",
    AttentionKind.CONTACT_WANTED: "Wanted to be contacted",
    AttentionKind.NOT_ANSWERED: "Check-ins were not answered",
    AttentionKind.BOUNCED: "Mail did not arrive",
    AttentionKind.PRACTICE_DROPPED: "Practice was down",
    AttentionKind.NOT_PRACTISED: "No practice was reported",
    AttentionKind.NEVER_SIGNED_IN: "Invited, not signed in",
    AttentionKind.ENDING: "Program was about to end",
}
STEPS: Mapping[Step, str] = {
    Step.TWO_WEEKLY: "Every 2 weeks",
    Step.MONTHLY: "Every 4 weeks",
    Step.GRADUATE: "To graduate",
}
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
    MailKind.PASSWORD_RESET: "New password",
    MailKind.WARNING_SIGN_ALERT: "Warning sign alert",
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
    "whole_record": "The whole record",
    "clinic": "In the practice",
    "mail": "By mail",
    "pages": "On the client’s own pages",
    "checkins": "Check-in mails",
    "messages": "Questionnaires by mail",
    **{kind.value: words for kind, words in LOOKED_AFTER.items()},
    **{step.value: words for step, words in STEPS.items()},
    "done": "Done",
    "partly": "Partly",
    "not_done": "Not done",
    "not_sure": "not sure",
    "True": "yes",
    "False": "no",
}


def told(event: AuditEvent, zone: str) -> Told:
    """An event as a line, its time where the practice is."""
    words = ACTIONS.get(event.action) or _unknown(event.action)
    return Told(
        title=words.title,
        icon=words.icon,
        tone=words.tone,
        when=moment(event.happened_at, zone),
        iso=event.happened_at.isoformat(timespec="seconds"),  # HTML knows no microseconds
        by=event.actor_name,
        text=_text(_worth_saying(event, zone)) or None,
    )


def _worth_saying(event: AuditEvent, zone: str) -> Mapping[str, Any]:
    """The details, without the day if it is the event's own, and without a name that is told already."""
    details = dict(event.details)
    if details.get("day") == local_date(event.happened_at, zone).isoformat():
        del details["day"]
    if details.get("name") == details.get("program"):
        details.pop("name", None)
    return details


def _unknown(action: str) -> Words:
    """A word that nobody has put into the table yet: better plain than missing."""
    return Words(action.replace(".", " ").replace("_", " ").capitalize())


def _text(details: Mapping[str, Any]) -> str:
    given = [name for name in SAID if _is_said(details.get(name))]
    said = [SAID[name].format(_value(name, details[name])) for name in given]
    changed = details.get("changed")
    if isinstance(changed, Mapping):
        said += [_change(name, pair) for name, pair in changed.items()]
    elif "before" in details:
        said.append(_before(details["before"], details.get("after")))
    return ". ".join(part for part in said if part)


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
    return ". ".join(_change(name, [before.get(name), after[name]]) for name in names)


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
    if name in {"on", "day"}:
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
