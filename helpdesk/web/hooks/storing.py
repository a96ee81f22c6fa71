"""Storing what a platform brought, before anything is decided about it; the worker does the rest."""

import logging

from flask import Response, make_response

from helpdesk.failpoints import failpoint
from helpdesk.store.db import unit_of_work
from helpdesk.store.room import is_low
from helpdesk.usecases.raw import store_raw
from helpdesk.web.work import surroundings

log = logging.getLogger(__name__)


def plain(text: str, status: int = 200) -> Response:
    """A short answer for a program."""
    return make_response(text, status, {"Content-Type": "text/plain; charset=utf-8"})


def keep(channel: str, external_id: str, body: bytes, *, source: str = "", desk: str | None = None) -> Response:
    """Store a body that was proved to come from the platform, and answer 200; also where it is known already.

    `source` is the line that brought it, where the address of the route names one. For views marked with `own_units`.
    A database that is away, and a disk with little room, become 503, and the platform brings it again.
    """
    settings, now = surroundings().settings, surroundings().clock()
    if is_low(settings.data, settings.min_free_mb):
        log.warning("what %s brought is not taken: little room on the disk of %s", channel, settings.data)
        return plain("no room", 503)
    with unit_of_work() as session:
        store_raw(
            session,
            channel=channel,
            external_id=external_id,
            body=body,
            source=source or channel,
            desk=desk,
            received_at=now,
            now=now,
        )
        failpoint("webhook.after_verify_before_commit")
    failpoint("webhook.after_commit_before_200")
    return plain("ok")
