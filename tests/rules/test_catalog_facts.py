"""The delivered catalogue says what the KPTIK BMN standard says, item by item, and every item says all that is due."""

import csv
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from helpdesk.catalog.load import catalog_notices, load_file
from helpdesk.catalog.model import Catalog, Item
from helpdesk.catalog.rendering import norm_as_plain
from helpdesk.catalog.spans import written
from helpdesk.resources import catalog_path
from helpdesk.sla.norms import Anchor, EventRelative

STEPS = {
    "by_quantity": "devices",
    "steps": {
        "4": "1 working day",
        "8": "2 working days",
        "12": "3 working days",
        "16": "4 working days",
        "20": "5 working days",
    },
    "beyond": "as agreed",
}
IN_HOUSE_OR_NOT = {
    "by_attribute": [
        {"when": {"performed_by": ["in-house"]}, "norm": "2 working days"},
        {"when": {"performed_by": ["third-party"]}, "norm": "as agreed"},
    ]
}
FACILITIES = {
    "by_attribute": [
        {"when": {"doable": ["no"]}, "norm": "as agreed"},
        {"when": {"doable": ["yes"], "severity": ["light"], "materials": ["yes"]}, "norm": "1 day"},
        {"when": {"doable": ["yes"], "severity": ["light"], "materials": ["no"]}, "norm": "3 days"},
        {"when": {"doable": ["yes"], "severity": ["heavy", "medium"], "materials": ["yes"]}, "norm": "7 days"},
        {"when": {"doable": ["yes"], "severity": ["heavy", "medium"], "materials": ["no"]}, "norm": "14 days"},
    ]
}


NORMS = {
    "STEPS": STEPS,
    "AFTER_EVENT": {"after_event": "1 working day", "event_stage": True},
    "DAY_BEFORE_EVENT": {"before_event": "1 day", "event_stage": False},
    "IN_HOUSE_OR_NOT": IN_HOUSE_OR_NOT,
    "FACILITIES": FACILITIES,
}
TABLE = Path(__file__).parents[1] / "data" / "kptik-bmn-items.csv"
FACTS = tuple(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines(), delimiter="|"))


def listed(cell: str) -> list[str]:
    return cell.split("; ") if cell else []


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_file(catalog_path())


def item(catalog: Catalog, item_id: str) -> Item:
    return catalog.items[item_id]


def kptik(catalog: Catalog) -> dict[str, Item]:
    """The items of KPTIK BMN, by their ids."""
    return {i.id: i for i in catalog.items.values() if catalog.service_of(i).authority == "kptik-bmn"}


def test_the_catalogue_has_the_26_items_of_the_standard_in_its_order(catalog):
    assert list(kptik(catalog)) == [fact["id"] for fact in FACTS]
    assert len(FACTS) == 26


def test_every_item_says_what_it_yields_by_when_by_which_law_and_who_published_it(catalog):
    for found in catalog.items.values():
        service = catalog.services[found.service]
        assert service.authority in catalog.authorities, found.id
        assert service.legal_basis, found.id
        assert found.products, found.id
        assert found.fee.id, found.id
        assert found.wording.id and found.wording.en, found.id
        assert all(text.id and text.en for text in (*found.products, *found.requirements, found.fee)), found.id
        assert catalog.standard_of(found) == catalog.authorities[service.authority].standard


