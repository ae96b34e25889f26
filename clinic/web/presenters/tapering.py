"""Offers to write to a client less often, in words: what is asked, why, and what each press does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import url_for

from clinic.domain.tapering import OfferDecision, TaperingStep, reason
from clinic.models import TaperingOffer
from clinic.services.programs.tapering_offers import OpenOffer

QUESTIONS = {
    TaperingStep.TWO_WEEKLY: "Check in every 2 weeks instead of every week?",
    TaperingStep.MONTHLY: "Check in every 4 weeks instead of every 2?",
    TaperingStep.GRADUATE: "End the program with a good-bye, and stop its check-ins?",
}
ACCEPT = {
    TaperingStep.TWO_WEEKLY: "Every 2 weeks",
    TaperingStep.MONTHLY: "Every 4 weeks",
    TaperingStep.GRADUATE: "Let them graduate",
}
DONE = {
    TaperingStep.TWO_WEEKLY: "Check-ins of {name} come every 2 weeks from now on. "
    "Undo it on the program’s page.",
    TaperingStep.MONTHLY: "Check-ins of {name} come every 4 weeks from now on. "
    "Undo it on the program’s page.",
    TaperingStep.GRADUATE: "{name} has graduated: the program has ended, "
    "and a good-bye stands on their page where no other goes on. You can restart it at any time.",
}
DECIDED = {
    OfferDecision.ACCEPTED: "This was accepted already.",
    OfferDecision.NOT_NOW: "This was put off already.",
    OfferDecision.WITHDRAWN: "Things have changed since this was offered. Nothing was done.",
}


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An open offer as a line with its two buttons."""

    name: str
    born_on: date | None
    url: str
    question: str
    reason: str
    accept: str
    accept_url: str
    later_url: str


def lines(offers: Iterable[OpenOffer], today: date) -> list[OfferLine]:
    """The open offers as lines."""
    found = list(offers)
    times = Counter(each.client_id for each in found)
    return [_line(each, today, several=times[each.client_id] > 1) for each in found]


def done(offer: TaperingOffer) -> str:
    """What was done, for the page that comes next."""
    if offer.decision is OfferDecision.NOT_NOW:
        return "Not now. It is offered again in four weeks if all still goes well."
    return DONE[offer.step].format(name=offer.client.name)


def decided_before(offer: TaperingOffer) -> str:
    """Why nothing was done: somebody was first."""
    return DECIDED[offer.decision or OfferDecision.WITHDRAWN]


def _line(offered: OpenOffer, today: date, *, several: bool) -> OfferLine:
    at = "practitioner.tapering.decide"
    return OfferLine(
        name=offered.name,
        born_on=offered.born_on,
        url=url_for("practitioner.programs.show", program_id=offered.program_id),
        question=f"{offered.program_name}: " * several + QUESTIONS[offered.step],
        reason=reason(offered.numbers, today),
        accept=ACCEPT[offered.step],
        accept_url=url_for(at, offer_id=offered.id, choice="accept"),
        later_url=url_for(at, offer_id=offered.id, choice="later"),
    )
