"""Access tokens for mail accounts (E26): refreshed early, by one at a time; rotated, refused, waited for, mended."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from helpdesk import failpoints
from helpdesk.channels.base import ChannelError
from helpdesk.channels.email import oauth as asking
from helpdesk.config import OAuth, mail_account
from helpdesk.store.db import db, unit_of_work
from helpdesk.usecases.mail_tokens import ASK_AGAIN_AFTER, FRESH, LEASE, Tokens
from tests.conftest import StandingClock
from tests.servers import identity
from tests.servers.identity import Provider
from tests.servers.killed import in_a_killed_process

SECRET = "only-for-the-tests-0123456789"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with identity.running() as server:
        yield server


def configured(provider: Provider, **more: str) -> OAuth:
    found = mail_account("kptik-medan", provider.settings(**more), testing=True).oauth
    assert found is not None
    return found


def tokens(now: StandingClock, secret: str = SECRET) -> Tokens:
    return Tokens(secret, now)


@on_sqlite
def test_a_token_is_used_until_four_fifths_of_its_life_are_over(
    app: Flask, now: StandingClock, provider: Provider
) -> None:
    oauth, source = configured(provider, SCOPE="https://outlook.office.com/IMAP.AccessAsUser.All"), tokens(now)
    assert [source.access_token(oauth), source.access_token(oauth)] == ["akses-1", "akses-1"]
    assert provider.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "segar-0",
            "client_id": "meja",
            "client_secret": "rahasia",
            "scope": oauth.scope,
        }
    ]
    now.move(seconds=2879)
    assert source.access_token(oauth) == "akses-1"
    now.move(seconds=1)
    assert source.access_token(oauth) == "akses-2"
    assert provider.asked[-1]["refresh_token"] == "segar-1", "the rotated one"
    assert tokens(now).access_token(oauth) == "akses-2", "another process, or the same one after a restart"


def test_of_many_that_need_a_token_one_asks_for_it(app: Flask, now: StandingClock, provider: Provider) -> None:
    """A provider that takes each refresh token once would cut off whoever asks second."""
    provider.trouble = [0.3]
    oauth, got = configured(provider), []

    def ask() -> None:
        with app.app_context():
            got.append(tokens(now).access_token(oauth))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["akses-1"] * 4
    assert len(provider.asked) == 1


@on_sqlite
def test_a_provider_that_fails_costs_nothing_while_the_old_token_holds(
    app: Flask, now: StandingClock, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TOTAL_SECONDS", 0.2)
    oauth, source = configured(provider), tokens(now)
    source.access_token(oauth)
    now.move(seconds=3000)
    provider.trouble = [500, 302, 2.0]
    assert [source.access_token(oauth) for _ in range(3)] == ["akses-1"] * 3
    now.move(seconds=600)
    provider.trouble = [503, 429]
    for _ in range(2):
        with pytest.raises(ChannelError) as raised:
            source.access_token(oauth)
        assert not raised.value.permanent
        assert "segar" not in str(raised.value)
    assert len(provider.asked) == 6, "a redirection is not followed"
    assert source.access_token(oauth).startswith("akses-")


@on_sqlite
def test_a_grant_that_is_refused_is_left_alone_until_somebody_authorises_anew(
    app: Flask, now: StandingClock, provider: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    written = tmp_path / "grant"
    written.write_text("segar-mati")
    env = provider.settings(REFRESH_TOKEN="", REFRESH_TOKEN_FILE=str(written))
    oauth, source = mail_account("kptik-medan", env, testing=True).oauth, tokens(now)
    assert oauth is not None
    for _ in range(3):
        with pytest.raises(ChannelError, match="400 invalid_grant AADSTS700082") as raised:
            source.access_token(oauth)
        assert raised.value.permanent
    assert len(provider.asked) == 1, "no crash loop at the provider"
    now.move(seconds=ASK_AGAIN_AFTER.total_seconds())
    with pytest.raises(ChannelError):
        source.access_token(oauth)
    assert len(provider.asked) == 2, "an administrator there may have mended it"
    written.write_text("segar-0\n")
    assert source.access_token(oauth) == "akses-1"
    assert "segar" not in caplog.text
    assert "akses" not in caplog.text
    assert "segar" not in repr(oauth)


@on_sqlite
def test_a_rotated_grant_survives_a_database_that_is_away_for_a_moment(
    app: Flask, now: StandingClock, provider: Provider
) -> None:
    oauth, source = configured(provider), tokens(now)
    failpoints.arm("admin.oauth_after_refresh_before_store:database")
    try:
        assert source.access_token(oauth) == "akses-1"
    finally:
        failpoints.arm("")
    now.move(hours=2)
    assert source.access_token(oauth) == "akses-2", "by the rotated refresh token"


@on_sqlite
def test_a_process_that_is_killed_with_a_new_grant_keeps_nobody_from_asking_again(
    app: Flask, now: StandingClock, provider: Provider
) -> None:
    """At a provider that lets the refresh token before hold on, as Microsoft and Google do. Where one does not, what it
    granted is lost with the process: it refuses the grant, and somebody authorises the mailbox anew.
    """
    provider.strict, oauth, source = False, configured(provider), tokens(now)
    failpoints.arm("admin.oauth_after_refresh_before_store:kill")
    try:
        db.engine.dispose()
        in_a_killed_process(lambda: source.access_token(oauth))
    finally:
        failpoints.arm("")
    assert provider.asked[0]["refresh_token"] == "segar-0"
    now.move(seconds=LEASE.total_seconds() + 1)
    assert source.access_token(oauth) == "akses-2"
    assert source.access_token(oauth) == "akses-2"


@on_sqlite
def test_a_token_that_the_mail_server_refuses_is_replaced_once(
    app: Flask, now: StandingClock, provider: Provider
) -> None:
    oauth, source = configured(provider), tokens(now)
    first = source.access_token(oauth)
    now.move(seconds=FRESH.total_seconds())
    second = source.access_token(oauth, first)
    assert (first, second) == ("akses-1", "akses-2")
    assert source.access_token(oauth, first) == second, "somebody else has replaced it already"
    with pytest.raises(ChannelError, match="just granted") as raised:
        source.access_token(oauth, second)
    assert raised.value.permanent
    assert len(provider.asked) == 2


@on_sqlite
def test_what_is_kept_is_sealed_and_a_lost_key_falls_back_on_the_settings(
    app: Flask, now: StandingClock, provider: Provider
) -> None:
    provider.strict, oauth = False, configured(provider)
    tokens(now).access_token(oauth)
    with unit_of_work() as session:
        kept = str(session.execute(text("select * from oauth_grant")).mappings().one())
    assert "segar" not in kept
    assert "akses" not in kept
    assert tokens(now, "another-key-0123456789").access_token(oauth) == "akses-2"


@on_sqlite
def test_a_client_that_needs_no_person_asks_by_its_own_secret(
    app: Flask, now: StandingClock, provider: Provider
) -> None:
    oauth = configured(provider, REFRESH_TOKEN="", SCOPE="https://outlook.office365.com/.default")
    assert tokens(now).access_token(oauth) == "akses-1"
    assert provider.asked[0]["grant_type"] == "client_credentials"


@pytest.mark.parametrize(
    "answer",
    [{}, {"access_token": "satu\r\ndua"}, {"access_token": 7}, {"access_token": "x" * 70_000}, []],
    ids=["nothing", "two lines", "a number", "endless", "a list"],
)
def test_an_answer_without_a_usable_token_is_no_token(provider: Provider, answer: Any) -> None:
    provider.trouble = [(200, answer)]
    with pytest.raises(ChannelError, match="no access token"):
        asking.request_token(configured(provider), "segar-0")


@pytest.mark.parametrize(("said", "seconds"), [("3599", 3599), (None, 3600), ("besok", 3600), (-5, 0), (10**9, 86_400)])
def test_the_life_of_a_token_is_kept_within_reason(provider: Provider, said: Any, seconds: int) -> None:
    provider.trouble = [(200, {"access_token": "a", "expires_in": said})]
    assert asking.request_token(configured(provider), "segar-0").seconds == seconds
