"""How long mailed links last, and why one does not work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.errors import LinkProblem
from clinic.domain.links import LIFETIMES, link_problem
from clinic.domain.types import LinkProblemKind, LinkPurpose

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PAST, FUTURE = NOW - timedelta(hours=1), NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "purpose, lifetime",
    [
        (LinkPurpose.INVITATION, timedelta(days=7)),
        (LinkPurpose.RESET, timedelta(hours=1)),
        (LinkPurpose.CHECKIN, timedelta(days=14)),
        (LinkPurpose.QUESTIONNAIRE, timedelta(days=14)),
        (LinkPurpose.ADDRESS, timedelta(days=7)),
        (LinkPurpose.COURSE_PLACE, timedelta(days=7)),
        (LinkPurpose.STAFF_INVITATION, timedelta(days=7)),
    ],
)
def test_each_purpose_has_its_own_lifetime(purpose: LinkPurpose, lifetime: timedelta) -> None:
    assert LIFETIMES[purpose] == lifetime


def test_a_link_without_an_end_never_ends() -> None:
    assert link_problem(NOW, expires_at=None) is None


def test_every_purpose_has_a_lifetime() -> None:
    assert set(LIFETIMES) == set(LinkPurpose)


TABLE = [
    # expires, used, revoked -> problem
    (FUTURE, None, None, None),
    (NOW, None, None, LinkProblemKind.EXPIRED),
    (PAST, None, None, LinkProblemKind.EXPIRED),
    (FUTURE, PAST, None, LinkProblemKind.USED),
    (PAST, PAST, None, LinkProblemKind.USED),
    (FUTURE, None, PAST, LinkProblemKind.REVOKED),
    (PAST, PAST, PAST, LinkProblemKind.REVOKED),
]


@pytest.mark.parametrize("expires, used, revoked, problem", TABLE)
def test_a_link_says_why_it_does_not_work(
    expires: datetime, used: datetime | None, revoked: datetime | None, problem: LinkProblemKind | None
) -> None:
    assert link_problem(NOW, expires_at=expires, used_at=used, revoked_at=revoked) is problem


@pytest.mark.parametrize("kind", LinkProblemKind)
def test_whoever_meets_a_link_that_does_not_work_is_told_why(kind: LinkProblemKind) -> None:
    problem = LinkProblem(kind)
    assert problem.kind is kind
    assert str(problem) == f"This link is {kind.value}."
