"""docs/sla-cases.md tells the truth: each case has the tests that it names, or says why it needs none."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LINES = (TESTS.parent / "docs" / "sla-cases.md").read_text(encoding="utf-8").splitlines()
ROWS = {
    int(number): (set(re.findall(r"`([a-z_/]+\.py)`", files)), remark)
    for number, files, remark in re.findall(r"^\| (\d+) \| .*? \| (.*?) \| (.*?) \|$", "\n".join(LINES), re.MULTILINE)
}


def _cases() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for numbers in re.findall(r"def test_case_((?:\d\d_)+)", path.read_text(encoding="utf-8")):
            for number in numbers.strip("_").split("_"):
                found.setdefault(int(number), set()).add(path.relative_to(TESTS).as_posix())
    return found


CASES = _cases()


@pytest.mark.parametrize("number", range(1, 56))
def test_a_case_has_the_tests_that_the_list_names_or_does_not_apply(number):
    files, remark = ROWS[number]
    assert files <= CASES.get(number, set())
    assert files or remark.startswith("Does not apply")
