"""The one door to the translations, typed: the library publishes no types."""

from flask_babel import gettext


def _(msgid: str, **values: object) -> str:
    """The wording of an English message id in the reader's language, with its named values filled in."""
    return str(gettext(msgid, **values))
