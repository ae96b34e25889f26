"""Paper: a practitioner's report over HTTP, the first one of a process and those after it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from sqlalchemy import select

from clinic.domain.types import AssessmentStatus
from clinic.extensions import db
from clinic.models import Assessment, Program
from tests.bench.installation import Installation, app_of, demo
from tests.bench.line import Line, within
from tests.bench.page import REAL
from tests.bench.server import get, serving, sign_in

CLIENTS = 60
MOST_MS = 60.0


def lines() -> Iterator[Line]:
    """Each report is of another assessment, so that nothing was set before; signing in is not counted."""
    with demo(CLIENTS) as there:
        reports, pages, handouts = _addresses(there)
        with serving(REAL, there.environment) as port:
            cookie = sign_in(port, there.practitioner)
            first = _timed(port, reports[0], cookie)
            later = [_timed(port, path, cookie) for path in reports[1:]]
            plain = [_timed(port, path, cookie) for path in pages]
            sheets = [_timed(port, path, cookie) for path in handouts]
    yield within("pdf.report", median(later), "ms", MOST_MS)
    yield within("pdf.client-page", median(plain[1:]), "ms", MOST_MS)
    yield within("pdf.handout", median(sheets[1:]), "ms", MOST_MS)
    yield Line("pdf.first", first, "ms", "the median of those after it", first / median(later))


def _addresses(there: Installation) -> tuple[list[str], list[str], list[str]]:
    app = app_of(there.environment)
    with app.app_context():
        signed = select(Assessment.id).where(Assessment.status == AssessmentStatus.SIGNED)
        assessments = db.session.scalars(signed.order_by(Assessment.taken_on.desc())).all()
        programs = db.session.scalars(select(Program.id)).all()
        db.session.remove()
        db.engine.dispose()
    reports = [f"/assessments/{each}/report.pdf" for each in assessments]
    pages = [f"/assessments/{each}/client.pdf" for each in assessments]
    return reports, pages, [f"/programs/{each}/handout.pdf" for each in programs]


def _timed(port: int, path: str, cookie: str) -> float:
    began = time.perf_counter()
    status, body = get(port, path, cookie)
    took = (time.perf_counter() - began) * 1000
    assert status == 200, f"{path}: {status}"
    assert body.startswith(b"%PDF-"), path
    return took
