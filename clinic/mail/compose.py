"""What each mail says: one small function a mail, three templates each under templates/mail.

No mail names a condition, a question or an answer; mail is read on shared screens and by scanners.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple, TypedDict, Unpack

from css_inline import CSSInliner
from jinja2 import Environment, StrictUndefined, Template, select_autoescape

from clinic.domain.dates import day_in_words as _day
from clinic.domain.types import MailKind
from clinic.domain.words import say
from clinic.languages import ENGLISH, language
from clinic.languages.jinja import Spoken
from clinic.mail.form_letters import Encoded, LetterForm, blank
from clinic.reading import ReadAtStart, sources


@dataclass(frozen=True, slots=True)
class MailContent:
    """The words of a mail, ready for a MailMessage."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands at the top and foot of every mail of a practice."""

    practice: str
    phone: str | None = None
    emergency_number: str | None = None
    language: str = ENGLISH  # of the mail; a code of clinic/languages


def checkin(
    head: Letterhead, *, first_name: str, link: str, until: date, stop_link: str, why_link: str | None = None
) -> MailContent:
    """Ask a client how it is going; `until` is a day where the client lives.

    `why_link` leads to the page on which whoever has gone quiet says why, in one press.
    """
    return _mail(
        MailKind.CHECKIN,
        head,
        first_name=first_name,
        link=link,
        until=_day(until),
        stop_link=stop_link,
        why_link=why_link,
    )


def checkin_reminder(
    head: Letterhead, *, first_name: str, link: str, until: date, stop_link: str, why_link: str | None = None
) -> MailContent:
    """Ask once more, in few words; `until` is the same day as before."""
    return _mail(
        MailKind.REMINDER,
        head,
        first_name=first_name,
        link=link,
        until=_day(until),
        stop_link=stop_link,
        why_link=why_link,
    )


@dataclass(frozen=True, slots=True)
class EncodedContent:
    """The same as a MailContent, ready for the wire."""

    subject: str
    text: Encoded
    html: Encoded


def checkin_encoded(
    head: Letterhead, *, first_name: str, link: str, until: date, stop_link: str, why_link: str | None = None
) -> EncodedContent:
    """The mail of `checkin` from a form: what a worker sends by the thousand."""
    subject, text, html = _checkin_form(head, until, asks_why=why_link is not None)
    values = {"first_name": first_name, "link": link, "stop_link": stop_link, "why_link": why_link or ""}
    return EncodedContent(subject, text.filled(values), html.filled(values))


@lru_cache(maxsize=64)
def _checkin_form(head: Letterhead, until: date, *, asks_why: bool) -> tuple[str, LetterForm, LetterForm]:
    names = ("first_name", "link", "stop_link", *(["why_link"] if asks_why else ()))
    blanks = {name: blank(name) for name in names}
    content = checkin(head, until=until, **blanks)
    return content.subject, LetterForm(content.text, html=False), LetterForm(content.html, html=True)


def invitation(
    head: Letterhead, *, first_name: str, practitioner: str, link: str, until: date
) -> MailContent:
    """Ask a new client to choose a password; `until` is a day where the client lives."""
    return _mail(
        MailKind.INVITATION,
        head,
        first_name=first_name,
        practitioner=practitioner,
        link=link,
        until=_day(until),
    )


def questionnaire(
    head: Letterhead, *, first_name: str, link: str, until: date, stop_link: str
) -> MailContent:
    """Ask a client to answer some questions; which ones is said on the page alone."""
    return _mail(
        MailKind.QUESTIONNAIRE,
        head,
        first_name=first_name,
        link=link,
        until=_day(until),
        stop_link=stop_link,
    )


def staff_invitation(head: Letterhead, *, inviter: str, link: str, until: date) -> MailContent:
    """Offer somebody an account to work with; who they are here, is said on the page alone."""
    return _mail(MailKind.STAFF_INVITATION, head, inviter=inviter, link=link, until=_day(until))


