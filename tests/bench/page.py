"""Pages: how many a second against a bare view, how they grow, what they weigh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from tests.bench.comparison import comparison
from tests.bench.installation import Installation, demo
from tests.bench.line import Line, within
from tests.bench.load import load
from tests.bench.server import serving, sign_in
from tests.bench.weight import first_load

REAL = "clinic:create_app_from_env()"
ROUNDS = 3
FEW, MANY = 100, 10_000
PROGRAM = "/my/program/2"
LIST, SEARCH, TODAY = "/clients", "/clients?q=forde", "/today"
AGAINST = "same SQL through the driver, same template"
Who = Callable[[Installation], str]


def client(there: Installation) -> str:
    return there.client


def practitioner(there: Installation) -> str:
    return there.practitioner


SPEED: tuple[tuple[str, str | Who, Who], ...] = (
    ("client-program", PROGRAM, client),
    ("client-today", "/my", client),
    ("client-list", LIST, practitioner),
    ("practitioner-today", TODAY, practitioner),
    ("comparison", comparison, practitioner),
)


def speed() -> Iterator[Line]:
    """Requests a second of real pages; floor and page take turns, so that noise meets both."""
    with demo(FEW) as there, serving(REAL, there.environment) as port:
        cookies = {who: sign_in(port, who(there)) for who in (client, practitioner)}
        for name, given, who in SPEED:
            path = given if isinstance(given, str) else given(there)
            factory = f"tests.bench.floor:create_floor({path!r}, {cookies[who]!r})"
            with serving(factory, there.environment, "/floor") as bare:
                floors, reals = [], []
                for _ in range(ROUNDS):
                    floors.append(load(bare, "/floor", "").per_second)
                    reals.append(load(port, path, cookies[who]).per_second)
            yield Line(f"page.rps.{name}", max(reals), "req/s", AGAINST, max(reals) / max(floors))


def growth() -> Iterator[Line]:
    """How much slower pages are with ten thousand clients than with a hundred, and searching than listing."""
    with demo(MANY) as large, demo(FEW) as small:
        with serving(REAL, large.environment) as many, serving(REAL, small.environment) as few:
            cookies = {many: sign_in(many, large.practitioner), few: sign_in(few, small.practitioner)}
            pages = ((many, LIST), (few, LIST), (many, SEARCH), (many, TODAY), (few, TODAY))
            times: dict[tuple[int, str], list[float]] = {page: [] for page in pages}
            for _ in range(ROUNDS):
                for (port, path), found in times.items():
                    found.append(load(port, path, cookies[port], count=150, threads=1).median)
        listed, listed_few, searched, today, today_few = (median(found) for found in times.values())
        grown, sought, asked = listed / listed_few, searched / listed, today / today_few
        smaller = f"the same page with {FEW} clients"
        yield Line("page.growth.client-list", grown, "ratio", smaller, grown)
        yield Line("page.growth.client-search", sought, "ratio", f"the list of the same {MANY:,}", sought)
        yield Line(
            "page.growth.practitioner-today", asked, "ratio", f"the same page with {FEW} clients", asked
        )
        yield within("start.demo-10000", large.seconds, "s", 60)


def weight() -> Iterator[Line]:
    """What the first load of a client's program page fetches, each file compressed on its own."""
    with demo(FEW) as there, serving(REAL, there.environment) as port:
        sizes = first_load(port, PROGRAM, sign_in(port, there.client))
    scripts = sum(size for path, size in sizes.items() if path.endswith(".js"))
    yield within("page.weight.client-program", sum(sizes.values()) / 1000, "kB", 120)
    yield within("page.weight.js", scripts / 1000, "kB", 25)
