"""Priority 1 (highest) to 4, and what makes a ticket urgent."""

from collections.abc import Mapping

DEFAULT_PRIORITY = 3
PRIORITIES = (1, 2, 3, 4)


def is_urgent(priority: int, attributes: Mapping[str, object], urgent_when: Mapping[str, frozenset[str]]) -> bool:
    """True for the two highest priorities, and where the item says so (BMN.4: security, electricity, water)."""
    return priority <= 2 or any(str(attributes.get(name, "")) in values for name, values in urgent_when.items())
