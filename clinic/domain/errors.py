"""What can go wrong in a use-case, in the words the web layer turns into pages."""

from __future__ import annotations

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
    """A rule of the practice says no; `field` names the form field it concerns, if one does."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class LinkProblem(ClinicError):
    """A mailed link cannot be used, and why."""

    def __init__(self, kind: LinkProblemKind) -> None:
        super().__init__(f"This link is {kind.value}.")
        self.kind = kind
