"""The library of moves: what a thousand of them cost its pages, against as many lines of fifty."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Exercise, ExerciseMistake, Practice
from tests.bench.installation import Installation, app_of, demo
from tests.bench.line import Line
from tests.bench.load import load
from tests.bench.page import REAL
from tests.bench.server import serving, sign_in

FEW, MANY = 50, 1000
ROUNDS = 3
RARE = 10  # moves that a rare word finds, however many there are
LIBRARY = "/library"
# the library as it opens; a word in every move; one in ten of them; nothing; a tag and a position
ASKED = ("", "?q=bench", "?q=quaint", "?q=zzyzx", "?tag=bench&position=standing")


def lines() -> Iterator[Line]:
    """The slowest of several searches, of a thousand moves, to the same of fifty."""
    with demo(5) as large, demo(5) as small:
        _fill(large, MANY)
        _fill(small, FEW)
        with serving(REAL, large.environment) as many, serving(REAL, small.environment) as few:
            cookies = {many: sign_in(many, large.practitioner), few: sign_in(few, small.practitioner)}
            times: dict[tuple[int, str], list[float]] = {(port, q): [] for port in cookies for q in ASKED}
            for _ in range(ROUNDS):
                for (port, asked), found in times.items():
                    found.append(load(port, LIBRARY + asked, cookies[port], count=30, threads=1).median)
        worst = max(median(times[many, q]) / median(times[few, q]) for q in ASKED)
        slowest = max(median(times[many, q]) for q in ASKED) * 1000
        yield Line("library.search", worst, "ratio", f"the same search of {FEW} moves", worst)
        yield Line("library.search.ms", slowest, "ms", f"the slowest search of {MANY} moves", worst)


def _fill(there: Installation, number: int) -> None:
    """So many moves of many words; ten of them have a word that is rare."""
    with app_of(there.environment).app_context():
        practice = db.session.scalars(select(Practice)).one()
        for each in range(number):
            _add(practice, each, "quaint" if each % (number // RARE) == 0 else "plain")
        db.session.commit()


def _add(practice: Practice, number: int, word: str) -> None:
    words = " ".join(f"{word}{number}{letter}" for letter in "abcdefghijklmnopqrst")
    lists = {name: [words] for name in ("setup", "steps", "easier", "harder", "equipment", "stop_if")}
    move = Exercise(
        practice_id=practice.id,
        key=f"bench_{number}",
        name=f"Bench move {number:04}",
        purpose=words,
        cues=[words, "Long and level"],
        range_words=words,
        feet_words=words,
        knees_words=words,
        figure="",
        tags=["bench", f"tag {number % 20}"],
        body_position="standing",
        transfers=[],
        **lists,
    )
    db.session.add(move)
    db.session.flush()
    said = {"name": "Sag", "see": words, "fix": words, "key": "sag", "position": 1}
    db.session.add(ExerciseMistake(practice_id=practice.id, exercise_id=move.id, **said))
