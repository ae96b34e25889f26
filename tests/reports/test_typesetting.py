"""Data goes onto paper as it is: never as markup, never lost, never mixed between two who ask at once."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from clinic.reports import pdf, unprintable
from clinic.reports.typesetting import _fonts
from tests.pdf_reader import reader, tags_in, words_in

AT = datetime(2026, 11, 22, 9, 5, 30, 123456, tzinfo=UTC)
MARKUP = '#strong[x] *b* _i_ $x^2$ @ref <tag> `raw` \\ // /* = - + ~ "quoted" #{1 + 1} --- ...'


def page(**changes: Any) -> dict[str, Any]:
    """A client's page with nothing on it but what a test asks for."""
    return {
        "title": "What we measured on Mon 2 Mar 2026",
        "description": "Your visit in plain words",
        "practice": {"name": "Harbour Chiropractic", "reached": []},
        "client": "Ada Northcote",
        "taken": "Mon 2 Mar 2026",
        "before": "",
        "draft": "",
        "parts": [],
        "rows": [],
        "pain": "",
        "next": {"hold": "", "moves": [], "lead": ""},
        "ask": "Robin Vale",
        "phone": "",
        "emergency": "999",
        **changes,
    }


@pytest.mark.parametrize("name", [MARKUP, "Zoë Łukasz Žižek", "Ωλγα Иван", "O'Brien \u2014 de la Cruz"])
def test_words_come_out_as_they_went_in(name: str) -> None:
    assert name in words_in(pdf("for_client", page(client=name), AT))


def test_markup_in_the_practices_name_and_in_a_program_stays_words() -> None:
    moves = [{"name": MARKUP, "dose": MARKUP}]
    made = words_in(
        pdf(
            "for_client",
            page(
                practice={"name": MARKUP, "reached": [MARKUP]},
                next={"hold": "", "moves": moves, "lead": MARKUP},
            ),
            AT,
        )
    )
    assert made.count("#strong[x] *b*") == 5


IN_EVERY_SCRIPT = [
    "王小明",
    "陳龍國",
    "渋谷 さくら",
    "สมชาย ใจดี",
    "محمد علي",
    "आरव शर्मा",
    "김민준",
    "Ґріш Ωλγα",
]


@pytest.mark.parametrize("name", IN_EVERY_SCRIPT)
@pytest.mark.parametrize("template", ["for_client"])
def test_a_name_in_any_of_these_scripts_is_printed(template: str, name: str) -> None:
    assert unprintable(name) == ""
    made = pdf(template, page(client=name), AT)
    assert set(name) - {" "} <= set(words_in(made)) | set(unicodedata.normalize("NFKC", words_in(made)))
    assert "cannot print" not in words_in(made)
    assert ("H1", "") in tags_in(made)


@pytest.mark.parametrize(("name", "gap"), [("뷁르크", "뷁"), ("Ada 😀", "😀"), ("王小明 뷁", "뷁")])
def test_a_letter_in_no_font_is_told_and_the_paper_keeps_its_tags(name: str, gap: str) -> None:
    assert unprintable(name) == gap
    made = pdf("for_client", page(client=name, pain="Your pain."), AT)
    words = words_in(made)
    assert "□ stands for a letter that we cannot print" in words
    assert "Your" in words
    assert ("H1", "") in tags_in(made)
    assert not set(gap) - {" "} & set(words)


def test_the_fonts_of_the_machine_play_no_part() -> None:
    families = {
        each for each in _fonts().families() if not each.startswith(("New Computer", "DejaVu Sans Mono"))
    }
    assert families == {
        *("Atkinson Hyperlegible Next", "Libertinus Serif", "Noto Sans Arabic"),
        *("Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans SC", "Noto Sans KR"),
    }


def test_a_word_longer_than_the_page_is_broken_not_cut() -> None:
    made = words_in(pdf("for_client", page(client="x" * 400), AT))
    assert made.replace("\u200b", "").replace(" ", "").count("x" * 400) == 1


def test_the_signature_of_a_report_stands_on_no_page_alone() -> None:
    data = {**page(), "span": "", "made": "", "withdrawn": "", "signature": "Read and signed"}
    lines = [{"kind": "text", "text": f"Line {number}."} for number in range(60)]
    ends = []
    for number in range(20, 60, 2):  # somewhere in between the first page is full
        told = {"title": "Practice", "empty": "", "parts": lines[:number]}
        last = {"title": "What was changed", "empty": "Nothing.", "parts": []}
        made = reader(pdf("progress", {**data, "sections": [told, last]}, AT))
        ends.append((len(made.pages), made.pages[-1].extract_text()))
    assert {pages for pages, _ in ends} == {1, 2}
    assert all("What was changed" in text and "Read and signed" in text for _, text in ends)


def test_a_page_is_tagged_titled_and_in_english() -> None:
    made = pdf("for_client", page(), AT)
    root = reader(made).root_object
    metadata = reader(made).xmp_metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader(made).metadata.title == "What we measured on Mon 2 Mar 2026"
    assert metadata is not None
    assert b"pdfuaid" in made
    assert [tag for tag, _ in tags_in(made) if tag.startswith("H")][:2] == ["H1", "H2"]


def test_a_document_without_a_title_is_refused() -> None:
    with pytest.raises(RuntimeError, match="title"):
        pdf("for_client", page(title=""), AT)


def test_many_at_once_each_get_their_own() -> None:
    names = [f"Client number {number}" for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda name: pdf("for_client", page(client=name), AT), names))
    for name, each in zip(names, made, strict=True):
        assert name in words_in(each)
        assert sum(other in words_in(each) for other in (names[-1], names[-2])) == (name in names[-2:])


def test_the_same_data_makes_the_same_file() -> None:
    assert pdf("for_client", page(), AT) == pdf("for_client", page(), AT)
