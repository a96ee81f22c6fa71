"""The notices over the board: a channel that does not answer, a worker that is not seen, a faulty catalogue, a year
whose holidays are not decreed.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Row

from helpdesk.store.trouble_queries import silent_mailboxes, silent_submissions, worker_seen_at
from helpdesk.web.access import staff
from helpdesk.web.admin.catalogue import coming_year_alarms, fault_alarms
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.frame import is_agent, waiting_troubles
from helpdesk.web.board.shell import Alarm
from helpdesk.web.work import context, database

WORKER_SILENCE = timedelta(seconds=90)


def alarms(desks: Collection[str], at: Present) -> tuple[Alarm, ...]:
    """What the people at these desks must know before they trust the list."""
    return (*_channels(desks, at), *_worker(at), *fault_alarms(), *coming_year_alarms(), *_messages(desks))


def _channels(desks: Collection[str], at: Present) -> list[Alarm]:
    known = context().catalog.desks
    found = [
        Alarm(_mailbox_trouble(row.trouble, _mailbox(row), at.words.brief(row.failed_at, at.now, at.zone)))
        for row in silent_mailboxes(database(), desks)
    ]
    for row in silent_submissions(database(), desks):
        text = _(
            "Mail of %(desk)s has not been going out since %(time)s."
            " It waits in the outbox and is sent again by itself.",
            desk=known[row.desk].name,
            time=at.words.brief(row.failed_at, at.now, at.zone),
        )
        found.append(Alarm(text))
    return found


def _mailbox(row: Row[Any]) -> str:
    """The desk, and for a further mailbox of it the account, too."""
    name = context().catalog.desks[row.desk].name
    return name if row.name == row.desk else f"{name} ({row.account.partition('/')[0].rpartition('@')[0]})"


def _mailbox_trouble(trouble: str, mailbox: str, time: str) -> str:
    texts = {
        "refused": _l(
            "The mailbox of %(desk)s has refused us since %(time)s: an administrator must renew its password or its"
            " authorisation. Until then mail waits there."
        ),
        "disk": _l(
            "Mail of %(desk)s has not been fetched since %(time)s: the disk is almost full. It waits in the mailbox."
        ),
        "marks": _l("Mail of %(desk)s is read, but since %(time)s the mailbox has not let it be marked or moved."),
    }
    away = _l("The mailbox of %(desk)s has not answered since %(time)s. It is tried again by itself; no mail is lost.")
    return str(texts.get(trouble, away)) % {"desk": mailbox, "time": time}


def _worker(at: Present) -> list[Alarm]:
    seen = worker_seen_at(database())
    if seen is not None and at.now - seen < WORKER_SILENCE:
        return []
    since = at.words.brief(seen, at.now, at.zone) if seen else _("the start")
    text = _("The background worker has not been seen since %(time)s: mail and deadlines stand still.", time=since)
    return [Alarm(text)]


def _messages(desks: Collection[str]) -> list[Alarm]:
    if not is_agent(staff()):
        return []
    held, stuck = waiting_troubles().at(desks)
    found = []
    if held:
        text = ngettext(
            "%(num)s message that could not be read waits in quarantine.",
            "%(num)s messages that could not be read wait in quarantine.",
            held,
        )
        found.append(Alarm(text, "/quarantine", _("Look"), calm=True))
    if stuck:
        text = ngettext("%(num)s message could not be delivered.", "%(num)s messages could not be delivered.", stuck)
        found.append(Alarm(text, "/outbox", _("Look"), calm=True))
    if capped := waiting_troubles().capped_at(desks):
        text = ngettext(
            "%(num)s message is held back.",
            "%(num)s messages are held back.",
            capped,
        )
        found.append(Alarm(text, "/outbox", _("Look"), plain=True))
    return found
