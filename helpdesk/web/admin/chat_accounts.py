"""The page of a chat account: whose it is, what was said in it, and giving it to whoever it belongs to."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.models import Person
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.errors import Invalid
from helpdesk.usecases.chat.custody import account_at, give_account, record_of
from helpdesk.web.access import AGENT, require, staff
from helpdesk.web.admin.blueprint import blueprint, present
from helpdesk.web.board.frame import TICKET, frame
from helpdesk.web.board.intake import ways_to_verify
from helpdesk.web.errors import message
from helpdesk.web.work import context, database


@dataclass(frozen=True, slots=True)
class Given:
    """One line of the record."""

    at: str
    by: str
    to: str
    verified: str
    reason: str


def _named(person: Person | None) -> str:
    if person is None:
        return ""
    return person.email or person.name or person.phone or _("somebody not known yet")


def _page(account: ChatAccount, error: str = "") -> str:
    at, ways, session = present(account.desk), ways_to_verify(), database()
    record = [
        Given(
            at=at.brief(line.at),
            by=session.get_one(StaffUser, line.staff_id).display_name,
            to=_named(session.get(Person, line.to_person_id)),
            verified=ways.get(line.verified, line.verified),
            reason=line.reason,
        )
        for line in record_of(session, account)
    ]
    return render_template(
        "admin/chat_account.html",
        account=account,
        channel=at.words.channel.get(account.channel, account.channel),
        owner=_named(session.get(Person, account.person_id)),
        heard=at.brief(account.heard_at) if account.heard_at else "",
        ways=ways,
        record=record,
        error=error,
        typed=request.form,
        **frame(TICKET),
    )


@blueprint.get("/chats/<int(max=9007199254740991):account_id>")
@require(AGENT)
def chat_account(account_id: int) -> str:
    """One account of a chat."""
    return _page(account_at(database(), staff(), account_id))


@blueprint.post("/chats/<int(max=9007199254740991):account_id>/give")
@require(AGENT)
def give(account_id: int) -> Response | tuple[str, int]:
    """Say whose it is from now on."""
    account = account_at(database(), staff(), account_id)
    typed = {name: request.form.get(name, "")[:2000] for name in ("whose", "verified", "reason")}
    try:
        give_account(database(), context(), staff(), account, **typed)
    except Invalid as wrong:
        return _page(account, message(wrong)), 422
    flash(_("The account belongs to %(name)s now.", name=_named(database().get(Person, account.person_id))), "done")
    return redirect(f"/chats/{account_id}", 303)
