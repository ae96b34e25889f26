"""Copy the pinned front-end files from node_modules into the tree, or check that the copies are untouched.

`vendor.py` needs what `npm ci` unpacked, and fonttools; `vendor.py --check` needs only Python.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
MANIFEST = Path("clinic/static/vendor/manifest.json")
FONTS = Path("clinic/static/fonts")
SPRITE = Path("clinic/static/icons.svg")
ICON_NAMES = Path("scripts/icons.txt")
# Painted on the symbol, not on the caller's <svg>, so that a bare <use> already draws a line icon.
PAINT = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
ATKINSON = "@fontsource-variable/atkinson-hyperlegible-next"
# The same typeface for paper: what sets the PDFs reads neither woff2 nor variable fonts.
PRINT_FONTS = Path("clinic/reports/fonts")
ATKINSON_TTF = "@expo-google-fonts/atkinson-hyperlegible-next"
NOTO_KR = "@expo-google-fonts/noto-sans-kr"
KOREAN = f"{PRINT_FONTS}/NotoSansKR-Syllables.ttf"
WEIGHTS = {"Regular": "400Regular", "Bold": "700Bold"}


def noto(script: str, *weights: str) -> dict[str, str]:
    """Copies of the typeface for names in a script that Atkinson does not know, with its licence."""
    package, name = f"@expo-google-fonts/noto-sans-{script.lower()}", f"NotoSans{script}"
    fonts = {
        f"{PRINT_FONTS}/{name}-{weight}.ttf": f"{package}/{WEIGHTS[weight]}/{name}_{WEIGHTS[weight]}.ttf"
        for weight in weights
    }
    return {**fonts, f"{PRINT_FONTS}/noto-sans-{script.lower()}.LICENSE.txt": f"{package}/LICENSE_FONT"}


COPIES = {
    "clinic/static/vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "clinic/static/vendor/htmx.LICENSE.txt": "htmx.org/LICENSE",
    # css/pico-base.css is compiled from this version's sources; only the licence is copied as it is.
    "clinic/static/vendor/pico.LICENSE.txt": "@picocss/pico/LICENSE.md",
    f"{FONTS}/atkinson-latin.woff2": f"{ATKINSON}/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    f"{FONTS}/atkinson-latin-ext.woff2": (
        f"{ATKINSON}/files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2"
    ),
    f"{FONTS}/atkinson.LICENSE.txt": f"{ATKINSON}/LICENSE",
    f"{PRINT_FONTS}/AtkinsonHyperlegibleNext-Regular.ttf": (
        f"{ATKINSON_TTF}/400Regular/AtkinsonHyperlegibleNext_400Regular.ttf"
    ),
    f"{PRINT_FONTS}/AtkinsonHyperlegibleNext-Bold.ttf": (
        f"{ATKINSON_TTF}/700Bold/AtkinsonHyperlegibleNext_700Bold.ttf"
    ),
    f"{PRINT_FONTS}/atkinson.LICENSE.txt": f"{ATKINSON_TTF}/LICENSE_FONT",
    **noto("Arabic", "Regular", "Bold"),
    **noto("Devanagari", "Regular", "Bold"),
    **noto("Thai", "Regular", "Bold"),
    **noto("SC", "Regular"),  # Chinese and Japanese; one weight is 10 MB
    f"{PRINT_FONTS}/noto-sans-kr.LICENSE.txt": f"{NOTO_KR}/LICENSE_FONT",
    "clinic/static/icons.LICENSE.txt": "lucide-static/LICENSE",
    "tests/vendor/axe.min.js": "axe-core/axe.min.js",
    "tests/vendor/axe.LICENSE.txt": "axe-core/LICENSE",
    "tests/vendor/axe.LICENSE-3RD-PARTY.txt": "axe-core/LICENSE-3RD-PARTY.txt",
}


def vendor() -> None:
    """Write every vendored file and the manifest that pins it."""
    for target, source in COPIES.items():
        write(target, (MODULES / source).read_bytes())
    write(KOREAN, korean())
    write(SPRITE, sprite().encode())
    written = sorted([*COPIES, KOREAN, str(SPRITE)])
    manifest = {"packages": pinned(), "sha256": {path: digest(ROOT / path) for path in written}}
    write(MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())


def korean() -> bytes:
    """The 2,350 syllables of KS X 1001 alone: 0.4 MB of the typeface's 6 hold nearly every name."""
    tools = importlib.import_module("fontTools.subset")
    options = tools.Options(layout_features=[], hinting=False, name_IDs=["*"])
    font = tools.load_font(str(MODULES / f"{NOTO_KR}/400Regular/NotoSansKR_400Regular.ttf"), options)
    subsetter = tools.Subsetter(options)
    subsetter.populate(text=syllables())
    subsetter.subset(font)
    made = io.BytesIO()
    font.save(made)
    return made.getvalue()


def syllables() -> str:
    """The syllables that the Korean standard for exchange orders in 25 rows of 94."""
    return bytes(
        part for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF) for part in (row, cell)
    ).decode("euc_kr")


def check() -> list[str]:
    """Say what differs between the tree and the manifest; an empty list means nothing does."""
    manifest = json.loads((ROOT / MANIFEST).read_text())
    expected: dict[str, str] = manifest["sha256"]
    problems = [
        f"{path}: {'changed' if (ROOT / path).exists() else 'missing'}"
        for path, sha256 in expected.items()
        if not (ROOT / path).exists() or digest(ROOT / path) != sha256
    ]
    problems += [f"{path}: not in {MANIFEST}" for path in vendored_files() if path not in expected]
    if manifest["packages"] != pinned():
        problems.append(f"package.json: pins differ from {MANIFEST}")
    return problems


def vendored_files() -> list[str]:
    folders = [ROOT / MANIFEST.parent, ROOT / FONTS, ROOT / PRINT_FONTS, ROOT / "tests/vendor"]
    found = (path.relative_to(ROOT) for folder in folders for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path != MANIFEST)


def pinned() -> dict[str, str]:
    pins: dict[str, str] = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    return pins


def sprite() -> str:
    symbols = "\n".join(symbol(name) for name in (ROOT / ICON_NAMES).read_text().split())
    note = f"<!-- Lucide {pinned()['lucide-static']}, ISC; see icons.LICENSE.txt. Made by `make vendor`. -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{note}\n{symbols}\n</svg>\n'


def symbol(name: str) -> str:
    svg = (MODULES / f"lucide-static/icons/{name}.svg").read_text()
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if inner is None:
        raise SystemExit(f"lucide-static/icons/{name}.svg is not a picture we can read")
    shapes = re.sub(r"\s*\n\s*", "", inner[1]).replace(" />", "/>")
    return f'<symbol id="i-{name}" viewBox="0 0 24 24" {PAINT}>{shapes}</symbol>'


def write(path: str | Path, content: bytes) -> None:
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        problems = check()
        sys.stderr.writelines(f"vendored: {problem}\n" for problem in problems)
        return 1 if problems else 0
    if arguments:
        sys.stderr.write("usage: vendor.py [--check]\n")
        return 2
    vendor()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
