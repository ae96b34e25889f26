"""What each mail says, whole: a changed word is a changed test."""

from __future__ import annotations

import inspect
import quopri
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import jinja2
import pytest

from clinic.domain.types import MailKind
from clinic.mail import compose
from clinic.mail.compose import Letterhead, MailContent
from clinic.reading import TEMPLATES

HEAD = Letterhead("Harbour Street Practice", "020 7946 0018", "112")
LINK = "https://clinic.example/c/k7Pq"
STOP = "https://clinic.example/stop/eyJ0.a-b?x=1&y=2"

CHECKIN = compose.checkin(HEAD, first_name="Anna", link=LINK, until=date(2026, 12, 8), stop_link=STOP)
REMINDER = compose.checkin_reminder(
    HEAD, first_name="Anna", link=LINK, until=date(2026, 12, 8), stop_link=STOP
)
WHY = f"{LINK}/why"
CHECKIN_WHY, REMINDER_WHY = (
    write(HEAD, first_name="Anna", link=LINK, until=date(2026, 12, 8), stop_link=STOP, why_link=WHY)
    for write in (compose.checkin, compose.checkin_reminder)
)
INVITATION = compose.invitation(
    HEAD, first_name="Anna", practitioner="Mira Lund", link=LINK, until=date(2026, 12, 8)
)
STAFF_INVITATION = compose.staff_invitation(HEAD, inviter="Mira Lund", link=LINK, until=date(2026, 12, 8))
RESET = compose.password_reset(HEAD, first_name="Anna", link=LINK, minutes=30)
ALERT = compose.warning_sign_alert(HEAD, first_name="Mira", link=LINK)
NEWS = compose.practice_notice(
    HEAD,
    first_name="Mira",
    lines=("1 client would like to hear from you.", "2 addresses do not take mail."),
    link=LINK,
)
SCREEN = compose.screen_alert(HEAD, first_name="Mira", link=LINK)
REPLY = compose.reply_notice(HEAD, first_name="Mira", link=LINK)
QUESTIONS = compose.questionnaire(HEAD, first_name="Anna", link=LINK, until=date(2026, 12, 8), stop_link=STOP)
CHANGED = compose.program_changed(HEAD, first_name="Anna", link=LINK, stop_link=STOP)
OFFERED = compose.program_offered(HEAD, first_name="Anna", link=LINK, stop_link=STOP)
TEST = compose.test_mail(HEAD, first_name="Mira", link=LINK)
SILENT = compose.worker_silent(HEAD, first_name="Mira", since="Mon 7 Dec, 09:05", link=LINK)
RUNS_AGAIN = compose.worker_well_again(HEAD, first_name="Mira", link=LINK)
PROOF = compose.address_proof(HEAD, first_name="Anna", link=LINK, days=7)
NOTICE = compose.address_notice(HEAD, first_name="Anna")
PLACE = compose.course_place(
    HEAD, first_name="Anna", link=LINK, until=date(2026, 12, 8), is_client=False, is_member=False
)
WELCOME = compose.course_welcome(
    HEAD, first_name="Anna", begins=date(2026, 12, 7), weeks="8 weeks", link=LINK, stop_link=STOP
)
WAITS = compose.message_waits(HEAD, first_name="Anna", link=LINK, stop_link=STOP, may_reply=True)
REMINDED = compose.practice_reminder(HEAD, first_name="Anna", link=LINK, stop_link=STOP)
TO_GROUP = compose.group_message(HEAD, first_name="Anna", leader="Robin Vale", link=LINK, stop_link=STOP)
MEETING: compose.Meeting = {
    "first_name": "Anna",
    "when": "Tue 1 Dec 2026, 14:30",
    "lasts": "45 minutes",
    "who": "with Robin Vale",
    "where": "Room 2",
    "link": LINK,
}
SETTLED = compose.appointment(HEAD, news="stands", **MEETING)
MOVED = compose.appointment(HEAD, news="changed", **MEETING)
CALLED_OFF = compose.appointment(HEAD, news="called_off", **MEETING)
SOON = compose.appointment_reminder(HEAD, **MEETING)
ANSWERED = compose.booking_answer(HEAD, first_name="Anna", link=LINK)
ASKED = compose.booking_wish(HEAD, first_name="Mira", link=LINK)
SECOND_STEP = compose.second_step_reset(HEAD, first_name="Mira", link=LINK)
ALL = pytest.mark.parametrize(
    "mail",
    [
        CHECKIN,
        CHECKIN_WHY,
        REMINDER,
        REMINDER_WHY,
        INVITATION,
        RESET,
        ALERT,
        SCREEN,
        PLACE,
        WELCOME,
        *(SETTLED, MOVED, CALLED_OFF, SOON, ANSWERED, ASKED),
        TO_GROUP,
        WAITS,
        REMINDED,
        REPLY,
        NEWS,
        TEST,
        CHANGED,
        OFFERED,
        SILENT,
        RUNS_AGAIN,
        SECOND_STEP,
        STAFF_INVITATION,
    ],
    ids=lambda mail: mail.subject,
)

