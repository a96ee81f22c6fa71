"""The production web server: gunicorn with threads, logging like everything else."""

import gc
import logging
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from helpdesk.config import Settings

GRACE_SECONDS = 5


class ServerLog(Logger):
    """gunicorn's log without its own handlers: the root logger's formatting and hiding of secrets hold for it too."""

    def setup(self, cfg: Any) -> None:
        """Let everything go to the root logger."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True
        self.error_log.setLevel(logging.INFO)


class Server(BaseApplication):
    """The web application under gunicorn.

    The application is made once, before the processes are forked, so a mistake in the settings ends the command and
    the processes share its memory. It may therefore hold no thread and no open connection.
    """

    def __init__(self, settings: Settings, workers: int, threads: int) -> None:
        self._settings, self._workers, self._threads = settings, workers, threads
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        chosen = {
            "bind": [self._settings.bound],
            "workers": self._workers,
            "threads": self._threads,
            "worker_class": "gthread",
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 15,
            "control_socket_disable": True,
            "logger_class": ServerLog,
            "accesslog": None,
            "pre_fork": _share_memory,
        }
        for key, value in chosen.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """The WSGI application."""
        from helpdesk.app import create_app  # noqa: PLC0415 - the master reads its settings before it needs this

        return create_app(self._settings)


def _share_memory(_arbiter: Any, _worker: Any) -> None:
    """Keep the collector's hands off what was loaded before the fork: its pages stay shared."""
    gc.collect()
    gc.freeze()
