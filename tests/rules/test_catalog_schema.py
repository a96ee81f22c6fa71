"""docs/catalog.schema.json is what editors know of a catalogue: it takes what the loader takes, it tells faults."""

import json
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from marshmallow import Schema
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import ReusedAnchorWarning

from helpdesk.catalog.descriptions import DESCRIPTIONS
from helpdesk.catalog.errors import CatalogErrors
from helpdesk.catalog.fields import Part
from helpdesk.catalog.json_schema import json_schema
from helpdesk.catalog.load import load_text
from tests.rules.catalog_samples import GOOD
from tests.rules.test_catalog_docs import BLOCKS, sections
from tests.rules.test_catalog_errors import CASES
from tests.rules.test_catalog_fuzz import FIRST, ODD, PIECES, WORDS

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "catalog.schema.json"
VALIDATOR = Draft7Validator(json_schema())


class Plain(SafeConstructor):
    """As editors read YAML 1.2: a date is a text."""


Plain.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def as_an_editor_reads(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = Plain
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)  # YAML allows it, and so does the loader
        return with_words_as_keys(yaml.load(text))


def with_words_as_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {json.dumps(k) if not isinstance(k, str) else k: with_words_as_keys(v) for k, v in value.items()}
    return [with_words_as_keys(entry) for entry in value] if isinstance(value, list) else value


def faults(text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(as_an_editor_reads(text))]


def completed(number: int) -> str:
    return "".join({**sections(BLOCKS[0]), **sections(BLOCKS[number])}.values())


def test_the_file_is_the_one_that_the_command_writes():
    assert FILE.read_text(encoding="utf-8") == json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n", (
        "write it again: helpdesk catalog schema > docs/catalog.schema.json"
    )


def test_the_file_is_a_json_schema():
    Draft7Validator.check_schema(json.loads(FILE.read_text(encoding="utf-8")))


def test_the_delivered_catalogue_has_no_fault():
    assert faults((ROOT / "catalog.yaml").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_example_of_the_page_has_no_fault(number):
    assert faults(completed(number)) == []


def test_the_sample_has_no_fault():
    assert faults(GOOD) == []


# What no schema can know: what names stand for, and what must fit together.
UNKNOWABLE = {
    *("unknown group of an item", "unknown group of a desk", "unknown calendar of a desk", "unknown item of a desk"),
    *("unknown calendar of all items", "unknown shared document", "desk without layer 1", "key missing"),
    *("wording missing", "calendar without working time", "norm of an event without a date"),
    *("lead time without a date", "interval backwards", "intervals overlap", "weekday in two lines", "bad date"),
    *("range backwards", "no such day", "half a working day", "no time at all", "after an event in days"),
    *("steps that do not rise", "steps that take less", "formula in another unit", "quantity of nothing"),
    *("quantity of a choice", "table with an unknown value", "table with a gap"),
    *("stage after an unknown one", "stage after the start and another", "stage that is called start"),
    *("stage repeated by a choice", "stage repeated too often", "urgent by an unknown attribute"),
    *("hold by an unknown value", "lead time by an unknown value", "document by an unknown attribute"),
    *("start at documents without any", "start at an event without a name", "reminder after the lapse"),
    *("choice without choices", "minimum of a choice", "no services", "zone outside of the zones", "folder of zones"),
    *("bad zone", "tag", "key twice", "item twice in a service"),
}


def test_the_cases_beyond_a_schema_are_cases():
    assert CASES.keys() >= UNKNOWABLE


@pytest.mark.parametrize("case", sorted(CASES.keys() - UNKNOWABLE))
def test_a_plain_fault_is_told_to_the_editor(case):
    old, new, _ = CASES[case]
    assert faults(GOOD.replace(old, new.replace("|", "", 1), 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("calendars:\n", "calendar:\n"),
        ("  layer-1: {tier: layer-1, ", "  layer-1: {"),
        ("mon-fri: [08.00-12.00, 13.00-17.00]", "mon-fri: 08.00-17.00"),
        ("norm: 4 working hours", "norm: 4 working weeks"),
        ("norm: 4 working hours", "norm: {by_quantity: devices, steps: {four: 1 day}, beyond: as agreed}"),
        ("norm: 4 working hours", "norm: {by_attribute: [{norm: 1 day}]}"),
        ("norm: 4 working hours", "norm: 4 working hours\n        lead_time: {by: size}"),
        ("{devices: , size: }", "{devices: {minimum: none}, size: }"),
        ("kind: integer", "kind: number"),
        ("items: all", "items: some"),
        ("prefix: MDN", "prefix: 12"),
    ],
)
def test_other_plain_faults_are_told_too(old, new):
    assert GOOD.count(old) == 1
    assert faults(GOOD.replace(old, new))


@settings(max_examples=80, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_the_loader_takes_the_schema_takes(data):
    lines = data.draw(st.sampled_from([FIRST, *map(completed, range(len(PIECES)))])).splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[number].partition(":")
        lines[number] = f"{key}{colon} {data.draw(st.sampled_from(ODD) | st.sampled_from(WORDS))}"
    try:
        load_text("\n".join(lines))
    except CatalogErrors:
        return
    assert faults("\n".join(lines)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version: "1"', "version: 2026.1"),
        ("code: ITSM.9", "code: 9"),
        ("minimum: 1", 'minimum: "1"'),
        ("norm: 4 working hours", "norm: about 1.5  hours"),
        ("norm: 4 working hours", "norm: 2 hours to 1 working day"),
        ("norm: 4 working hours", 'response_minutes: "30"\n        superior_cc: "true"\n        norm: as  agreed'),
        ("norm: 4 working hours", "response_minutes: ~\n        first_handling:\n        norm: 1 day"),
        ("mon-fri", "mon"),
        ("{letter: }", '{letter: {when: {devices: "> 4"}}}'),
    ],
)
def test_quotes_and_spaces_make_no_fault(old, new):
    assert GOOD.count(old) == 1
    load_text(GOOD.replace(old, new))
    assert faults(GOOD.replace(old, new)) == []


def every_part(schema: type[Schema] = Part) -> set[type[Schema]]:
    return {part for kind in schema.__subclasses__() for part in {kind, *every_part(kind)}}


def test_every_key_has_a_description_in_both_languages_and_none_is_left_over():
    keys = {
        f"{part.__name__.removesuffix('Schema')}.{key}"
        for part in every_part()
        if part.__module__.startswith("helpdesk.catalog")
        for key in part().fields
    }
    assert keys == DESCRIPTIONS.keys()
    assert all(indonesian and english for indonesian, english in DESCRIPTIONS.values())


def test_the_delivered_catalogue_names_the_file_to_editors():
    first = (ROOT / "catalog.yaml").read_text(encoding="utf-8").splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert ROOT / named == FILE
