"""Whether a client may be mailed: one order, heeded in part by each sort of mail, in words for all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.channels import OF_KIND
from clinic.domain.mail_standing import (
    HEEDED,
    OF_APPOINTMENTS,
    ORDER,
    MailSort,
    MailStanding,
    before_sending,
    mail_standing_of,
    sort_of,
    to_the_client,
    why_not_mailed,
)
from clinic.domain.scheduling import WakingHours
from clinic.domain.sending import CheckinFacts, Promise, SendingRuling, decide
from clinic.domain.skipping import SendingFacts, should_skip, skip_in_words
from clinic.domain.types import ClientStatus, MailChannel, ProgramStatus, SkipReason

FINE = MailStanding()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STANDINGS = st.builds(
    MailStanding,
    warning_open=st.booleans(),
    archived=st.booleans(),
    consented=st.booleans(),
    withdrawn=st.booleans(),
    stopped=st.frozensets(st.sampled_from(MailChannel)),
    has_address=st.booleans(),
    bounced=st.booleans(),
    numbers_set=st.booleans(),
)
AGAINST = [
    (SkipReason.LOCKED, MailStanding(warning_open=True)),
    (SkipReason.ARCHIVED, MailStanding(archived=True)),
    (SkipReason.CONSENT_WITHDRAWN, MailStanding(consented=False, withdrawn=True)),
    (SkipReason.NO_CONSENT, MailStanding(consented=False)),
    (SkipReason.UNSUBSCRIBED, MailStanding(stopped=frozenset(MailChannel))),
    (SkipReason.NO_ADDRESS, MailStanding(has_address=False)),
    (SkipReason.BOUNCED, MailStanding(bounced=True)),
    (SkipReason.NUMBERS_NOT_SET, MailStanding(numbers_set=False)),
]
#                   locked  archived  withdrawn  consent  stopped  address  bounced  numbers
STOPS = {
    MailSort.CHECKIN: (True, True, True, True, True, True, True, True),
    MailSort.MESSAGE: (True, True, True, True, True, True, True, True),
    MailSort.PERSONAL: (False, True, True, True, True, True, True, True),
    MailSort.REMINDER: (True, True, True, True, True, True, True, True),
    MailSort.INVITATION: (False, True, True, True, False, True, False, True),
    MailSort.APPOINTMENT: (False, True, True, True, False, True, True, True),
    MailSort.ACCOUNT: (False, False, False, False, False, True, False, True),
    MailSort.PRACTICE: (False, False, False, False, False, True, False, False),
}
CELLS = [
    pytest.param(sort, standing, reason if stops else None, id=f"{sort}: {reason}")
    for sort, row in STOPS.items()
    for (reason, standing), stops in zip(AGAINST, row, strict=True)
]


@pytest.mark.parametrize("sort", MailSort)
def test_who_has_nothing_against_it_is_mailed(sort: MailSort) -> None:
    assert why_not_mailed(FINE, sort) is None


@pytest.mark.parametrize("sort, standing, reason", CELLS)
def test_each_sort_of_mail_heeds_its_own_reasons(
    sort: MailSort, standing: MailStanding, reason: SkipReason | None
) -> None:
    assert why_not_mailed(standing, sort) is reason


def test_the_table_is_whole() -> None:
    assert tuple(reason for reason, _ in AGAINST) == ORDER
    assert set(STOPS) == set(HEEDED) == set(MailSort)


@pytest.mark.parametrize("channel", MailChannel)
def test_one_sort_that_is_stopped_stops_no_other(channel: MailChannel) -> None:
    standing = MailStanding(stopped=frozenset({channel}))
    told = {kind: why_not_mailed(standing, sort_of(kind, to_client=True)) for kind in OF_KIND}
    assert {kind for kind, reason in told.items() if reason} == {
        kind for kind, of in OF_KIND.items() if of is channel
    }
    assert set(MailChannel) == set(OF_KIND.values())


def test_mail_that_nobody_can_stop_is_of_a_sort_by_who_gets_it() -> None:
    assert sort_of("invitation", to_client=True) is MailSort.INVITATION
    for kind in OF_APPOINTMENTS:
        assert sort_of(kind, to_client=True) is MailSort.APPOINTMENT
        assert sort_of(kind, to_client=False) is MailSort.PRACTICE
    assert sort_of("password_reset", to_client=True) is MailSort.ACCOUNT
    assert sort_of("password_reset", to_client=False) is MailSort.PRACTICE


@given(STANDINGS, st.sampled_from(MailSort))
def test_the_weightiest_reason_is_named(standing: MailStanding, sort: MailSort) -> None:
    holding = [
        reason
        for reason, alone in AGAINST
        if reason in HEEDED[sort] and _holds(reason, alone, standing, sort)
    ]
    assert why_not_mailed(standing, sort) is next(iter(holding), None)


def _holds(reason: SkipReason, alone: MailStanding, standing: MailStanding, sort: MailSort) -> bool:
    if reason is SkipReason.UNSUBSCRIBED:
        channel = MailChannel.MESSAGES if sort is MailSort.PERSONAL else MailChannel(f"{sort}s")
        return channel in standing.stopped
    if reason is SkipReason.CONSENT_WITHDRAWN:
        return standing.withdrawn
    (name,) = (each for each in MailStanding.__slots__ if getattr(alone, each) != getattr(FINE, each))
    return bool(getattr(standing, name) == getattr(alone, name))


@given(STANDINGS, st.sampled_from(MailSort))
def test_what_is_accepted_is_not_cancelled_at_the_claim_and_what_is_refused_would_be(
    standing: MailStanding, sort: MailSort
) -> None:
    facts = SendingFacts(due_at=None, program=ProgramStatus.ACTIVE)
    own = CheckinFacts(facts=facts, hours=WakingHours(), zone=ZoneInfo("Europe/London"))
    keeps_hours = sort in (MailSort.CHECKIN, MailSort.MESSAGE)
    promise = Promise(
        not_after=NOON + timedelta(days=1),
        sort=sort,
        standing=standing,
        checkin=own if keeps_hours else None,
    )
    beforehand, decision = why_not_mailed(standing, sort), decide(promise, NOON)
    assert decision.skip is beforehand
    assert decision.ruling is (SendingRuling.CANCEL if beforehand else SendingRuling.SEND)
    assert decision.reason == (skip_in_words(beforehand) if beforehand else "")
    if sort is MailSort.CHECKIN:
        assert should_skip(standing, facts, NOON) is beforehand


@pytest.mark.parametrize("sort, reason", [(sort, reason) for sort in MailSort for reason in HEEDED[sort]])
def test_each_cell_has_words_for_each_reader(sort: MailSort, reason: SkipReason) -> None:
    said = before_sending(reason, sort, "Ada Northcote")
    assert "Ada Northcote" in said
    assert said.endswith(".")
    assert "{" not in said
    assert skip_in_words(reason)[0].islower()
    assert not skip_in_words(reason).endswith(".")
    assert to_the_client(reason).endswith(".")


@pytest.mark.parametrize("say", [skip_in_words, to_the_client], ids=["ledger", "client"])
def test_each_reason_has_words_of_its_own(say: object) -> None:
    assert callable(say)
    assert len({say(reason) for reason in ORDER}) == len(ORDER)


def test_before_sending_it_says_why_and_what_to_do_instead() -> None:
    assert before_sending(SkipReason.LOCKED, MailSort.MESSAGE, "Ada") == (
        "A warning sign of Ada is open. An owner or a practitioner clears it first. "
        "Until then, ask in the practice."
    )
    assert before_sending(SkipReason.ARCHIVED, MailSort.MESSAGE, "Ada") == (
        "Ada is archived. Restore the record first."
    )
    assert before_sending(SkipReason.NO_CONSENT, MailSort.INVITATION, "Ada") == (
        "The consent of Ada is not recorded. Record it first. "
        "Or hand over a link: it asks for consent and address where they are missing."
    )


@dataclass(frozen=True)
class OnRecord:
    """What a client's row says, as far as mail goes."""

    status: ClientStatus = ClientStatus.ACTIVE
    consented_at: datetime | None = NOON
    mail_withdrawn_at: datetime | None = None
    unsubscribed_at: datetime | None = None
    messages_stopped_at: datetime | None = None
    email: str | None = "ada@clients.example"
    bounced_at: datetime | None = None


