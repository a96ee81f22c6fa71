"""The files that staff send with an answer or a note on the page of a ticket."""

from flask import request

from helpdesk.channels.base import Attachment
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.words import Action
from helpdesk.usecases.portal_form import Check, checked_files
from helpdesk.web.acting import admitted
from helpdesk.web.portal.uploads import uploaded

WRITTEN = frozenset({Action.REPLY, Action.NOTE})
"""The actions with files."""


def enclosures(person: Staff, number: str, action: Action) -> tuple[Attachment, ...]:
    """The files of this request under safe names; none where the action takes none.

    Raises NotFound and Forbidden as the action does; Invalid: an empty one, too many, or too large together.
    """
    if action not in WRITTEN or not request.files:
        return ()
    admitted(person, number, action)
    came, check = uploaded(), Check({})
    files = checked_files(check, (), came.files)
    for error in check.errors.values():
        raise invalid("files", error.msgid, **error.params)
    return tuple(Attachment(f.name, f.media_type, c) for f, c in zip(files, came.contents, strict=True))
