"""Whose settings a command goes by: on a server they stand in a file that a shell knows nothing of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clinic.cli.trouble import CannotStart

OF_THE_SERVER = Path("/etc/regroove.env")
NAMES_A_DATABASE = ("CLINIC_ENV", "CLINIC_DATA_DIR", "CLINIC_DATABASE_URL")
MAKES_ONE = frozenset({"serve", "demo"})  # to try it: these may begin in any folder


def refuse_without_settings(
    command: str,
    environ: Mapping[str, str],
    here: Path,
    *,
    is_root: bool,
    has_file: bool = False,
    server: Path = OF_THE_SERVER,
) -> None:
    """Raises CannotStart where a command would pass by the server's records into an empty place.

    `has_file`: a file with settings was given, and read into `environ`.
    """
    if any(environ.get(name) for name in NAMES_A_DATABASE):
        return
    is_lost = is_root and command not in MAKES_ONE and not (here / "instance").exists()
    if has_file and (is_lost or server.exists()):
        raise CannotStart(
            "The file that --env-file names says nothing of where the records are: "
            f"it sets none of {', '.join(NAMES_A_DATABASE)}."
        )
    if server.exists():
        raise CannotStart(
            f"This server's settings are in {server}: clinic --env-file {server} {command} …, "
            "as the user who owns the records."
        )
    if is_lost:
        raise CannotStart(
            f"There are no settings and no records in {here}. Name the file with the settings: "
            f"clinic --env-file FILE {command} …, or the folder: CLINIC_DATA_DIR=…"
        )
