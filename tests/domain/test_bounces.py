from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.bounce_words import PHRASES, BounceSaying, plain, sayings
from clinic.domain.bounces import (
    AT_THE_DOOR,
    IN_WORDS,
    BounceCause,
    MailEnd,
    cause_of,
    is_elsewhere,
    lasts_a_day,
    returning_since,
)

ADDRESS, FULL, INACTIVE = BounceCause.ADDRESS, BounceCause.FULL, BounceCause.INACTIVE
REFUSED, TOMORROW, FORWARDED = BounceCause.REFUSED, BounceCause.TOMORROW, BounceCause.FORWARDED
PASSING, UNKNOWN = BounceCause.PASSING, BounceCause.UNKNOWN
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "status, cause",
    [
        ("5.1.0", UNKNOWN),  # may be about either
        ("5.1.1", ADDRESS),
        ("5.1.2", ADDRESS),
        ("5.1.3", ADDRESS),
        ("5.1.6", ADDRESS),
        ("5.1.10", ADDRESS),
        ("5.1.7", REFUSED),  # our own address is what it does not like
        ("5.1.8", REFUSED),
        ("5.1.90", TOMORROW),
        ("5.4.5", TOMORROW),
        ("5.4.6", UNKNOWN),
        ("5.2.2", FULL),
        ("4.2.2", FULL),
        ("5.2.1", INACTIVE),
        ("4.2.1", PASSING),
        ("5.3.4", REFUSED),
        ("5.6.0", REFUSED),
        ("5.7.1", REFUSED),
        ("5.7.26", REFUSED),
        ("4.4.7", PASSING),
        ("4.1.1", PASSING),  # one day it may exist
        ("5.0.0", UNKNOWN),
        ("5.12.2", UNKNOWN),
        ("", UNKNOWN),
        ("5.1", UNKNOWN),
        ("5.1.1.1", UNKNOWN),
    ],
)
def test_each_code_alone_has_its_meaning(status: str, cause: BounceCause) -> None:
    assert cause_of("", status) is cause


@pytest.mark.parametrize(
    "words, status, cause",
    [
        # two codes: the more telling one, and of those in the words and beside them the one in the words
        ("552 5.2.2 no", "5.1.1", FULL),
        ("550 5.1.1 no", "5.0.0", ADDRESS),
        ("554 5.7.1 no", "5.1.1", REFUSED),
        ("550 5.0.0 no", "5.1.1", ADDRESS),
        ("550 5.0.0 no, 5.1.1 no", "", ADDRESS),
        # words before codes
        ("550 5.7.1 user unknown", "5.7.1", ADDRESS),
        ("550 5.1.1 blocked by spamhaus", "5.1.1", REFUSED),
        ("550 5.1.0 sender rejected", "5.1.0", REFUSED),
        ("550 5.1.0 recipient rejected", "5.1.0", ADDRESS),
        # but a code that tells a mailbox apart before words that say little
        ("550 5.2.1 mailbox unavailable", "5.2.1", INACTIVE),
        ("550 5.7.1 recipient rejected", "5.7.1", REFUSED),
        ("550 mailbox unavailable", "5.5.0", ADDRESS),
        ("550 5.1.1 access denied", "5.1.1", ADDRESS),
        ("550 access denied", "5.1.1", REFUSED),
        ("550 5.1.1 account disabled", "5.1.1", ADDRESS),
        ("550 account disabled", "5.1.1", INACTIVE),
        ("550 5.4.1 Recipient address rejected: Access denied", "5.4.1", ADDRESS),
        ("550 5.7.1 Recipient address rejected: Access denied", "5.7.1", REFUSED),
        ("553 5.1.8 <bounces@clinic.example> does not exist", "5.1.8", REFUSED),
        ("550 <ada@client.example> does not exist", "5.0.0", ADDRESS),
        ("550 service unavailable", "5.1.1", ADDRESS),
        ("550 service unavailable", "5.3.2", PASSING),
        # what passes is no reason to write somebody off
        ("450 user unknown", "5.1.1", PASSING),
        ("421 user unknown", "5.1.1", PASSING),
        ("4.1.1 user unknown", "5.0.0", PASSING),
        ("4.0.0 user unknown", "", PASSING),
        ("450 4.1.1 user unknown", "5.0.0", PASSING),
        ("550 user unknown", "4.4.7", ADDRESS),
        ("452 4.2.2 mailbox full", "4.2.2", FULL),
        ("451 4.7.1 greylisted", "4.7.1", REFUSED),
        ("5.1.0 - Unknown address error 550-'5.7.1 Rejected by policy'", "5.1.0", BounceCause.REFUSED),
        ("5.1.0 - Unknown address error 550-'Administrative prohibition'", "5.1.0", BounceCause.REFUSED),
        ("5.1.0 - Unknown address error 550-'No such user here'", "5.1.0", BounceCause.ADDRESS),
        ("5.1.0 - Unknown address error 452-'Mailbox full'", "5.1.0", BounceCause.FULL),
    ],
)
def test_codes_and_words_are_weighed(words: str, status: str, cause: BounceCause) -> None:
    assert cause_of(words, status) is cause


