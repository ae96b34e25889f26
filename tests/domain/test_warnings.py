"""Which tier answers reach, what that locks, and who may change a tier."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.catalogue import load_catalogue
from clinic.domain.errors import RuleBroken
from clinic.domain.types import Tier
from clinic.domain.warnings import (
    ONE_SITTING,
    SignVerdict,
    client_text,
    highest,
    is_same_sitting,
    locks_program,
    pauses_program,
)

WARNINGS = load_catalogue().warnings
SIGNS = list(WARNINGS.signs)

ANSWERS = [
    ([], Tier.N),
    (["saddle"], Tier.E),
    (["calf"], Tier.U),
    (["steroid"], Tier.S),
    (["steroid", "calf"], Tier.U),
    (["steroid", "calf", "bladder"], Tier.E),
    # combinations: a history of cancer beside ...
    (["cancer_history"], Tier.S),
    (["cancer_history", "night"], Tier.U),
    (["cancer_history", "upper_back"], Tier.U),
    (["cancer_history", "weight_loss"], Tier.U),
    (["cancer_history", "slow_weak"], Tier.E),
    (["cancer_history", "unsteady"], Tier.E),
    (["cancer_history", "rapid_weak"], Tier.E),
    (["cancer_history", "cough"], Tier.S),
    (["upper_back"], Tier.S),
    (["slow_weak"], Tier.U),
    (["upper_back", "slow_weak"], Tier.U),
]


@pytest.mark.parametrize("named, tier", ANSWERS, ids=["+".join(named) or "nothing" for named, _ in ANSWERS])
def test_answers_reach_the_highest_tier_that_any_sign_or_combination_gives(
    named: list[str], tier: Tier
) -> None:
    assert WARNINGS.verdict(named).tier is tier


@pytest.mark.parametrize("sign", SIGNS)
def test_one_sign_alone_is_enough_for_its_own_tier(sign: str) -> None:
    assert WARNINGS.verdict([sign]).tier is WARNINGS.signs[sign].tier


@given(st.sets(st.sampled_from(SIGNS)), st.sampled_from(SIGNS))
def test_naming_one_sign_more_never_lowers_the_tier(named: set[str], another: str) -> None:
    assert WARNINGS.verdict(named | {another}).tier.rank >= WARNINGS.verdict(named).tier.rank


@given(st.sets(st.sampled_from(SIGNS)))
def test_a_verdict_names_every_sign_once_the_most_urgent_first(named: set[str]) -> None:
    verdict = WARNINGS.verdict(named)
    ranks = [WARNINGS.signs[sign].tier.rank for sign in verdict.signs]
    assert set(verdict.signs) == named
    assert len(verdict.signs) == len(named)
    assert ranks == sorted(ranks, reverse=True)


def test_a_sign_nobody_knows_is_refused_and_never_ignored() -> None:
    with pytest.raises(RuleBroken, match="itching"):
        WARNINGS.verdict(["saddle", "itching"])


def test_a_practice_that_raised_a_tier_is_heard() -> None:
    raised = WARNINGS.sign_tiers | {"cough": Tier.U}
    assert WARNINGS.verdict(["cough"], raised).tier is Tier.U


EFFECTS = {
    # tier: locks the program, holds it and its mail
    Tier.E: (True, True),
    Tier.U: (True, True),
    Tier.S: (False, True),
    Tier.N: (False, False),
}


@pytest.mark.parametrize("tier", Tier)
def test_each_tier_locks_and_holds_as_it_should(tier: Tier) -> None:
    assert (locks_program(tier), pauses_program(tier)) == EFFECTS[tier]


def test_tiers_rank_from_emergency_down_to_none() -> None:
    assert sorted(Tier, key=lambda tier: tier.rank, reverse=True) == [Tier.E, Tier.U, Tier.S, Tier.N]
    assert highest([]) is Tier.N
    assert highest([Tier.S, Tier.E, Tier.U]) is Tier.E


@pytest.mark.parametrize("tier", Tier)
def test_the_client_reads_the_practices_own_numbers(tier: Tier) -> None:
    text = client_text(WARNINGS.tiers[tier].client_text, emergency_number="112", urgent_line="116 117")
    assert "{" not in text
    assert ("112" in text) is (tier in (Tier.E, Tier.U))
    assert ("116 117" in text) is (tier in (Tier.U, Tier.S))


@pytest.mark.parametrize("emergency, urgent", [("", "116 117"), ("112", ""), (" ", " ")])
def test_no_text_is_made_before_the_numbers_are_set(emergency: str, urgent: str) -> None:
    with pytest.raises(RuleBroken, match=r"^The practice has not set its emergency and urgent numbers\.$"):
        client_text("Call {emergency_number}.", emergency_number=emergency, urgent_line=urgent)


def test_a_sitting_is_an_hour_and_a_flag_of_no_checkin_is_judged_by_time_and_weight() -> None:
    assert timedelta(hours=1) == ONE_SITTING
    assert not is_same_sitting(SignVerdict(Tier.E, ("saddle",)), STANDING, SOON)


STANDING = SignVerdict(Tier.U, ("calf",))
SOON, LATER = ONE_SITTING / 2, ONE_SITTING


@pytest.mark.parametrize(
    "found, since, is_same_checkin, is_same",
    [
        (SignVerdict(Tier.U, ("calf",)), LATER, False, True),  # nothing new
        (SignVerdict(Tier.S, ("steroid",)), SOON, False, True),  # one more, and no worse
        (SignVerdict(Tier.U, ("fever",)), SOON, False, True),
        (SignVerdict(Tier.E, ("saddle",)), SOON, False, False),  # worse: an alert of its own
        (SignVerdict(Tier.S, ("steroid",)), LATER, False, False),  # another time: so is this
        (SignVerdict(Tier.E, ("saddle",)), LATER, True, True),  # a check-in has one flag
    ],
)
def test_signs_of_one_sitting_are_one_flag(
    found: SignVerdict, since: timedelta, is_same_checkin: bool, is_same: bool
) -> None:
    assert is_same_sitting(found, STANDING, since, is_same_checkin=is_same_checkin) is is_same
