"""docs/mail-cases.md tells the truth: each case names tests that exist, or says why it needs none."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TEXT = (TESTS.parent / "docs" / "mail-cases.md").read_text(encoding="utf-8")
ROWS = {
    case: (said, tests, why)
    for case, said, tests, why in re.findall(r"^\| (\d\.\d+) \| (.*?) ?\| (.*?) ?\| (.*?) \|$", TEXT, re.M)
}
CASES = [f"{section}.{n}" for section, last in ((1, 16), (2, 4), (3, 5), (4, 9), (5, 4)) for n in range(1, last + 1)]


def test_every_case_has_a_row() -> None:
    assert list(ROWS) == CASES


@pytest.mark.parametrize("case", CASES)
def test_a_case_names_tests_that_exist_or_does_not_apply(case: str) -> None:
    said, named, remark = ROWS[case]
    tests = re.findall(r"`([a-z0-9_/]+\.py)(?:::(test_\w+))?`", named)
    for path, name in tests:
        assert f"def {name or 'test_'}" in (TESTS / path).read_text(encoding="utf-8"), f"{path}::{name}"
    assert (tests and said) or remark.startswith("Does not apply")
