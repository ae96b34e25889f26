from __future__ import annotations

from pathlib import Path

from clinic.mail.maildir import MaildirTransport, find_mail, newest_mails
from clinic.mail.transport import Envelope, SendVerdict
from tests.mail.test_message import MAIL

ENVELOPE = Envelope("no-reply@clinic.example", "anna@client.example", MAIL.to_bytes())


def test_a_mail_is_stored_whole_and_read_back(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "mail"
    with MaildirTransport(folder).session() as session:
        outcome = session.send(ENVELOPE, lambda: True)
    assert (outcome.verdict, outcome.code) == (SendVerdict.SENT, None)
    assert outcome.is_kept_here
    (mail,) = newest_mails(folder)
    assert mail.message["Subject"] == "Time for your check-in"
    assert mail.message["List-Unsubscribe"] is not None
    assert mail.text == MAIL.text
    assert mail.html == MAIL.html
    again = find_mail(folder, mail.key)
    assert again is not None
    assert again.message["Message-ID"] == MAIL.message_id
    assert folder.stat().st_mode & 0o077 == 0  # the mails hold working links


def test_nothing_is_stored_once_the_lease_is_lost(tmp_path: Path) -> None:
    with MaildirTransport(tmp_path / "mail").session() as session:
        assert session.send(ENVELOPE, lambda: False).verdict is SendVerdict.FENCED
    assert newest_mails(tmp_path / "mail") == []


def test_the_newest_mail_comes_first_and_a_key_is_a_name_in_the_folder_only(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    with MaildirTransport(folder).session() as session:
        keys = [session.send(ENVELOPE, lambda: True).reply.removeprefix("stored as ") for _ in range(3)]
    assert [mail.key for mail in newest_mails(folder)] == keys[::-1]
    assert [mail.key for mail in newest_mails(folder, limit=1)] == keys[-1:]
    (tmp_path / "secret").write_text("Subject: no\n\n")
    assert find_mail(folder, "../../secret") is None
    assert find_mail(tmp_path / "nowhere", keys[0]) is None


def test_a_folder_that_cannot_be_made_is_the_accounts_problem(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with MaildirTransport(tmp_path / "mail" / "deeper").session() as session:
        problem = session.open()
        assert problem is not None
        assert problem.needs_person
        assert session.send(ENVELOPE, lambda: True).verdict is SendVerdict.ACCOUNT_PROBLEM
