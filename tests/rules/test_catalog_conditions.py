"""A document is needed where the answers fulfil its conditions, with every sign that the reference names."""

import pytest

from helpdesk.catalog.conditions import comparison, holds


@pytest.mark.parametrize(
    ("condition", "needed"),
    [
        (">4", {5, 6}),
        (">=4", {4, 5, 6}),
        ("<4", {3}),
        ("<= 4", {3, 4}),
        ("=4", {4}),
        ("> 4", {5, 6}),
    ],
)
def test_whole_numbers_are_compared_as_the_sign_says(condition: str, needed: set[int]) -> None:
    assert {answer for answer in range(3, 7) if holds(condition, answer)} == needed
    assert {answer for answer in range(3, 7) if holds(condition, str(answer))} == needed


def test_a_choice_is_needed_as_it_is_named() -> None:
    assert comparison("yes") is None
    assert holds("yes", "yes")
    assert not holds("yes", "no")
