"""Two places of a catalogue that contradict each other are refused, and the message names both lines."""

import pytest

from helpdesk.catalog.errors import CatalogErrors
from helpdesk.catalog.load import load_text
from helpdesk.catalog.spans import read_fixed
from tests.rules.catalog_samples import GOOD

NORM = "        norm: 4 working hours\n"
DOCUMENTS = "        documents: {letter: }\n"
OFFICE = "    week: {mon-fri: [08.00-12.00, 13.00-17.00]}\n"
DEVICES = "  devices: {name: {id: Perangkat, en: Devices}, kind: integer, minimum: 1}\n"
ITEM = "      itsm.9/install:\n"
ASKED = "        attributes: {devices: , size: }\n"

# what stands in GOOD, what stands there instead with | at the fault and ^ at what it contradicts, the message
CASES = {
    "lines of a table with other norms": (
        NORM,
        """\
        norm:
          by_attribute:
            - ^{when: {size: [small, big]}, norm: 1 day}
            - |{when: {size: big}, norm: 2 days}
""",
        "contradicts line ^: what stands earlier holds, so this line is never reached",
    ),
    "lines of a table with the same norm": (
        NORM,
        """\
        norm:
          by_attribute:
            - ^{when: {size: [small, big]}, norm: 1 day}
            - |{when: {size: big}, norm: 1 day}
""",
        "repeats line ^: what stands earlier holds, so this line is never reached",
    ),
    "norm of an event, date optional": (
        NORM,
        "        event_date: ^optional\n        norm: |on the event date\n",
        "contradicts line ^: the date of the event is optional there, and without it there is no deadline",
    ),
    "norm of an event in a table, no date": (
        GOOD[GOOD.index(ITEM) : GOOD.index("        wording:")],
        """\
      ^itsm.9/install:
        name: {id: Instalasi, en: Installation}
        group: rft
        attributes: {size: }
        norm:
          by_attribute:
            - {when: {size: small}, norm: 1 day}
            - {when: {size: big}, norm: |on the event date}
""",
        "contradicts line ^: the norm is relative to an event, so the item must ask for the `event_date`",
    ),
    "lead time, no date": (
        ITEM,
        "      ^itsm.9/install:\n        lead_time: |1 day\n",
        "contradicts line ^: a lead time is kept before an event, so the item must ask for the `event_date`",
    ),
    "start at documents that come afterwards": (
        DOCUMENTS,
        "        ^documents: {letter: {after_fulfilment: true}}\n        start: |documents\n",
        "contradicts line ^: the clock starts at complete documents, but the item needs no documents",
    ),
    "requester's deadline without documents": (
        DOCUMENTS,
        "        ^documents: {}\n        |requester_deadline: {lapse_after: 3 days}\n",
        "contradicts line ^: it is for missing documents, but the item needs no documents",
    ),
    "reminder after the lapse, in another unit": (
        NORM,
        NORM
        + """\
        requester_deadline:
          lapse_after: ^2 working days
          remind_before: |20 working hours
""",
        "contradicts line ^: must be shorter than `lapse_after`",
    ),
    "extension of an agreed date": (
        NORM,
        "        norm: ^as agreed\n        extension: |7 working days\n",
        "contradicts line ^: a date that is agreed cannot be extended",
    ),
    "first handling after the deadline": (
        NORM,
        "        first_handling: |5 working hours\n        norm: ^4 working hours\n",
        "contradicts line ^: the first handling would come after the deadline",
    ),
    "first handling after the deadline of one line": (
        NORM,
        """\
        first_handling: |2 working hours
        norm:
          by_attribute:
            - {when: {size: small}, norm: 1 working day}
            - {when: {size: big}, norm: ^30 minutes}
""",
        "contradicts line ^: the first handling would come after the deadline",
    ),
    "deadline before the request has to come": (
        NORM,
        "        event_date: required\n        |norm: {before_event: 2 weeks}\n        lead_time: ^5 working days\n",
        "contradicts line ^: who asks as late as that allows would ask after the deadline",
    ),
    "step that the minimum leaves out": (
        ASKED + DOCUMENTS + NORM,
        """\
        attributes: {devices: {minimum: ^5}, size: }
        norm:
          by_quantity: devices
          steps: {4: |1 day, 8: 2 days}
          beyond: as agreed
""",
        "contradicts line ^: there are at least 5, so this step is never reached",
    ),
    "steps that take less, in another unit": (
        NORM,
        """\
        norm:
          by_quantity: devices
          steps:
            4: ^2 working days
            8: |9 working hours
          beyond: as agreed
""",
        "contradicts line ^: 8 would take less time than 4",
    ),
    "document that is never needed": (
        ASKED + DOCUMENTS,
        """\
        attributes: {devices: {minimum: ^5}, size: }
        documents: {letter: {when: {devices: |"<=4"}}}
""",
        "contradicts line ^: there are at least 5",
    ),
    "required and never asked": (
        DEVICES,
        """\
  devices:
    name: {id: Perangkat, en: Devices}
    kind: integer
    required: |true
    by_staff: ^true
""",
        "contradicts line ^: what the desk judges is never asked, so it cannot be required",
    ),
    "dated hours backwards": (
        OFFICE,
        OFFICE
        + """\
    dated:
      - first: ^2027-03-10
        last: |2027-03-09
        name: {id: R, en: R}
        week: {mon: [08.00-12.00]}
""",
        "contradicts line ^: is before `first`",
    ),
    "dated hours that overlap": (
        OFFICE,
        OFFICE
        + """\
    dated:
      - {first: ^2027-02-08, last: 2027-03-09, name: {id: R, en: R}, week: {mon: [08.00-12.00]}}
      - {first: |2027-03-09, last: 2027-03-12, name: {id: L, en: L}, week: {mon: [08.00-11.00]}}
""",
        "contradicts line ^: both sets of hours would hold on 2027-03-09",
    ),
    "day closed and opened": (
        OFFICE,
        OFFICE
        + """\
    closed:
      ^2026-12-24: {id: Tutup, en: Closed}
    opened: [2026-12-25, |2026-12-24]
""",
        "contradicts line ^: the day is closed there",
    ),
    "day opened without hours": (
        OFFICE,
        "    ^week: {mon-fri: [08.00-12.00]}\n    opened: [|2026-12-26]\n",
        "contradicts line ^: no hours stand there for sat",
    ),
    "day opened without hours between two dates": (
        OFFICE,
        OFFICE
        + """\
    opened: [|2027-02-09]
    dated:
      - first: 2027-02-08
        last: 2027-03-09
        name: {id: R, en: R}
        ^week: {mon: [08.00-12.00]}
""",
        "contradicts line ^: no hours stand there for tue",
    ),
}


