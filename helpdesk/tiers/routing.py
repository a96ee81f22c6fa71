"""The router: from item, desk and ticket type to the support group that should work on it."""

from collections.abc import Collection

LAYER_1 = "layer-1"


def route(item_group: str | None, desk_groups: Collection[str], fallback: str = LAYER_1) -> str:
    """The group that resolves tickets of an item at a desk.

    The item's group where the desk has it; without an item, or where the desk has no such group, Layer 1 keeps it.
    """
    return item_group if item_group is not None and item_group in desk_groups else fallback