@pytest.mark.parametrize(
    "changed, standing",
    [
        ({}, FINE),
        ({"status": ClientStatus.ARCHIVED}, MailStanding(archived=True)),
        ({"consented_at": None}, MailStanding(consented=False)),
        ({"consented_at": None, "mail_withdrawn_at": NOON}, MailStanding(consented=False, withdrawn=True)),
        ({"mail_withdrawn_at": NOON}, FINE),  # and given again
        ({"unsubscribed_at": NOON}, MailStanding(stopped=frozenset({MailChannel.CHECKINS}))),
        ({"messages_stopped_at": NOON}, MailStanding(stopped=frozenset({MailChannel.MESSAGES}))),
        ({"email": None}, MailStanding(has_address=False)),
        ({"bounced_at": NOON}, MailStanding(bounced=True)),
    ],
)
def test_where_a_client_stands_is_read_off_their_record(
    changed: dict[str, object], standing: MailStanding
) -> None:
    client = replace(OnRecord(), **changed)  # type: ignore[arg-type]
    assert mail_standing_of(client, numbers_set=True, warning_open=False) == standing


def test_where_a_client_stands_depends_on_their_practice_and_on_warning_signs() -> None:
    for numbers, warning in ((True, True), (False, False), (False, True)):
        found = mail_standing_of(OnRecord(), numbers_set=numbers, warning_open=warning)
        assert found == MailStanding(numbers_set=numbers, warning_open=warning)