FOOT = """
--\x20
Harbour Street Practice, phone 020 7946 0018
In an emergency call 112. Nobody watches replies to this mail around the clock.
"""


def test_a_reminder_to_practise() -> None:
    assert REMINDED.subject == "Your reminder for today"
    assert REMINDED.text == (
        """Hello Anna,

You asked us to remind you. Your page is ready when you are.

Open my page:
https://clinic.example/c/k7Pq

Done already, or not today? Tap that on your page, and we say no more today.
As it becomes a habit, you hear from us less and less.
"""
        + FOOT
        + f"Stop these reminders: {STOP}\n"
    )


def test_the_invitation_of_a_colleague() -> None:
    assert STAFF_INVITATION.subject == "Work with Harbour Street Practice in Regroove"
    assert STAFF_INVITATION.text == (
        """Hello,

Mira Lund invites you to work with Harbour Street Practice in Regroove.
Choose your name and a password, and you are in.

Accept the invitation:
https://clinic.example/c/k7Pq

The link works once, until Tue 8 Dec.
If you did not expect this mail, you need do nothing.
"""
        + FOOT
    )


def test_the_mails_about_a_silent_worker() -> None:
    assert SILENT.subject == "Regroove sends no mail just now"
    assert SILENT.text == (
        """Hello Mira,

The part of Regroove that sends mail has been silent since Mon 7 Dec, 09:05.
Nothing is lost: check-ins and other mail wait until it runs again.
A check-in that is more than a day late is skipped.

Please ask whoever looks after your installation to start the worker.
You will hear from us once it runs again.

What is waiting:
https://clinic.example/c/k7Pq
"""
        + FOOT
    )
    assert RUNS_AGAIN.subject == "Regroove sends mail again"
    never = compose.worker_silent(HEAD, first_name="Mira", since="", link=LINK)
    assert "sends mail has never been seen." in never.text


def test_the_checkin_mail() -> None:
    assert CHECKIN.subject == "Time for your check-in"
    assert CHECKIN.text == (
        """Hello Anna,

It is time for your check-in with Harbour Street Practice.
There are a few short questions, and two minutes are enough. We read every answer.

Open your check-in:
https://clinic.example/c/k7Pq

The page is yours alone, so please do not pass this mail on.
It is open until Tue 8 Dec.
"""
        + FOOT
        + "Stop these check-in mails: https://clinic.example/stop/eyJ0.a-b?x=1&y=2\n"
    )


def test_the_reminder() -> None:
    assert REMINDER.subject == "A reminder of your check-in"
    assert REMINDER.text == (
        """Hello Anna,

A few days ago Harbour Street Practice sent you a check-in. We have not had your answer yet.
In case it did not reach you, or the moment was not right, here it is once more.
Two minutes are enough, and this is the only reminder.

Open your check-in:
https://clinic.example/c/k7Pq

The page is yours alone, so please do not pass this mail on.
It is open until Tue 8 Dec.
"""
        + FOOT
        + "Stop these check-in mails: https://clinic.example/stop/eyJ0.a-b?x=1&y=2\n"
    )


