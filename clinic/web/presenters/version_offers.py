"""Offers of a newer version in words: who has which version, and what became of each offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from clinic.domain.dates import count, day_in_words
from clinic.domain.new_versions import VersionDecision
from clinic.domain.people import who
from clinic.services.clock import today_in
from clinic.services.programs.version_offers import OfferedProgram, OlderProgram, VersionOfferings
from clinic.web.filters import local_date

DECIDED = {
    VersionDecision.TAKEN: ("active", "Taken over"),
    VersionDecision.KEPT: ("paused", "Keeps what they have"),
    VersionDecision.WITHDRAWN: ("ended", "Withdrawn"),
}
OPEN = ("waiting", "Not answered yet")


@dataclass(frozen=True, slots=True)
class VersionOfferLine:
    """One client on the page of an offer; `withdraw` is where an open one is taken back."""

    name: str
    url: str
    said: str
    kind: str
    status: str
    withdraw: str


def choices(found: VersionOfferings) -> list[tuple[str, str]]:
    """Those who have an older version, each with what is to be known of them."""
    several = len({each.number for each in found.older}) > 1
    return [(str(each.program.id), _choice(each, several=several)) for each in found.older]


def offer_lines(found: VersionOfferings) -> list[VersionOfferLine]:
    """What became of each offer of the newest version, by client."""
    return [_line(each) for each in found.offered]


def counts_in_words(counts: Sequence[tuple[int, int]]) -> list[str]:
    """How many clients have which older version: "12 clients are on version 1"."""
    return [
        f"{count(number, 'client')} {'is' if number == 1 else 'are'} on version {version}"
        for version, number in counts
    ]


def withdrawn(number: int) -> str:
    """What taking all offers back came to: who has answered keeps what they chose."""
    if not number:
        return "Everybody has answered: there is nothing to withdraw."
    return f"The offer to {count(number, 'client')} is withdrawn. Whoever has answered keeps what they chose."


def waiting(lines: Sequence[VersionOfferLine]) -> int:
    """How many have not answered."""
    return sum(bool(line.withdraw) for line in lines)


def _choice(each: OlderProgram, *, several: bool) -> str:
    version = f"version {each.number}" if several else ""
    return ", ".join(filter(None, [who(each.client), version, each.waits]))


def _line(each: OfferedProgram) -> VersionOfferLine:
    offer, client = each.offer, each.client
    today = today_in(client.time_zone)
    kind, status = DECIDED[offer.decision] if offer.decision else OPEN
    at = local_date(offer.decided_at or offer.offered_at, client.time_zone)
    verb = "" if offer.decision else "offered "
    withdraw = url_for("practitioner.version_offers.withdraw", version_offer_id=offer.id)
    return VersionOfferLine(
        name=who(client),
        url=url_for("practitioner.programs.show", program_id=offer.follow_on_id or offer.program_id),
        said=", ".join(
            filter(None, [f"{verb}{day_in_words(at, today)}", each.waits if not offer.decision else ""])
        ),
        kind=kind,
        status=status,
        withdraw="" if offer.decision else withdraw,
    )
