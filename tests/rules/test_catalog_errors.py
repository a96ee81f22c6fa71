"""Every fault of a catalogue is told, in one run, as file:line:column: message."""

import pytest

from helpdesk.catalog.errors import CatalogErrors
from helpdesk.catalog.load import load_text
from tests.rules.catalog_samples import GOOD

NORM = "norm: 4 working hours"


def test_the_catalogue_that_the_cases_start_from_is_right():
    assert list(load_text(GOOD).items) == ["itsm.9/install"]


# what stands in GOOD, what stands there instead with | at the fault's place, the end of the message
CASES = {
    "unknown key": (
        "group: rft\n",
        "|grup: rft\n        group: rft\n",
        "unknown key; known here: attributes, calendar",
    ),
    "unknown key at the top": ('version: "1"', '|author: me\nversion: "1"', "unknown key; known here: attributes"),
    "key twice": ("group: rft\n", "group: rft\n        |group: rft\n", 'the key "group" stands here a second time'),
    "item twice in a service": (
        "desks:\n",
        "      |itsm.9/install: {}\ndesks:\n",
        'the key "itsm.9/install" stands here a second time; the first is on line 22',
    ),
    "key missing": ("        group: rft\n", "", "itsm.9/install.group: is missing"),
    "value missing": ("group: rft\n", "|group:\n", "group: has no value"),
    "name missing in one language": ("{id: Instalasi, en: Installation}", "{id: Instalasi}", "name.en: is missing"),
    "name empty in one language": ("en: Installation}", 'en: |" "}', "name.en: must not be empty"),
    "wording missing": ("        wording: {id: 4 jam kerja, en: 4 working hours}\n", "", "wording: is missing"),
    "unknown group of an item": ("group: rft\n", "group: |rtf\n", 'unknown group "rtf"; did you mean rft?'),
    "unknown group of a desk": ("[layer-1, rft]", "[layer-1, |pusat]", 'unknown group "pusat"; there are layer-1, rft'),
    "unknown calendar of a desk": (
        "    calendar: office\n    gr",
        "    calendar: |offce\n    gr",
        "did you mean office?",
    ),
    "unknown calendar of all items": ("calendar: office}", "calendar: |none}", 'unknown calendar "none"'),
    "unknown item of a desk": ("items: all", "items: [itsm.9, |itsm.9/instal]", "did you mean itsm.9/install"),
    "unknown shared document": ("{letter: }", "{|leter: }", "no shared part has this id"),
    "desk without layer 1": ("groups: [layer-1, rft]", "|groups: [rft]", "the desk has no group of tier layer-1"),
    "unknown tier": ("tier: layer-2", "tier: |layer-4", "is not one of: layer-1, layer-2, layer-3"),
    "bad id of an item": ("itsm.9/install:", "|itsm.9:", "is not an item id such as itsm.8/reset-password"),
    "bad prefix": ("MDN", "|mdn", "is not a prefix of 2 to 8 capital letters"),
    "bad zone": ("Asia/Jakarta", "|Asia/Medan", "is not an IANA time zone such as Asia/Jakarta"),
    "zone outside of the zones": ("Asia/Jakarta", "|../../etc/passwd", "is not an IANA time zone"),
    "folder of zones": ("Asia/Jakarta", "|Asia", "is not an IANA time zone"),
    "bad mail address": ("medan@example.go.id", "|medan", "is not a mail address"),
    "bad date": ("2026-01-01", "|2026-02-30", "is not a date such as 2026-11-23"),
    "bad ticket type": (
        "[service request]",
        "[|request]",
        "is not one of: service request, incident, change, complaint",
    ),
    "bad time of day": ("08.00-12.00,", "|8-12,", "is not a pair of times such as 08.00-12.00"),
    "interval backwards": ("08.00-12.00,", "|12.00-08.00,", "ends before it begins"),
    "intervals overlap": ("13.00-17.00", "|11.59-17.00", "overlaps the interval before it"),
    "weekday in two lines": ("{mon-fri: [", "{fri: [08.00-09.00], |mon-fri: [", "fri stands in two lines"),
    "unknown weekday": ("{mon-fri: [", "{|sen-jum: [", "is not a day or range of days"),
    "calendar without working time": (
        "week: {mon-fri: [08.00-12.00, 13.00-17.00]}",
        "|week: {mon: []}",
        "no working time",
    ),
    "half a working day": (NORM, "norm: |1.5 working days", "only minutes and hours may have a fraction"),
    "no time at all": (NORM, "norm: |0 hours", "must be longer than 0"),
    "working weeks": (NORM, "norm: |2 working weeks", 'weeks and months are never "working"'),
    "not a span": (NORM, "norm: |4 hrs", '"4 hrs" is not a span of time such as "4 working hours" or'),
    "range backwards": (NORM, "norm: |5 to 1 working days", "the first span must be shorter"),
    "two norms at once": (NORM, "|norm: {before_event: 1 day, by_date: {day: 1}}", "must have exactly one of the keys"),
    "after an event in days": (NORM, "norm: {after_event: |1 day}", "must be in working days"),
    "no such day": (NORM, "norm: {by_date: {day: |30, month: 2}}", "month 2 has no day 30"),
    "norm of an event without a date": (NORM, "norm: |on the event date", "must ask for the `event_date`"),
    "lead time without a date": (NORM, f"lead_time: |1 day\n        {NORM}", "must ask for the `event_date`"),
    "steps that do not rise": (
        NORM,
        "norm: {by_quantity: devices, steps: {8: 1 day, 4: |2 days}, beyond: as agreed}",
        "steps must rise: 4 comes after 8",
    ),
    "steps that take less": (
        NORM,
        "norm: {by_quantity: devices, steps: {4: 2 days, 8: |1 day}, beyond: as agreed}",
        "8 take less time than 4",
    ),
    "formula in another unit": (
        NORM,
        "norm: {by_quantity: devices, steps: {4: 1 day}, beyond: {each: 2, add: |1 hour}}",
        "must have the unit of the last step",
    ),
    "quantity of nothing": (
        NORM,
        "norm: {by_quantity: |copies, steps: {4: 1 day}, beyond: as agreed}",
        'unknown attribute "copies"; the item has devices, size',
    ),
    "quantity of a choice": (
        NORM,
        "norm: {by_quantity: |size, steps: {4: 1 day}, beyond: as agreed}",
        'the attribute "size" must be of kind integer here',
    ),
    "table with an unknown value": (
        NORM,
        "norm: {by_attribute: [{when: {|size: [small, huge]}, norm: 1 day}, {when: {size: big}, norm: 2 days}]}",
        'the attribute "size" has no value "huge"; it has small, big',
    ),
    "table with a gap": (
        NORM,
        "norm: {|by_attribute: [{when: {size: small}, norm: 1 day}]}",
        "the decision table has no line for size=big",
    ),
    "stages inside a table": (
        NORM,
        "norm: {by_attribute: [{when: {size: small}, |norm: {stages: {a: {norm: 1 day}}}}]}",
        "must have exactly one of the keys by_quantity, by_channel, by_attribute, before_event, after_event, by_date",
    ),
    "stage after an unknown one": (
        NORM,
        "norm: {stages: {a: {norm: 1 day}, b: {norm: 1 day, after: [|c]}}}",
        '"c" is not an earlier stage',
    ),
    "stage after the start and another": (
        NORM,
        "norm: {stages: {a: {norm: 1 day}, b: {norm: 1 day, after: [a, |start]}}}",
        '"start" stands alone',
    ),
    "stage that is called start": (
        NORM,
        "norm: {stages: {|start: {norm: 1 day}}}",
        '"start" cannot be the name of a stage',
    ),
    "stage repeated by a choice": (
        NORM,
        "norm: {stages: {a: {norm: 1 day, repeat: |2 per size}}}",
        'the attribute "size" must be of kind integer here',
    ),
    "stage repeated too often": (
        NORM,
        "norm: {stages: {a: {norm: 1 day, repeat: |0 per devices}}}",
        '"0" is not a whole number from 1 to 1000',
    ),
    "unknown channel": (NORM, "norm: {by_channel: {|fax: 1 day}, otherwise: 2 days}", '"fax" is not one of: email'),
    "urgent by an unknown attribute": (
        NORM,
        f"urgent_when: {{kind: |water}}\n        {NORM}",
        'unknown attribute "kind"',
    ),
    "unknown reason for waiting": (NORM, f"holds_stop: {{|rain: always}}\n        {NORM}", '"rain" is not one of'),
    "hold by an unknown value": (
        NORM,
        f"holds_stop: {{vendor: {{size: |huge}}}}\n        {NORM}",
        'the attribute "size" has no value "huge"',
    ),
    "lead time by an unknown value": (
        NORM,
        "event_date: required\n        lead_time: {by: size, spans: {near: |1 day}, otherwise: 1 day}\n        " + NORM,
        'the attribute "size" has no value "near"',
    ),
    "half a lead time": (
        NORM,
        f"event_date: required\n        |lead_time: {{by: size}}\n        {NORM}",
        "must have either `span`, or `by`, `spans` and `otherwise`",
    ),
    "document by an unknown attribute": (
        "{letter: }",
        '{letter: {when: {copies: |">4"}}}',
        'unknown attribute "copies"',
    ),
    "document by an impossible condition": ("{letter: }", '{letter: {when: {devices: |">x"}}}', "is not a condition"),
    "start at documents without any": (
        "        documents: {letter: }\n",
        "        start: |documents\n",
        "starts at complete documents, but the item needs no documents",
    ),
    "start at an event without a name": (NORM, f"|start: {{at: event}}\n        {NORM}", "an event is named where"),
    "reminder after the lapse": (
        NORM,
        f"requester_deadline: {{lapse_after: 3 days, remind_before: |3 days}}\n        {NORM}",
        "must be shorter than `lapse_after`",
    ),
    "choice without choices": (
        "kind: choice, choices: {small: {id: K, en: S}, big: {id: B, en: L}}}",
        "kind: choice}",
        "a choice needs `choices`",
    ),
    "minimum of a choice": ("kind: choice, ", "kind: choice, minimum: |1, ", "only an attribute of kind integer"),
    "share too large": (NORM, f"warn_at: |100%\n        {NORM}", "is not a share from 1% to 99%"),
    "number as a word": (NORM, f"response_minutes: |thirty\n        {NORM}", "is not a whole number from 1 to 100000"),
    "tag": ("name: Medan", "name: |!!python/name:os.system Medan", "may not stand here"),
    "text where a table belongs": ("{letter: }", "|letter", "documents: must be keys with values"),
    "list where a text belongs": ("name: Medan", "|name: [Medan]", "name: must be a text"),
    "no services": (GOOD[GOOD.index("services:") : GOOD.index("desks:")], "|services: {}\n", "must not be empty"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_with_its_line_and_column(case):
    old, new, message = CASES[case]
    assert GOOD.count(old) >= 1
    marked = GOOD.replace(old, new, 1)
    with pytest.raises(CatalogErrors) as caught:
        load_text(marked.replace("|", "", 1), "catalog.yaml")
    told = [str(error) for error in caught.value.errors if message in error.message]
    assert told, str(caught.value)
    if "|" in new:
        before = marked[: marked.index("|")]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        assert any(text.startswith(f"catalog.yaml:{line}:{column}: ") for text in told), (line, column, told)


@pytest.mark.parametrize("case", sorted(CASES.keys() - {"key twice", "item twice in a service"}))
def test_one_fault_is_told_once(case):
    old, new, _ = CASES[case]
    with pytest.raises(CatalogErrors) as caught:
        load_text(GOOD.replace(old, new.replace("|", "", 1), 1))
    places = [(error.line, error.column, error.message.rsplit(": ", 1)[-1]) for error in caught.value.errors]
    assert len(places) == len(set(places))


TWO_DESKS = (
    GOOD
    + """\
  semarang:
    prefix: MDN
    name: Semarang
    zone: Asia/Jakarta
    calendar: office
    groups: [layer-1]
    items: [itsm.9]
    email: Medan@example.go.id
"""
)


def test_prefixes_and_mail_addresses_belong_to_one_desk():
    with pytest.raises(CatalogErrors) as caught:
        load_text(TWO_DESKS)
    assert [str(error) for error in caught.value.errors] == [
        'catalog.yaml:39:13: desks.semarang.prefix: the prefix "MDN" is already on line 31',
        'catalog.yaml:45:12: desks.semarang.email: the mail address "Medan@example.go.id" is already on line 37',
    ]


def test_an_item_belongs_to_one_service():
    second = GOOD[GOOD.index("  itsm.9:") : GOOD.index("desks:")].replace("  itsm.9:", "  itsm.10:")
    with pytest.raises(CatalogErrors) as caught:
        load_text(GOOD.replace("desks:\n", second + "desks:\n"))
    (error,) = caught.value.errors
    assert (error.line, error.column) == (33, 7)
    assert error.message.endswith('the item "itsm.9/install" is already on line 22')


def test_every_fault_is_told_in_one_run_in_the_order_of_the_file():
    text = (
        GOOD.replace("Asia/Jakarta", "Asia/Medan").replace("group: rft\n", "group: none\n").replace(NORM, "norm: soon")
    )
    text = (
        text.replace('version: "1"\n', "")
        .replace("valid_from: 2026", "valid_from: 26")
        .replace("en: Letter", "de: Brief")
    )
    with pytest.raises(CatalogErrors) as caught:
        load_text(text + "notes: none\n")
    found = [(error.line, error.message.split(":")[0].rsplit(".", 1)[-1]) for error in caught.value.errors]
    assert found == sorted(found, key=lambda pair: pair[0])
    assert {name for _, name in found} == {"version", "valid_from", "en", "de", "group", "norm", "zone", "notes"}


def test_a_fault_in_the_defaults_is_told_where_it_stands_and_not_at_each_item():
    second = GOOD[GOOD.index("      itsm.9/install:") : GOOD.index("desks:")].replace("/install", "/supply")
    with pytest.raises(CatalogErrors) as caught:
        load_text(GOOD.replace("desks:\n", second + "desks:\n").replace("[service request]", "[wish]"))
    (error,) = caught.value.errors
    assert (error.line, error.column) == (16, 18)


@pytest.mark.parametrize(
    ("written", "kept"), [("reset-password", "no"), ("12.30-14.00", "0123"), ("12:30", "1e3"), ("yes", "null ")]
)
def test_plain_words_stay_words(written, kept):
    text = GOOD.replace("name: Medan", f"name: {written}").replace("Perangkat lunak", f'"{kept}"')
    catalog = load_text(text)
    assert catalog.desks["medan"].name == written
    assert catalog.services["itsm.9"].name.id == kept.strip()


def test_anchors_may_share_a_part():
    text = GOOD.replace("wording: {id: 4 jam kerja, en: 4 working hours}", "wording: *same").replace(
        "name: {id: Perangkat lunak, en: Software}", "name: &same {id: Perangkat lunak, en: Software}"
    )
    catalog = load_text(text)
    assert catalog.items["itsm.9/install"].wording == catalog.services["itsm.9"].name
