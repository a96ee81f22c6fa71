"""Logs: to standard error, one JSON object a line, or readable lines on a terminal; never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

_SECRET_KEY = re.compile(r"password|passwd|secret|token|authorization|cookie|api_?key|code_hash|^code$", re.IGNORECASE)
_URL_USER = re.compile(r"(?<=://)[^/@\s:]+:[^@\s]*(?=@)")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_PRIVATE_LINK = re.compile(r"(?i)((?:/|%2F)(?:t|receipt)(?:/|%2F))[0-9]{1,18}(?:-|%2D)[0-9a-f]+")
_BOT_TOKEN = re.compile(r"(?i)\b(?:bot\d{3,20}(?::|%3A)[\w-]+|\d{6,20}(?::|%3A)[\w-]{30,})")
HIDDEN = "***"


def _without_secrets(text: str) -> str:
    text = _PRIVATE_LINK.sub(rf"\1{HIDDEN}", _URL_USER.sub(HIDDEN, text))
    return _BOT_TOKEN.sub(HIDDEN, _BEARER.sub(rf"\1 {HIDDEN}", text))


def hide_secrets(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide, at any depth: values under telling names, users in URLs, tokens of private links, authorization headers."""
    for key, value in entry.items():
        entry[key] = HIDDEN if _SECRET_KEY.search(str(key)) and key != "event" else _hidden(value)
    return entry


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return _without_secrets(value)
    if isinstance(value, dict):
        return {k: HIDDEN if _SECRET_KEY.search(str(k)) else _hidden(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(v) for v in value]
    return value


def configure(*, level: int = logging.INFO, as_json: bool | None = None) -> None:
    """Send everything that the standard library and structlog log to standard error; call once in a process.

    `as_json` None: JSON unless standard error is a terminal.
    """
    as_json = not sys.stderr.isatty() if as_json is None else as_json
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    last: Processor = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=True)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("apscheduler", "httpcore", "httpx", "imapclient", "alembic", "telegram"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
