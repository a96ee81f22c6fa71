"""A demo that is alive: a few dozen tickets in all states and ages, made by the use cases as if the past days had been.

Everything happens in one transaction and in a time of its own, which walks through the working hours of the desks up
to just now; nothing waits to be sent afterwards.
"""

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Catalog
from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.base import Attachment, ChannelError
from helpdesk.channels.email.reading import read
from helpdesk.config import Settings
from helpdesk.demo import installation, stories, stories_authorities, stories_elsewhere
from helpdesk.demo.people import UNREACHABLE
from helpdesk.demo.seed_mail import Pen, file_content
from helpdesk.demo.story import ANSWERS, CONFIRMS, REOPENS, RETURNS, WITHDRAWS, WORKING_DAY, Step, Story
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.permission import Requester, Staff
from helpdesk.tickets.words import Action, Channel, Role
from helpdesk.usecases.alerting import GATHERED_FOR
from helpdesk.usecases.context import Context
from helpdesk.usecases.dispatch import claim_outbox, note_failed, note_sent
from helpdesk.usecases.handling import perform
from helpdesk.usecases.intake import receive_mail
from helpdesk.usecases.messages import render_subject
from helpdesk.usecases.opening import Opening, open_ticket, person_for
from helpdesk.usecases.people import add_user, staff_of
from helpdesk.usecases.processing import Desk
from helpdesk.usecases.raw import claim_raw, store_raw
from helpdesk.usecases.recording import create_ticket
from helpdesk.usecases.sendable import make_sendable
from helpdesk.usecases.standards import calendar_for
from helpdesk.usecases.sweep import check, due_tickets

ALL_STORIES: tuple[Story, ...] = (*stories.STORIES, *stories_elsewhere.STORIES, *stories_authorities.STORIES)
COLLEAGUES: Mapping[str, tuple[str, Role, tuple[str, ...]]] = {
    "rina": ("Rina Layanan", Role.AGENT, ()),
    "joko": ("Joko Jaringan", Role.TECHNICIAN, ("rft-tik",)),
    "laras": ("Laras Sarana", Role.TECHNICIAN, ("rft-bmn", "rft-tu", "rft-lpse")),
    "dewa": ("Dewa Pusintek", Role.TECHNICIAN, ("pusintek",)),
}
"""People beside the demo accounts; nobody knows their passwords."""
BY_BUTTON = {CONFIRMS: Action.CONFIRM, REOPENS: Action.REOPEN, WITHDRAWS: Action.CANCEL}
SENT_AFTER = timedelta(seconds=3)
OPENING = Step(0, "", Action.OPEN)
NAMELESS_MAIL_AGE = 95
"""How many working minutes ago the mail came that nobody can be asked about."""
_WAITING = (
    select(OutboxMessage.id)
    .where(OutboxMessage.state.in_(("pending", "unsendable")), OutboxMessage.channel == Channel.EMAIL)
    .limit(1)
)
_NEXT_CHECK = select(func.min(Ticket.next_check_at))


@dataclass(frozen=True, slots=True)
class Happening:
    """One step of one story, at its instant (aware UTC)."""

    at: datetime
    order: int
    story: Story
    step: Step


def _moments(catalog: Catalog, story: Story, now: datetime, draw: random.Random) -> list[datetime]:
    """When the steps of a story happened, in the working hours of its desk, its receipt first."""
    calendar = calendar_for(catalog, story.desk)
    odd = draw.randrange(60) * 60 if story.age > WORKING_DAY else 0  # not everybody writes when the day begins
    received = calendar.subtract(now, story.age * 60 + odd - draw.randrange(1, 50))
    if story.evening:
        received = calendar.close_of_day(calendar.day(received)) + timedelta(hours=2, minutes=17)
    return [received, *(calendar.add(received, step.after * 60 + draw.randrange(1, 8)) for step in story.steps)]


def happenings(catalog: Catalog, now: datetime) -> list[Happening]:
    """Everything that happens in all stories, oldest first; the last of it not after `now` (aware UTC)."""
    draw = random.Random(20)  # noqa: S311 - a spread of seconds, the same in every demo
    found: list[Happening] = []
    for story in ALL_STORIES:
        moments = _moments(catalog, story, now, draw)
        for at, step in zip(moments, (OPENING, *story.steps), strict=True):
            found.append(Happening(at, len(found), story, step))
    return sorted(found, key=lambda h: (h.at, h.order))


