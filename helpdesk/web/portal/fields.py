"""The form of a service page as values: which fields it has, what was typed, what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpdesk.catalog.model import Attribute, Item
from helpdesk.tickets.errors import DomainError
from helpdesk.usecases.answers import asked_attributes
from helpdesk.web.errors import message
from helpdesk.web.portal.words import _


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select."""

    value: str
    name: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class AttributeField:
    """An attribute of the item as a field of the form."""

    name: str
    label: str
    kind: str
    required: bool
    help: str
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed, and what is wrong: by field in the current language, and in one sentence over the form."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


def attribute_fields(item: Item | None, language: str) -> tuple[AttributeField, ...]:
    """The item's questions, as the form asks them."""
    return tuple(_field(a, language) for a in asked_attributes(item))


def _field(attribute: Attribute, language: str) -> AttributeField:
    return AttributeField(
        name=f"attr-{attribute.id}",
        label=attribute.name.get(language),
        kind=attribute.kind,
        required=attribute.required,
        help=attribute.help.get(language),
        choices=tuple(Choice(value, name.get(language)) for value, name in attribute.choices.items()),
        minimum=attribute.minimum if attribute.minimum is not None else 1,
    )


def said(error: DomainError) -> str:
    """A refusal in the current language."""
    return message(error)


def refused(values: Mapping[str, str], errors: Mapping[str, DomainError]) -> Kept:
    """A form to be corrected, with everything that was typed."""
    told = {name: said(error) for name, error in errors.items()}
    return Kept(dict(values), told, _("Please look at these fields again. Nothing has been sent yet."))
