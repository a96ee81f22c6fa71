"""The sweep finds what is due along the index on `next_check_at`: what is open but not due costs nothing."""

import pytest
from sqlalchemy import Engine, event, inspect, text

from helpdesk.store.db import db, reading, unit_of_work
from helpdesk.usecases.sweep import due_tickets
from tests.usecases.conftest import Office

OPEN = 3_000
NUMBERS = {
    "sqlite": "with recursive n(i) as (select 2 union all select i + 1 from n where i < :count) select i from n",
    "postgres": "select i from generate_series(2, cast(:count as int)) as n(i)",
}
LATER = {
    "sqlite": "datetime(next_check_at, '+' || i || ' days')",
    "postgres": "next_check_at + i * interval '1 day'",
}


@pytest.fixture
def crowded(office: Office, database: str) -> Office:
    """An office with one ticket that something is due on, and thousands that are open."""
    office.opened(item="itsm.8/reset-password")
    columns = {column["name"] for column in inspect(db.engine).get_columns("ticket")}
    kept = ", ".join(f'"{name}"' for name in sorted(columns - {"id", "number", "next_check_at"}))
    with unit_of_work() as session:
        statement = f"""insert into ticket (id, number, next_check_at, {kept})
            select i, 'X-' || i, {LATER[database]}, {kept} from ticket, ({NUMBERS[database]}) as numbers"""
        session.execute(text(statement), {"count": OPEN})
    with unit_of_work() as session:
        session.execute(text("analyze"))
    office.now.at = office.value("MDN-2026-000001", "next_check_at")
    return office


def plan(office: Office, database: str) -> str:
    """How the database reads the very statement of the sweep."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        seen.append((statement, parameters))

    with unit_of_work() as session:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert [t.number for t in due_tickets(session, office.context())] == ["MDN-2026-000001"]
        finally:
            event.remove(Engine, "before_cursor_execute", note)
    statement, parameters = next(found for found in seen if "FROM ticket" in found[0])
    explain = "EXPLAIN QUERY PLAN " if database == "sqlite" else "EXPLAIN "
    with reading() as session:
        rows = session.connection().exec_driver_sql(explain + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_what_is_due_is_found_along_its_index_and_nothing_is_sorted(crowded: Office, database: str) -> None:
    found = plan(crowded, database)
    wanted = {
        "sqlite": "SEARCH ticket USING INDEX ix_ticket_next_check_at (next_check_at<?)",
        "postgres": "Index Scan using ix_ticket_next_check_at on ticket",
    }
    assert wanted[database] in found, found
    assert "TEMP B-TREE" not in found, found
    assert "Sort" not in found, found
    assert "Seq Scan on ticket" not in found, found
