"""Answers that ship: what the first readers asked, authored; each practice reads and signs its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clinic.catalogue.provenance import read_provenance
from clinic.catalogue.reader import DataEntry, by_id, read_file

FILE = "answers.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueAnswer:
    """A question and its answer; `exercises` are the shipped moves it is about, if it is about some."""

    id: str
    question: str
    text: str
    exercises: tuple[str, ...]
    tags: tuple[str, ...]


def read_answers(directory: Path) -> Mapping[str, CatalogueAnswer]:
    """The answers by id, in order; CatalogueError names the key that is wrong."""
    entry = read_file(directory, FILE)
    read_provenance(entry)
    answers = by_id(entry, "answers", _read_answer)
    entry.close()
    return answers


def _read_answer(entry: DataEntry) -> CatalogueAnswer:
    return CatalogueAnswer(
        id=entry.text("id"),
        question=entry.text("question"),
        text=entry.text("text").strip(),
        exercises=entry.texts("exercises"),
        tags=entry.texts("tags"),
    )
