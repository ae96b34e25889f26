"""A button that was pressed when its session had ended: what was not done, and what the button says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clinic.domain.reason_acts import ReasonAct

# By endpoint, for those buttons whose form has no page of its own: what the button does.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "practitioner.attention.done": "Mark as done",
        "practitioner.viewing.begin": "See the client’s pages as they do",
        "practitioner.viewing.end": "Back to the record",
        "client.appointments.withdraw": "No longer ask for a session",
        "client.appointments.take": "Take the time",
        "practitioner.appointments.bring_back": "Bring the appointment back",
        "practitioner.calendar.make": "Make an address for my calendar",
        "practitioner.calendar.revoke": "End the address for my calendar",
        "client.calendar.make": "Make an address for my calendar",
        "client.calendar.revoke": "End the address for my calendar",
        "practitioner.attention.undo": "Undo what was done",
        "practitioner.inbox.needless": "Say that no answer is needed",
        "practitioner.inbox.back": "Bring it back into the inbox",
        "practitioner.replies.read": "Mark the mail as read",
        "practitioner.addresses.works": "Say that this address works",
        "practitioner.invitations.send": "Send the invitation",
        "practitioner.invitations.hand_over": "Make a link to hand over",
        "practitioner.invitations.revoke": "Take the invitation back",
        "practitioner.whose.choose": "Show my clients, or all",
        "practitioner.people.send_again": "Send the invitation again",
        "practitioner.people.revoke": "Take the invitation back",
        "practitioner.bulk_acts.choose": "Look at what will happen to many",
        "practitioner.bulk_acts.undo": "Undo what was done for many",
        "practitioner.imports.undo": "Take the imported list back",
        "practitioner.imports.invite": "Invite all who came with the list",
        "practitioner.courses.open_it": "Open the course",
        "practitioner.courses.link": "Change the link to join by",
        "practitioner.courses.decide": "Decide who gets a place",
        "practitioner.group_messages.take_back": "Take the message back",
        "practitioner.groups.put_in": "Put the client in the group",
        "practitioner.groups.take_out": "Take the client out of the group",
        "practitioner.programs.harder": "Allow harder ways, or none",
        "practitioner.programs.extend": "Move the last day",
        "practitioner.program_phases.pass_on": "Go on to the next phase",
        "practitioner.program_phases.take_back": "Go back to the phase before",
        "practitioner.version_offers.withdraw": "Withdraw the offer",
        "practitioner.version_offers.withdraw_all": "Withdraw the offers that nobody has answered",
        "practitioner.logo.remove": "Remove the logo",
        "practitioner.logo.put_back": "Put the logo back",
        "practitioner.messages.take_back": "Take the message back",
        "practitioner.messages.read": "Mark the messages as read",
        "client.messages.read": "Mark the messages as read",
        "practitioner.replies.throw_away": "Throw the mail away",
        "practitioner.replies.bring_back": "Bring the mail back",
        "practitioner.replies.take_in": "Put the mail into the messages",
        "practitioner.progress_reports.give": "Give the report to the client",
        "practitioner.progress_reports.withdraw": "Withdraw the report",
        "client.progress.goal": "Change your goal",
        "practitioner.staff_time.remove": "Remove the noted time",
        "practitioner.staff_time.bring_back": "Bring the noted time back",
        "practitioner.staff_time.table": "Take out the time spent, by client",
        "practitioner.clinicians.remove": "Remove the clinician",
        "practitioner.clinicians.bring_back": "Bring the clinician back",
        "practitioner.notes.begin": "Begin a note",
        "practitioner.retests.again": "Begin the re-test",
        "practitioner.retests.program": "Begin the re-test",
        "practitioner.erasure.settings": "Save what the practice says of erasing",
        "practitioner.erasure.due": "Erase those who are ticked",
        "practitioner.erasure.kept_record": "Take out what the law keeps",
        "practitioner.erasure.call_back": "Call the erasure back",
        "practitioner.erasure.decline": "Decline to erase the record",
        "practitioner.taking_out.clients": "Take out the list of clients",
        "practitioner.taking_out.everything": "Take out everything of the practice",
        "client.own_record.take": "Save your record",
        "practitioner.reports.record": "Make the file of the whole record",
        "practitioner.questionnaires.hand_over": "Hand this device over",
        "practitioner.questionnaires.resend": "Send the questions again",
        "practitioner.questionnaires.revoke": "Take the questions back",
        "practitioner.assigning.favour": "Change my favourites",
        "practitioner.routines.begin_draft": "Begin a new version",
        "practitioner.own_routines.bring_back": "Bring the routine back",
        "practitioner.moves.sign": "Take the words as our own",
        "practitioner.moves.bring_back": "Bring the move back",
        "practitioner.own_answers.sign": "Put my name under the answer",
        "practitioner.own_answers.remove": "Remove the answer",
        "practitioner.own_answers.bring_back": "Bring the answer back",
        "practitioner.own_answers.take": "Take the answer over",
        "client.own_answers.lend": "Say whether my words may be used",
        "client.own_answers.helped": "Say that the answer helped",
        "practitioner.moves.take": "Take the move into the library",
        "client.consents.withdraw": "Withdraw my consent",
        "client.consents.give": "Agree again",
        "practitioner.documents.remove": "Remove the document",
        "practitioner.documents.put_back": "Put the document back",
        "practitioner.move_pictures.remove": "Remove the picture",
        "practitioner.move_pictures.put_back": "Put the picture back",
        "practitioner.checkins.send_now": "Send a check-in now",
        "practitioner.checkins.preview_send": "Mail me the preview",
        "practitioner.checkins.resend": "Send the mail again",
        "practitioner.checkins.settle_doubts": "Settle the mails in doubt",
        "practitioner.tapering.decide": "Decide about fewer check-ins",
        "practitioner.mail_settings.test": "Send me a test mail",
        "practitioner.mail_settings.forget": "Forget the mail server",
        "practitioner.backups.make_key": "Make a backup key and show its sheet",
        "practitioner.backups.retire_key": "Retire a backup key",
        "practitioner.news.seen": "I have seen this",
        "practitioner.account.notice": "Change my morning mail",
        "practitioner.second_step.begin_app": "Set up an app for the second step",
        "practitioner.second_step.passkey_options": "Set up a passkey",
        "practitioner.second_step.add_passkey": "Set up a passkey",
        "practitioner.second_step.remove_passkey": "Forget the passkey",
        "practitioner.second_step.codes": "Make new recovery codes",
        "practitioner.account.end_device": "Sign out there",
        "practitioner.people.end_device": "Sign out there",
        "client.account.end_device": "Sign out there",
        "practitioner.second_step.require": "Change who needs a second step",
        "client.new_version.answer": "Answer about the newer version as I chose",
        "client.pain.easier": "Do the move in the easier way today",
        "client.own_device.change": "Change whether this device keeps my moves",
        "client.own_device.log": "Send the log that my device kept",
        "client.mail.change": "Change my check-in mails",
        "client.reminders.stop": "Stop my reminders",
        "client.mail.change_messages": "Change my mails with questions",
    }
)
REASON_WORDS: Mapping[str, str] = MappingProxyType(
    {ReasonAct.SNOOZED.value: "Snooze", ReasonAct.HANDED.value: "Hand over"}
)


@dataclass(frozen=True, slots=True)
class OnceMore:
    """What was pressed, in the words of its button, and whom it is about, where that is known."""

    act: str
    whose: str


def once_more(endpoint: str, fields: Mapping[str, str], whose: str) -> OnceMore:
    """What was not done yet."""
    act = WORDS.get(endpoint, "Do it now")
    if endpoint == "practitioner.attention.done":
        act = "Snooze" if fields.get("until") else REASON_WORDS.get(fields.get("act", ""), act)
    return OnceMore(act, whose)
