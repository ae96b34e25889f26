"""A button that was pressed when its session had ended: what was not done, and what the button says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clinic.domain.reason_acts import ReasonAct
from clinic.domain.words import say

# By endpoint, for those buttons whose form has no page of its own: what the button does.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "practitioner.attention.done": say("Mark as done"),
        "practitioner.viewing.begin": say("See the client’s pages as they do"),
        "practitioner.viewing.end": say("Back to the record"),
        "client.appointments.withdraw": say("No longer ask for a session"),
        "client.appointments.take": say("Take the time"),
        "practitioner.appointments.bring_back": say("Bring the appointment back"),
        "practitioner.calendar.make": say("Make an address for my calendar"),
        "practitioner.calendar.revoke": say("End the address for my calendar"),
        "client.calendar.make": say("Make an address for my calendar"),
        "client.calendar.revoke": say("End the address for my calendar"),
        "practitioner.attention.undo": say("Undo what was done"),
        "practitioner.inbox.needless": say("Say that no answer is needed"),
        "practitioner.inbox.back": say("Bring it back into the inbox"),
        "practitioner.replies.read": say("Mark the mail as read"),
        "practitioner.addresses.works": say("Say that this address works"),
        "practitioner.invitations.send": say("Send the invitation"),
        "practitioner.invitations.hand_over": say("Make a link to hand over"),
        "practitioner.invitations.revoke": say("Take the invitation back"),
        "practitioner.whose.choose": say("Show my clients, or all"),
        "practitioner.people.send_again": say("Send the invitation again"),
        "practitioner.people.revoke": say("Take the invitation back"),
        "practitioner.bulk_acts.choose": say("Look at what will happen to many"),
        "practitioner.bulk_acts.undo": say("Undo what was done for many"),
        "practitioner.imports.undo": say("Take the imported list back"),
        "practitioner.imports.invite": say("Invite all who came with the list"),
        "practitioner.courses.open_it": say("Open the course"),
        "practitioner.courses.link": say("Change the link to join by"),
        "practitioner.courses.decide": say("Decide who gets a place"),
        "practitioner.group_messages.take_back": say("Take the message back"),
        "practitioner.groups.put_in": say("Put the client in the group"),
        "practitioner.groups.take_out": say("Take the client out of the group"),
        "practitioner.programs.harder": say("Allow harder ways, or none"),
        "practitioner.programs.extend": say("Move the last day"),
        "practitioner.program_phases.pass_on": say("Go on to the next phase"),
        "practitioner.program_phases.take_back": say("Go back to the phase before"),
        "practitioner.version_offers.withdraw": say("Withdraw the offer"),
        "practitioner.version_offers.withdraw_all": say("Withdraw the offers that nobody has answered"),
        "practitioner.logo.remove": say("Remove the logo"),
        "practitioner.logo.put_back": say("Put the logo back"),
        "practitioner.messages.take_back": say("Take the message back"),
        "practitioner.messages.read": say("Mark the messages as read"),
        "client.messages.read": say("Mark the messages as read"),
        "practitioner.replies.throw_away": say("Throw the mail away"),
        "practitioner.replies.bring_back": say("Bring the mail back"),
        "practitioner.replies.take_in": say("Put the mail into the messages"),
        "practitioner.progress_reports.give": say("Give the report to the client"),
        "practitioner.progress_reports.withdraw": say("Withdraw the report"),
        "client.progress.goal": say("Change your goal"),
        "practitioner.staff_time.remove": say("Remove the noted time"),
        "practitioner.staff_time.bring_back": say("Bring the noted time back"),
        "practitioner.staff_time.table": say("Take out the time spent, by client"),
        "practitioner.clinicians.remove": say("Remove the clinician"),
        "practitioner.clinicians.bring_back": say("Bring the clinician back"),
        "practitioner.notes.begin": say("Begin a note"),
        "practitioner.retests.again": say("Begin the re-test"),
        "practitioner.retests.program": say("Begin the re-test"),
        "practitioner.erasure.settings": say("Save what the practice says of erasing"),
        "practitioner.erasure.due": say("Erase those who are ticked"),
        "practitioner.erasure.kept_record": say("Take out what the law keeps"),
        "practitioner.erasure.call_back": say("Call the erasure back"),
        "practitioner.erasure.decline": say("Decline to erase the record"),
        "practitioner.taking_out.clients": say("Take out the list of clients"),
        "practitioner.taking_out.everything": say("Take out everything of the practice"),
        "client.own_record.take": say("Save your record"),
        "practitioner.reports.record": say("Make the file of the whole record"),
        "practitioner.questionnaires.hand_over": say("Hand this device over"),
        "practitioner.questionnaires.resend": say("Send the questions again"),
        "practitioner.questionnaires.revoke": say("Take the questions back"),
        "practitioner.assigning.favour": say("Change my favourites"),
        "practitioner.routines.begin_draft": say("Begin a new version"),
        "practitioner.own_routines.bring_back": say("Bring the routine back"),
        "practitioner.moves.sign": say("Take the words as our own"),
        "practitioner.moves.bring_back": say("Bring the move back"),
        "practitioner.own_answers.sign": say("Put my name under the answer"),
        "practitioner.own_answers.remove": say("Remove the answer"),
        "practitioner.own_answers.bring_back": say("Bring the answer back"),
        "practitioner.own_answers.take": say("Take the answer over"),
        "client.own_answers.lend": say("Say whether my words may be used"),
        "client.own_answers.helped": say("Say that the answer helped"),
        "practitioner.moves.take": say("Take the move into the library"),
        "client.consents.withdraw": say("Withdraw my consent"),
        "client.consents.give": say("Agree again"),
        "practitioner.documents.remove": say("Remove the document"),
        "practitioner.documents.put_back": say("Put the document back"),
        "practitioner.move_pictures.remove": say("Remove the picture"),
        "practitioner.move_pictures.put_back": say("Put the picture back"),
        "practitioner.checkins.send_now": say("Send a check-in now"),
        "practitioner.checkins.preview_send": say("Mail me the preview"),
        "practitioner.checkins.resend": say("Send the mail again"),
        "practitioner.checkins.settle_doubts": say("Settle the mails in doubt"),
        "practitioner.tapering.decide": say("Decide about fewer check-ins"),
        "practitioner.mail_settings.test": say("Send me a test mail"),
        "practitioner.mail_settings.forget": say("Forget the mail server"),
        "practitioner.backups.make_key": say("Make a backup key and show its sheet"),
        "practitioner.backups.retire_key": say("Retire a backup key"),
        "practitioner.news.seen": say("I have seen this"),
        "practitioner.account.notice": say("Change my morning mail"),
        "practitioner.second_step.begin_app": say("Set up an app for the second step"),
        "practitioner.second_step.passkey_options": say("Set up a passkey"),
        "practitioner.second_step.add_passkey": say("Set up a passkey"),
        "practitioner.second_step.remove_passkey": say("Forget the passkey"),
        "practitioner.second_step.codes": say("Make new recovery codes"),
        "practitioner.account.end_device": say("Sign out there"),
        "practitioner.people.end_device": say("Sign out there"),
        "client.account.end_device": say("Sign out there"),
        "practitioner.second_step.require": say("Change who needs a second step"),
        "client.new_version.answer": say("Answer about the newer version as I chose"),
        "client.pain.easier": say("Do the move in the easier way today"),
        "client.own_device.change": say("Change whether this device keeps my moves"),
        "client.own_device.log": say("Send the log that my device kept"),
        "client.mail.change": say("Change my check-in mails"),
        "client.reminders.stop": say("Stop my reminders"),
        "client.mail.change_messages": say("Change my mails with questions"),
    }
)
REASON_WORDS: Mapping[str, str] = MappingProxyType(
    {ReasonAct.SNOOZED.value: say("Snooze"), ReasonAct.HANDED.value: say("Hand over")}
)


@dataclass(frozen=True, slots=True)
class OnceMore:
    """What was pressed, in the words of its button, and whom it is about, where that is known."""

    act: str
    whose: str


def once_more(endpoint: str, fields: Mapping[str, str], whose: str) -> OnceMore:
    """What was not done yet."""
    act = WORDS.get(endpoint, say("Do it now"))
    if endpoint == "practitioner.attention.done":
        act = (
            REASON_WORDS[ReasonAct.SNOOZED]
            if fields.get("until")
            else REASON_WORDS.get(fields.get("act", ""), act)
        )
    return OnceMore(act, whose)
