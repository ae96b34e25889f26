"""Pages: how many a second against a bare view, how they grow, what they weigh."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from statistics import median

from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Client, ClientGroup
from clinic.services.overview import kept
from clinic.services.reach import across_practices
from tests.bench.comparison import comparison
from tests.bench.inbox import a_long_thread
from tests.bench.installation import Installation, app_of, demo
from tests.bench.line import Line, within
from tests.bench.load import load
from tests.bench.server import serving, sign_in
from tests.bench.weight import first_load

REAL = "clinic:create_app_from_env()"
ROUNDS = 3
TURNS = 7  # of floor and page: one server's own rounds lie up to a fifth apart, and the best of three is luck
FEW, MANY = 100, 10_000
STUDENTS = (500, 50)
PROGRAM, PRACTISE = "/my/program/2", "/my/practise"
TODAY, LIST, SEARCH, OVERVIEW = "/today", "/clients", "/clients?q=", "/practice/overview"
# What is asked of ten thousand clients, and what of a hundred, so that both show as many lines.
GROWING = {
    "client-list": [(LIST, LIST)],
    "client-search": [
        (SEARCH + "an", LIST),  # two letters, in more names than are counted
        (SEARCH + "zzyzx", SEARCH + "zzyzx"),  # nobody: all are read
        (SEARCH + "forde", LIST),  # some: the page is soon full, but all are counted
    ],
    "practitioner-today": [(TODAY, TODAY)],
}
AGAINST = "same SQL through the driver, same template"
Who = Callable[[Installation], str]


def client(there: Installation) -> str:
    return there.client


def practitioner(there: Installation) -> str:
    return there.practitioner


def record(there: Installation) -> str:
    """The record of the client who signs in: months of practice, check-ins and assessments."""
    with app_of(there.environment).app_context():
        known = select(Client.id).where(Client.email_key == there.client.casefold())
        return f"/clients/{db.session.scalars(known).one()}"


def group(there: Installation) -> str:
    """The page of the demo's course."""
    with app_of(there.environment).app_context(), across_practices("the one there is"):
        return f"/groups/{db.session.scalars(select(ClientGroup.id)).one()}"


SPEED: tuple[tuple[str, str | Who, Who], ...] = (
    ("client-program", PROGRAM, client),
    ("client-today", "/my", client),
    ("client-practise", PRACTISE, client),
    ("progress", "/my/progress", client),
    ("client-list", LIST, practitioner),
    ("client-record", record, practitioner),
    ("practitioner-today", TODAY, practitioner),
    ("comparison", comparison, practitioner),
    ("thread", a_long_thread, practitioner),
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
                for _ in range(TURNS):
                    floors.append(load(bare, "/floor", "").per_second)
                    reals.append(load(port, path, cookies[who]).per_second)
            yield Line(f"page.rps.{name}", max(reals), "req/s", AGAINST, max(reals) / max(floors))


def growth() -> Iterator[Line]:
    """How much slower ten thousand clients make a page than a hundred, on either database."""
    with demo(MANY, postgres=False) as large, demo(FEW, postgres=False) as small:
        yield from _grown(large, small, "")
        yield within("start.demo-10000", large.seconds, "s", 60)
    with demo(MANY, postgres=True) as large, demo(FEW, postgres=True) as small:
        yield from _grown(large, small, ".postgres")


def course() -> Iterator[Line]:
    """How much slower 500 students make a course's page than 50; every fourth client of the demo is one."""
    with (
        demo(4 * STUDENTS[0], postgres=False) as large,
        demo(4 * STUDENTS[1], postgres=False) as small,
        serving(REAL, large.environment) as many,
        serving(REAL, small.environment) as few,
    ):
        pages = {
            port: (group(there), sign_in(port, there.practitioner))
            for port, there in ((many, large), (few, small))
        }
        times: dict[int, list[float]] = {port: [] for port in pages}
        for _ in range(ROUNDS):
            for port, (path, cookie) in pages.items():
                times[port].append(load(port, path, cookie, count=100, threads=1).median)
    yield within("page.course.growth", median(times[many]) / median(times[few]), "ratio", 1.3)


def overview() -> Iterator[Line]:
    """How much slower ten thousand clients make the practice in figures than a hundred."""
    with (
        demo(MANY, postgres=False) as large,
        demo(FEW, postgres=False) as small,
        serving(REAL, large.environment) as many,
        serving(REAL, small.environment) as few,
    ):
        cookies = {many: sign_in(many, large.practitioner), few: sign_in(few, small.practitioner)}
        times: dict[int, list[float]] = {port: [] for port in cookies}
        for there in (large, small):
            with app_of(there.environment).app_context():
                kept.make_all()
        for _ in range(ROUNDS):
            for port, cookie in cookies.items():
                times[port].append(load(port, OVERVIEW, cookie, count=100, threads=1).median)
    yield within("page.overview.growth", median(times[many]) / median(times[few]), "ratio", 1.3)


def _grown(large: Installation, small: Installation, where: str) -> Iterator[Line]:
    with serving(REAL, large.environment) as many, serving(REAL, small.environment) as few:
        cookies = {many: sign_in(many, large.practitioner), few: sign_in(few, small.practitioner)}
        pages = [pair for pairs in GROWING.values() for pair in pairs]
        asked = {(many, larger) for larger, _ in pages} | {(few, smaller) for _, smaller in pages}
        times: dict[tuple[int, str], list[float]] = {page: [] for page in sorted(asked)}
        for _ in range(ROUNDS):
            for (port, path), found in times.items():
                found.append(load(port, path, cookies[port], count=100, threads=1).median)
    for name, pairs in GROWING.items():
        worst = max(median(times[many, larger]) / median(times[few, smaller]) for larger, smaller in pairs)
        against = f"as many lines with {FEW} clients" + (", the worst search" if len(pairs) > 1 else "")
        yield Line(f"page.growth.{name}{where}", worst, "ratio", against, worst)


def weight() -> Iterator[Line]:
    """What the first load of a client's pages fetches, each file compressed on its own."""
    with demo(FEW) as there, serving(REAL, there.environment) as port:
        cookie = sign_in(port, there.client)
        program, practise = first_load(port, PROGRAM, cookie), first_load(port, PRACTISE, cookie)
        today = first_load(port, "/my", cookie)
    yield within("page.weight.client-program", sum(program.values()) / 1000, "kB", 120)
    yield within("page.weight.client-today", sum(today.values()) / 1000, "kB", 90)
    yield within("page.weight.js", _scripts(program) / 1000, "kB", 25)
    yield within("page.weight.practise-js", (_scripts(practise) - _scripts(today)) / 1000, "kB", 40)


def _scripts(sizes: Mapping[str, int]) -> int:
    return sum(size for path, size in sizes.items() if path.endswith(".js"))
