"""What the templates themselves say, by the name they ask for it by; `{name}` is a place that they fill."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clinic.domain.dates import DAYS, SHORT_DAYS
from clinic.domain.words import Words, say

_EVERYWHERE: Mapping[str, Words] = MappingProxyType(
    {
        "boxed": say("□ stands for a letter that we cannot print. Please write it in by hand."),
        "followed": say("%(before)s, %(each)s", before="{before}", each="{each}"),
        "page": say("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
    }
)
_FOR_CLIENT: Mapping[str, Words] = MappingProxyType(
    {
        "measured": say("What we measured"),
        "looked_at": say("What we looked at"),
        "tested": say("%(part)s: %(tests)s.", part="{part}", tests="{tests}"),
        "nothing": say("Nothing is written down yet."),
        "changed": say("What changed"),
        "numbers": say("Your numbers"),
        "what": say("What"),
        "side": say("Side"),
        "before": say("Before"),
        "now": say("Now"),
        "in_words": say("In words"),
        "left": say("Left"),
        "right": say("Right"),
        "same": say("About the same"),
        "before_means": say("Before means %(day)s.", day="{day}"),
        "same_means": say("“About the same” is a small change: measuring twice on one day can give it too."),
        "no_words_mean": say("Where there are no words, nobody has agreed how much counts."),
        "next": say("What next"),
        "numbers_alone": say(
            "Numbers alone do not say what is wrong. %(name)s can tell you what they mean for you.",
            name="{name}",
        ),
        "call_us": say("Call us with any question: %(phone)s.", phone="{phone}"),
        "call_straight_away": say("Call %(number)s straight away if you have:", number="{number}"),
        "numbness": say("new numbness between your legs"),
        "bladder": say("new trouble with your bladder or bowels"),
        "weaker": say("a leg that is getting weaker"),
    }
)
_HANDOUT: Mapping[str, Words] = MappingProxyType(
    {
        "for_whom": say("For %(client)s", client="{client}"),
        "online": say("Your moves online,\nand where you log them:"),
        "watch_for": say("Watch for: %(mistake)s", mistake="{mistake}"),
        "instead": say("Instead:"),
        "tick": say("Tick what you did"),
        "week_of": say("Week of"),
        "pain": say("Pain, 0 to 10"),
        "stop": say("Stop and tell us:"),
        "if_it_hurts": say("If it hurts:"),
        "call_us": say("Call us: %(phone)s.", phone="{phone}"),
        "emergency": say("In an emergency call %(number)s.", number="{number}"),
        **dict(zip(DAYS, SHORT_DAYS, strict=True)),
    }
)
_OF: Mapping[str, Mapping[str, Words]] = MappingProxyType({"for_client": _FOR_CLIENT, "handout": _HANDOUT})


def words_of(template: str) -> Mapping[str, Words]:
    """All that a template may say."""
    return {**_EVERYWHERE, **_OF.get(template, {})}
