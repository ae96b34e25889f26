"""What the product knows of its field, as data files with their sources, checked when the process starts."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from clinic.catalogue.crosscheck import check_catalogue, check_plain_words
from clinic.catalogue.loader import DATA, Catalogue, read_catalogue
from clinic.catalogue.plain_words import plain_words
from clinic.catalogue.reader import CatalogueError

__all__ = ["Catalogue", "CatalogueError", "load_catalogue"]


@lru_cache(maxsize=8)
def load_catalogue(directory: Path = DATA) -> Catalogue:
    """The catalogue, files and references checked; CatalogueError names the file and key that are wrong."""
    catalogue = read_catalogue(directory)
    check_catalogue(catalogue)
    check_plain_words(plain_words(directory), catalogue)
    return catalogue