def test_a_checkin_in_a_silence_asks_why_in_one_line() -> None:
    for mail, usual in ((CHECKIN_WHY, CHECKIN), (REMINDER_WHY, REMINDER)):
        added = "Have you stopped for now? Tell us why, in one press:\n" + WHY + "\n\n"
        assert mail.text.replace(added, "") == usual.text
        assert mail.text.count(added) == 1
        assert f'href="{WHY}"' in mail.html
        assert mail.subject == usual.subject


@pytest.mark.parametrize("why", [{}, {"why_link": f"{LINK}/why"}])
@pytest.mark.parametrize("name", ["Anna", "Zoë", "<b>&amp;", "{{ head }}", "=3D", "x" * 76, "x" * 120, ""])
def test_the_form_of_a_checkin_reads_like_the_mail_itself(name: str, why: dict[str, str]) -> None:
    given: dict[str, Any] = {"first_name": name, "link": LINK, "stop_link": STOP * 4, **why}
    given["until"] = date(2026, 12, 8)
    form, mail = compose.checkin_encoded(HEAD, **given), compose.checkin(HEAD, **given)
    for encoded, text in ((form.text, mail.text), (form.html, mail.html)):
        assert quopri.decodestring(encoded.content).decode().replace("\r\n", "\n") == text
        assert max(map(len, encoded.content.split(b"\r\n"))) <= 76
        assert encoded.content.isascii()
    assert form.subject == mail.subject


def test_a_form_is_filled_for_each_person_anew() -> None:
    until = date(2026, 12, 8)
    for name in ("Anna", "Bela"):
        form = compose.checkin_encoded(HEAD, first_name=name, link=LINK, until=until, stop_link=STOP)
        assert f"Hello {name}," in quopri.decodestring(form.text.content).decode()


def test_the_invitation() -> None:
    assert INVITATION.subject == "Your invitation from Harbour Street Practice"
    assert INVITATION.text == (
        """Hello Anna,

Mira Lund at Harbour Street Practice has set up a page for you.
Choose a password, and it is yours.

Choose your password:
https://clinic.example/c/k7Pq

The link works once, until Tue 8 Dec.
If you did not expect this mail, you need do nothing.
"""
        + FOOT
    )


def test_the_mail_for_a_new_password() -> None:
    assert RESET.subject == "Choose a new password"
    assert RESET.text == (
        """Hello Anna,

You asked for a new password for your page at Harbour Street Practice.

Choose a new password:
https://clinic.example/c/k7Pq

The link works once, for the next 30 minutes.
If it was not you who asked, do nothing: your password stays as it is.
"""
        + FOOT
    )


def test_the_alert_names_nobody_and_nothing() -> None:
    assert ALERT.subject == "Please look now: a client needs you"
    assert ALERT.text == (
        """Hello Mira,

A client has just told us something that you should see now.
Please open the page; it says who and what.

See what it is:
https://clinic.example/c/k7Pq

You sign in first.
This mail names nobody, because mail can be read by others.
"""
        + FOOT
    )


def test_the_call_to_a_reply_names_nobody_and_says_nothing_of_it() -> None:
    assert REPLY.subject == "A client has answered by mail"
    assert REPLY.text == (
        """Hello Mira,

A client has answered one of your mails instead of opening it.
Please read what they wrote; it may be urgent.

Read it:
https://clinic.example/c/k7Pq

You sign in first.
This mail names nobody, because mail can be read by others.
"""
        + FOOT
    )


def test_answers_that_ask_for_somebody_call_without_a_word_of_them() -> None:
    assert SCREEN.subject == "A client’s answers ask for you today"
    assert SCREEN.text == (
        """Hello Mira,

A client has answered questions, and the answers ask for somebody today.
Your first page says who, and shows what was answered.

See who it is:
https://clinic.example/c/k7Pq

You sign in first.
This mail names nobody, because mail can be read by others.
"""
        + FOOT
    )


