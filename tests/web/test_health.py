"""Health, readiness and figures."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from helpdesk.app import create_app
from helpdesk.config import MailAccount
from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import Heartbeat, Mailbox
from helpdesk.store.schema import downgrade_database
from tests.web.conftest import MEDAN, START, World


def test_alive_needs_no_database(site) -> None:
    app = create_app(replace(site, database_url="postgresql+psycopg://nobody@127.0.0.1:9/none"))
    assert app.test_client().get("/healthz").json == {"status": "ok"}


def test_without_a_mailbox_the_database_alone_makes_it_ready(world: World) -> None:
    answer = world.browser().get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (200, [])


def test_a_database_that_does_not_answer_is_not_ready(site) -> None:
    app = create_app(replace(site, database_url="postgresql+psycopg://nobody@127.0.0.1:9/none"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (503, ["database: does not answer"])


def test_a_database_before_the_newest_migration_is_not_ready(both: World) -> None:
    assert both.browser().get("/readyz").status_code == 200
    downgrade_database(both.app, "base")
    answer = both.browser().get("/readyz")
    assert (answer.status_code, answer.json["missing"]) == (503, ["database: not at the newest migration"])


@pytest.fixture
def with_mail(site):
    account = MailAccount(imap=urlsplit("imap://a:b@127.0.0.1:1143/INBOX"))
    return create_app(replace(site, mail={MEDAN: account, "kptik-denpasar": MailAccount()}))


def record(app, *rows) -> None:
    with app.app_context(), unit_of_work() as session:
        for row in rows:
            session.merge(row)


def missing(app) -> list[str]:
    return app.test_client().get("/readyz").json["missing"]


def mailbox(**times) -> Mailbox:
    return Mailbox(name=MEDAN, desk=MEDAN, since=START, last_uid=0, **times)


def test_ready_only_when_every_mailbox_was_opened_and_the_worker_was_seen(with_mail) -> None:
    assert missing(with_mail) == ["mailbox kptik-medan: not open", "worker: not seen within 30 s"]
    record(with_mail, mailbox(opened_at=START), Heartbeat(worker="w", seen_at=START - timedelta(seconds=30)))
    assert missing(with_mail) == []
    record(with_mail, Heartbeat(worker="w", seen_at=START - timedelta(seconds=31)))
    assert missing(with_mail) == ["worker: not seen within 30 s"]


def test_a_mailbox_that_failed_since_it_was_opened_is_not_ready(with_mail) -> None:
    beat = Heartbeat(worker="w", seen_at=START)
    record(with_mail, beat, mailbox(opened_at=START, failed_at=START + timedelta(seconds=1)))
    assert missing(with_mail) == ["mailbox kptik-medan: not open"]
    record(with_mail, mailbox(opened_at=START, failed_at=START - timedelta(seconds=1)))
    assert missing(with_mail) == []


def test_figures_name_tickets_by_status(world: World) -> None:
    world.ticket()
    text = world.browser().get("/metrics").text
    assert 'helpdesk_tickets{desk="kptik-medan",status="new"} 1' in text
    assert "# TYPE helpdesk_outbox_messages gauge" in text
    assert "helpdesk_quarantined_messages 0" in text


def test_figures_are_for_this_machine_and_for_token_holders(world: World) -> None:
    far = {"REMOTE_ADDR": "192.0.2.1"}
    browser = world.browser()
    assert browser.get("/metrics", environ_base=far).status_code == 401
    assert browser.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 401
    token = {"Authorization": f"Bearer {world.tokens['admin']}"}
    assert browser.get("/metrics", environ_base=far, headers=token).status_code == 200
    wrong = {"Authorization": "Bearer wrong"}
    assert browser.get("/metrics", headers=wrong).status_code == 401


def test_a_signed_in_browser_from_elsewhere_gets_no_figures(world: World) -> None:
    browser = world.signed_in("admin")
    assert browser.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 401


def test_figures_count_the_worker_silence(world: World) -> None:
    record(world.app, Heartbeat(worker="w", seen_at=START))
    world.move(seconds=75)
    assert "helpdesk_worker_age_seconds 75" in world.browser().get("/metrics").text


def test_health_leaves_no_transaction_open(world: World) -> None:
    world.browser().get("/readyz")
    with world.app.app_context():
        assert db.engine.pool.checkedout() == 0
