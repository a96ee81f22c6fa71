"""Workers say that they live; those that are long gone leave nothing behind."""

from sqlalchemy import select

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import Heartbeat
from helpdesk.store.trouble_queries import worker_seen_at
from helpdesk.usecases.mailboxes import beat


def seen(office, *workers):
    """Let these workers be seen now; the names that are known afterwards."""
    with unit_of_work() as session:
        for worker in workers:
            beat(session, worker, office.now())
        session.flush()
        return sorted(session.scalars(select(Heartbeat.worker)))


def test_workers_that_were_silent_for_a_day_are_forgotten_when_a_new_one_starts(office):
    assert seen(office, "a:1", "a:2") == ["a:1", "a:2"]
    office.now.move(hours=23)
    assert seen(office, "a:2", "a:3") == ["a:1", "a:2", "a:3"]
    office.now.move(hours=2)
    assert seen(office, "a:2", "a:4") == ["a:2", "a:3", "a:4"]


def test_the_last_sign_of_any_worker_stays_known_while_none_runs(office):
    first = office.now()
    seen(office, "a:1")
    office.now.move(days=3)
    with unit_of_work() as session:
        assert worker_seen_at(session) == first
