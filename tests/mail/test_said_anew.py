"""What a reply says, without the mail that it answers; nothing that somebody wrote is lost."""

from __future__ import annotations

import time

import pytest

from clinic.mail.said_anew import said_anew

QUOTED = "> Hello Ada,\n> there is a message for you\n"


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (
            f"Better, thank you.\n\nOn Sat, 28 Nov 2026 at 09:00, Harbour <h@x.example> wrote:\n{QUOTED}",
            "Better, thank you.",
        ),
        (
            f"Danke!\n\nAm Sa., 28. Nov. 2026 um 09:00 Uhr schrieb Harbour <h@x.example>:\n\n{QUOTED}",
            "Danke!",
        ),
        (f"Merci !\n\nLe sam. 28 nov. 2026 à 09:00, Harbour <h@x.example> a écrit :\n\n{QUOTED}", "Merci !"),
        (
            "It clicks.\n\n-----Original Message-----\nFrom: Harbour <h@x.example>\nSent: Saturday\n"
            "To: Ada\nSubject: There is a message for you\n\nHello Ada",
            "It clicks.",
        ),
        ("Two\r\n\r\nparagraphs.\r\n", "Two\n\nparagraphs."),
        ("Only words.", "Only words."),
        ("  \n", ""),
        (
            f"{QUOTED}It is better.\n> and the hip?\nIt clicks.",
            f"{QUOTED}It is better.\n> and the hip?\nIt clicks.",
        ),
        (f"On 28 Nov 2026, at 09:00, Harbour <h@x.example> wrote:\n{QUOTED}", None),  # a quote alone
        (
            f"See below.\n\nOn 28 Nov 2026, at 09:00, Harbour <h@x.example> wrote:\n{QUOTED}My foot is numb.",
            None,
        ),
    ],
)
def test_the_quote_is_cut_and_the_words_stay(mail: str, said: str | None) -> None:
    assert said_anew(mail) == (mail.strip() if said is None else said)


@pytest.mark.parametrize(
    "mail",
    [
        "a" * 1_000_000,
        "> " * 500_000,
        "On\n" * 300_000,
        "From: a\n" * 100_000,
        "\n" * 1_000_000,
        "a" + "\t \n" * 300_000 + "b",
    ],
)
def test_a_mail_of_a_megabyte_keeps_nobody_busy(mail: str) -> None:
    began = time.process_time()
    assert len(said_anew(mail)) <= 20_000
    assert time.process_time() - began < 5
