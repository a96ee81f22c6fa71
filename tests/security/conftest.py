"""The real application, its letter boxes and its outgoing mail, for tests that look for what must not be there."""

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest

from helpdesk.channels.email.composing import compose
from helpdesk.config import load
from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.usecases.access import link_for, link_token
from helpdesk.usecases.dispatch import letter
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.post import Post
from tests.web import conftest as web
from tests.web.conftest import World

populated, site, world = web.populated, web.site, web.world
site_folder, applications = web.site_folder, web.applications


class Yard:
    """A site that mail comes in at, goes out from, and that anybody may look at."""

    def __init__(self, world: World) -> None:
        self.world = world
        account = load((MEDAN,), {"HELPDESK_KPTIK_MEDAN_SMTP_URL": "smtp://127.0.0.1:9"}, need_secret=False).mail
        staff = {name: world.staff(name) for name in ("rina", "tono", "sari")}
        context = world.context
        self.office = Office(context.catalog, replace(context.settings, mail=account), lambda: world.now, staff)
        self.post = Post(self.office)

    def arrives(self, raw: bytes, desk: str = MEDAN) -> str:
        """The number of the ticket that a mail opened or continued; "" for none."""
        return self.post.arrives(raw, desk).ticket or ""

    def mails(self) -> list[tuple[str, EmailMessage, bytes]]:
        """Everything that goes out by mail, in order: recipient, the message, its bytes."""
        found = []
        with unit_of_work() as session:
            for message in session.query(OutboxMessage).order_by(OutboxMessage.id):
                raw = compose(letter(session, self.office.context(), message))
                found.append((message.recipient, email.message_from_bytes(raw, policy=email.policy.default), raw))
        return found  # type: ignore[return-value]

    def told(self, address: str = "") -> str:
        """All that the mails to an address (to anybody) say, decoded."""
        return "\n".join(_words(mail) for to, mail, _raw in self.mails() if address in ("", to))

    def portal(self, number: str) -> str:
        """All that the pages behind the private link of a ticket's requester show, in both languages."""
        requester, ticket_id = self.office.requester(number), self.office.value(number, "id")
        with unit_of_work() as session:
            row = link_for(session, ticket_id, requester.address, "ticket", self.world.now)
            token = link_token(self.office.settings.secret_key, row)
        browser, shown = self.world.browser(), []
        for path in (f"/t/{token}", f"/receipt/{token}"):
            shown += [browser.get(path, query_string={"lang": language}).text for language in ("id", "en")]
        mine = self.world.proved(requester.address)
        shown += [mine.get("/my").text, mine.get(f"/my/{number}").text]
        assert number in shown[0], "the page itself must be there"
        return "\n".join(shown)


def _words(mail: EmailMessage) -> str:
    bodies = (mail.get_body((kind,)) for kind in ("plain", "html"))
    said = [str(value) for value in mail.values()] + [body.get_content() for body in bodies if body is not None]
    return "\n".join(said)


@pytest.fixture
def yard(world: World) -> Iterator[Yard]:
    with world.app.app_context():
        yield Yard(world)
        db.session.remove()
