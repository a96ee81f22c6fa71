"""What a requester does in a browser, for the tests of the portal."""

import re
from typing import Any

from flask.testing import FlaskClient

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Item
from helpdesk.channels.base import Attachment
from helpdesk.resources import catalog_path
from helpdesk.store.blobs import BlobStore
from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Entry, File, Ticket
from helpdesk.tickets.words import EntryKind
from helpdesk.usecases.access import link_for, link_token
from helpdesk.usecases.opening import attach
from tests.web.conftest import MEDAN, World

CATALOG = load_file(catalog_path())
WATI = "wati@example.id"
LATER = "2027-02-16"


def values_for(item: Item | None, **changed: str) -> dict[str, Any]:
    """What a careful requester types into the form of an item."""
    typed: dict[str, Any] = {
        "name": "Wati",
        "email": "wati@example.id",
        "subject": "Mohon bantuan",
        "text": "Baris satu.\nBaris dua.",
    }
    for attribute in item.attributes if item else ():
        if attribute.required and not attribute.by_staff:
            first = next(iter(attribute.choices), "Rapat")
            typed[f"attr-{attribute.id}"] = str(attribute.minimum or 1) if attribute.kind == "integer" else first
    if item and item.event_date:
        typed["event_date"] = LATER
    if item and item.superior_cc:
        typed["superior"] = "atasan@example.id"
    return typed | changed


def desk_of(item_id: str) -> str:
    """A desk that offers the item; Medan for its own ones and for what is no item."""
    offering = [desk.id for desk in CATALOG.desks.values() if item_id in desk.items]
    return MEDAN if MEDAN in offering or not offering else offering[0]


def path_of(item_id: str) -> str:
    return f"/{desk_of(item_id)}/{item_id}"


def hidden(browser: FlaskClient, path: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    page = browser.get(path).text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def send(browser: FlaskClient, item_id: str, typed: dict[str, Any]) -> Any:
    path = path_of(item_id)
    return browser.post(path, data=hidden(browser, path) | typed, content_type="multipart/form-data")


def link(world: World, number: str, address: str = WATI, purpose: str = "ticket") -> str:
    """The private link of a ticket, as a mail carries it."""
    with world.app.app_context(), unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        found = link_for(session, ticket.id, address, purpose, world.now)
        return f"/t/{link_token(world.context.settings.secret_key, found)}"


def press(browser: FlaskClient, page: str, action: str, **typed: Any) -> Any:
    """A button of the page, with the hidden fields of its form."""
    text = browser.get(page).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    return browser.post(f"{page}/{action}", data=hidden | typed, content_type="multipart/form-data")


def add_file(world: World, number: str, kind: EntryKind, name: str, content: bytes) -> int:
    """A file on a new entry of the ticket; its id."""
    with world.app.app_context(), unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        entry = Entry(ticket_id=ticket.id, kind=kind, channel="email", text="lihat", created_at=world.now)
        session.add(entry)
        session.flush()
        store = BlobStore(world.context.settings.data)
        attach(session, store, entry.id, (Attachment(name, "text/html", content),))
        session.flush()
        return session.query(File.id).filter_by(name=name).scalar()
