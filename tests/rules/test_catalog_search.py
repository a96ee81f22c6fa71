"""A citizen types what they would say, and the item that they mean comes first."""

import json

import pytest

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog
from helpdesk.catalog.rendering import as_plain
from helpdesk.catalog.search import root, search, words
from helpdesk.resources import catalog_path


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_file(catalog_path())


@pytest.mark.parametrize(
    ("query", "item"),
    [
        ("lupa password", "itsm.8/reset-password"),
        ("Saya lupa kata sandi email, tolong", "itsm.8/reset-password"),
        ("pasword email", "itsm.8/reset-password"),
        ("passw", "itsm.8/reset-password"),
        ("forgot my password", "itsm.8/reset-password"),
        ("AC mati", "bmn.4/facilities"),
        ("listrik padam!!", "bmn.4/facilities"),
        ("toilet bocor", "bmn.4/facilities"),
        ("pinjam proyektor", "bmn.1/asset-loan"),
        ("peminjaman laptop", "bmn.1/asset-loan"),
        ("wifi untuk tamu", "itsm.5/guest-internet"),
        ("instal office", "itsm.9/software-install"),
        ("lisensi", "itsm.9/software-supply"),
        ("laptop rusak", "bmn.3/asset-repair"),
        ("sewa kantin", "bmn.2/asset-rent"),
        ("jemput tamu di bandara", "tu.1/protocol"),
        ("daftar LPSE perusahaan", "lpse/registration-company"),
        ("akun email pegawai baru", "itsm.8/account-individual"),
        ("narasumber", "itsm.10/ict-training"),
        ("ITSM.10", "itsm.10/ict-training"),
        ("kabel", "itsm.5/network-cable"),
    ],
)
def test_the_item_that_is_meant_comes_first(catalog, query, item):
    assert search(catalog, "kptik-medan", query)[0].id == item


@pytest.mark.parametrize(
    ("desk", "query", "found"),
    [
        ("biro-umum", "sakit gigi", ["biro-umum.16/dental-clinic", "biro-umum.15/general-clinic"]),
        ("biro-umum", "gaji kurang", ["biro-umum.25/salary-shortfall", "biro-umum.25/salary-main"]),
        ("biro-umum", "sakip", ["biro-umum.42/sakip-evaluation"]),
        ("biro-umum", "gigii", ["biro-umum.16/dental-clinic"]),
    ],
)
def test_what_only_looks_like_a_word_or_stands_in_a_promise_is_not_found(catalog, desk, query, found):
    assert [item.id for item in search(catalog, desk, query)] == found


def test_a_slow_network_is_not_the_promise_of_a_secretariat(catalog):
    found = search(catalog, "kptik-medan", "internet lambat")
    assert found
    assert {item.id.split("/")[0] for item in found} <= {"itsm.5", "itsm.8"}


@pytest.mark.parametrize("query", ["", "   ", "?!"])
def test_nothing_asked_gives_everything_in_the_order_of_the_file(catalog, query):
    assert search(catalog, "kptik-medan", query) == catalog.items_of("kptik-medan")


@pytest.mark.parametrize("query", ["xyzzy", "saya mau tolong", "%_\\", "q" * 10_000])
def test_what_fits_nothing_gives_nothing(catalog, query):
    assert search(catalog, "kptik-medan", query) == ()


def test_english_names_are_found_in_english(catalog):
    assert search(catalog, "kptik-medan", "air conditioning", "en")[0].id == "bmn.4/facilities"
    assert search(catalog, "kptik-medan", "rent", "en")[0].id == "bmn.2/asset-rent"


def test_an_unknown_desk_is_an_error(catalog):
    with pytest.raises(KeyError):
        search(catalog, "kptik-bandung", "listrik")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("passwordnya", "password"),
        ("peminjaman", "pinjam"),
        ("meminjam", "pinjam"),
        ("penyewaan", "sewa"),
        ("penerimaan", "terima"),
        ("dipinjamkan", "pinjam"),
        ("sewa", "sewa"),
        ("akun", "akun"),
    ],
)
def test_the_root_of_a_word(word, expected):
    assert root(word) == expected


def test_words_are_small_and_without_accents():
    assert words("Réset PASSWORD, e-mail!") == ("reset", "password", "e", "mail")


@pytest.mark.parametrize("language", [None, "id", "en"])
def test_the_catalogue_can_be_written_as_json(catalog, language):
    plain = as_plain(catalog, language)
    assert json.loads(json.dumps(plain)) == plain
    assert [item["id"] for item in plain["items"]] == list(catalog.items)
    assert [desk["id"] for desk in plain["desks"]] == list(catalog.desks)


def test_wordings_are_in_the_language_asked_for_or_in_both(catalog):
    def name(language):
        return next(i["name"] for i in as_plain(catalog, language)["items"] if i["id"] == "itsm.5/network-cable")

    assert name("id") == "Penyediaan Kabel Jaringan/UTP"
    assert name("en") == "Supply of network/UTP cable"
    assert name(None) == {"id": name("id"), "en": name("en")}


def test_an_item_is_written_with_what_governs_it(catalog):
    plain = {item["id"]: item for item in as_plain(catalog, "id")["items"]}
    event, repair = plain["itsm.11/special-event"], plain["bmn.3/asset-repair"]
    assert event["norm"] == {"after_event": "1 working day", "event_stage": True}
    assert event["lead_time"]["spans"] == {"near": "5 working days", "outside": "10 working days"}
    assert event["event_date"] == "required"
    assert repair["holds_stop"] == {
        "documents": "always",
        "requester": "always",
        "vendor": {"performed_by": ["third-party"]},
    }
    assert plain["bmn.4/facilities"]["first_handling"] == "10 working minutes"
    assert plain["bmn.2/asset-rent"]["start"]["at"] == "documents"
