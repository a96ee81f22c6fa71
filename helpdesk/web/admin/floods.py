"""Floods on the page of the quarantine: one line a sender, let go or discarded with one button."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import flash, redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.catalog.model import Catalog
from helpdesk.store import trouble_queries as stored
from helpdesk.usecases.floods import UNPROVED, discard_flood, release_flood
from helpdesk.web.access import AGENT, require, staff
from helpdesk.web.admin.blueprint import agents_desks, blueprint, present
from helpdesk.web.work import context, database


@dataclass(frozen=True, slots=True)
class Bundle:
    """The mails of one sender that came too fast, as the page shows them."""

    desk: str
    desk_name: str
    sender: str
    shown: str
    mails: str
    between: str
    sample_href: str


def bundles(desks: Collection[str], catalog: Catalog) -> list[Bundle]:
    """The bundles at these desks, the largest first."""
    return [
        Bundle(
            desk=row.desk,
            desk_name=catalog.desks[row.desk].name if row.desk in catalog.desks else row.desk,
            sender=row.sender,
            shown=_shown(row.sender),
            mails=ngettext("%(num)s mail", "%(num)s mails", row.mails),
            between=" – ".join(present(row.desk).brief(moment) for moment in (row.first, row.last)),
            sample_href=f"/quarantine/{row.newest}",
        )
        for row in stored.floods(database(), desks)
    ]


def _shown(sender: str) -> str:
    address = sender.removeprefix(UNPROVED)
    return address if address == sender else f"{address} ({_('sender not proved')})"


@blueprint.post("/quarantine/flood")
@require(AGENT)
def settle_flood() -> AnyResponse:
    """Let all mails of a bundle become tickets, or discard all of them, with a reason."""
    desk, sender = request.form.get("desk", ""), request.form.get("sender", "")
    if desk not in agents_desks():
        raise NotFound
    if request.form.get("do") == "release":
        count = release_flood(database(), desk, sender, context().now)
        flash(ngettext("%(num)s mail becomes a ticket in a moment.", "%(num)s mails become tickets.", count), "done")
        return redirect("/quarantine", 303)
    reason = " ".join(request.form.get("reason", "").split())[:400]
    if not reason:
        flash(_("A reason is needed."), "error")
        return redirect("/quarantine", 303)
    count = discard_flood(database(), desk, sender, staff().name, reason)
    flash(ngettext("%(num)s mail was discarded.", "%(num)s mails were discarded.", count), "done")
    return redirect("/quarantine", 303)
