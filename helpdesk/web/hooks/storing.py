"""Storing what a platform brought, before anything is decided about it; the worker does the rest."""

from flask import Response, make_response

from helpdesk.failpoints import failpoint
from helpdesk.store.db import unit_of_work
from helpdesk.usecases.raw import store_raw
from helpdesk.web.work import surroundings


def plain(text: str, status: int = 200) -> Response:
    """A short answer for a program."""
    return make_response(text, status, {"Content-Type": "text/plain; charset=utf-8"})


def keep(channel: str, external_id: str, body: bytes, *, source: str = "", desk: str | None = None) -> Response:
    """Store a body that was proved to come from the platform, and answer 200; also where it is known already.

    `source` is the line that brought it, where the address of the route names one. For views marked with `own_units`.
    A database that is away becomes 503, and the platform brings it again.
    """
    now = surroundings().clock()
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
