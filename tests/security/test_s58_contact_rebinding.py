"""A stranger's form or mail gives nobody else's record a name or a telephone number."""

from helpdesk.store.db import unit_of_work
from helpdesk.usecases.opening import person_for
from tests.usecases.conftest import app, catalog, office, settings  # noqa: F401  (fixtures)


def test_what_is_not_proved_fills_in_nothing(office):  # noqa: F811
    with unit_of_work() as session:
        known = person_for(session, office.now(), email="lina@kantor.example")
        assert (known.name, known.phone) == ("", "")
    with unit_of_work() as session:
        person_for(session, office.now(), email="lina@kantor.example", name="Bukan Lina", phone="+62 811 666 666")
    with unit_of_work() as session:
        same = person_for(session, office.now(), email="Lina@Kantor.example")
        assert (same.name, same.phone) == ("", "")
        told = person_for(
            session, office.now(), email="lina@kantor.example", name="Lina", phone="+62 61 1", proved=True
        )
        assert (told.name, told.phone) == ("Lina", "+62 61 1")
