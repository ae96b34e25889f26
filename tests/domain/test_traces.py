"""Where an error came from is told without what it says."""

from __future__ import annotations

from clinic.domain.errors import RuleBroken
from clinic.domain.traces import trace


def failed(*words: str, cause: BaseException | None = None) -> BaseException:
    """An error that was raised and caught here."""
    try:
        raise ValueError(*words) from cause
    except ValueError as error:
        return error


def test_an_error_is_its_kind_and_the_lines_it_went_through() -> None:
    told = trace(failed("ada@clients.example"))
    assert told.startswith("builtins.ValueError\n")
    assert "in failed" in told
    assert "ada@" not in told
    assert trace(RuleBroken("Ada is archived.")) == "clinic.domain.errors.RuleBroken\n"


def test_what_stood_behind_an_error_is_told_after_it() -> None:
    error = failed(cause=LookupError("a name"))
    assert [line for line in trace(error).splitlines() if "Error" in line and "raise" not in line] == [
        "builtins.ValueError",
        "behind it: builtins.LookupError",
    ]


def test_an_error_met_on_the_way_stands_behind_it_as_well_but_not_in_the_place_of_its_cause() -> None:
    met, cause = failed(), KeyError("a name")
    met.__context__ = TypeError()
    assert "behind it: builtins.TypeError" in trace(met)
    met.__cause__ = cause
    assert "behind it: builtins.KeyError" in trace(met)
    assert "TypeError" not in trace(met)


def test_of_a_long_row_ten_are_told() -> None:
    error = failed()
    for _ in range(20):
        error = failed(cause=error)
    assert trace(error).count("builtins.ValueError") == 10
