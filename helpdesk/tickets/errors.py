"""What can go wrong when somebody acts on a ticket; the web has one table from these to HTTP answers.

Messages are English message ids for gettext with named parameters, translated where they are shown.
"""

from collections.abc import Mapping


class DomainError(Exception):
    """A refusal that a person can understand: `msgid % params`, translated at the edge."""

    def __init__(self, msgid: str, **params: object) -> None:
        super().__init__(msgid % params if params else msgid)
        self.msgid = msgid
        self.params = params


class NotFound(DomainError):
    """The thing does not exist, or may not be seen by this person: both look the same (HTTP 404)."""


class Forbidden(DomainError):
    """The role or the group of this person does not allow the action (HTTP 403)."""


class Invalid(DomainError):
    """A field is missing or wrong (HTTP 422). `fields` maps a field's name to its message id."""

    def __init__(self, msgid: str, fields: Mapping[str, str] | None = None, **params: object) -> None:
        super().__init__(msgid, **params)
        self.fields = dict(fields or {})


class WrongState(DomainError):
    """The ticket's status does not allow the action, or it changed meanwhile (HTTP 409)."""


def invalid(field: str, msgid: str, **params: object) -> Invalid:
    """An Invalid about one field; its message names the parameters."""
    return Invalid(msgid, {field: msgid}, **params)


def marked(msgid: str) -> str:
    """The message id itself; marks it for translation where no gettext may be imported."""
    return msgid
