"""`helpdesk user deactivate`, `activate`, `password`: what a person's leaving ends, and what it leaves."""

import pytest

from tests.commands.test_commands import Commands, desk, helpdesk

__all__ = ["desk", "helpdesk"]
FIRST, SECOND = "kata-sandi-panjang\n", "kata-sandi-lain-lagi\n"


@pytest.fixture
def ayu(desk: Commands) -> Commands:
    """An installation with an agent, ayu."""
    assert desk("user", "add", "ayu", "--role", "agent", "--desk", "kptik-medan", given=FIRST).returncode == 0
    return desk


def test_a_name_that_was_given_up_gets_no_token_and_is_taken_by_nobody_else(ayu: Commands) -> None:
    assert ayu("user", "deactivate", "ayu")[:2] == (0, "")
    assert ayu("token", "add", "ayu").returncode == 2
    again = ayu("user", "add", "ayu", "--role", "agent", "--desk", "kptik-medan", given=FIRST)
    assert again.returncode == 2, "the history would name two people alike"


def test_who_comes_back_gets_a_new_password(ayu: Commands) -> None:
    assert ayu("user", "activate", "ayu", given=SECOND).returncode == 2, "who never left cannot come back"
    ayu("user", "deactivate", "ayu")
    assert ayu("user", "activate", "ayu", given="pendek\n").returncode == 2
    assert ayu("token", "add", "ayu").returncode == 2
    assert ayu("user", "activate", "ayu", given=SECOND)[:2] == (0, "")
    assert ayu("token", "add", "ayu").returncode == 0


@pytest.mark.parametrize("command", ["deactivate", "password"])
def test_an_unknown_user_is_refused(ayu: Commands, command: str) -> None:
    done = ayu("user", command, "siapa", given=SECOND)
    assert (done.returncode, done.stdout) == (2, "")
    assert SECOND.strip() not in done.stderr


def test_a_short_new_password_is_refused(ayu: Commands) -> None:
    assert ayu("user", "password", "ayu", given="pendek\n").returncode == 2
    assert ayu("user", "password", "ayu", given=SECOND)[:2] == (0, "")


def test_who_is_away_is_said_with_a_day_and_a_substitute_who_may_see_the_same(ayu: Commands) -> None:
    place = ("--role", "agent", "--desk", "kptik-medan", "--email", "budi@kantor.example")
    assert ayu("user", "add", "budi", *place, given=SECOND).returncode == 0
    assert ayu("user", "absent", "ayu", "--until", "2099-12-31", "--substitute", "budi")[:2] == (0, "")
    assert ayu("user", "absent", "budi", "--until", "2099-12-31", "--substitute", "ayu").returncode == 2, "no address"
    assert ayu("user", "absent", "ayu", "--until", "besok").returncode == 2
    assert ayu("user", "present", "ayu")[:2] == (0, "")
