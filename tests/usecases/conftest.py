"""A desk to work at: the delivered catalogue, a fresh database on both engines, and people of every role."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog
from helpdesk.config import Settings, load
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, db, unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.store.people_models import Membership, StaffUser
from helpdesk.tickets.permission import Actor, Requester, Staff
from helpdesk.tickets.words import Action, Channel, Role
from helpdesk.usecases.context import Context
from helpdesk.usecases.handling import perform, ticket_for
from helpdesk.usecases.opening import Opening, open_ticket, person_for
from helpdesk.usecases.people import staff_of
from tests.conftest import StandingClock

MEDAN = "kptik-medan"
PEOPLE = {
    "agen": [(Role.AGENT, MEDAN, "")],
    "teknisi": [(Role.TECHNICIAN, MEDAN, "rft-tik")],
    "teknisi-bmn": [(Role.TECHNICIAN, MEDAN, "rft-bmn")],
    "pusintek": [(Role.TECHNICIAN, "*", "pusintek")],
    "penyelia": [(Role.SUPERVISOR, MEDAN, "")],
    "admin": [(Role.ADMINISTRATOR, "*", "")],
    "agen-lain": [(Role.AGENT, "kptik-denpasar", "")],
}


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_file(catalog_path())


@pytest.fixture
def settings(settings: Settings) -> Settings:
    mail = load(
        (MEDAN,),
        {
            "HELPDESK_SECRET_KEY": "only-for-the-tests-0123456789",
            "HELPDESK_KPTIK_MEDAN_SMTP_URL": "smtp://127.0.0.1:9",
        },
    ).mail
    return replace(settings, mail=mail)


@pytest.fixture
def app(settings: Settings, apps: dict[str, Flask]) -> Iterator[Flask]:
    app = apps.get(settings.database_url) or apps.setdefault(settings.database_url, bare_app(settings))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@dataclass
class Office:
    """What the tests say: who does what when."""

    catalog: Catalog
    settings: Settings
    now: StandingClock
    people: dict[str, Staff]

    def context(self) -> Context:
        return Context(self.catalog, self.settings, self.now())

    def opened(self, *, email: str = "sari@kantor.example", channel: str = Channel.EMAIL, **values: Any) -> str:
        """The number of a new ticket."""
        with unit_of_work() as session:
            person = person_for(session, self.now(), email=email, name="Sari")
            opening = Opening(
                **{
                    "desk": MEDAN,
                    "channel": channel,
                    "requester": person,
                    "subject": "Lupa password",
                    "text": "Mohon dibantu.",
                    "received_at": self.now(),
                    **values,
                }
            )
            return open_ticket(session, self.context(), Requester(person.id, email, "Sari"), opening).number

    def does(self, who: str | Actor, action: Action | str, number: str, /, **fields: Any) -> None:
        """One action, committed; a refusal is raised and changes nothing."""
        actor = self.people[who] if isinstance(who, str) else who
        with unit_of_work() as session:
            ticket = ticket_for(session, actor, number, lock=True)
            perform(session, self.context(), actor, ticket, Action(action), fields)

    def requester(self, number: str) -> Requester:
        return self.see(number, lambda _s, t: Requester(t.requester_id, t.requester.email or "", t.requester.name))

    def see(self, number: str, look: Callable[[Session, Ticket], Any]) -> Any:
        """What `look(session, ticket)` gives."""
        with unit_of_work() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            return look(session, ticket)

    def value(self, number: str, name: str) -> Any:
        return self.see(number, lambda _s, t: getattr(t, name))


@pytest.fixture
def office(app: Flask, catalog: Catalog, settings: Settings, now: StandingClock) -> Office:
    people = {}
    with unit_of_work() as session:
        for name, memberships in PEOPLE.items():
            user = StaffUser(name=name, display_name=name.title(), password_hash="-", created_at=now())
            user.memberships = [Membership(role=r, desk=d, group=g) for r, d, g in memberships]
            session.add(user)
            session.flush()
            people[name] = staff_of(user)
    return Office(catalog, settings, now, people)
