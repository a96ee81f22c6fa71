"""The desk in an address: only a desk of the catalogue is one, so that every other path stays what it is."""

from werkzeug.routing import BaseConverter, ValidationError

from helpdesk.web.work import surroundings


class DeskConverter(BaseConverter):
    """`kptik-medan` in an address; an unknown desk makes the route not match at all."""

    def to_python(self, value: str) -> str:
        """The desk's id. Raises ValidationError for one that the catalogue does not have."""
        if value not in surroundings().catalog.desks:
            raise ValidationError
        return value
