"""Mailed links: each has one purpose and an end. The one to stop mail is signed, not stored, and has none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from clinic.domain.types import LinkProblemKind, LinkPurpose

LIFETIMES: Mapping[LinkPurpose, timedelta] = MappingProxyType(
    {
        LinkPurpose.INVITATION: timedelta(days=7),
        LinkPurpose.RESET: timedelta(hours=1),
        LinkPurpose.ADDRESS: timedelta(days=7),
        LinkPurpose.CHECKIN: timedelta(days=14),
        LinkPurpose.QUESTIONNAIRE: timedelta(days=14),
        LinkPurpose.COURSE_PLACE: timedelta(days=7),
        LinkPurpose.STAFF_INVITATION: timedelta(days=7),
    }
)


def link_problem(
    now: datetime,
    *,
    expires_at: datetime | None,
    used_at: datetime | None = None,
    revoked_at: datetime | None = None,
) -> LinkProblemKind | None:
    """Why a link that was found cannot be used now; None if it can."""
    if revoked_at is not None:
        return LinkProblemKind.REVOKED
    if used_at is not None:
        return LinkProblemKind.USED
    if expires_at is not None and now >= expires_at:
        return LinkProblemKind.EXPIRED
    return None
