"""What may stand as a key in a catalogue: ids of a certain form, words of a closed vocabulary."""

import re
from dataclasses import dataclass
from enum import StrEnum

from marshmallow import ValidationError

from helpdesk.catalog.fields import one_of

_ID = r"[a-z0-9]+(?:[.-][a-z0-9]+)*"


@dataclass(frozen=True, slots=True)
class Ids:
    """Keys of a certain form; `says` describes it."""

    pattern: str
    says: str

    def __call__(self, name: str) -> str:
        """The key itself. Raises ValidationError where it has another form."""
        if not re.fullmatch(self.pattern, name, re.ASCII):
            raise ValidationError(f'"{name[:60]}" is not {self.says}')
        return name


@dataclass(frozen=True, slots=True)
class Members:
    """Keys that are members of a closed vocabulary."""

    words: type[StrEnum]

    def __call__(self, name: str) -> StrEnum:
        """The member. Raises ValidationError that lists them."""
        return one_of(name, self.words)


AN_ID = Ids(_ID, "an id of small letters, digits, dots and hyphens")
AN_ITEM_ID = Ids(f"{_ID}/{_ID}", "an item id such as itsm.8/reset-password")
AN_ATTRIBUTE_ID = Ids(r"[a-z][a-z0-9_]*", "an id of small letters, digits and underscores")
