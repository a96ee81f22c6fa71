"""What stands around the page of a fault: the frame of who asks, so that nobody is left without a way on."""

from typing import Any

from helpdesk.web.access import signed_in
from helpdesk.web.board.frame import frame, list_href
from helpdesk.web.portal.shell import shell


def framed(status: int) -> tuple[str, dict[str, Any]]:
    """The template of a fault and what its frame needs; a bare one where the server itself is in trouble."""
    if status >= 500:
        return "errors/error.html", {"start": "/"}
    person = signed_in()
    if person is not None and person.roles:
        return "errors/staff.html", {**frame(""), "start": list_href(person)}
    return "errors/portal.html", {"shell": shell(), "start": "/"}
