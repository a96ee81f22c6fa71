"""A deadline is extended once, in time, within the standard, by a supervisor; the requester is told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from helpdesk.sla.norms import Extension, Span, Unit
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.tickets.errors import Forbidden, Invalid, WrongState

ITEM = "itsm.8/reset-password"


@pytest.fixture
def number(office):
    """A ticket of an item whose standard allows one more working day."""
    item = office.catalog.items[ITEM]
    target = replace(item.target, extension=Extension(Span(Decimal(1), Unit.WORKING_DAY)))
    office.catalog = replace(office.catalog, items={**office.catalog.items, ITEM: replace(item, target=target)})
    number = office.opened()
    office.does("agen", "classify", number, item=ITEM)
    return number


def test_case_48_it_is_extended_once_and_the_verdict_says_so(office, number):
    due = office.value(number, "resolution_due_at")
    with pytest.raises(Forbidden):
        office.does("agen", "extend", number, reason="suku cadang")
    office.does("penyelia", "extend", number, reason="suku cadang")
    assert office.value(number, "resolution_due_at") == due + timedelta(days=1)
    told = office.see(
        number, lambda s, t: s.scalars(select(OutboxMessage.kind).where(OutboxMessage.ticket_id == t.id)).all()
    )
    assert told == ["acknowledgement", "classification", "extension"]
    with pytest.raises(WrongState):
        office.does("penyelia", "extend", number, reason="lagi")
    office.now.at = due + timedelta(hours=1)
    office.does("agen", "escalate", number, group="rft-tik")
    office.does("teknisi", "fulfil", number, note="x", label="y")
    office.does("agen", "confirm-fulfilment", number)
    assert office.value(number, "resolution_verdict") == "met after extension"


def test_case_48_it_is_not_extended_beyond_the_standard_nor_after_the_deadline(office, number):
    due = office.value(number, "resolution_due_at")
    for until in (due, due - timedelta(hours=1), due + timedelta(days=2)):
        with pytest.raises(Invalid):
            office.does("penyelia", "extend", number, reason="x", due_at=until)
    office.now.at = due + timedelta(seconds=1)
    with pytest.raises(WrongState):
        office.does("penyelia", "extend", number, reason="x")
    assert office.value(number, "resolution_due_at") == due