@dataclass(slots=True)
class Past:
    """The days that are told: the session they are written in, who works there, and the tickets so far."""

    session: Session
    catalog: Catalog
    settings: Settings
    staff: Mapping[str, Staff]
    pen: Pen
    tickets: dict[int, int] = field(default_factory=dict)

    def context(self, at: datetime) -> Context:
        """The surroundings of what happens at that instant."""
        return Context(self.catalog, self.settings, at)

    def happens(self, it: Happening) -> None:
        """One step, and what leaves the outbox because of it."""
        context = self.context(it.at)
        if it.step is OPENING:
            self._open(context, it.story)
        else:
            ticket = self.session.get_one(Ticket, self.tickets[id(it.story)])
            self._continue(context, it.story, it.step, ticket)
        self.send(context)

    def send(self, context: Context, ahead: timedelta = timedelta(0)) -> None:
        """Let everything pending leave the outbox a moment later, without sending it; so much of the future with it."""
        if self.session.scalar(_WAITING) is None:
            return
        later = context.now + SENT_AFTER
        make_sendable(self.session, context, list(self.catalog.desks))
        for message_id in claim_outbox(self.session, self.context(later + ahead), list(self.catalog.desks), limit=100):
            if (recipient := self.session.get_one(OutboxMessage, message_id).recipient) in UNREACHABLE:
                note_failed(self.session, message_id, later, ChannelError(UNREACHABLE[recipient], permanent=True))
            else:
                note_sent(self.session, message_id, later)

    def sweep(self, until: datetime) -> None:
        """What time has brought about since, each at its own instant."""
        while (at := self.session.scalar(_NEXT_CHECK)) is not None and at <= until:
            for ticket in due_tickets(self.session, self.context(at)):
                check(self.session, self.context(at), ticket)
            self.session.flush()
            self.send(self.context(at))

    # --- how tickets begin -------------------------------------------------------------------------------------------

    def _open(self, context: Context, story: Story) -> None:
        if story.channel == Channel.EMAIL:
            ticket = self._mailed(context, story)
        elif story.channel == Channel.PORTAL:
            ticket = self._filled_in(context, story)
        else:
            ticket = self._recorded(context, story)
        self.tickets[id(story)] = ticket.id

    def _mailed(self, context: Context, story: Story) -> Ticket:
        at = context.now.astimezone(context.desk(story.desk).zone)
        raw = self.pen.first(
            story.who, context.address(story.desk), story.subject, story.text, at,
            copy=story.copy, file=story.file, designed=story.html,
        )  # fmt: skip
        number = self.receive(context, story.desk, raw)
        return self.session.scalars(select(Ticket).where(Ticket.number == number)).one()

    def receive(self, context: Context, desk_id: str, body: bytes) -> str | None:
        """A mail arrives: stored, read and decided about as the worker does it; the number of its ticket."""
        raw_id = store_raw(
            self.session, channel=Channel.EMAIL, external_id=f"demo:{secrets.token_hex(8)}", body=body,
            received_at=context.now, now=context.now, desk=desk_id, source="demo",
        )  # fmt: skip
        assert raw_id is not None
        raw = claim_raw(self.session, raw_id)
        assert raw is not None
        desk = Desk(CatalogSource(self.catalog), self.settings, lambda: context.now, read)
        mail = desk.read_mail(body, context.now, desk_id)
        return receive_mail(self.session, context, raw, mail).ticket

    def _filled_in(self, context: Context, story: Story) -> Ticket:
        item = context.item(story.item)
        person = person_for(self.session, context.now, email=story.who.email, name=story.who.name)
        opening = Opening(
            desk=story.desk, channel=story.channel, requester=person, subject=story.subject, text=story.text,
            received_at=context.now, item=story.item, type=item.types[0].value if item else None,
            attributes=story.attributes, event_at=_event(context, story),
            copies=((story.copy, "", "superior"),) if story.copy else (), attachments=_files(story),
        )  # fmt: skip
        return open_ticket(self.session, context, Requester(person.id, story.who.email, story.who.name), opening)

    def _recorded(self, context: Context, story: Story) -> Ticket:
        received_at = context.now - timedelta(minutes=25) if story.earlier else context.now
        who = {"name": story.who.name, "email": story.who.email, "phone": story.who.phone}
        given = {
            "desk": story.desk, "channel": story.channel, "requester": who, "subject": story.subject,
            "text": story.text, "item": story.item, "attributes": story.attributes, "received_at": received_at,
            "reason": story.earlier, "event_at": _event(context, story),
        }  # fmt: skip
        return create_ticket(self.session, context, self.staff["agen"], given)

    def _continue(self, context: Context, story: Story, step: Step, ticket: Ticket) -> None:
        if step.what == ANSWERS:
            self._answer(context, story, step, ticket)
        elif step.what == RETURNS:
            original = self._last_message(ticket, story).message_id
            at = context.now.astimezone(context.desk(story.desk).zone)
            self.receive(context, story.desk, self.pen.returned(story.who, context.address(story.desk), at, original))
        elif step.what in BY_BUTTON:
            requester = Requester(ticket.requester_id, story.who.email, story.who.name)
            perform(self.session, context, requester, ticket, BY_BUTTON[step.what], step.fields)
        else:
            self._staff_do(context, story, step, ticket)

    def _staff_do(self, context: Context, story: Story, step: Step, ticket: Ticket) -> None:
        actor, action = self.staff[step.who], Action(step.what)
        perform(self.session, context, actor, ticket, action, self._fields(context, step))
        event_at = _event(context, story)
        if action is Action.CLASSIFY and event_at and ticket.event_at is None:
            perform(self.session, context, actor, ticket, Action.SET, {"event_at": event_at})

    def _fields(self, context: Context, step: Step) -> dict[str, Any]:
        """The fields of the action, with the times and numbers that depend on the present put in."""
        fields = dict(step.fields)
        if "agreed_in" in fields:
            fields["agreed_due_at"] = context.now + timedelta(days=fields.pop("agreed_in"))
        if fields.pop("starts", False):
            fields["starts_at"] = context.now
        if "number_of" in fields:
            other = select(Ticket.number).where(Ticket.subject == fields.pop("number_of"))
            fields["number"] = self.session.scalars(other).one()
        return fields

    def _last_message(self, ticket: Ticket, story: Story) -> OutboxMessage:
        sent = select(OutboxMessage).where(
            OutboxMessage.ticket_id == ticket.id, OutboxMessage.recipient == story.who.email
        )
        return self.session.scalars(sent.order_by(OutboxMessage.id.desc()).limit(1)).one()

    def _answer(self, context: Context, story: Story, step: Step, ticket: Ticket) -> None:
        desk, message = context.desk(story.desk), self._last_message(ticket, story)
        entry = self.session.get_one(Entry, message.entry_id)
        raw = self.pen.answer(
            story.who, f"{desk.name} <{context.address(desk.id)}>", context.now.astimezone(desk.zone),
            subject=render_subject(context, ticket, message.kind, message.context), answers=message.message_id,
            quotes=entry.text, said_at=entry.created_at, zone=desk.zone, **step.fields,
        )  # fmt: skip
        self.receive(context, story.desk, raw)


