"""How the person at the telephone or the counter was known to be who they say."""

from enum import StrEnum


class Verified(StrEnum):
    """What the agent did about it; kept with the opening of the ticket, and with a slip that opens it."""

    KNOWN = "known"
    CARD = "card"
    CALLED_BACK = "called-back"
    CODE = "code"
    NONE = "none"