def test_the_standard_of_kptik_bmn(catalog):
    published = catalog.authorities["kptik-bmn"]
    assert "KPTIK BMN" in published.name.id
    assert "KPTIK BMN" in published.name.en
    assert "huruf P" in published.standard
    assert published.valid_from == catalog.valid_from


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["id"])
def test_an_item_says_what_the_standard_says(catalog, fact):
    found = item(catalog, fact["id"])
    assert catalog.services[found.service].code == fact["service_code"]
    assert found.name.id == fact["item_name"]
    assert list(found.types) == listed(fact["ticket_types"])
    assert found.group == fact["group"]
    assert found.response_minutes == int(fact["response_minutes"])
    assert norm_as_plain(found.target.norm) == NORMS.get(fact["norm"], fact["norm"])
    assert fact["words_of_the_standard"] in found.wording.id
    assert [attribute.id for attribute in found.attributes] == listed(fact["attributes"])
    assert len([d for d in found.documents if not d.after_fulfilment]) == int(fact["documents_before"])
    assert [d.id for d in found.documents if d.after_fulfilment] == listed(fact["documents_after"])
    assert found.superior_cc is (fact["superior_cc"] == "yes")
    assert found.target.start.kind == fact["clock_starts"]
    assert found.event_date is (fact["event_date"] == "yes")
    assert list(found.channels_named) == listed(fact["channels_named"])
    assert found.reopen_days == 7
    conditions = listed(fact["requirements"])
    assert len(found.requirements) == len(conditions)
    assert all(words in text.id for words, text in zip(conditions, found.requirements, strict=True))
    assert [text.id for text in found.products] == [fact["product"]]
    assert len(set(catalog.services[found.service].legal_basis)) == int(fact["legal_basis"])
    assert found.fee.id == "Tidak dipungut biaya (Gratis)"
    assert found.complaints.id == "" or found.group == "rft-lpse"


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["id"])
def test_every_wording_of_an_item_stands_in_both_languages_and_citizens_can_find_it(catalog, fact):
    found = item(catalog, fact["id"])
    texts = [found.name, found.wording, found.summary]
    texts += [attribute.name for attribute in found.attributes]
    texts += [name for attribute in found.attributes for name in attribute.choices.values()]
    texts += [document.name for document in found.documents]
    assert all(text.id and text.en for text in texts)
    assert len(found.keywords) >= 5


def test_the_attributes_have_the_values_of_the_standard(catalog):
    choices = {a.id: tuple(a.choices) for i in kptik(catalog).values() for a in i.attributes if a.kind == "choice"}
    assert choices == {
        "place": ("near", "outside"),
        "performed_by": ("in-house", "third-party"),
        "kind": ("security", "cleaning", "electricity", "water", "cooling", "telephone", "building"),
        "severity": ("light", "medium", "heavy"),
        "materials": ("yes", "no"),
        "doable": ("yes", "no"),
    }
    accounts = item(catalog, "itsm.8/account-collective").attribute("accounts")
    devices = item(catalog, "itsm.9/software-install").attribute("devices")
    assert (accounts.kind, accounts.minimum, accounts.required) == ("integer", 31, True)
    assert (devices.kind, devices.minimum, devices.required) == ("integer", 1, True)


def test_only_staff_judge_how_a_repair_is_done(catalog):
    by_staff = {a.id for i in kptik(catalog).values() for a in i.attributes if a.by_staff}
    assert by_staff == {"performed_by", "severity", "materials", "doable"}


@pytest.mark.parametrize("name", ["software-supply", "software-install", "software-supply-install"])
def test_serial_numbers_are_needed_for_more_than_four_devices(catalog, name):
    document = item(catalog, f"itsm.9/{name}").documents[0]
    assert document.id == "serial-numbers"
    assert document.when == {"devices": ">4"}


def test_lead_times(catalog):
    special = item(catalog, "itsm.11/special-event").target.lead_time
    assert special.attribute == "place"
    assert {place: written(span) for place, span in special.by.items()} == {
        "near": "5 working days",
        "outside": "10 working days",
    }
    assert written(special.span) == "5 working days"
    training = item(catalog, "itsm.10/ict-training").target.lead_time
    assert (written(training.span), training.attribute, training.outside_hours) == ("5 working days", "", False)
    facilities = item(catalog, "bmn.4/facilities").target.lead_time
    assert (written(facilities.span), facilities.outside_hours) == ("2 days", True)
    others = {"itsm.11/special-event", "itsm.10/ict-training", "bmn.4/facilities"}
    assert all(i.target.lead_time is None for i in kptik(catalog).values() if i.id not in others)


def test_event_norms_show_the_event_as_a_stage(catalog):
    lan, coordination, protocol = (
        item(catalog, name).target.norm
        for name in ("itsm.5/lan-assistance", "tu.2/secretariat-coordination", "tu.1/protocol")
    )
    assert isinstance(lan, EventRelative)
    assert (lan.anchor, lan.event_stage) == (Anchor.AFTER, True)
    assert (coordination.anchor, coordination.event_stage) == (Anchor.BEFORE, False)
    assert (protocol.anchor, protocol.span) == (Anchor.ON, None)


def test_a_vendor_stops_the_clock_only_where_a_third_party_repairs(catalog):
    for found in kptik(catalog).values():
        if found.id == "bmn.3/asset-repair":
            assert found.target.stops == {"documents", "requester", "vendor"}
            assert found.target.stops_when == {"vendor": {"performed_by": frozenset({"third-party"})}}
        else:
            assert found.target.stops == {"documents", "requester"}
            assert found.target.stops_when == {}


