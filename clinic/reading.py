"""Templates as they were when the process began: new files below a running server change no page of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, TemplateNotFound

TEMPLATES = Path(__file__).resolve().parent / "templates"


@cache
def sources(folder: Path = TEMPLATES) -> Mapping[str, str]:
    """All files below a folder as they are when this is first asked: name to text."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in files}


class ReadAtStart(FileSystemLoader):
    """Gives out what `sources` holds, whatever has become of the files."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        super().__init__(folder)
        self._folder, self._sources = folder, sources(folder)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """What the template was at the start; raises TemplateNotFound for one that was not there."""
        try:
            source = self._sources[template]
        except KeyError:
            raise TemplateNotFound(template) from None
        return source, str(self._folder / template), lambda: True
