"""The schemas of the catalogue as one JSON Schema (draft 7) for editors.

It refuses nothing that the loader takes: values that come from defaults or shared parts may be absent, and a value may
be written with or without quotes. What must fit together, and much of what a text may say, only the loader knows.
"""

from functools import singledispatch
from typing import Any

from marshmallow import Schema, fields

from helpdesk.catalog.calendar_fields import HOURS, WEEKDAYS, HoursField, WeekField
from helpdesk.catalog.descriptions import DESCRIPTIONS
from helpdesk.catalog.fields import (
    Day,
    ListOf,
    Matching,
    Number,
    OfSchema,
    OneOf,
    Percent,
    Rendered,
    SpanField,
    TableOf,
    Word,
    YesNo,
    read_day,
)
from helpdesk.catalog.keys import Ids, Members
from helpdesk.catalog.norm_fields import (
    AS_AGREED,
    FORMS,
    ON_EVENT,
    BeyondField,
    NormField,
    RepeatField,
    StepsField,
    condition_field,
)
from helpdesk.catalog.schema import (
    ALL,
    AttributeSchema,
    CatalogSchema,
    DeskItemsField,
    DeskSchema,
    DocumentSchema,
    ItemSchema,
    LeadTimeField,
    LeadTimeSchema,
    StartField,
    StopField,
    ZoneField,
)
from helpdesk.catalog.spans import NUMBER, UNITS
from helpdesk.sla.norms import StartKind
from helpdesk.sla.rules import MOST_REPETITIONS

Json = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"
_DATE = r"\d{4}-\d\d-\d\d"
_UNIT = rf"(?:{'|'.join(UNITS)})s?".replace(" ", r"\s+")
_SPAN = rf"{NUMBER}\s+{_UNIT}"
_IN_WORDS = rf"(?:about\s+)?(?:{NUMBER}(?:\s+{_UNIT})?\s+to\s+)?{_SPAN}"
_ZONE = r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*"
_MAY_COME_FROM_DEFAULTS = (ItemSchema, DeskSchema)
_MAY_BE_SHARED = (AttributeSchema, DocumentSchema)


def json_schema() -> Json:
    """The JSON Schema of catalog.yaml."""
    definitions: Json = {}
    _define(CatalogSchema(), definitions)
    whole = definitions.pop("Catalog")
    return {
        "$schema": DIALECT,
        "title": "Katalog layanan / Service catalogue",
        "description": "docs/catalogue.md",
        **whole,
        "definitions": dict(sorted(definitions.items())),
    }


def _define(schema: Schema, definitions: Json, *, shared: bool = False) -> Json:
    """A reference to the definition of `schema`, which is made when it is first needed.

    `shared`: a shared part may give the rest, or all of it.
    """
    own = type(schema).__name__.removesuffix("Schema")
    name = f"{own}Here" if shared else own
    if name not in definitions:
        definitions[name] = {}  # now, so that a schema that holds itself comes to an end
        definitions[name] = _object(schema, own, definitions, shared=shared)
    return {"$ref": f"#/definitions/{name}"}


def _object(schema: Schema, name: str, definitions: Json, *, shared: bool) -> Json:
    properties = {key: _described(field, f"{name}.{key}", definitions) for key, field in schema.fields.items()}
    result: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [key for key, field in schema.fields.items() if field.required]
    if required and not shared and not isinstance(schema, _MAY_COME_FROM_DEFAULTS):
        result["required"] = required
    if isinstance(schema, LeadTimeSchema):
        result["anyOf"] = [{"required": ["span"]}, {"required": ["by", "spans", "otherwise"]}]
    return result


def _described(field: fields.Field[Any], name: str, definitions: Json) -> Json:
    indonesian, english = DESCRIPTIONS[name]
    shape = _shape(field, definitions)
    if field.allow_none:  # says that there is none, where a default would give one
        shape = {"anyOf": [shape, {"type": "null"}]}
    if "$ref" in shape:  # what stands beside a reference is ignored
        shape = {"allOf": [shape]}
    return {"description": f"{indonesian} / {english}", **shape}


def _pattern(pattern: str) -> Json:
    return {"type": "string", "pattern": rf"^\s*(?:{pattern})\s*$"}


def _scalar(takes: Any, shape: Json) -> Json:
    """A text; where it may look like a number or a truth value, it need not be quoted."""
    types = ["string", *(kind for kind, example in (("number", "7"), ("boolean", "true")) if takes(example))]
    return {**shape, "type": types if len(types) > 1 else "string"}


@singledispatch
def _shape(field: fields.Field[Any], definitions: Json) -> Json:  # noqa: ARG001  # what every one of them is given
    raise TypeError(f"no JSON Schema is known for {type(field).__name__}")


@_shape.register
def _(field: Word, definitions: Json) -> Json:  # noqa: ARG001
    return _scalar(lambda _: True, {"pattern": r"\S"})


@_shape.register
def _(field: Matching, definitions: Json) -> Json:  # noqa: ARG001
    return _scalar(field.pattern.fullmatch, _pattern(field.pattern.pattern))


