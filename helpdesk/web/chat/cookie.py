"""The visitor's token: in a cookie of this browser, below /chat alone; nothing of it is stored or logged."""

from flask import Response, request

from helpdesk.channels.web_chat.visitor import account_of, new_token
from helpdesk.web.work import surroundings

COOKIE = "helpdesk-chat"
DAYS = 30
"""How long a conversation stays in the browser after its last message."""


def known_account() -> str:
    """The account of this browser, "" where it has none yet."""
    return account_of(request.cookies.get(COOKIE, ""))


def remember(answer: Response, token: str = "") -> str:
    """Give the browser a token, or keep the one that it has for another while; the account of it."""
    sent = request.cookies.get(COOKIE, "")
    kept = token or (sent if account_of(sent) else new_token())
    answer.set_cookie(
        COOKIE,
        kept,
        max_age=DAYS * 24 * 3600,
        path="/chat",
        httponly=True,
        samesite="Lax",
        secure=surroundings().settings.base_url.startswith("https://"),
    )
    return account_of(kept)
