"""What programs read of the catalogue."""

from tests.web.conftest import World


def test_the_catalogue_shows_what_a_standard_says_and_who_published_it(world: World) -> None:
    catalog = world.api("tono").get("/catalog").json
    items, services = ({found["id"]: found for found in catalog[kind]} for kind in ("items", "services"))
    published = {a["id"]: a for a in catalog["authorities"]}[services["bmn.3"]["authority"]]
    assert published["id"] == "kptik-bmn"
    assert published["valid_from"] == "2025-01-01"
    assert "huruf P" in published["standard"]
    assert services["bmn.3"]["legal_basis"] == ["KMK 418/KMK.01/2012"]
    repair, consultation = items["bmn.3/asset-repair"], items["lpse/consultation"]
    assert [r["id"] for r in repair["requirements"]] == ["Permintaan diajukan melalui Portal Layanan Pusintek"]
    assert [p["id"] for p in repair["products"]] == ["BMN.3 Layanan Perbaikan Aset BMN"]
    assert repair["fee"] == {"id": "Tidak dipungut biaya (Gratis)", "en": "Free of charge"}
    assert repair["complaints"] is None, "the desk's own"
    assert "kemenkeu.prime@kemenkeu.go.id" in consultation["complaints"]["en"]
    assert repair["attributes"][0]["choices"][0] == {"value": "in-house", "name": {"id": "Swakelola", "en": "In-house"}}