def refused(text: str) -> list[str]:
    with pytest.raises(CatalogErrors) as caught:
        load_text(text, "catalog.yaml")
    return [str(error) for error in caught.value.errors]


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_refused_with_both_lines(case):
    old, new, message = CASES[case]
    assert GOOD.count(old) == 1
    marked = GOOD.replace(old, new)
    fault, other = (marked.replace(mark, "").index(sign) for sign, mark in (("|", "^"), ("^", "|")))
    text = marked.replace("|", "").replace("^", "")
    line, column = text[:fault].count("\n") + 1, fault - text.rfind("\n", 0, fault)
    wanted = message.replace("^", str(text[:other].count("\n") + 1))
    (told,) = refused(text)
    assert told.startswith(f"catalog.yaml:{line}:{column}: ")
    assert told.endswith(f": {wanted}")


SOUND = {
    "hours one after the other": (
        OFFICE,
        OFFICE
        + """\
    dated:
      - {first: 2027-02-08, last: 2027-03-09, name: {id: R, en: R}, week: {mon-sat: [08.00-12.00]}}
      - {first: 2027-03-10, last: 2027-03-12, name: {id: L, en: L}, week: {mon: [08.00-11.00]}}
    opened: [2027-02-13]
""",
    ),
    "lines of a table of which the first one that holds wins": (
        NORM,
        """\
        norm:
          by_attribute:
            - {when: {size: small}, norm: 1 day}
            - {when: {size: [small, big]}, norm: 2 days}
""",
    ),
    "first handling as long as the norm": (NORM, NORM + "        first_handling: 240 minutes\n"),
    "extension of a norm that is agreed in one case": (
        NORM,
        """\
        extension: 1 working day
        norm: {by_attribute: [{when: {size: small}, norm: as agreed}, {when: {size: big}, norm: 2 days}]}
""",
    ),
    "lead time before the deadline": (
        NORM,
        "        event_date: required\n        norm: {before_event: 1 day}\n        lead_time: 1 working day\n",
    ),
    "document for many": ("{letter: }", '{letter: {when: {devices: "<=1"}}}'),
    "judged by the desk": ("kind: integer, minimum: 1", "kind: integer, by_staff: true, required: false"),
}


@pytest.mark.parametrize("case", SOUND)
def test_what_only_looks_like_a_contradiction_is_taken(case):
    old, new = SOUND[case]
    assert GOOD.count(old) == 1
    assert load_text(GOOD.replace(old, new)).items


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("        first_handling: 1 working day\n", "first_handling: must be in minutes or hours"),
        (
            "        event_date: required\n        lead_time: 4 working hours\n",
            "lead_time.span: must be in working days, days or weeks",
        ),
        (
            "        event_date: required\n"
            "        lead_time: {by: size, spans: {small: 1 month}, otherwise: 2 hours}\n",
            "lead_time.spans.small: must be in working days, days or weeks",
        ),
    ],
)
def test_a_time_that_cannot_be_counted_there_is_refused(lines, message):
    assert any(told.endswith(f".{message}") for told in refused(GOOD.replace(NORM, NORM + lines)))


@pytest.mark.parametrize("text", ["5 days to 1 week", "4 weeks to 1 month", "5 working days to 1 week", "1 to 5 days"])
def test_a_range_that_rises_is_taken(text):
    assert read_fixed(text).lower


@pytest.mark.parametrize(
    "text",
    ["1 week to 6 days", "7 days to 1 week", "5 to 5 days", "9 hours to 1 working day", "2 weeks to 5 working days"],
)
def test_a_range_that_falls_is_refused(text):
    with pytest.raises(ValueError, match="the first span must be shorter"):
        read_fixed(text)