@_shape.register
def _(field: Number, definitions: Json) -> Json:  # noqa: ARG001
    return {"anyOf": [{"type": "integer", "minimum": field.least, "maximum": field.most}, _pattern(r"\d{1,9}")]}


@_shape.register
def _(field: YesNo, definitions: Json) -> Json:  # noqa: ARG001
    return {"enum": [True, False, "true", "false"]}


@_shape.register
def _(field: Percent, definitions: Json) -> Json:  # noqa: ARG001
    return _pattern(r"[1-9]\d?%")


@_shape.register
def _(field: Day, definitions: Json) -> Json:  # noqa: ARG001
    return _pattern(_DATE)


@_shape.register
def _(field: OneOf, definitions: Json) -> Json:  # noqa: ARG001
    return {"enum": [str(word) for word in field.words]}


@_shape.register
def _(field: ZoneField, definitions: Json) -> Json:  # noqa: ARG001
    return _pattern(_ZONE)


@_shape.register
def _(field: SpanField, definitions: Json) -> Json:  # noqa: ARG001
    return _pattern(_SPAN)


@_shape.register
def _(field: HoursField, definitions: Json) -> Json:  # noqa: ARG001
    return _pattern(HOURS.pattern)


@_shape.register
def _(field: RepeatField, definitions: Json) -> Json:  # noqa: ARG001
    text = _pattern(r"(?:\d{1,9}|(?:\d{1,9}\s+per\s+)?[a-z][a-z0-9_]*)")
    return {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_REPETITIONS}, text]}


@_shape.register
def _(field: OfSchema, definitions: Json) -> Json:
    return _define(field.schema(), definitions)


@_shape.register
def _(field: Rendered, definitions: Json) -> Json:
    return {"anyOf": [_scalar(lambda _: True, {"pattern": r"\S"}), _define(field.schema(), definitions)]}


@_shape.register
def _(field: StartField, definitions: Json) -> Json:
    words = [str(kind) for kind in StartKind if kind is not StartKind.EVENT]
    return {"anyOf": [{"enum": words}, _define(field.schema(), definitions)]}


@_shape.register
def _(field: LeadTimeField, definitions: Json) -> Json:
    return {"anyOf": [_pattern(_SPAN), _define(field.schema(), definitions)]}


@_shape.register
def _(field: BeyondField, definitions: Json) -> Json:
    return {"anyOf": [{"enum": [AS_AGREED]}, _define(field.schema(), definitions)]}


@_shape.register
def _(field: ListOf, definitions: Json) -> Json:
    entry = _shape(field.entry, definitions)
    several = {"type": "array", "items": entry, "minItems": field.least}
    return {"anyOf": [entry, several]} if field.single else several


@_shape.register
def _(field: DeskItemsField, definitions: Json) -> Json:
    several = {"type": "array", "items": _shape(field.entry, definitions), "minItems": field.least}
    return {"anyOf": [{"enum": [ALL]}, several]}


@_shape.register
def _(field: TableOf, definitions: Json) -> Json:
    entry = _shape(field.entry, definitions)
    schema = field.entry.schema() if isinstance(field.entry, OfSchema) else None
    if isinstance(schema, _MAY_BE_SHARED) and field.absent != "has no value":
        entry = {"anyOf": [{"type": "null"}, _define(schema, definitions, shared=True)]}
    return {"type": "object", "propertyNames": _key(field.key), "additionalProperties": entry}


def _key(key: Any) -> Json:
    match key:
        case Ids():
            return {"pattern": f"^(?:{key.pattern})$"}
        case Members():
            return {"enum": [str(word) for word in key.words]}
        case _ if key is read_day:
            return {"pattern": f"^{_DATE}$"}
        case _:  # the names of stages
            return {"minLength": 1}


@_shape.register
def _(field: WeekField, definitions: Json) -> Json:
    day = f"(?:{'|'.join(WEEKDAYS)})"
    days = {"pattern": f"^{day}(?:-{day})?$"}
    return {"type": "object", "propertyNames": days, "additionalProperties": _shape(field.entry, definitions)}


@_shape.register
def _(field: StopField, definitions: Json) -> Json:  # noqa: ARG001
    return {"anyOf": [{"enum": ["always"]}, _shape(condition_field(), definitions)]}


@_shape.register
def _(field: StepsField, definitions: Json) -> Json:  # noqa: ARG001
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": r"^\d{1,9}$"},
        "additionalProperties": _pattern(_SPAN),
    }


@_shape.register
def _(field: NormField, definitions: Json) -> Json:
    name = "NormInside" if field.inside else "Norm"
    if name not in definitions:
        definitions[name] = {}
        forms = [make for form, make in FORMS.items() if not (field.inside and form == "stages")]
        agreed, event = (words.replace(" ", r"\s+") for words in (AS_AGREED, ON_EVENT))
        definitions[name] = {
            "anyOf": [
                {"enum": [AS_AGREED, ON_EVENT]},
                _pattern(f"{_IN_WORDS}|{agreed}|{event}"),
                *(_define(make(), definitions) for make in forms),
            ]
        }
    return {"$ref": f"#/definitions/{name}"}
