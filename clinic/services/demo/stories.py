"""Who the people of the demo practice are and how they are getting on; all of them are made up."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from clinic.domain.types import Tier

FIRST = (
    "Ada",
    "Bela",
    "Carys",
    "Dilan",
    "Edith",
    "Farid",
    "Greta",
    "Hamish",
    "Ines",
    "Jonas",
    "Kasia",
    "Leoni",
    "Magda",
    "Nuno",
    "Orla",
    "Petra",
    "Quentin",
    "Rosa",
    "Soren",
    "Tilda",
    "Umar",
    "Vera",
    "Wanda",
    "Yusuf",
    "Zofia",
    "Anselm",
    "Birgit",
    "Cosmo",
    "Dorota",
    "Emrys",
    "Fenella",
    "Gwen",
    "Horace",
    "Imogen",
    "Jarek",
    "Ludo",
    "Maeve",
    "Nadia",
    "Oskar",
    "Priya",
)
MEN = frozenset(
    {
        *("Bela", "Dilan", "Farid", "Hamish", "Jonas", "Nuno", "Quentin", "Soren", "Umar", "Yusuf"),
        *("Anselm", "Cosmo", "Emrys", "Horace", "Jarek", "Ludo", "Oskar"),
    }
)
LAST = (
    "Northcote",
    "Forde",
    "Ashdown",
    "Malik",
    "Holm",
    "Quist",
    "Barros",
    "Kerr",
    "Lindqvist",
    "Moreau",
    "Nowak",
    "Ogden",
    "Pryce",
    "Rask",
    "Salter",
    "Tamm",
    "Underhill",
    "Varga",
    "Whitlock",
    "Young",
    "Zielinski",
    "Abara",
    "Brandt",
    "Castell",
    "Drummond",
    "Ellery",
    "Fairfax",
    "Grimaldi",
    "Hartley",
    "Iversen",
    "Jessop",
    "Kowalski",
    "Lowell",
    "Marsh",
    "Nyberg",
    "Okafor",
    "Penhale",
    "Rowntree",
    "Sandoval",
    "Thwaite",
)
ZONES = ("Europe/London",) * 6 + ("Europe/Warsaw", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
REASONS = (
    "Low back pain when bending at the sink.",
    "Stiff hips in the morning, back tires by noon.",
    "Back pain comes back a few days after each adjustment.",
    "Cannot lift the left leg to dress without leaning.",
    "Groin and low back ache after sitting.",
    "Wants to garden again without a sore back.",
)
HISTORIES = (
    "Physiotherapy in spring; helped while it lasted. Massage, short relief.",
    "Orthopaedic visit last year, no operation advised. Stretching did little.",
    "Nothing yet apart from heat and walking, which help.",
)
NOTES = (
    "Shoes were easier today.",
    "Forgot in the morning, did it at lunch.",
    "Slow and small works better.",
    "Tired.",
)


@dataclass(frozen=True, slots=True)
class Story:
    """How a client is getting on. `practises` and `answers` are chances; pain is 0-10, first and now."""

    kind: str
    practises: float
    answers: float
    pain_from: int
    pain_to: int
    quiet_days: int = 0  # nothing was heard for at least so many of the last days
    last_due: int | None = None  # so many days ago the latest check-in fell due, where the story needs it
    wants_contact: bool = False
    tier: Tier | None = None
    invited_days: int = 0  # invited so many days ago, and not signed in yet
    ends_in: int | None = None  # days until the program ends, where that is soon
    paused: bool = False
    ended: bool = False
    last_log: tuple[int, str] | None = None  # yesterday: pain 0-10 and a note that asks for somebody


STEADY = Story("steady", 0.88, 0.95, 6, 3)
PATCHY = Story("patchy", 0.5, 0.7, 5, 4)
SILENT = Story("silent", 0.6, 0.8, 5, 5, quiet_days=15)
RISING = Story("rising", 0.7, 1.0, 3, 6, last_due=2)
CONTACT = Story("contact", 0.7, 1.0, 4, 4, wants_contact=True, last_due=1)
FLAGGED = Story("flagged", 0.7, 1.0, 4, 5, tier=Tier.E, quiet_days=1, last_due=1)
INVITED = Story("invited", 0, 0, 5, 5, invited_days=2)
LAPSED = Story("lapsed", 0, 0, 5, 5, invited_days=9)
PAUSED = Story("paused", 0.7, 0.9, 5, 4, paused=True)
ENDED = Story("ended", 0.85, 0.9, 6, 2, ended=True)
ENDING = Story("ending", 0.9, 0.95, 5, 2, ends_in=4)
HURTS = Story(
    "hurts",
    0.8,
    0.9,
    4,
    4,
    last_log=(9, "Sharp pain down the left leg as I bent down. Please ring me."),
)

# the first two have logins; exactly one warning sign, however many clients there are
FIRST_STORIES = (
    STEADY,
    PATCHY,
    FLAGGED,
    RISING,
    CONTACT,
    SILENT,
    INVITED,
    PAUSED,
    ENDED,
    SILENT,
    LAPSED,
    ENDING,
    HURTS,
)
LATER_STORIES = (STEADY,) * 11 + (PATCHY,) * 6 + (SILENT, ENDED, ENDED)


def story(number: int, random: Random) -> Story:
    """The story of the client with this number, from 0."""
    return FIRST_STORIES[number] if number < len(FIRST_STORIES) else random.choice(LATER_STORIES)


def name(number: int) -> str:
    """The name of the client with this number: different for the first 1,600, then with a numeral."""
    first = FIRST[number % len(FIRST)]
    last = LAST[(number + number // len(FIRST)) % len(LAST)]
    again = number // (len(FIRST) * len(LAST))
    return f"{first} {last}" + (f" {again + 1}" if again else "")
