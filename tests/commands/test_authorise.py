"""`helpdesk mail authorise`: the way from the settings to a grant in the database, and a mailbox that opens."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from helpdesk import logs
from helpdesk.channels.email import oauth_consent
from helpdesk.commands.mail import mail
from helpdesk.config import Settings, bearer, mail_account
from helpdesk.store.db import bare_app
from helpdesk.timepiece import clock
from helpdesk.usecases.mail_tokens import Tokens
from tests.servers import dovecot as dovecot_server
from tests.servers import identity
from tests.servers.identity import Provider

MEDAN = "kptik-medan"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The command runs in this process: it waits for nobody, and leaves the logs of the tests alone."""
    monkeypatch.setattr(oauth_consent.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(logs, "configure", lambda: None)
    with identity.running() as server:
        yield server


def environment(settings: Settings, provider: Provider, **more: str) -> dict[str, str]:
    given = provider.settings(
        REFRESH_TOKEN="", CLIENT_SECRET="", SCOPE="surel", DEVICE_URL=f"{provider.url[:-6]}/device"
    )
    given |= {"HELPDESK_DATA": str(settings.data), "HELPDESK_DATABASE_URL": settings.database_url}
    named = {f"HELPDESK_KPTIK_MEDAN_{name}": value for name, value in more.items()}
    return {**given, "HELPDESK_SECRET_KEY": settings.secret_key, **named}


def authorise(env: dict[str, str], *options: str) -> Result:
    return CliRunner(env=env).invoke(mail, ["authorise", MEDAN, *options])


@on_sqlite
def test_the_account_that_sends_is_authorised_by_a_code(settings: Settings, provider: Provider) -> None:
    env = environment(settings, provider, SMTP_URL="smtp://meja%40kantor.example@127.0.0.1:9")
    done = authorise(env, "--smtp")
    assert json.loads(done.stdout) == {"desk": MEDAN, "user": "meja@kantor.example", "outcome": "authorised"}
    assert "ketik kode ABCD-EFGH" in done.stderr
    assert "segar" not in done.output
    account = mail_account(MEDAN, env, testing=True)
    oauth = bearer(account.smtp, account.oauth)
    assert oauth is not None
    with bare_app(settings).app_context():
        assert Tokens(settings.secret_key, clock(settings)).access_token(oauth) == "akses-1"
    provider.consents = ["access_denied"]
    refused = authorise(env, "--smtp")
    assert (refused.exit_code, json.loads(refused.stdout)["reason"]) == (1, "identity provider: 400 access_denied")
    assert authorise(env, "--flow", "browser", "--smtp").exit_code == 2, "no page is known for it"
    assert authorise({**env, "HELPDESK_KPTIK_MEDAN_SMTP_URL": "smtp://a:b@127.0.0.1:9"}, "--smtp").exit_code == 2


@on_sqlite
@pytest.mark.dovecot
def test_who_consents_as_somebody_else_than_the_mailbox_is_told_at_once(settings: Settings, provider: Provider) -> None:
    if reason := dovecot_server.missing():
        pytest.skip(reason)
    with dovecot_server.running([MEDAN], provider.url.replace("/token", "/introspect")) as dovecot:
        env = environment(settings, provider, IMAP_URL=f"imap://{MEDAN}@127.0.0.1:{dovecot.port}/INBOX")
        assert authorise(env).exit_code == 0
        provider.user = "orang-lain"
        other = authorise(env)
        assert (other.exit_code, json.loads(other.stdout)["outcome"]) == (1, "refused")
