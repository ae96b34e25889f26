"""Every figure, as a page prints it: well-formed, named, without style or script, small, its ids its own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jinja2 import FileSystemLoader, StrictUndefined

import clinic
from clinic.catalogue import figures, load_catalogue
from clinic.catalogue.figures import FAULTS, MOVES, TRANSFER_KEYS
from clinic.catalogue.figures.posed_moves import POSED_MOVES
from clinic.languages.jinja import Spoken
from clinic.web import assets

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough

TEMPLATES = Path(clinic.__file__).parent / "templates"
STYLES = Path(clinic.__file__).parent / "static" / "css" / "figures.css"
SVG = "{http://www.w3.org/2000/svg}"
FORBIDDEN_TAGS = {"script", "style", "foreignObject", "image", "a"}
LARGEST = 8_200  # bytes; the full pictures of the turns hold two people and two plans


@pytest.fixture(scope="module")
def macros() -> Any:
    environment = Spoken(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        figure=figures.figure, has_figure=figures.has_figure, static_url=assets.static_url
    )
    return environment.get_template("components/figures/move.html").module


def pictures(macros: Any) -> dict[str, str]:
    """Every picture there is, by name."""
    drawn = {
        f"{m} {size}": macros.move_figure(m, size=size)
        for m in MOVES
        for size in ("large", "row", "steps", "print")
    }
    drawn |= {f"{m} {fault}": macros.fault_figure(m, fault) for m in MOVES for fault in FAULTS[m]}
    drawn |= {
        f"{k} {size}": macros.transfer_figure(k, size=size)
        for k in TRANSFER_KEYS
        for size in ("large", "row")
    }
    return {name: str(svg) for name, svg in drawn.items()}


def moving_svg(macros: Any, move: str, tempo: str) -> str:
    return str(macros.motion_figure(move, tempo))


def test_every_figure_is_a_named_picture_without_style_or_script(macros: Any) -> None:
    drawn = pictures(macros) | {f"{m} moving": moving_svg(macros, m, "3-1-2-0") for m in MOVES}
    for name, svg in drawn.items():
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg", name
        assert root.get("role") == "img", name
        title, description = root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")
        assert title, name
        assert description, name
        ids = {e.get("id") for e in root.iter()}
        assert set((root.get("aria-labelledby") or "").split()) <= ids, name
        for element in root.iter():
            assert element.tag.removeprefix(SVG) not in FORBIDDEN_TAGS, name
            assert not [a for a in element.attrib if a == "style" or a.startswith("on")], name


def test_ids_are_unique_even_when_all_figures_stand_on_one_page(macros: Any) -> None:
    page = "".join(pictures(macros).values()) + "".join(str(macros.shown_moving(m, "2-1-2-1")) for m in MOVES)
    counts = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [i for i, n in counts.items() if n > 1] == []
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(counts)


def test_the_same_figure_twice_on_a_page_keeps_its_ids_apart_through_uid(macros: Any) -> None:
    page = str(macros.fault_figure("hip_turns_standing", "feet_swivel", uid="a"))
    page += str(macros.fault_figure("hip_turns_standing", "feet_swivel", uid="b"))
    assert max(Counter(re.findall(r'\sid="([^"]+)"', page)).values()) == 1


def test_figures_are_small(macros: Any) -> None:
    heavy = {name: len(svg) for name, svg in pictures(macros).items() if len(svg.encode()) > LARGEST}
    assert heavy == {}


def test_everything_drawn_stays_on_its_sheet(macros: Any) -> None:
    for name, svg in pictures(macros).items():
        width, height = (float(n) for n in re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())  # type: ignore[union-attr]
        for x, y in re.findall(r"M(-?[\d.]+)[ ]?(-?[\d.]+)", svg):
            assert -1 <= float(x) <= width + 1, name
            assert -1 <= float(y) <= height + 1, name


def test_every_class_drawn_has_a_colour_in_the_stylesheet(macros: Any) -> None:
    styles = STYLES.read_text()
    drawn = {c for svg in pictures(macros).values() for c in re.findall(r'class="(fig-[a-z-]+)"', svg)}
    assert [c for c in sorted(drawn) if f".{c} " not in styles] == []


def test_words_given_by_the_page_are_escaped(macros: Any) -> None:
    svg = str(macros.move_figure("hip_hinge", "<b>Bow</b>", "Hips & back"))
    root = ElementTree.fromstring(svg)
    assert root.findtext(f"{SVG}title") == "<b>Bow</b>"
    assert root.findtext(f"{SVG}desc") == "Hips & back"


@pytest.mark.parametrize(
    ("move", "tempo", "seconds", "times"),
    [
        ("hip_hinge", "3-1-2-0", "6s", "0;0.5;0.6667;1;1"),
        ("hip_hinge", "2-0-2-0", "4s", "0;0.5;0.5;1;1"),
        ("hip_turns_standing", "2-1-2-1", "12s", "0;0.1667;0.25;0.4167;0.5;0.6667;0.75;0.9167;1"),
    ],
)
def test_the_animation_keeps_the_prescribed_tempo(
    macros: Any, move: str, tempo: str, seconds: str, times: str
) -> None:
    root = ElementTree.fromstring(moving_svg(macros, move, tempo))
    moving = [e for e in root.iter() if e.tag.startswith(f"{SVG}animate")]
    assert moving
    for element in moving:
        assert element.get("dur") == seconds
        assert element.get("keyTimes") == times
        beats = times.count(";") + 1
        assert len((element.get("values") or "").split(";")) == beats
        assert len((element.get("keySplines") or "").split(";")) == beats - 1


@pytest.mark.parametrize("move", POSED_MOVES)
def test_a_move_from_the_side_goes_there_waits_and_comes_back(macros: Any, move: str) -> None:
    root = ElementTree.fromstring(moving_svg(macros, move, "3-1-2-2"))
    moving = list(root.iter(f"{SVG}animate"))
    assert moving
    for element in moving:
        assert (element.get("dur"), element.get("keyTimes")) == ("8s", "0;0.1875;0.375;0.5;0.625;0.75;1")
        start, half, end, *rest = (element.get("values") or "").split(";")
        assert rest == [end, half, start, start]
        assert start != end
        assert len((element.get("keySplines") or "").split(";")) == 6


@pytest.mark.parametrize("tempo", ["", "3-1-2", "fast", "0-1-0-1"])
def test_what_is_no_tempo_is_refused(tempo: str) -> None:
    with pytest.raises(ValueError, match=r"tempo|moves"):
        figures.figure("hip_hinge", "moving", tempo=tempo)


def test_an_unknown_figure_is_refused_and_can_be_asked_for() -> None:
    assert not figures.has_figure("hip_hinge", "fault:fast")
    assert figures.has_figure("hip_hinge", "fault:tuck")
    assert figures.has_figure("hip_hinge", "moving")
    with pytest.raises(KeyError):
        figures.figure("hip_hinge", "fault:fast")


def test_figures_are_of_moves_faults_and_transfers_the_catalogue_knows() -> None:
    catalogue = load_catalogue()
    assert set(MOVES) == set(catalogue.exercises)
    assert set(TRANSFER_KEYS) == set(catalogue.transfers)
    for move, faults in FAULTS.items():
        assert set(faults) <= set(catalogue.exercises[move].watch_for)