def test_facilities_have_a_first_handling_and_urgent_kinds(catalog):
    facilities = item(catalog, "bmn.4/facilities")
    assert written(facilities.target.first_handling) == "10 working minutes"
    assert facilities.urgent_when == {"kind": frozenset({"security", "electricity", "water"})}
    assert facilities.event_optional
    others = [i for i in kptik(catalog).values() if i is not facilities]
    assert all(i.target.first_handling is None and not i.urgent_when and not i.event_optional for i in others)


def test_a_new_company_may_give_other_tax_papers(catalog):
    last = item(catalog, "lpse/registration-company").documents[-1]
    assert all(word in last.name.id for word in ("SPT PPh Badan", "SKF", "SKT", "SPPKP"))


DESKS = {
    "kptik-medan": ("MDN", "KPTIK BMN Medan", "Asia/Jakarta", "helpdeskmedan@kemenkeu.go.id", "+62 821 6576 3658"),
    "kptik-semarang": (
        "SMG",
        "KPTIK BMN Semarang",
        "Asia/Jakarta",
        "kptik.bmn.smg@kemenkeu.go.id",
        "+62 815 7219 2192",
    ),
    "kptik-surabaya": ("SBY", "KPTIK BMN Surabaya", "Asia/Jakarta", "kptikbmn.sby@kemenkeu.go.id", ""),
    "kptik-denpasar": ("DPS", "KPTIK BMN Denpasar", "Asia/Makassar", "helpdeskdps@kemenkeu.go.id", "+62 812 3840 456"),
    "kptik-makassar": (
        "MKS",
        "KPTIK BMN Makassar",
        "Asia/Makassar",
        "tikbmn.makassar@kemenkeu.go.id",
        "+62 811 461 4531",
    ),
}


def test_complaints_go_to_the_desk_and_those_about_e_procurement_to_the_head_office_too(catalog):
    own = {i.id: i.complaints for i in kptik(catalog).values() if i.complaints.id}
    assert set(own) == {"lpse/consultation", "lpse/registration-company", "lpse/registration-individual"}
    for text in own.values():
        for said in (text.id, text.en):
            assert all(channel in said for channel in ("kemenkeu.prime@kemenkeu.go.id", "(021) 134", "0852-1740-4522"))
    assert {desk: catalog.desks[desk].complaints.en for desk in DESKS} == dict.fromkeys(
        DESKS, "The same channels as for requests"
    )


def test_the_five_desks(catalog):
    assert [desk for desk in catalog.desks if desk.startswith("kptik")] == list(DESKS)
    for desk in map(catalog.desks.get, DESKS):
        assert (desk.prefix, desk.name, desk.zone.key, desk.email, desk.whatsapp) == DESKS[desk.id]
        assert desk.zone == ZoneInfo(DESKS[desk.id][2])
        assert desk.groups == ("layer-1", "rft-tik", "rft-bmn", "rft-tu", "rft-lpse", "pusintek")
        assert catalog.items_of(desk.id) == tuple(kptik(catalog).values())
        assert desk.phone


def test_groups_and_their_tiers(catalog):
    groups = [catalog.groups[name] for name in catalog.desks["kptik-medan"].groups]
    tiers = {group.id: (group.tier, group.shared) for group in groups}
    assert tiers == {
        "layer-1": ("layer-1", False),
        "rft-tik": ("layer-2", False),
        "rft-bmn": ("layer-2", False),
        "rft-tu": ("layer-2", False),
        "rft-lpse": ("layer-2", False),
        "pusintek": ("layer-3", True),
    }


def test_the_five_desks_work_five_days_of_eight_hours(catalog):
    office = catalog.calendars["office"]
    day = ((time(8), time(12)), (time(13), time(17)))
    assert office.week == dict.fromkeys(range(5), day)
    assert office.public_holidays
    assert office.joint_leave
    assert (office.dated, office.closed, office.opened) == ((), {}, frozenset())
    assert {catalog.desks[desk].calendar for desk in DESKS} == {"office"}
    assert {i.calendar for i in kptik(catalog).values()} == {"office"}


def test_the_items_of_kptik_bmn_can_be_executed_wholly(catalog):
    assert [notice for notice in catalog_notices(catalog) if notice.partition(":")[0] in kptik(catalog)] == []
    assert catalog.version
    assert catalog.valid_from <= date(2026, 1, 1)
