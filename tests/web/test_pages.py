"""What every staff page keeps: nothing inline or from outside, labels, one heading, readable colours, small files."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from helpdesk.resources import static_folder
from helpdesk.tickets.words import Status
from tests.web.conftest import RESET, World

STYLE = (static_folder() / "desk.css").read_text()
LIMITS = {
    "desk.css": 26_000, "board.js": 6_000, "ticket.js": 6_000, "desk.js": 6_000, "counter.js": 9_000,
    "counter.css": 6_000, "slip.css": 3_000, "slip.js": 1_000,
    "kiosk.css": 4_000, "screen.js": 3_000, "turns.js": 1_000,
}  # fmt: skip


class Page(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.depth_of_label = 0
        self.unlabelled: list[dict[str, str | None]] = []
        self.feed(text)
        named = {attributes.get("for") for tag, attributes in self.elements if tag == "label"}
        self.unlabelled = [a for a in self.unlabelled if a.get("id") not in named]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self.depth_of_label += tag == "label"
        field = tag in ("select", "textarea") or (tag == "input" and attributes.get("type") not in ("hidden", "submit"))
        if field and not self.depth_of_label and "aria-label" not in attributes:
            self.unlabelled.append(attributes)

    def handle_endtag(self, tag: str) -> None:
        self.depth_of_label -= tag == "label"


def pages(world: World) -> dict[str, str]:
    number, held = world.ticket(item=RESET), world.ticket(Status.ON_HOLD)
    paths = ["/board", "/board?view=held", "/queue", f"/tickets/{number}", f"/tickets/{held}", "/tickets/new",
             "/quarantine", "/outbox"]  # fmt: skip
    browser = world.entered("admin")
    return {path: browser.get(path).text for path in paths}


def test_nothing_is_inline_and_nothing_comes_from_outside(world: World) -> None:
    for path, text in pages(world).items():
        for tag, attributes in Page(text).elements:
            assert tag != "style", path
            assert not any(name == "style" or name.startswith("on") for name in attributes), (path, attributes)
            assert tag != "script" or attributes.get("nonce"), path
            for name in ("src", "href", "action"):
                assert not re.match(r"(?i)https?:|//", attributes.get(name) or ""), (path, attributes)


def test_every_field_has_a_label_and_every_id_is_given_once(world: World) -> None:
    for path, text in pages(world).items():
        page = Page(text)
        ids = [a["id"] for _tag, a in page.elements if a.get("id")]
        assert page.unlabelled == [], path
        assert len(ids) == len(set(ids)), (path, [i for i in ids if ids.count(i) > 1])


def test_every_page_has_a_language_a_title_one_heading_and_a_main_part(world: World) -> None:
    for path, text in pages(world).items():
        tags = [tag for tag, _attributes in Page(text).elements]
        assert '<html lang="id">' in text, path
        assert (tags.count("h1"), tags.count("main"), tags.count("title")) == (1, 1, 1), path


@pytest.mark.parametrize("name", LIMITS)
def test_the_files_of_the_pages_stay_small(name: str) -> None:
    assert (static_folder() / name).stat().st_size < LIMITS[name]


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", block))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i:j], 16) / 255 for i, j in pairwise((0, 2, 4, 6))]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_of_text_has_contrast_aa_on_every_ground_it_stands_on(theme: str) -> None:
    light, dark = STYLE.split("@media (prefers-color-scheme: dark)")[:2]
    colours = tokens(light) if theme == "light" else tokens(light) | tokens(dark.split("} }")[0])
    pairs = [
        (ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in ("bg", "surface", "accent-soft")
    ]
    pairs += [(state, f"{state}-soft") for state in ("ok", "risk", "late", "hold")]
    pairs += [(state, "surface") for state in ("ok", "late")] + [
        ("accent-ink", "accent"),
        ("ink-2", "note"),
        ("risk", "bg"),
    ]
    for ink, ground in pairs:
        lighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (theme, ink, ground)