@pytest.mark.parametrize(
    "words, status, a_day",
    [
        ("550 5.4.5 Daily user sending limit exceeded", "", True),
        ("550 5.1.90 limit for recipients reached", "", True),
        ("550 no", "5.4.5", True),
        ("452 too many messages in one day: daily limit reached", "", True),
        ("450 rate limit exceeded, slow down", "", False),
        ("550 exceeded the max emails per hour", "", False),
        ("550 user unknown since yesterday, daily limit of patience", "", True),
        ("451 try again tomorrow", "", True),
        ("451 4.7.1 greylisted, come back in a day", "", False),
    ],
)
def test_a_limit_of_the_day_is_told_from_one_of_the_hour(words: str, status: str, a_day: bool) -> None:
    assert lasts_a_day(words, status) is a_day


@pytest.mark.parametrize(
    "original, final, elsewhere",
    [
        ("ada@client.example", "ada@client.example", False),
        ("ada@client.example", "<ADA@Client.Example>", False),
        ("ada@client.example", "ada@mailbox.client.example", False),
        ("ada@mail.client.example", "ada@client.example", False),
        ("ada@client.example", "eve@client.example", True),
        ("ada@client.example", "ada@elsewhere.example", True),
        ("ada@client.example", "ada@notclient.example", True),
        ('"ada@home"@client.example', '"ada@home"@mail.client.example', False),
        ("", "ada@elsewhere.example", False),
        ("ada@client.example", "", False),
        ("ada@client.example", "ada", False),
    ],
)
def test_a_forwarder_is_told_by_the_two_addresses(original: str, final: str, elsewhere: bool) -> None:
    assert is_elsewhere(original, final) is elsewhere


def ends(*causes: BounceCause | None, apart: timedelta = timedelta(days=7)) -> list[MailEnd]:
    return [MailEnd(MONDAY - apart * number, cause) for number, cause in enumerate(causes)]


@pytest.mark.parametrize(
    "run, weeks",
    [
        (ends(FULL, FULL), 1),
        (ends(FULL, INACTIVE, FORWARDED), 2),
        (ends(FULL, FULL, None, FULL), 1),
        (ends(FULL), None),
        (ends(None, FULL, FULL), None),
        (ends(FULL, REFUSED, FULL), None),
        (ends(PASSING, PASSING), None),
        (ends(FULL, FULL, apart=timedelta(days=3)), None),
        ([], None),
    ],
)
def test_mail_that_comes_back_week_after_week_is_known(run: list[MailEnd], weeks: int | None) -> None:
    since = None if weeks is None else MONDAY - timedelta(days=7 * weeks)
    assert returning_since(run) == since


def test_six_days_are_a_week_here() -> None:
    for days, told in ((6, True), (5, False)):
        assert (returning_since(ends(FULL, FULL, apart=timedelta(days=days))) is not None) is told
    twice_a_week = ends(FULL, FULL, FULL, apart=timedelta(days=3))
    assert returning_since(twice_a_week) == MONDAY - timedelta(days=6)


def test_each_cause_has_words() -> None:
    assert set(IN_WORDS) == set(AT_THE_DOOR) == set(BounceCause)


def test_each_saying_has_phrases_and_none_stands_twice() -> None:
    assert set(PHRASES) == set(BounceSaying)
    for saying, phrases in PHRASES.items():
        lines = [line.strip() for line in phrases.strip().splitlines()]
        assert len(set(lines)) == len(lines), saying


def test_words_are_compared_without_what_names_somebody() -> None:
    said = "550-5.1.1 <spam@client.example>: host mx.antispam.example[mx] said: Naïf, https://x.example/rbl"
    assert plain(said) == "@ host mx said naif"
    assert sayings(said) == ()


def test_two_thousand_characters_of_an_answer_are_read() -> None:
    assert plain("a" * 2001) == "a" * 2000


def test_a_very_long_answer_costs_little() -> None:
    assert cause_of("user " * 100_000) is UNKNOWN
