"""Noting what became of a message that has left, however long the database is away."""

import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.store.db import unit_of_work

NOTE_AGAIN_AFTER = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between the tries to note what became of a message while the database does not answer."""

log = logging.getLogger(__name__)


def note_at_last(what: Callable[[Session], None]) -> None:
    """Commit what became of a message; a database that is away for a moment must not make it a matter of doubt."""
    for pause in NOTE_AGAIN_AFTER:
        try:
            with unit_of_work() as session:
                what(session)
        except SQLAlchemyError as error:
            log.warning("what became of a message could not be noted: %s", type(error).__name__)
            time.sleep(pause)
        else:
            return
    with unit_of_work() as session:
        what(session)
