"""The first grant of a mailbox: by a code on another device (RFC 8628), or in a browser (RFC 8252, RFC 7636)."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from flask import Flask
from sqlalchemy import text

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email import oauth_consent as asking
from helpdesk.config import OAuth, bearer, mail_account
from helpdesk.store.db import unit_of_work
from helpdesk.usecases.mail_tokens import NOBODY_YET, Tokens
from tests.conftest import StandingClock
from tests.servers import identity
from tests.servers.identity import Provider

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECRET = "only-for-the-tests-0123456789"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with identity.running() as server:
        yield server


def configured(provider: Provider, user: str = "meja") -> OAuth:
    """The settings of a desk for which nobody has authorised anything, at a provider that has both ways."""
    root = provider.url.removesuffix("/token")
    env = provider.settings(REFRESH_TOKEN="", CLIENT_SECRET="", SCOPE="surel offline_access")
    env |= {f"HELPDESK_KPTIK_MEDAN_OAUTH_{k}": f"{root}/{v}" for k, v in
            (("DEVICE_URL", "device"), ("AUTHORIZE_URL", "authorize"))}  # fmt: skip
    oauth = bearer(urlsplit(f"imap://{user}@127.0.0.1/"), mail_account("kptik-medan", env, testing=True).oauth)
    assert oauth is not None
    return oauth


@on_sqlite
def test_a_code_on_another_device_authorises_the_mailbox_for_good(
    app: Flask, now: StandingClock, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    oauth, source, waits = configured(provider), Tokens(SECRET, now), list[float]()
    with pytest.raises(ChannelError, match=NOBODY_YET) as raised:
        source.access_token(oauth)
    assert raised.value.permanent
    assert provider.asked == [], "there is nothing to ask with"
    device = asking.ask_device(oauth)
    assert (device.user_code, device.verification_url) == ("ABCD-EFGH", provider.url.replace("token", "alat"))
    provider.consents, provider.trouble = ["authorization_pending", "slow_down"], [503]
    source.authorise(oauth, asking.wait_for_device(oauth, device, sleep=waits.append))
    assert waits == [1, 1, 1, 6]
    assert source.access_token(oauth) == "akses-1"
    now.move(hours=2)
    assert Tokens(SECRET, now).access_token(oauth) == "akses-2", "another process renews it by what was granted"
    with pytest.raises(ChannelError, match=NOBODY_YET):
        source.access_token(configured(provider, "lain"))
    with unit_of_work() as session:
        kept = str(session.execute(text("select * from oauth_grant")).mappings().all())
    for secret in ("segar", "akses", "rahasia-alat"):
        assert secret not in kept + caplog.text + repr(device)


@pytest.mark.parametrize("error", ["access_denied", "expired_token", "invalid_client"])
def test_a_refusal_at_the_device_ends_the_waiting(provider: Provider, error: str) -> None:
    oauth, waits = configured(provider), list[float]()
    device = asking.ask_device(oauth)
    provider.consents = ["authorization_pending", error, "authorization_pending"]
    with pytest.raises(ChannelError, match=error):
        asking.wait_for_device(oauth, device, sleep=waits.append)
    provider.consents = ["authorization_pending"] * 99
    with pytest.raises(ChannelError, match="expired"):
        asking.wait_for_device(oauth, replace(device, seconds=10), sleep=waits.append)
    assert len(waits) == 2 + 10


@on_sqlite
def test_a_browser_that_comes_back_to_this_machine_authorises_with_a_proof(
    app: Flask, now: StandingClock, provider: Provider
) -> None:
    oauth, source = configured(provider), Tokens(SECRET, now)
    with closing(asking.Loopback()) as here, ThreadPoolExecutor(1) as browser:
        asked = asking.consent(oauth, "meja@kantor.example", here.port)
        opened = browser.submit(lambda: [
            urlopen(f"{asked.redirect_url}?code=asing&state=asing").status,  # another page in the same browser
            urlopen(asked.url).status,
        ])  # fmt: skip
        answer = here.wait(asked, 10)
        assert opened.result() == [200, 200]
    assert "login_hint=meja%40kantor.example" in asked.url
    stranger = asking.consent(oauth, "", here.port)
    for consent in (stranger, replace(asked, state=stranger.state), replace(asked, verifier=stranger.verifier)):
        with pytest.raises(ChannelError, match=r"not the answer to this question|invalid_grant"):
            asking.redeem(oauth, consent, answer)
    source.authorise(oauth, asking.redeem(oauth, asked, answer))
    assert source.access_token(oauth) == "akses-1"
    with pytest.raises(ChannelError, match="access_denied"):
        asking.redeem(oauth, asked, f"/?error=access_denied&state={asked.state}")


def test_what_cannot_be_shown_or_would_end_within_the_hour_is_refused(provider: Provider) -> None:
    oauth = configured(provider)
    device = asking.ask_device(oauth)
    provider.trouble = [(200, {"access_token": "a"})]
    with pytest.raises(ChannelError, match="offline_access"):
        asking.wait_for_device(oauth, device, sleep=lambda _seconds: None)
    provider.device = lambda form: (200, {"device_code": "a", "user_code": "\x1b[2J", "verification_uri": "b"})  # type: ignore[method-assign]
    with pytest.raises(ChannelError, match="no code"):
        asking.ask_device(oauth)


def test_where_the_two_providers_are_asked_is_known() -> None:
    microsoft = urlsplit("https://login.microsoftonline.com/kantor/oauth2/v2.0/token")
    google = urlsplit("https://oauth2.googleapis.com/token")
    known = (OAuth(url, "x") for url in (microsoft, google, urlsplit("https://x.test/token")))
    found = [url and url.geturl() for oauth in known for url in (asking.device_url(oauth), asking.consent_url(oauth))]
    root = "https://login.microsoftonline.com/kantor/oauth2/v2.0"
    assert found == [f"{root}/devicecode", f"{root}/authorize", None, asking.GOOGLE_CONSENT, None, None]
    assert "scope=https%3A%2F%2Fmail.google.com%2F" in asking.consent(OAuth(google, "x"), "", 1).url
