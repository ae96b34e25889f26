"""gunicorn's own words, in our format: what it says goes the way of everything else."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger


class ServerLog(Logger):
    """No handlers of its own, and no access log: the app notes each request without its path."""

    def setup(self, cfg: Any) -> None:
        """Let the root's handler have it."""
        super().setup(cfg)
        for each in (self.error_log, self.access_log):
            each.handlers.clear()
            each.propagate = True