def test_the_mornings_news_are_counts_and_no_names() -> None:
    assert NEWS.subject == "News from your clients since yesterday"
    assert NEWS.text == (
        """Hello Mira,

1 client would like to hear from you.
2 addresses do not take mail.

See who:
https://clinic.example/c/k7Pq

This mail names nobody, because mail can be read by others.
You get it at most once a day, and only when there is news. You can switch it off on your account page.
"""
        + FOOT
    )


def test_the_test_mail() -> None:
    assert TEST.subject == "Mail from Harbour Street Practice arrives"
    assert TEST.text == (
        """Hello Mira,

This is the test mail you asked for.
If you can read it, mail from Harbour Street Practice arrives.

Back to the practice:
https://clinic.example/c/k7Pq
"""
        + FOOT
    )


def test_the_mail_that_asks_whose_address_it_is() -> None:
    assert PROOF.subject == "Is this your email address?"
    assert PROOF.text == (
        """\
Hello Anna,

This address is to open your page at Harbour Street Practice.

Yes, this address is mine:
https://clinic.example/c/k7Pq

The link works once, for the next 7 days. Until then this address opens nothing.
If you know nothing of this, do nothing.
"""
        + FOOT
    )


def test_the_mail_that_tells_an_address_of_another_one() -> None:
    assert NOTICE.subject == "Another email address for your page"
    assert NOTICE.text == (
        """\
Hello Anna,

Another email address is to open your page at Harbour Street Practice, in place of this one.
It counts once its owner has pressed a link that we mailed there. Until then this one works as before.

If you did not ask for this, tell the practice at once.
"""
        + FOOT
    )


def test_the_mail_about_a_second_step_that_was_taken_off() -> None:
    assert SECOND_STEP.subject == "The second step after your password was taken off"
    assert SECOND_STEP.text == (
        """\
Hello Mira,

The second step after your password at Harbour Street Practice was taken off.
All your devices are signed out.
Your password is the same. Where a second step is asked of everybody, you set it up anew next time.

Open the practice:
https://clinic.example/c/k7Pq

If you did not ask for this, tell the practice at once.
"""
        + FOOT
    )


def test_a_practice_without_numbers_yet_shows_none() -> None:
    mail = compose.password_reset(Letterhead("Harbour"), first_name="Mira", link=LINK, minutes=30)
    assert mail.text.endswith("\n-- \nHarbour\nNobody watches replies to this mail around the clock.\n")
    assert "None" not in mail.text + mail.html
    assert "emergency" not in mail.text + mail.html


def test_a_preview_is_the_same_mail_with_a_marked_subject() -> None:
    preview = compose.preview(CHECKIN)
    assert preview == MailContent("Preview: Time for your check-in", CHECKIN.text, CHECKIN.html)


