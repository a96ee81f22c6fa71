"""The one place that asks what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from helpdesk.config import ConfigError, Settings

Now = Callable[[], datetime]


def _parse(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ConfigError(f"HELPDESK_TEST_NOW: not an ISO 8601 time: {text.strip()[:40]!r}") from error
    if moment.tzinfo is None:
        raise ConfigError("HELPDESK_TEST_NOW: an offset is needed, for example 2026-11-23T08:00:00+07:00")
    return moment.astimezone(UTC)


def _from_file(path: Path) -> Now:
    return lambda: _parse(path.read_text(encoding="utf-8"))


def clock(settings: Settings) -> Now:
    """A function that gives the present as an aware UTC time; a standing clock only under HELPDESK_TESTING=1.

    Raises ConfigError when the standing clock is not an ISO 8601 time with an offset.
    """
    if settings.test_now_file:
        return _from_file(settings.test_now_file)
    if settings.test_now:
        moment = _parse(settings.test_now)
        return lambda: moment
    return lambda: datetime.now(UTC)
