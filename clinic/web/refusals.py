"""What becomes of a rule's refusal: shown beside its field, or in words on the page that follows."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from clinic.domain.errors import RuleBroken
from clinic.web.speaking import flash


class Attempt:
    """`with` this, a block runs up to the first refusal, which is told; then the view goes on behind it."""

    def __init__(self, tell: Callable[[RuleBroken], None]) -> None:
        self._tell = tell

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> bool:
        if not isinstance(error, RuleBroken):
            return False
        self._tell(error)
        return True


def told_on_the_next_page() -> Attempt:
    """For a button without a form of its own: a refusal is flashed."""
    return Attempt(_flash_all)


def _flash_all(problem: RuleBroken) -> None:
    for each in (problem, *problem.others):
        flash(each.message, "caution")
