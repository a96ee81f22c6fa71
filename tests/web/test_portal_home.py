"""The portal's home page: the office, the search, the opening hours, and how little of it travels."""

import re
from collections import Counter

import pytest

from helpdesk.resources import static_folder
from tests.web.conftest import MEDAN, RESET, World
from tests.web.visitor import CATALOG, path_of, send, values_for


def test_the_browser_remembers_the_desk_and_its_receipts(world: World) -> None:
    browser = world.browser()
    assert "KPTIK BMN Makassar" in browser.get("/").text
    assert 'id="q"' not in browser.get("/").text
    browser.get(f"/{MEDAN}")
    assert 'id="q"' in browser.get("/").text
    where = send(browser, RESET, values_for(None)).headers["Location"]
    assert where in browser.get("/").text
    assert where not in world.browser().get(f"/{MEDAN}").text


def test_a_search_finds_the_service_in_a_citizens_words(world: World) -> None:
    browser = world.browser()
    page = browser.get(f"/{MEDAN}", query_string={"q": "lupa pasword"}).text
    assert page.index(RESET) < page.index('id="all"')
    part = browser.get(f"/{MEDAN}", query_string={"q": "<zzz>", "part": "1"}).text
    assert "&lt;zzz&gt;" in part
    assert "<html" not in part


def test_a_service_with_one_item_is_a_row_and_only_the_others_unfold(world: World) -> None:
    page = world.browser().get("/biro-umum").text
    groups = Counter(item.service for item in CATALOG.items_of("biro-umum"))
    assert page.count('<details class="group">') == sum(count > 1 for count in groups.values())
    assert page.count('<div class="group"><a ') == sum(count == 1 for count in groups.values())
    assert all(f"/biro-umum/{item.id}" in page for item in CATALOG.items_of("biro-umum"))


@pytest.mark.parametrize(("desk", "folded"), [("biro-umum", True), (MEDAN, False), ("setneg-ortala", False)])
def test_a_long_list_of_services_is_folded_under_the_search(world: World, desk: str, folded: bool) -> None:
    assert ('<details class="every">' in world.browser().get(f"/{desk}").text) is folded


def test_other_ways_to_write_are_named_only_where_the_desk_has_some(world: World) -> None:
    for desk in CATALOG.desks.values():
        page = world.browser().get(f"/{desk.id}?lang=en").text
        shown = any(way in page for way in ('href="tel:', 'href="mailto:', 'href="https://wa.me/'))
        assert shown == bool(desk.whatsapp or desk.phone or desk.email), desk.id


@pytest.mark.parametrize(
    ("desk", "called"),
    [
        (MEDAN, ["+62614153035", "+62614153044"]),
        ("kptik-surabaya", ["+62313523096", "+62313523093"]),
        ("kptik-makassar", ["+62411425231"]),
    ],
)
def test_each_telephone_number_of_a_desk_is_called_by_itself(world: World, desk: str, called: list[str]) -> None:
    assert re.findall(r'href="tel:([^"]*)"', world.browser().get(f"/{desk}").text) == called


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ({}, "Open until 17:00 WIB"),
        ({"hours": 4, "minutes": 10}, "Break, open again at 13:00 WIB"),
        ({"hours": 9}, "Closed, open again tomorrow at 08:00 WIB"),
        ({"days": 5}, "Closed, open again Monday, 30 November 2026 at 08:00 WIB"),
    ],
)
def test_the_home_page_says_whether_the_desk_is_open(world: World, at: dict[str, float], said: str) -> None:
    world.move(**at)
    assert said in world.browser().get(f"/{MEDAN}", query_string={"lang": "en"}).text


def test_the_tokens_of_the_style_are_those_of_the_staff_side() -> None:
    def tokens(name: str) -> list[dict[str, str]]:
        blocks = re.findall(r":root \{(.*?)\}", (static_folder() / name).read_text(), re.DOTALL)
        return [dict(re.findall(r"(--[\w-]+): ([^;]+);", block)) for block in blocks[:2]]

    for mine, theirs in zip(tokens("portal.css"), tokens("desk.css"), strict=True):
        own = re.compile(r"--(text|small|s\d)")  # 16 px for the public, 14 px for the staff
        assert {k: v for k, v in mine.items() if not own.fullmatch(k)}.items() <= theirs.items()


def test_every_page_is_small_enough_for_a_slow_line(world: World) -> None:
    browser = world.browser()
    style = (static_folder() / "portal.css").stat().st_size
    for path in ("/", f"/{MEDAN}", *(path_of(item_id) for item_id in CATALOG.items)):
        assert len(browser.get(path).data) + style < 30_000, path
