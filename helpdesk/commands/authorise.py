"""`helpdesk mail authorise`: a person lets the helpdesk into a mailbox of Microsoft 365 or Google."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from helpdesk.commands import surroundings

if TYPE_CHECKING:
    from helpdesk.channels.email.oauth import Granted
    from helpdesk.config import Inbox, MailAccount, OAuth
    from helpdesk.usecases.mail_tokens import Tokens

CONSENT_SECONDS = 600.0
DEVICE, BROWSER = "device", "browser"


@click.command("authorise")
@click.argument("desk")
@click.option("--mailbox", default=1, metavar="N", help="Kotak surat ke-N meja. / The desk's Nth mailbox.")
@click.option("--smtp", is_flag=True, help="Akun pengiriman, bila lain. / The account that sends, where it is another.")
@click.option("--flow", type=click.Choice((DEVICE, BROWSER)), help="Cara memberi izin. / How consent is given.")
@click.option(
    "--port", default=0, metavar="PORT", help="Porta tempat peramban kembali. / Where the browser comes back."
)
@click.option("--paste", is_flag=True, help="Tempelkan alamat dari peramban. / Paste the browser's address instead.")
def authorise(desk: str, mailbox: int, flow: str | None, port: int, *, smtp: bool, paste: bool) -> None:
    """Beri izin membaca dan mengirim surel meja. / Let the helpdesk into a desk's mail account (OAuth 2.0)."""
    from helpdesk.channels.base import ChannelError
    from helpdesk.timepiece import clock
    from helpdesk.usecases.mail_tokens import Tokens

    known = surroundings.catalog()
    settings = surroundings.settings(known, need_secret=True)
    if desk not in known.desks:
        surroundings.refuse(f"{desk}: meja tidak dikenal / no such desk")
    oauth, inbox = _account(settings.mail[desk], mailbox, smtp=smtp)
    said: dict[str, object] = {"desk": desk, "user": oauth.user}
    with surroundings.context():
        tokens = Tokens(settings.secret_key, clock(settings))
        try:
            tokens.authorise(oauth, _asked(oauth, flow, port, paste=paste))
            if inbox is not None:
                _try(inbox, oauth, tokens)
        except ChannelError as error:
            surroundings.show({**said, "outcome": "refused", "reason": str(error)})
            sys.exit(1)
    surroundings.show({**said, "outcome": "authorised"})


def _account(account: MailAccount, mailbox: int, *, smtp: bool) -> tuple[OAuth, Inbox | None]:
    """What is to be authorised, and the mailbox to try it at; ends the command where nothing asks for it."""
    from helpdesk.config import bearer

    inbox = account.inboxes[mailbox - 1] if 0 < mailbox <= len(account.inboxes) and not smtp else None
    oauth = inbox.bearer if inbox is not None else bearer(account.smtp, account.oauth)
    if oauth is None:
        surroundings.refuse(
            "akun ini tidak memakai OAuth: URL dengan pengguna tanpa sandi dan setelan OAUTH_ diperlukan / "
            "this account does not use OAuth: it needs a URL with a user and no password, and the OAUTH_ settings"
        )
    return oauth, inbox


def _asked(oauth: OAuth, flow: str | None, port: int, *, paste: bool) -> Granted:
    """What the person granted. Raises ChannelError."""
    from helpdesk.channels.email.oauth_consent import consent_url, device_url

    flow = flow or (DEVICE if device_url(oauth) is not None else BROWSER)
    if flow == DEVICE and device_url(oauth) is None:
        surroundings.refuse("OAUTH_DEVICE_URL belum ditetapkan / is not set")
    if flow == BROWSER and consent_url(oauth) is None:
        surroundings.refuse("OAUTH_AUTHORIZE_URL belum ditetapkan / is not set")
    return _by_device(oauth) if flow == DEVICE else _by_browser(oauth, port, paste=paste)


def _by_device(oauth: OAuth) -> Granted:
    from helpdesk.channels.email.oauth_consent import ask_device, wait_for_device

    device = ask_device(oauth)
    click.echo(
        f"Buka {device.verification_url} , masuk sebagai {oauth.user}, dan ketik kode {device.user_code}\n"
        f"Open {device.verification_url} , sign in as {oauth.user}, and enter the code {device.user_code}",
        err=True,
    )
    return wait_for_device(oauth, device)


def _by_browser(oauth: OAuth, port: int, *, paste: bool) -> Granted:
    from contextlib import closing

    from helpdesk.channels.email.oauth_consent import Loopback, consent, redeem

    with closing(Loopback(port)) as here:
        asked = consent(oauth, oauth.user, here.port)
        click.echo(f"Buka dan masuk sebagai / Open and sign in as {oauth.user}:\n{asked.url}", err=True)
        if not paste:
            return redeem(oauth, asked, here.wait(asked, CONSENT_SECONDS))
    answer = click.prompt("Alamat tempat peramban berhenti / The address where the browser stops", err=True)
    return redeem(oauth, asked, str(answer).strip())


def _try(inbox: Inbox, oauth: OAuth, tokens: Tokens) -> None:
    """Sign in once: whoever consented may have been somebody else than the mailbox's user. Raises ChannelError."""
    from functools import partial

    from helpdesk.channels.email.imap import Mailbox

    with Mailbox(inbox.url, token=partial(tokens.access_token, oauth)):
        click.echo(f"{inbox.account}: dapat dibuka / can be opened", err=True)
