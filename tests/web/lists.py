"""Reading and changing the rows of the board and the queue."""

import re
from typing import Any

from sqlalchemy import update

from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Ticket
from tests.web.conftest import World


def numbers(answer: Any) -> list[str]:
    return re.findall(r'<tr id="([^"]+)"', answer.text)


def listed(world: World, path: str = "/board", name: str = "rina") -> list[str]:
    answer = world.entered(name).get(path)
    assert answer.status_code == 200, path
    return numbers(answer)


def change(world: World, number: str, **values: Any) -> None:
    with world.app.app_context(), unit_of_work() as session:
        session.execute(update(Ticket).where(Ticket.number == number).values(**values))
