"""Papers in a made-up language: what stands outside its brackets went past the catalogue."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clinic.domain.dates import DAYS
from clinic.languages import MADE_UP, language
from clinic.reports import pdf
from clinic.reports.typesetting import FOLDER
from tests.pdf_reader import reader, words_in

AT = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
LONG, MIRRORED = MADE_UP
GIVEN = "9"  # for whatever is filled in: no letter
OF_STAFF = frozenset({"assessment"})
CLIENTS = sorted({path.stem for path in FOLDER.glob("*.typ")} - OF_STAFF)
PICTURE = {"svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "alt": GIVEN}
LINES = [{"side": GIVEN, "before": before, "now": GIVEN, "words": ""} for before in (GIVEN, "")]
MISTAKE = {"name": GIVEN, "see": GIVEN, "fix": GIVEN, "figure": PICTURE}
MOVE = {
    **dict.fromkeys(("number", "name", "dose", "days", "rest"), GIVEN),
    **{"cues": [GIVEN], "figure": PICTURE, "mistake": MISTAKE},
}
HEADED: dict[str, Any] = {
    **{"title": GIVEN, "description": GIVEN, "client": GIVEN, "boxed": True},
    "practice": {"name": GIVEN, "address": [GIVEN], "reached": [GIVEN]},
}
PART = {"title": GIVEN, "empty": GIVEN, "parts": [{"kind": "facts", "rows": [[GIVEN, GIVEN]]}]}
PAPERS: dict[str, dict[str, Any]] = {
    "handout": {
        **dict.fromkeys(("name", "born", "when", "link", "reach", "pain_rule", "phone", "emergency"), GIVEN),
        **{"hold": "", "moves": [MOVE], "weeks": [GIVEN], "stop": [GIVEN], "code": PICTURE},
    },
    "for_client": {
        **dict.fromkeys(("born", "taken", "before", "draft", "pain", "ask", "phone", "emergency"), GIVEN),
        **{"parts": [{"title": GIVEN, "tested": GIVEN}], "rows": [{"label": GIVEN, "lines": LINES}]},
        "next": {"hold": "", "lead": GIVEN, "moves": [{"name": GIVEN, "dose": GIVEN}]},
    },
    "progress": {"span": GIVEN, "made": GIVEN, "signature": GIVEN, "withdrawn": GIVEN, "sections": [PART]},
    "record": {"subtitle": GIVEN, "made": GIVEN, "sections": [PART]},
}


def made(name: str, code: str, **changes: Any) -> bytes:
    """A paper with nothing on it but figures and what its template says."""
    return pdf(name, {**HEADED, **PAPERS[name], **changes}, AT, language(code))


def outside(text: str) -> str:
    """What stands in no brackets, which may lie in each other."""
    before = None
    for day in DAYS:  # which no catalogue holds: libraries write them
        text = text.replace(day, "")
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", "", text)
    return text


@pytest.mark.parametrize("template", PAPERS)
def test_a_paper_says_nothing_past_the_catalogue(template: str) -> None:
    assert not re.search(r"[^\W\d_]", outside(words_in(made(template, LONG))))


def test_a_first_assessment_says_nothing_past_it_either() -> None:
    alone = [{**LINES[1], "side": side} for side in ("", GIVEN)]
    shown = words_in(made("for_client", LONG, before="", rows=[{"label": GIVEN, "lines": alone}], parts=[]))
    assert not re.search(r"[^\W\d_]", outside(shown))


@pytest.mark.parametrize("template", PAPERS)
def test_a_paper_tells_its_language(template: str) -> None:
    assert reader(made(template, MIRRORED)).root_object["/Lang"] == "ar"
    assert reader(made(template, "en")).root_object["/Lang"] == "en-GB"


@pytest.mark.parametrize("template", CLIENTS)
def test_a_template_that_clients_read_holds_no_words(template: str) -> None:
    source = re.sub(r"//[^\n]*", "", Path(FOLDER / f"{template}.typ").read_text())
    assert re.findall(r"^=+ *[A-Z].*|\[\s*[A-Z][a-z]+ .*|^[A-Z][a-z]+ .*", source, re.MULTILINE) == []
