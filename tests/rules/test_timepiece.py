"""The clock: real by default, standing only when testing, and always aware."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.config import ConfigError, load
from helpdesk.timepiece import clock

TESTING = {"HELPDESK_TESTING": "1"}


def clock_of(**env: str):
    return clock(load(env={**TESTING, **env}, need_secret=False))


def test_the_real_clock_is_utc() -> None:
    now = clock_of()()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_standing_clock_stands() -> None:
    now = clock_of(HELPDESK_TEST_NOW="2026-11-23T08:00:00+07:00")
    assert now() == now() == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_a_clock_in_a_file_is_read_again_at_each_use(tmp_path: Path) -> None:
    hands = tmp_path / "now"
    now = clock_of(HELPDESK_TEST_NOW_FILE=str(hands))
    hands.write_text("2026-11-23T08:00:00+07:00\n")
    assert now() == datetime(2026, 11, 23, 1, tzinfo=UTC)
    hands.write_text("2026-11-30T08:00:00Z")
    assert now() == datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-23T08:00:00", "besok", ""])
def test_a_time_without_an_offset_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "now").write_text(text)
    with pytest.raises(ConfigError, match="HELPDESK_TEST_NOW"):
        clock_of(HELPDESK_TEST_NOW_FILE=str(tmp_path / "now"))()
