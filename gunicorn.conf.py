"""How gunicorn serves Regroove: read by itself from the folder it is started in.

Options on its command line come before these, except for the kind of worker.
"""

from __future__ import annotations

from typing import Any

worker_class = "clinic.serving.worker.PatientWorker"
logger_class = "clinic.serving.logs.ServerLog"
loglevel = "warning"
workers = 2
threads = 4
preload_app = True
control_socket_disable = True
graceful_timeout = 30  # seconds
timeout = 60  # seconds


def on_starting(server: Any) -> None:
    """Units written for an older release name gthread, whose threads wait for half-sent requests."""
    if server.cfg.worker_class_str != worker_class:
        server.cfg.set("worker_class", worker_class)
        server.worker_class = server.cfg.worker_class
