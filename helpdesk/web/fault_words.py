"""What the pages of errors say: what happened, why, and what to do now."""

from collections.abc import Mapping

from helpdesk.tickets.errors import marked as _

AGAIN = _("Please go back and try again.")
LOOK_AGAIN = _("Open the ticket again to see how it stands.")
CHANGED_MEANWHILE = _("Somebody else changed this ticket meanwhile; please look at it again.")
FORM_EXPIRED = _("The form is too old or was not sent from this page. Please open the page again and send it again.")

WORDS: Mapping[int, tuple[str, str, str]] = {
    400: (_("The request was not understood"), _("Something in it was not as expected."), AGAIN),
    401: (_("Please sign in"), _("This is only for people who have signed in."), _("Sign in and try again.")),
    403: (_("Not allowed"), _("You may not do this."), _("If you need it for your work, ask your supervisor.")),
    404: (
        _("Not found"),
        _("There is nothing here, or nothing that you may see."),
        _("Check the address or start again."),
    ),
    405: (_("Not possible this way"), _("This address does not take such a request."), AGAIN),
    409: (_("Not possible now"), CHANGED_MEANWHILE, LOOK_AGAIN),
    412: (_("Changed meanwhile"), CHANGED_MEANWHILE, LOOK_AGAIN),
    413: (_("Too large"), _("What you sent is larger than is allowed."), _("Send fewer or smaller attachments.")),
    422: (_("Something is missing or wrong"), _("Please check what you entered."), _("Nothing was changed.")),
    429: (
        _("Too many attempts"),
        _("There were too many attempts in a short time."),
        _("Please wait a while and try again."),
    ),
    500: (
        _("Something went wrong"),
        _("The error was recorded, and nothing was changed."),
        _("Please try again; if it happens again, tell the service desk by telephone."),
    ),
    503: (
        _("Not available just now"),
        _("The database does not answer. Nothing was changed."),
        _("Please try again in a moment."),
    ),
}
