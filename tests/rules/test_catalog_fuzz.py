"""Whatever stands in the file: it is a catalogue, or its faults are told; never anything else."""

from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.catalog.errors import CatalogError, CatalogErrors
from helpdesk.catalog.load import load_text
from helpdesk.catalog.rendering import as_plain

PAGE = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")
FIRST = PAGE.split("```yaml\n")[1].split("```")[0]
PIECES = [block.split("```")[0] for block in PAGE.split("```yaml\n")[1:]]
LINES = [line for piece in PIECES for line in piece.splitlines()]
ODD = [
    "",
    "~",
    "no",
    "0",
    "-1",
    "[]",
    "{}",
    "[[a]]",
    "{a: b}",
    "*x",
    "&x y",
    "!!str z",
    "<<: {a: 1}",
    "99999999999",
    "é\u2028",
    "'",
]
WORDS = sorted({word.strip("{},[]") for line in LINES for word in line.split() if len(word) < 40})

bounded = settings(max_examples=150, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])


def faults(text: str) -> tuple[CatalogError, ...]:
    """The faults of a catalogue; none when it can be used, wholly."""
    try:
        as_plain(load_text(text))
    except CatalogErrors as told:
        return told.errors
    return ()


def load_or_be_told(text: str) -> None:
    lines = len(text.splitlines()) + 2
    assert all(0 < fault.line <= lines and fault.column > 0 and fault.message for fault in faults(text))


@bounded
@given(st.data())
def test_a_catalogue_with_other_values_is_loaded_or_its_faults_are_told(data):
    lines = data.draw(st.sampled_from([FIRST, *(FIRST + piece for piece in PIECES), *PIECES])).splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[number].partition(":")
        value = data.draw(st.sampled_from(ODD) | st.sampled_from(WORDS))
        lines[number] = f"{key}{colon} {value}"
    load_or_be_told("\n".join(lines))


@bounded
@given(st.data())
def test_a_catalogue_with_words_exchanged_is_loaded_or_its_faults_are_told(data):
    parts = [*FIRST.split("services:\n")[:1], data.draw(st.sampled_from(PIECES))]
    text = "".join(parts)
    for _ in range(data.draw(st.integers(1, 5))):
        text = text.replace(data.draw(st.sampled_from(WORDS)), data.draw(st.sampled_from(WORDS + ODD)), 1)
    load_or_be_told(text)


@bounded
@given(st.data())
def test_a_catalogue_with_lines_moved_is_loaded_or_its_faults_are_told(data):
    lines = FIRST.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        line = data.draw(st.sampled_from(LINES))
        indent = data.draw(st.integers(0, 12))
        lines.insert(data.draw(st.integers(0, len(lines))), " " * indent + line.strip())
        del lines[data.draw(st.integers(0, len(lines) - 1))]
    load_or_be_told("\n".join(lines))


@bounded
@given(st.text(st.characters(codec="utf-8"), max_size=200) | st.text(":-[]{}&*!|>'\"%@ \nab#,?", max_size=60))
def test_any_text_is_loaded_or_its_faults_are_told(text):
    load_or_be_told(text)