def program_changed(head: Letterhead, *, first_name: str, link: str, stop_link: str) -> MailContent:
    """Tell a client that their program is another one now; how, is said on the page alone."""
    return _mail(MailKind.PROGRAM_CHANGED, head, first_name=first_name, link=link, stop_link=stop_link)


def program_offered(head: Letterhead, *, first_name: str, link: str, stop_link: str) -> MailContent:
    """Tell a client that a newer version of their program is there to look at; nothing has changed yet."""
    return _mail(MailKind.PROGRAM_OFFERED, head, first_name=first_name, link=link, stop_link=stop_link)


def message_waits(
    head: Letterhead, *, first_name: str, link: str, stop_link: str, may_reply: bool
) -> MailContent:
    """Tell a client that somebody of the practice wrote to them; what, is said on the page alone."""
    words = {"first_name": first_name, "link": link, "stop_link": stop_link}
    return _mail(MailKind.MESSAGE_WAITS, head, **words, may_reply=may_reply)


def practice_reminder(head: Letterhead, *, first_name: str, link: str, stop_link: str) -> MailContent:
    """Remind a client who wishes it of their page; what is to be done there, is said on the page alone."""
    return _mail(MailKind.PRACTICE_REMINDER, head, first_name=first_name, link=link, stop_link=stop_link)


def course_place(
    head: Letterhead, *, first_name: str, link: str, until: date, is_client: bool, is_member: bool
) -> MailContent:
    """Ask whoever reads an address whether they asked for a place in a course; which one, is not told."""
    words = {"first_name": first_name, "link": link, "until": _day(until)}
    return _mail(MailKind.COURSE_PLACE, head, **words, is_client=is_client, is_member=is_member)


def course_welcome(
    head: Letterhead, *, first_name: str, begins: date, weeks: str, link: str, stop_link: str
) -> MailContent:
    """Welcome somebody to a course; what it is about, is said on the page alone."""
    words = {"first_name": first_name, "begins": _day(begins), "weeks": weeks}
    return _mail(MailKind.COURSE_WELCOME, head, **words, link=link, stop_link=stop_link)


def group_message(
    head: Letterhead, *, first_name: str, leader: str, link: str, stop_link: str
) -> MailContent:
    """Say that there is a message to a whole group; it stands on the page alone."""
    words = {"first_name": first_name, "leader": leader, "link": link, "stop_link": stop_link}
    return _mail(MailKind.GROUP_MESSAGE, head, **words)


class Meeting(TypedDict):
    """What a mail tells of an appointment; `when` is by its reader's clock, `where` may be empty."""

    first_name: str
    when: str
    lasts: str
    who: str
    where: str
    link: str


def appointment(head: Letterhead, *, news: str, **meeting: Unpack[Meeting]) -> MailContent:
    """Tell one of two who meet that an appointment stands, is changed or is called off."""
    return _mail(MailKind.APPOINTMENT, head, news=news, **meeting)


def appointment_reminder(head: Letterhead, **meeting: Unpack[Meeting]) -> MailContent:
    """Remind one of two who meet."""
    return _mail(MailKind.APPOINTMENT_REMINDER, head, **meeting)


def booking_answer(head: Letterhead, *, first_name: str, link: str) -> MailContent:
    """Tell a client that the practice has answered their wish for a session; how, is said on the page."""
    return _mail(MailKind.BOOKING_ANSWER, head, first_name=first_name, link=link)


def booking_wish(head: Letterhead, *, first_name: str, link: str) -> MailContent:
    """Call a practitioner to a client who asks for a session: neither name nor reason here."""
    return _mail(MailKind.BOOKING_WISH, head, first_name=first_name, link=link)


def password_reset(head: Letterhead, *, first_name: str, link: str, minutes: int) -> MailContent:
    """Offer a new password to somebody who asked for one."""
    return _mail(MailKind.PASSWORD_RESET, head, first_name=first_name, link=link, minutes=minutes)


def address_proof(head: Letterhead, *, first_name: str, link: str, days: int) -> MailContent:
    """Ask whoever reads an address whether it is theirs to come in with."""
    return _mail(MailKind.ADDRESS_PROOF, head, first_name=first_name, link=link, days=days)