class Page(HTMLParser):
    """What a reader of the HTML part sees, and where its links go."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.unstyled: list[str] = []
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("style", "title"):
            self.hidden += 1
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag in ("a", "p", "td") and "style" not in given:
            self.unstyled.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "title"):
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def sentences(text: str) -> list[str]:
    """The sentences of a plain part, without its links and its rule."""
    lines = [line for line in text.splitlines() if line not in ("", "-- ") and "https:" not in line]
    return [part for line in lines for part in re.split(r"(?<=[.,:]) ", line.rstrip(":"))]


@ALL
def test_both_parts_say_the_same(mail: MailContent) -> None:
    page = Page(mail.html)
    seen = page.text.replace(" .", ".").replace(" ,", ",")
    assert [sentence for sentence in sentences(mail.text) if sentence not in seen] == []
    assert [link for link in page.links if link not in mail.text] == []


@ALL
def test_every_mail_has_one_thing_to_press_and_is_styled_in_place(mail: MailContent) -> None:
    page = Page(mail.html)
    assert page.links[0] == LINK
    may_be_stopped = (CHECKIN, REMINDER, CHANGED, OFFERED, WELCOME, TO_GROUP, WAITS, REMINDED)
    asks_why = [WHY] if mail in (CHECKIN_WHY, REMINDER_WHY) else []
    assert page.links[1:] == [*asks_why, *([STOP] if mail in may_be_stopped or asks_why else [])]
    assert mail.html.count('class="button"') == 1
    button = re.search(r'class="button"[^>]*style="([^"]*)"', mail.html)
    assert button is not None
    assert "padding: 10px 24px" in button.group(1)
    assert "line-height: 24px" in button.group(1)  # 44 px with its padding
    assert page.unstyled == []
    assert '<html lang="en" dir="ltr">' in mail.html
    assert f"<title>{mail.subject}</title>" in mail.html
    assert "@media (prefers-color-scheme: dark)" in mail.html
    assert "{" not in re.sub(r"<style.*?</style>", "", mail.html, flags=re.DOTALL)
    assert "://" not in mail.html.replace(LINK, "").replace(STOP.replace("&", "&amp;"), "")
    assert len(mail.html) < 8_000


@ALL
def test_no_mail_speaks_of_health(mail: MailContent) -> None:
    words = (
        r"pain|back|hip|spine|score|symptom|warning|sign\b|red flag|exercise|move|program|condition|mistake"
    )
    said = (mail.subject + mail.text + Page(mail.html).text).lower()
    said = said.replace("back to the practice", "").replace("you sign in", "").replace("your program", "")
    assert re.findall(words, said) == []


def test_names_are_text_in_the_html_and_untouched_in_the_plain_part() -> None:
    name = "<b>Zoë</b> & {{ 7*7 }}"
    mail = compose.checkin(
        Letterhead("Stone & <Sons>", "0"), first_name=name, link=LINK, until=date(2026, 1, 2), stop_link=STOP
    )
    assert f"Hello {name}," in mail.text
    assert "Hello &lt;b&gt;Zoë&lt;/b&gt; &amp; {{ 7*7 }}," in mail.html
    assert "Stone &amp; &lt;Sons&gt;" in mail.html


def test_a_link_cannot_leave_its_attribute() -> None:
    mail = compose.test_mail(HEAD, first_name="M", link='https://x.example/"><script>')
    assert "<script>" not in mail.html


def test_a_missing_value_stops_the_mail() -> None:
    with pytest.raises(jinja2.UndefinedError):
        compose._mail(MailKind.CHECKIN, HEAD, first_name="Anna", link=LINK, until="Tue 8 Dec")


def test_every_kind_of_mail_has_its_three_templates_and_no_folder_is_left_over() -> None:
    kinds = {folder.name for folder in (TEMPLATES / "mail").iterdir() if folder.is_dir()}
    functions = {
        name
        for name, function in vars(compose).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and name not in ("preview", "checkin_encoded")
        and function.__module__ == compose.__name__
    }
    assert kinds == functions
    for kind in kinds:
        files = {file.name for file in (TEMPLATES / "mail" / kind).iterdir()}
        assert files == {"subject.txt", "body.txt", "body.html"}


def test_word_of_an_appointment_says_when_where_and_with_whom() -> None:
    assert (SETTLED.subject, MOVED.subject, CALLED_OFF.subject) == (
        "Your appointment, Harbour Street Practice",
        "Changed: your appointment, Harbour Street Practice",
        "Called off: your appointment, Harbour Street Practice",
    )
    words, _, _ = SETTLED.text.partition("\n-- \n")
    assert words.split("\n\n") == [
        *("Hello Anna,", "You have an appointment:"),
        "Tue 1 Dec 2026, 14:30\n45 minutes, with Robin Vale\nRoom 2",
        f"Your appointments:\n{LINK}",
        "The file with this mail is for your calendar.\n",
    ]
