"""A merge may not end at a ticket that the person cannot see, and tells nothing of it."""

import pytest

from helpdesk.tickets.errors import Invalid
from tests.usecases.conftest import app, catalog, office, settings  # noqa: F401  (fixtures)


def test_the_end_of_a_chain_is_hidden_like_its_beginning(office):  # noqa: F811
    hidden, here, mine = office.opened(), office.opened(desk="kptik-denpasar"), office.opened(desk="kptik-denpasar")
    office.does("admin", "merge", here, number=hidden)
    with pytest.raises(Invalid) as refused:
        office.does("agen-lain", "merge", mine, number=here)
    assert hidden not in str(refused.value)
    assert office.value(mine, "status") == "new"