def address_notice(head: Letterhead, *, first_name: str) -> MailContent:
    """Tell an address that another one is to take its place; which one, is not told here."""
    return _mail(MailKind.ADDRESS_NOTICE, head, first_name=first_name)


def second_step_reset(head: Letterhead, *, first_name: str, link: str) -> MailContent:
    """Tell somebody of the practice that their sign-in has no second step any more."""
    return _mail(MailKind.SECOND_STEP_RESET, head, first_name=first_name, link=link)


def warning_sign_alert(head: Letterhead, *, first_name: str, link: str) -> MailContent:
    """Call a practitioner to the page that says the rest: no client, no sign, no answer here."""
    return _mail(MailKind.WARNING_SIGN_ALERT, head, first_name=first_name, link=link)


def screen_alert(head: Letterhead, *, first_name: str, link: str) -> MailContent:
    """Call a practitioner to answers that ask for somebody the same day: no name, no question, no answer."""
    return _mail(MailKind.SCREEN_ALERT, head, first_name=first_name, link=link)


def reply_notice(head: Letterhead, *, first_name: str, link: str) -> MailContent:
    """Call a practitioner to a mail that a client wrote: neither name nor words of it here."""
    return _mail(MailKind.REPLY, head, first_name=first_name, link=link)


def practice_notice(head: Letterhead, *, first_name: str, lines: Sequence[str], link: str) -> MailContent:
    """A morning's news for a practitioner, in counts: no client, no sign, no answer here."""
    return _mail(MailKind.PRACTICE_NOTICE, head, first_name=first_name, lines=lines, link=link)


def test_mail(head: Letterhead, *, first_name: str, link: str) -> MailContent:
    """Show a practitioner that mail from this installation arrives."""
    return _mail(MailKind.TEST_MAIL, head, first_name=first_name, link=link)


test_mail.__test__ = False  # type: ignore[attr-defined]  # the name begins like a test; it is none


def worker_silent(head: Letterhead, *, first_name: str, since: str, link: str) -> MailContent:
    """Tell an owner that nobody sends mail; `since` is a moment in words, "" where nobody ever has."""
    return _mail("worker_silent", head, first_name=first_name, since=since, link=link)


def worker_well_again(head: Letterhead, *, first_name: str, link: str) -> MailContent:
    """Tell an owner that mail is sent again."""
    return _mail("worker_well_again", head, first_name=first_name, link=link)


def preview(content: MailContent, code: str = ENGLISH) -> MailContent:
    """The same mail, marked in its subject in a language, for a practitioner who wants to see it first."""
    marked = say("Preview: %(subject)s", subject=content.subject)
    return replace(content, subject=language(code).spoken(marked))


class _Templates(NamedTuple):
    subject: Template
    text: Template
    html: Template


def _mail(name: str, head: Letterhead, **context: object) -> MailContent:
    templates = _templates(name, head.language)
    context["head"] = head
    subject = templates.subject.render(context).strip()
    context["subject"] = subject
    return MailContent(subject, templates.text.render(context), templates.html.render(context))


@cache
def _templates(name: str, code: str) -> _Templates:
    environment = _environment(code)
    return _Templates(
        environment.get_template(f"mail/{name}/subject.txt"),
        environment.get_template(f"mail/{name}/body.txt"),
        environment.get_template(f"mail/{name}/body.html"),
    )


@cache
def _environment(code: str) -> Spoken:
    english = Spoken(
        loader=_InliningLoader(),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    return english if code == ENGLISH else english.in_language(language(code))


class _InliningLoader(ReadAtStart):
    """Puts the style sheet into style attributes once, when a template is loaded, not once a mail."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, up_to_date = super().get_source(environment, template)
        if template.endswith(".html"):
            source = _inlined(source, sources()["mail/style.css"])
        return source, filename, up_to_date


def _inlined(source: str, css: str) -> str:
    inliner = CSSInliner(extra_css=css, load_remote_stylesheets=False)
    if source.lstrip().lower().startswith("<!doctype"):
        return inliner.inline(source)
    return inliner.inline_fragment(source, css)
