"""The form re-check and the end of practice in words: for the client, and for the practice."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from clinic.domain.dates import day_in_words
from clinic.domain.rechecks import AGAIN_AFTER, RecheckResult, RecheckStanding, RecheckState
from clinic.domain.stopping import CLIENTS_WORDS
from clinic.domain.types import MistakeAnswer, StopReason
from clinic.domain.words import say
from clinic.services.programs.noticed import Noticed
from clinic.services.programs.rechecks import MoveCheck

Told = TypeVar("Told", bound=Hashable)


@dataclass(frozen=True, slots=True)
class RecheckView:
    """How a client stands with the re-check: what it came to, and what is next."""

    kind: str  # a kind of the notice component
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class StopView:
    """What a client said of stopping, and what helps."""

    said: str
    title: str
    text: str
    asks_recheck: bool = False
    asks_signs: bool = False


@dataclass(frozen=True, slots=True)
class NoticedLine:
    """One line of the record: a label, words, and how it looks."""

    label: str
    words: str
    kind: str


_STOPS: Mapping[StopReason, tuple[str, str]] = {
    StopReason.CONFIDENT: (
        say("Good: you manage on your own"),
        say("Your practice sees what you told us."),
    ),
    StopReason.BETTER: (
        say("Good that you feel better"),
        say("A few repetitions on most days keep the habit. Your practice sees what you told us."),
    ),
    StopReason.HURTS: (
        say("Leave the moves for now"),
        say("Your practice sees that it hurts. Nobody reads it at once: call us if you want to talk today."),
    ),
    StopReason.NOT_SUITABLE: (
        say("Thank you for telling us"),
        say("There are other ways to do a move, and other moves. Write to us what does not suit you."),
    ),
    StopReason.NO_TIME: (
        say("Little is enough"),
        say("Two minutes count. Do one move while the kettle boils, and log that."),
    ),
}
_ANSWERS = {MistakeAnswer.NO: "right", MistakeAnswer.YES: "not right", MistakeAnswer.NOT_SURE: "not sure"}
_ALONE = say("Your practice sees it, and ends your program with you. Your moves stay here to read.")
_CHECK_FIRST = say(
    "Your practice sees what you told us. One thing before you go on alone: look at your form once more. "
    "It takes three minutes a move."
)


def recheck_for_client(standing: RecheckStanding) -> RecheckView:
    """How they stand with it, in their words."""
    last, today = standing.last, standing.today
    if standing.is_due or last is None:
        return RecheckView(
            "info",
            say("Is it still right?"),
            say("Watch it again, then try these. It takes about three minutes."),
        )
    if last.result is RecheckResult.PASSED:
        return RecheckView(
            "success",
            say("It was right"),
            say("You checked it on %(day)s.", day=day_in_words(last.day, today)),
        )
    again = day_in_words(last.day + AGAIN_AFTER, today)
    return RecheckView(
        "caution",
        say("Not right yet"),
        say(
            "That happens. Your practice sees it. Go slowly, think of what helps, and look again on %(day)s.",
            day=again,
        ),
    )


def fixes(check: MoveCheck) -> list[str]:
    """What helps with each thing that was not right the last time, or not sure."""
    found = zip(check.tests, check.noticed.found, strict=False)
    return list(
        dict.fromkeys(test.fix for test, (_, how) in found if test.fix and how is not MistakeAnswer.NO)
    )


def rechecks_in_short(told: Noticed) -> list[tuple[str, str]]:
    """One sentence on how moves stand with it, and their names where others stand otherwise."""
    return _together([(each.name, recheck_in_short(each.recheck)) for each in told.moves])


def _together(lines: Sequence[tuple[str, Told]]) -> list[tuple[str, Told]]:
    """What is the same of several moves once, with their names; without names where it is the same of all."""
    names: dict[Told, list[str]] = {}
    for name, told in lines:
        names.setdefault(told, []).append(name)
    return [(", ".join(of) if len(names) > 1 else "", told) for told, of in names.items()]


def recheck_in_short(standing: RecheckStanding) -> str:
    """One sentence on how they stand with it."""
    last, today = standing.last, standing.today
    match standing.state:
        case RecheckState.NOT_YET:
            return say("A week after your first log we ask you to look at your form once more.")
        case RecheckState.COMING if standing.due_on:
            return say(
                "On %(day)s we ask you to look at your form once more.",
                day=day_in_words(standing.due_on, today),
            )
        case RecheckState.DUE:
            return say("It is time to look at your form once more.")
    view = recheck_for_client(standing)
    return say("%(title)s. %(text)s", title=view.title, text=view.text) if last else view.text


def stop_for_client(told: Noticed) -> StopView:
    """What they said, and what helps."""
    assert told.stop is not None
    reason = told.stop.reason
    title, text = _STOPS[reason]
    is_confident = reason is StopReason.CONFIDENT
    if is_confident:
        text = _ALONE if told.manages_alone else _CHECK_FIRST
    return StopView(
        said=CLIENTS_WORDS[reason],
        title=title,
        text=text,
        asks_recheck=is_confident and not told.manages_alone,
        asks_signs=reason is StopReason.HURTS,
    )


def for_staff(told: Noticed) -> list[NoticedLine]:
    """The lines of the record: the re-check, and why they stopped where they did."""
    standings = _together([(each.name, _recheck_words(each.recheck)) for each in told.moves])
    lines = [
        NoticedLine(f"Form re-check, {names}" if names else "Form re-check", *words)
        for names, words in standings
    ]
    for each in told.moves:
        if all(how is MistakeAnswer.NO for _, how in each.found):
            continue  # that it passed is said
        if found := "; ".join(f"{title}: {_ANSWERS[how]}" for title, how in each.found):
            lines.append(NoticedLine(f"Looked at in {each.name}", found, ""))
    if told.stop:
        said_on = day_in_words(told.stop.day, told.today)
        words = f"“{CLIENTS_WORDS[told.stop.reason]}”, said on {said_on}"
        lines.append(
            NoticedLine("Stopped", words, "attention" if told.stop.reason is StopReason.HURTS else "")
        )
    return lines


def _recheck_words(standing: RecheckStanding) -> tuple[str, str]:
    """ "Due since Mon 24 Nov", and how it looks."""
    last = standing.last
    match standing.state:
        case RecheckState.NOT_YET:
            return "A week after the first log", ""
        case RecheckState.COMING:
            return f"Due on {_day(standing.due_on, standing)}", ""
        case RecheckState.DUE:
            failed = last is not None and last.result is RecheckResult.FAILED
            before = f", not right on {_day(last.day, standing)}" if last and failed else ""
            return f"Due since {_day(standing.due_on, standing)}{before}", "attention"
        case RecheckState.FAILED:
            return f"Not right on {_day(last.day if last else None, standing)}", "attention"
    return f"Passed on {_day(last.day if last else None, standing)}", "success"


def _day(day: date | None, standing: RecheckStanding) -> str:
    return day_in_words(day, standing.today) if day else ""
