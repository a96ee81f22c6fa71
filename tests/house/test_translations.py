"""Every wording that a person reads has an Indonesian one, and what is shipped is what was translated."""

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "helpdesk" / "translations" / "id" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
PLACES = ("helpdesk", "templates")


@pytest.fixture(scope="module")
def catalog():
    with (MESSAGES / "messages.po").open("rb") as file:
        return read_po(file)


def test_every_message_id_in_the_code_and_the_pages_is_translated(catalog):
    keywords = {"_": None, "gettext": None, "lazy_gettext": None, "_l": None, "ngettext": (1, 2)}
    missing = set()
    for place in PLACES:
        for _file, _line, found, _comments, _context in extract_from_dir(ROOT / place, METHODS, keywords=keywords):
            known = catalog.get(found if isinstance(found, str) else found[0])
            if known is None or not known.string or (isinstance(known.string, tuple) and not all(known.string)):
                missing.add(found)
    assert missing == set()


def test_a_translation_has_the_placeholders_of_its_message(catalog):
    wrong = [m.id for m in catalog if m.id and list(m.check(catalog))]
    assert wrong == []


def test_the_compiled_wordings_are_those_of_the_text(catalog):
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    assert compiled.getvalue() == (MESSAGES / "messages.mo").read_bytes(), "make translations"
