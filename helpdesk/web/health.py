"""Is it alive, is it ready, how does it do: for supervisors and monitoring."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, jsonify, make_response, request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from helpdesk.store.db import MIGRATIONS
from helpdesk.store.mail_models import Mailbox, OutboxMessage, RawMessage
from helpdesk.store.models import Ticket
from helpdesk.store.trouble_queries import worker_seen_at
from helpdesk.usecases.holiday_years import unknown_years
from helpdesk.usecases.people import staff_by_token
from helpdesk.web.access import OPEN, require
from helpdesk.web.security import LOOPBACK, requested_host
from helpdesk.web.work import context, database, surroundings

WORKER_SILENCE = timedelta(seconds=30)

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@require(OPEN)
def alive() -> Response:
    """200 as long as the process answers."""
    return jsonify(status="ok")


@cache
def _newest_revision() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _database_faults(session: Session) -> list[str]:
    try:
        revision = MigrationContext.configure(session.connection()).get_current_revision()
    except SQLAlchemyError:
        return ["database: does not answer"]
    return [] if revision == _newest_revision() else ["database: not at the newest migration"]


def _mailbox_faults(session: Session, wanted: Iterable[tuple[str, str]]) -> list[str]:
    rows = {(row.desk, row.account): row for row in session.scalars(select(Mailbox))}
    return [
        f"mailbox {desk}: not open"
        for desk, account in wanted
        if not _is_open(rows.get((desk, account)) or rows.get((desk, "")))
    ]


def _is_open(row: Mailbox | None) -> bool:
    """True when the mailbox was opened and has not failed since."""
    return row is not None and row.opened_at is not None and (row.failed_at is None or row.failed_at <= row.opened_at)


def _worker_faults(session: Session, now: datetime) -> list[str]:
    seen_at = worker_seen_at(session)
    return [] if seen_at is not None and now - seen_at <= WORKER_SILENCE else ["worker: not seen within 30 s"]


def faults() -> list[str]:
    """What is missing for work; nothing when the desk is ready.

    Without a configured mailbox the database alone counts.
    """
    session = database()
    found = _database_faults(session)
    mail = surroundings().settings.mail
    wanted = [(desk, inbox.account) for desk, account in mail.items() for inbox in account.inboxes]
    if not found and wanted:
        found += _mailbox_faults(session, wanted) + _worker_faults(session, context().now)
    return found


def _warnings() -> list[str]:
    years = unknown_years(database(), context())
    found = [f"holidays: the joint leave of {year} is not decreed yet" for year in years]
    if count := len(surroundings().source.faults):
        found.append(f"catalogue: the changed file has faults ({count}) and is not in force")
    return found


@blueprint.get("/readyz")
@require(OPEN)
def ready() -> Response:
    """200 when everything that is configured works, else 503 with a list of what is missing.

    Warnings do not hinder work: somebody has to see to them in time.
    """
    found = faults()
    answer = jsonify(status="not ready" if found else "ready", missing=found, warnings=[] if found else _warnings())
    return make_response(answer, 503 if found else 200)


def _from_this_machine() -> bool:
    """True for a direct request from this machine: not one that a proxy on it passes on for somebody else."""
    try:
        local = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    passed_on = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"))
    return local and not passed_on and requested_host() in LOOPBACK


def _may_measure() -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return staff_by_token(database(), token.strip()) is not None
    return _from_this_machine()


def _samples(session: Session, now: datetime) -> Iterator[tuple[str, str, list[tuple[str, float]]]]:
    """(name, help, [(labels, value)]) of each metric."""
    tickets = session.execute(select(Ticket.desk, Ticket.status, func.count()).group_by(Ticket.desk, Ticket.status))
    found = [(f'{{desk="{desk}",status="{status}"}}', float(n)) for desk, status, n in tickets]
    yield "helpdesk_tickets", "Tickets by desk and status.", found
    outbox = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    yield "helpdesk_outbox_messages", "Outgoing messages by state.", [(f'{{state="{s}"}}', float(n)) for s, n in outbox]
    stuck = session.scalar(select(func.count()).where(RawMessage.state == "quarantined")) or 0
    yield "helpdesk_quarantined_messages", "Messages that could not be understood.", [("", float(stuck))]
    seen_at = worker_seen_at(session)
    if seen_at is not None:
        age = (now - seen_at).total_seconds()
        yield "helpdesk_worker_age_seconds", "Seconds since a worker was last seen.", [("", age)]


@blueprint.get("/metrics")
@require(OPEN)
def metrics() -> Response:
    """Figures in the text format of Prometheus; for this machine and for holders of a token only."""
    if not _may_measure():
        raise Unauthorized
    lines: list[str] = []
    for name, about, samples in _samples(database(), context().now):
        lines += [f"# HELP {name} {about}", f"# TYPE {name} gauge", *(f"{name}{at} {value:g}" for at, value in samples)]
    return make_response("\n".join([*lines, ""]), 200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