def _event(context: Context, story: Story) -> datetime | None:
    """Nine o'clock at the desk on the day of the event."""
    if story.event_in is None:
        return None
    zone = context.desk(story.desk).zone
    day = context.now.astimezone(zone).date() + timedelta(days=story.event_in)
    return datetime.combine(day, time(9), zone)


def _files(story: Story) -> tuple[Attachment, ...]:
    if not story.file:
        return ()
    content, kind = file_content(story.file)
    return (Attachment(story.file, kind, content),)


def _people(session: Session, catalog: Catalog, now: datetime) -> dict[str, Staff]:
    """The demo accounts and their colleagues, by name."""
    for name, (shown, role, groups) in COLLEAGUES.items():
        if session.scalar(select(StaffUser.id).where(StaffUser.name == name)) is None:
            add_user(
                session, catalog, now, name=name, password=secrets.token_urlsafe(24), roles=[role],
                desks=list(catalog.desks), groups=list(groups), display_name=shown,
                email=f"{name}@{installation.DOMAIN}",
            )  # fmt: skip
    return {user.name: staff_of(user) for user in session.scalars(select(StaffUser))}


def seed(app: Flask, catalog: Catalog, settings: Settings, now: datetime) -> int:
    """Fill an empty database with the stories; the number of tickets made, 0 when there were any before.

    `now` is aware UTC. The demo accounts (agen, teknisi, penyelia, admin) must exist. All or nothing.
    """
    with app.app_context(), unit_of_work() as session:
        if session.scalar(select(Ticket.id).limit(1)) is not None:
            return 0
        pen = Pen(random.Random(17))  # noqa: S311 - ids of the demo's mails
        past = Past(session, catalog, settings, _people(session, catalog, now), pen)
        _tell(past, now)
        return len(session.scalars(select(Ticket.id)).all())


def _tell(past: Past, now: datetime) -> None:
    first = next(iter(past.catalog.desks))
    nameless = calendar_for(past.catalog, first).subtract(now, NAMELESS_MAIL_AGE * 60)
    for it in happenings(past.catalog, now):
        past.sweep(it.at)
        past.happens(it)
    past.sweep(now)
    past.send(past.context(now - SENT_AFTER), ahead=GATHERED_FOR)
    context, written = past.context(nameless), nameless.astimezone(past.catalog.desks[first].zone)
    past.receive(context, first, past.pen.without_sender(context.address(first), written))
