"""What can go wrong in a use-case, in the words the web layer turns into pages."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.domain.types import LinkProblemKind


class ClinicError(Exception):
    """Anything the rules refuse; the message may be shown to the person who asked."""


class NotFound(ClinicError):
    """There is no such record for this person; also the answer to strangers."""


class Forbidden(ClinicError):
    """The person may know the record exists but not do this to it; never used for strangers."""


class Conflict(ClinicError):
    """Somebody else saved first: what was seen is not what stands now."""


class RuleBroken(ClinicError):
    """A rule of the practice says no; `field` names the form field it concerns, if one does.

    `others` are refusals of the same attempt, so that whoever sent it reads all of them at once.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.others: tuple[RuleBroken, ...] = ()

    def within(self, place: str) -> RuleBroken:
        """The same refusal, about a field of a part of the form."""
        return RuleBroken(self.message, place)


def must_hold(problems: Iterable[RuleBroken]) -> None:
    """Raise what rules refuse, all of it at once; nothing where they refuse nothing."""
    found = list(problems)
    if found:
        found[0].others = tuple(found[1:])
        raise found[0]


class LinkProblem(ClinicError):
    """A mailed link cannot be used, and why."""

    def __init__(self, kind: LinkProblemKind) -> None:
        super().__init__(f"This link is {kind.value}.")
        self.kind = kind
