"""What a requester says about a visit: a time, another one, or none."""

from collections.abc import Mapping

from helpdesk.tickets.errors import Invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.usecases.visits import CANCELLED


def asked_visit(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of `set` that the form says. Raises Invalid where no time was chosen."""
    kind, at = (form.get(name, "").strip() for name in ("visit", "visit_at"))
    if kind == CANCELLED:
        return {"visit": CANCELLED}
    if not at:
        raise Invalid(_("Choose a time."))
    return {"visit_at": at} | ({"visit": kind} if kind else {})
