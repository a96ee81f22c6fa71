"""The test rig itself: each server starts, works and is the real thing."""

import socket
import time
from datetime import UTC, datetime

import pytest
import sqlalchemy

from tests.conftest import StandingClock
from tests.servers import dovecot as dovecot_server
from tests.servers import exim as exim_server
from tests.servers.mail import MailServer


def test_a_connection_out_of_the_machine_is_refused() -> None:
    with socket.socket() as out, pytest.raises(PermissionError):
        out.connect(("192.0.2.1", 80))


def test_every_database_test_gets_an_empty_database_of_its_own(empty_database_url: str) -> None:
    engine = sqlalchemy.create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE kept (id INTEGER PRIMARY KEY)"))
        assert sqlalchemy.inspect(connection).get_table_names() == ["kept"]
    engine.dispose()


def test_a_migrated_database_has_the_tables_of_the_product(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    assert {"ticket", "outbox_message", "alembic_version"} <= set(sqlalchemy.inspect(engine).get_table_names())
    engine.dispose()


def test_the_clock_stands_until_it_is_moved(now: StandingClock) -> None:
    assert now() == now() == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert now.move(days=7) == now() == datetime(2026, 11, 30, 1, tzinfo=UTC)


def test_the_mail_server_has_the_desks_and_the_requesters(mail_server: MailServer) -> None:
    mail_server.send(b"Subject: halo\r\n\r\n", "pemohon@helpdesk.test", "kptik-medan@helpdesk.test")
    assert [m["Subject"] for m in mail_server.mails("kptik-medan")] == ["halo"]
    assert mail_server.mails("pemohon2") == []


@pytest.mark.dovecot
@pytest.mark.exim
def test_mail_goes_through_exim_into_dovecot_and_idle_tells(
    dovecot: dovecot_server.Dovecot, exim: exim_server.Exim
) -> None:
    import smtplib

    with dovecot.imap("kptik-medan") as client:
        client.idle()
        with smtplib.SMTP("127.0.0.1", exim.port, timeout=10) as smtp:
            refused = smtp.sendmail(
                "pemohon@helpdesk.test", ["kptik-medan+x@helpdesk.test", "o@example.org"], "Subject: halo\n\n"
            )
        assert refused["o@example.org"][0] == 550
        deadline, notices = time.monotonic() + 10, []
        while not notices and time.monotonic() < deadline:
            notices = client.idle_check(timeout=1)
        client.idle_done()
        assert client.search(["SUBJECT", "halo"])


@pytest.mark.browser
def test_chromium_runs_and_reaches_nothing_outside(page) -> None:
    page.set_content("<h1>Helpdesk</h1>")
    assert page.text_content("h1") == "Helpdesk"
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.org/")
